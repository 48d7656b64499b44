"""Whether customer service is set up well, in words for whoever sets it up."""

from __future__ import annotations

from datetime import datetime

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding
from adapters.wechat.kf.api import Api
from adapters.wecom.enterprise import PLATFORM


async def look(api: Api, now: datetime, adapter: str) -> list[Finding]:
    """Ask for the accounts, and compare the clocks."""
    try:
        accounts = await api.accounts()
    except DeliveryFailed as failed:
        return [Finding("客服账号", False, failed.reason), *compared(api.server_time, now, PLATFORM)]
    if accounts:
        names = "、".join(name or number for number, name in accounts.items())
        said = Finding("客服账号", True, f"{names}；回调地址是 /hooks/{adapter}")
    else:
        said = Finding(
            "客服账号", False, "没有可以使用的客服账号：请在“微信客服 - API”里把账号交给这个 Secret 管理"
        )
    return [said, *compared(api.server_time, now, PLATFORM)]
