"""The keys of a configuration block with `type = "qq"`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from adapters.wording import say

_Seconds = Annotated[float, msgspec.Meta(gt=0, le=300)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one application of the QQ open platform reaches the bot.

    `websocket`: the bot connects to the platform's gateway. `webhook`: the platform calls `/hooks/NAME`.
    """

    app_id: str
    secret: str
    mode: Literal["websocket", "webhook"] = "websocket"
    api_base: str = "https://api.bot.qq.com"
    token_url: str = "https://api.bot.qq.com/app/getAppAccessToken"  # noqa: S105 - an address
    gateway_url: str = ""  # websocket only; empty: the platform says it
    max_age_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 300  # webhook only; 0: any age
    buttons: bool = True  # as long as the platform grants markdown and keyboards
    quote: bool = False  # phones may show the text twice
    per_minute_room: Annotated[int, msgspec.Meta(ge=0, le=6000)] = 20  # 0: no limit
    per_day_room: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = (
        1000  # said first, not answers; 0: no limit
    )
    per_minute: Annotated[int, msgspec.Meta(ge=0, le=6000)] = 30  # said first, in all rooms; 0: no limit
    api_timeout_seconds: _Seconds = 10.0
    file_hosts: tuple[str, ...] = (
        "qq.com",
        "qq.com.cn",
        "qpic.cn",
        "ugcimg.cn",
    )  # from where files of people may be fetched

    def __post_init__(self) -> None:
        if not (self.app_id.isascii() and self.app_id.isdecimal()):
            raise ValueError(say('app_id：应是 q.qq.com 管理端里的 AppID，例如 "102000000"'))
        if not self.secret:
            raise ValueError(say("secret：应是 q.qq.com 管理端里的 AppSecret，不能为空"))
        for key, url in (("api_base", self.api_base), ("token_url", self.token_url)):
            if not url.startswith(("https://", "http://")):
                raise ValueError(say("{key}：应以 https:// 开头", key=key))
        if self.gateway_url and not self.gateway_url.startswith(("wss://", "ws://")):
            raise ValueError(say("gateway_url：应以 wss:// 开头；不写则由平台告知"))
        if self.gateway_url and self.mode != "websocket":
            raise ValueError(say('gateway_url：只有 mode = "websocket" 才用得到'))

    def __repr__(self) -> str:
        # The secret, and addresses that may carry one, stay out of logs and tracebacks.
        return f"Settings(mode={self.mode!r}, app_id={self.app_id!r})"
