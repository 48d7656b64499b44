"""The keys of a configuration block with `type = "telegram"`."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from adapters.wording import say

_TOKEN = re.compile(r"[A-Za-z0-9:_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one Telegram bot reaches its platform.

    `polling`: the bot asks for what is new. `webhook`: the platform calls `/hooks/NAME`.
    """

    token: str
    mode: Literal["polling", "webhook"] = "polling"
    url: str = ""  # webhook only: public address of /hooks/NAME; empty: somebody else has told it to Telegram
    secret_token: str = ""  # webhook only, and then a must
    base_url: str = "https://api.telegram.org/bot"  # the token follows it
    base_file_url: str = "https://api.telegram.org/file/bot"
    proxy: str = ""  # http:// only
    api_timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=300)] = 15.0
    per_minute_room: Annotated[int, msgspec.Meta(ge=0, le=6000)] = 20  # 0: no limit

    def __post_init__(self) -> None:
        # Whatever else stands in it would change the address of every call.
        if not _TOKEN.fullmatch(self.token):
            raise ValueError(say('token：应是 @BotFather 给的一串，例如 "123456:ABC-DEF…"，前后不要有空格'))
        for key, url in (("base_url", self.base_url), ("base_file_url", self.base_file_url)):
            if not url.startswith(("https://", "http://")) or not url.endswith("/bot"):
                raise ValueError(
                    say(
                        '{key}：应以 https:// 或 http:// 开头、以 /bot 结尾，例如 "http://127.0.0.1:8081/bot"',
                        key=key,
                    )
                )
        if self.proxy and not self.proxy.startswith("http://"):
            raise ValueError(say('proxy：只支持 http 代理，例如 "http://127.0.0.1:7890"'))
        self._check_webhook()

    def _check_webhook(self) -> None:
        if self.mode == "polling":
            for key, value in (("url", self.url), ("secret_token", self.secret_token)):
                if value:
                    raise ValueError(
                        say('{key}：只有 mode = "webhook" 才用得到；轮询时请删去这一行', key=key)
                    )
            return
        if not _SECRET.fullmatch(self.secret_token):
            raise ValueError(say("secret_token：webhook 必填，1–256 个字母、数字、下划线或连字符"))
        if self.url and not self.url.startswith("https://"):
            raise ValueError(
                say("url：应是 /hooks/NAME 的公网地址，以 https:// 开头，端口 443、80、88 或 8443")
            )

    def __repr__(self) -> str:
        # Token and secret, and addresses that may carry a password, stay out of logs and tracebacks.
        return f"Settings(mode={self.mode!r})"
