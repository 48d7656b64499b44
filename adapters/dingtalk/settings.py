"""The keys of a configuration block with `type = "dingtalk"`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from adapters.dingtalk.cards import PUBLIC
from adapters.keys import check_address
from adapters.wording import say


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One robot in stream mode: the bot connects, nothing needs a public address."""

    client_id: str
    secret: str
    api_base: str = "https://api.dingtalk.com"
    webhook_base: str = "https://oapi.dingtalk.com"  # where answers may be posted
    card_template: str = PUBLIC  # of cards with buttons; empty: none, and what to type stands in the text
    per_minute_room: Annotated[int, msgspec.Meta(ge=0, le=6000)] = (
        20  # beyond that DingTalk shuts the robot out for ten minutes; 0: no limit
    )
    file_hosts: tuple[str, ...] = (
        "dingtalk.com",
        "aliyuncs.com",
    )  # from where files of people may be fetched

    def __post_init__(self) -> None:
        if not self.client_id:
            raise ValueError(say("client_id：必填，开放平台“凭证与基础信息”里的 Client ID（AppKey）"))
        if not self.secret:
            raise ValueError(say("secret：必填，开放平台“凭证与基础信息”里的 Client Secret（AppSecret）"))
        check_address("api_base", self.api_base, "https://", "http://")
        check_address("webhook_base", self.webhook_base, "https://", "http://")

    def __repr__(self) -> str:
        return f"Settings(client_id={self.client_id!r})"
