"""The keys of a configuration block with `type = "wecom-app"`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from adapters.keys import check_address
from adapters.wechat.keys import check_callback_keys
from adapters.wording import say


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One application of an enterprise; callbacks arrive at `/hooks/NAME`."""

    corp_id: str
    agent_id: Annotated[int, msgspec.Meta(gt=0)]
    secret: str
    token: str  # of the callback
    aes_key: str  # EncodingAESKey of the callback
    api_base: str = "https://qyapi.weixin.qq.com"
    accounts: Annotated[int, msgspec.Meta(ge=0)] = (
        0  # of the enterprise: 200 messages a day for each; 0: not counted
    )
    cards: bool = True  # with buttons; without them what to type stands in the text alone

    def __post_init__(self) -> None:
        if not self.corp_id:
            raise ValueError(say("corp_id：必填，企业微信后台“我的企业”里的企业 ID"))
        if not self.secret:
            raise ValueError(say("secret：必填，应用详情页里的 Secret"))
        check_callback_keys(self.token, self.aes_key)
        check_address("api_base", self.api_base, "https://", "http://")

    def __repr__(self) -> str:
        return f"Settings(corp_id={self.corp_id!r}, agent_id={self.agent_id!r})"
