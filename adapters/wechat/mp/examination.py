"""Whether an official account is set up well, in words for whoever sets it up."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding
from adapters.values import part
from adapters.wechat.answers import Rejected
from adapters.wechat.customers import limits
from adapters.wechat.mp.api import PLATFORM, Api
from adapters.wording import say

_TOKEN_GIVEN: Final = frozenset(
    {76021, 76022, 76023}
)  # the token was right; it does not tell about this path


async def look(api: Api, now: datetime, adapter: str) -> list[Finding]:
    """Ask how often messages may be sent, and compare the clocks."""
    found = await _account(api, adapter)
    rest = [limits()] if all(each.is_well for each in found) else []
    return [*found, *rest, *compared(api.server_time, now, PLATFORM)]


async def _account(api: Api, adapter: str) -> list[Finding]:
    subject = say("公众号")
    well = say(
        "AppID 和 AppSecret 正确；回调地址是 https://你的域名/hooks/{adapter}，请选“安全模式”",
        adapter=adapter,
    )
    try:
        answer = await api.quota()
    except Rejected as rejected:
        if rejected.code in _TOKEN_GIVEN:
            return [Finding(subject, True, well)]
        return [Finding(subject, False, rejected.reason)]
    except DeliveryFailed as failed:
        return [Finding(subject, False, failed.reason)]
    left = part(answer.quota, "remain")
    if left == 0:
        says = say("今天发客服消息的次数已用完：明天恢复，或在公众平台“接口权限”里申请更多")
        return [Finding(subject, True, well), Finding(say("次数"), False, says)]
    return [Finding(subject, True, well)]
