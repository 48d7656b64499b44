"""The keys of a configuration block with `type = "wecom-aibot"`."""

from __future__ import annotations

from typing import Literal

import msgspec

from adapters.keys import check_address
from adapters.wechat.keys import check_callback_keys
from adapters.wording import say


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one intelligent robot reaches the bot.

    `websocket`: the bot opens the long connection. `callback`: WeCom calls `/hooks/NAME`.
    """

    mode: Literal["websocket", "callback"] = "websocket"
    bot_id: str = ""  # websocket only
    secret: str = ""  # websocket only
    url: str = "wss://openws.work.weixin.qq.com"  # websocket only
    token: str = ""  # callback only
    aes_key: str = ""  # callback only
    api_base: str = "https://qyapi.weixin.qq.com"  # callback only: where answers may be posted
    cards: bool = True  # with buttons; without them what to type stands in the text alone
    file_hosts: tuple[str, ...] = ("qq.com", "myqcloud.com")  # from where files of people may be fetched

    def __post_init__(self) -> None:
        if self.mode == "websocket":
            self._check_websocket()
        else:
            self._check_callback()

    def __repr__(self) -> str:
        return f"Settings(mode={self.mode!r}, bot_id={self.bot_id!r})"

    def _check_websocket(self) -> None:
        if not self.bot_id:
            raise ValueError(say('bot_id：mode = "websocket" 时必填，机器人“API 模式·长连接”里的 Bot ID'))
        if not self.secret:
            raise ValueError(say('secret：mode = "websocket" 时必填，机器人“API 模式·长连接”里的 Secret'))
        if self.token or self.aes_key:
            raise ValueError(say('token：只有 mode = "callback" 才用得到 token 和 aes_key；长连接时请删去'))
        check_address("url", self.url, "wss://", "ws://")

    def _check_callback(self) -> None:
        if self.secret:
            raise ValueError(say('secret：只有 mode = "websocket" 才用得到；回调时请删去这一行'))
        check_callback_keys(self.token, self.aes_key)
        check_address("api_base", self.api_base, "https://", "http://")
