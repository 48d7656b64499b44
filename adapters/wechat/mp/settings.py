"""The keys of a configuration block with `type = "wechat-mp"`."""

from __future__ import annotations

import msgspec

from adapters.keys import check_address
from adapters.wechat.keys import check_callback_keys
from adapters.wording import say


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One official account; callbacks arrive at `/hooks/NAME`, in safe mode."""

    app_id: str
    secret: str
    token: str  # of the callback
    aes_key: str  # EncodingAESKey of the callback
    api_base: str = "https://api.weixin.qq.com"

    def __post_init__(self) -> None:
        if not self.app_id:
            raise ValueError(say("app_id：必填，公众号后台“基本配置”里的开发者 ID（AppID）"))
        if not self.secret:
            raise ValueError(say("secret：必填，公众号后台“基本配置”里的开发者密码（AppSecret）"))
        check_callback_keys(self.token, self.aes_key)
        check_address("api_base", self.api_base, "https://", "http://")

    def __repr__(self) -> str:
        return f"Settings(app_id={self.app_id!r})"
