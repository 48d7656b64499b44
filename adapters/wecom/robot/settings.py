"""The keys of a configuration block with `type = "wecom-robot"`."""

from __future__ import annotations

import re

import msgspec
from yarl import URL

from adapters.keys import check_address
from adapters.wording import say

_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ADDRESS = URL("https://qyapi.weixin.qq.com/cgi-bin/webhook/send")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The robot of one group."""

    webhook: str  # the whole address, or only the key in it; either is the robot's only secret

    def __post_init__(self) -> None:
        if _KEY.fullmatch(self.webhook):
            return
        check_address("webhook", self.webhook, "https://", "http://")
        if not self.address.query.get("key"):
            raise ValueError(say("webhook：地址里缺少 key=…，请从群机器人的资料页整条复制"))

    @property
    def address(self) -> URL:
        """Where messages are posted."""
        if _KEY.fullmatch(self.webhook):
            return _ADDRESS.with_query({"key": self.webhook})
        return URL(self.webhook)

    @property
    def upload_address(self) -> URL:
        """Where files are left before they are shown."""
        address = self.address.with_name("upload_media")
        return address.with_query({"key": self.address.query.get("key", ""), "type": "file"})

    def __repr__(self) -> str:
        return "Settings()"
