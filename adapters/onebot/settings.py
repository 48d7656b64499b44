"""The keys of a configuration block with `type = "onebot"`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from adapters.wording import either, say

_SCHEMES = {"forward": ("ws://", "wss://"), "http": ("http://", "https://")}
_EXAMPLES = {"forward": "ws://127.0.0.1:3001/", "http": "http://127.0.0.1:3000"}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How QQ accounts reach the bot.

    `reverse`: the QQ side connects to `/hooks/NAME`. `forward`: the bot connects to `url`. `http`: the bot calls the HTTP API at
    `url`, and the QQ side posts what happens to `/hooks/NAME`, signed with `secret`.
    """

    mode: Literal["reverse", "forward", "http"] = "reverse"
    url: str = ""  # forward: ws:// or wss://, the universal endpoint; http: http:// or https://, the API
    access_token: str = ""  # empty: none is asked for or sent
    secret: str = ""  # http only: of the signature of what is posted; empty: none is asked for
    self_id: str = ""  # QQ number of the bot; empty: whichever accounts connect
    api_timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=300)] = 15.0
    per_minute_room: Annotated[int, msgspec.Meta(ge=0, le=6000)] = (
        20  # messages a room gets at most; 0: no limit
    )
    per_minute: Annotated[int, msgspec.Meta(ge=0, le=6000)] = (
        40  # messages all rooms together get at most, one every second and a half; 0: no limit
    )
    history_minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)] = (
        10  # how old what was missed may be to be fetched after a reconnect; 0: nothing is fetched
    )
    file_hosts: tuple[str, ...] = ("qq.com", "qpic.cn")  # from where files of people may be fetched

    def __post_init__(self) -> None:
        if self.mode == "reverse" and self.url:
            raise ValueError(say('url：只有 mode = "forward" 或 "http" 才用得到；反向连接时请删去这一行'))
        if self.mode != "reverse" and not self.url.startswith(_SCHEMES[self.mode]):
            schemes = either(*_SCHEMES[self.mode])
            raise ValueError(
                say(
                    'url：mode = "{mode}" 时必填，以 {schemes} 开头，例如 "{example}"',
                    mode=self.mode,
                    schemes=schemes,
                    example=_EXAMPLES[self.mode],
                )
            )
        if self.secret and self.mode != "http":
            raise ValueError(say('secret：只有 mode = "http" 才用得到；WebSocket 用 access_token'))
        if self.self_id and not (self.self_id.isascii() and self.self_id.isdecimal()):
            raise ValueError(say('self_id：应是机器人的 QQ 号，例如 "10001000"'))

    def unproved(self) -> tuple[str, ...]:
        """Return the keys without which whoever reaches our port can pass for QQ; where we connect nobody can."""
        asked = {"reverse": ("access_token", self.access_token), "http": ("secret", self.secret)}
        key, value = asked.get(self.mode, ("", "-"))
        return () if value else (key,)

    def __repr__(self) -> str:
        # Token and secret, and an address that may carry one, stay out of logs and tracebacks.
        return f"Settings(mode={self.mode!r}, self_id={self.self_id!r})"
