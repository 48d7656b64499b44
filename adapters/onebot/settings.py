"""The keys of a configuration block with `type = "onebot"`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one QQ account reaches the bot.

    `reverse`: the QQ side connects to `/hooks/NAME`. `forward`: the bot connects to `url`.
    """

    # "http" is listed in order to be refused by name instead of as an unknown word.
    mode: Literal["reverse", "forward", "http"] = "reverse"
    url: str = ""  # forward only: ws:// or wss://, the universal endpoint
    access_token: str = ""  # empty: none is asked for or sent
    self_id: str = ""  # QQ number of the bot; empty: whichever account connects
    api_timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=300)] = 15.0
    per_minute_room: Annotated[int, msgspec.Meta(ge=0, le=6000)] = (
        20  # messages a room gets at most; 0: no limit
    )

    def __post_init__(self) -> None:
        if self.mode == "http":
            raise ValueError(
                'mode：暂不支持 "http"，请用 "reverse"（反向 WebSocket）或 "forward"（正向 WebSocket）'
            )
        if self.mode == "reverse" and self.url:
            raise ValueError('url：只有 mode = "forward" 才用得到；反向连接时请删去这一行')
        if self.mode == "forward" and not self.url.startswith(("ws://", "wss://")):
            raise ValueError(
                'url：mode = "forward" 时必填，以 ws:// 或 wss:// 开头，例如 "ws://127.0.0.1:3001/"'
            )
        if self.self_id and not (self.self_id.isascii() and self.self_id.isdecimal()):
            raise ValueError('self_id：应是机器人的 QQ 号，例如 "10001000"')

    def __repr__(self) -> str:
        # The token, and an address that may carry one, stay out of logs and tracebacks.
        return f"Settings(mode={self.mode!r}, self_id={self.self_id!r})"
