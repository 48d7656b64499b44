"""The keys of a configuration block with `type = "satori"`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from adapters.keys import check_address
from adapters.wording import say


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One account at a gateway; events come over a WebSocket that the bot opens."""

    url: str = "http://127.0.0.1:5140/satori"  # `/v1/events` and `/v1/message.create` lie below it
    token: str = ""
    login: str = ""  # `platform:user id` of the account; empty: the first that the gateway has
    buttons: bool = False  # whether the platform behind the gateway shows buttons of Satori
    per_minute_room: Annotated[int, msgspec.Meta(ge=0)] = 20

    def __post_init__(self) -> None:
        check_address("url", self.url, "https://", "http://")
        if self.login and ":" not in self.login:
            raise ValueError(say("login：应写成 平台:帐号，例如 onebot:10001000；网关只有一个帐号时不用写"))

    def __repr__(self) -> str:
        return f"Settings(login={self.login!r})"
