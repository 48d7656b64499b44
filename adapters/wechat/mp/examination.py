"""Whether an official account is set up well, in words for whoever sets it up."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding
from adapters.wechat.answers import Rejected
from adapters.wechat.mp.api import PLATFORM, Api

_TOKEN_GIVEN: Final = frozenset(
    {76021, 76022, 76023}
)  # the token was right; it does not tell about this path


async def look(api: Api, now: datetime, adapter: str) -> list[Finding]:
    """Ask how often messages may be sent, and compare the clocks."""
    said = await _account(api, adapter)
    return [said, *compared(api.server_time, now, PLATFORM)]


async def _account(api: Api, adapter: str) -> Finding:
    well = Finding("公众号", True, f"AppID 和 AppSecret 正确；回调地址是 /hooks/{adapter}，请选“安全模式”")
    try:
        await api.quota()
    except Rejected as rejected:
        if rejected.code in _TOKEN_GIVEN:
            return well
        return Finding("公众号", False, rejected.reason)
    except DeliveryFailed as failed:
        return Finding("公众号", False, failed.reason)
    return well
