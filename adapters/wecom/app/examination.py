"""Whether a WeCom application is set up well, in words for whoever sets it up."""

from __future__ import annotations

from datetime import datetime

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding
from adapters.wecom.app.api import Api
from adapters.wecom.enterprise import PLATFORM


async def look(api: Api, now: datetime, adapter: str) -> list[Finding]:
    """Ask WeCom for the application, and compare the clocks."""
    try:
        answer = await api.application()
        said = Finding("应用", True, f"{answer.name or '没有名称'}；回调地址是 /hooks/{adapter}")
    except DeliveryFailed as failed:
        said = Finding("应用", False, failed.reason)
    return [said, *compared(api.server_time, now, PLATFORM)]
