"""The keys of a configuration block with `type = "feishu"`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

import msgspec

from adapters.keys import check_address
from adapters.wording import say


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One application.

    `callback`: events and touched buttons arrive at `/hooks/NAME`. `websocket`: the bot opens a long connection, and needs no public address.
    """

    app_id: str
    secret: str
    mode: Literal["callback", "websocket"] = "callback"
    encrypt_key: str = ""  # callback only: events are then encrypted and signed
    verification_token: str = (
        ""  # callback only: without an encrypt key the only proof that an event is from Feishu
    )
    api_base: str = "https://open.feishu.cn"

    def __post_init__(self) -> None:
        if not self.app_id:
            raise ValueError(say("app_id：必填，开放平台“凭证与基础信息”里的 App ID"))
        if not self.secret:
            raise ValueError(say("secret：必填，开放平台“凭证与基础信息”里的 App Secret"))
        check_address("api_base", self.api_base, "https://", "http://")
        if self.mode == "websocket":
            self._check_websocket()
        else:
            self._check_callback()

    def __repr__(self) -> str:
        return f"Settings(app_id={self.app_id!r}, mode={self.mode!r})"

    def _check_websocket(self) -> None:
        for key, value in (
            ("encrypt_key", self.encrypt_key),
            ("verification_token", self.verification_token),
        ):
            if value:
                raise ValueError(
                    say(
                        '{key}：只有 mode = "callback" 才用得到；长连接由 secret 证明身份，请删去这一行',
                        key=key,
                    )
                )

    def _check_callback(self) -> None:
        if not (self.encrypt_key or self.verification_token):
            raise ValueError(
                say(
                    "encrypt_key：与 verification_token 至少填一个，在“事件与回调 - 加密策略”里；否则谁都能冒充飞书"
                )
            )
        if self.encrypt_key and find_spec("cryptography") is None:
            raise ValueError(say("encrypt_key：加密回调需要 cryptography，请先运行 make extras"))
