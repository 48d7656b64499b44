"""Whether a WeCom application is set up well, in words for whoever sets it up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from adapters.contract import DeliveryFailed, Finding
from adapters.wecom.app.api import Api

_TOLERATED: Final = timedelta(minutes=2)  # callbacks are refused beyond five


async def look(api: Api, now: datetime, adapter: str) -> list[Finding]:
    """Ask WeCom for the application, and compare the clocks."""
    try:
        answer = await api.application()
        said = Finding("应用", True, f"{answer.name or '没有名称'}；回调地址是 /hooks/{adapter}")
    except DeliveryFailed as failed:
        said = Finding("应用", False, failed.reason)
    return [said, *_clock(api.server_time, now)]


def _clock(theirs: datetime | None, ours: datetime) -> list[Finding]:
    if theirs is None:
        return []
    apart = abs(ours - theirs)
    if apart <= _TOLERATED:
        return [Finding("时钟", True, "与企业微信一致")]
    minutes = apart / timedelta(minutes=1)
    return [
        Finding("时钟", False, f"与企业微信相差 {minutes:.0f} 分钟，回调会被拒绝。请打开本机的自动校时。")
    ]
