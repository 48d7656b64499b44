"""Whether a WeCom application is set up well, in words for whoever sets it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding, KnownPerson
from adapters.wechat.answers import Rejected
from adapters.wecom.app.api import Api
from adapters.wecom.enterprise import PLATFORM
from adapters.wording import say

_UNSEEN: Final = frozenset({60011, 60111, 81013})  # no right to see this member, no such member, out of range
_MOST_PEOPLE: Final = 30  # who are asked for one by one


async def look(
    api: Api, people: Sequence[KnownPerson], now: datetime, adapter: str, longest: int
) -> list[Finding]:
    """Ask WeCom for the application and whether it reaches the people of the configuration, and compare the clocks."""
    try:
        answer = await api.application()
    except DeliveryFailed as failed:
        return [Finding(say("应用"), False, failed.reason), *compared(api.server_time, now, PLATFORM)]
    if answer.close == 1:
        stopped = say("应用已停用：请到企业微信后台“应用管理”里启用")
        return [Finding(say("应用"), False, stopped), *compared(api.server_time, now, PLATFORM)]
    name = answer.name if isinstance(answer.name, str) and answer.name else say("没有名称")
    says = say("{name}；一条最多 {longest} 字节，长的分几条发", name=name, longest=longest)
    return [
        Finding(say("应用"), True, says),
        callback(adapter),
        *await _reach(api, people, adapter),
        *compared(api.server_time, now, PLATFORM),
    ]


def callback(adapter: str) -> Finding:
    """Say where WeCom must call; whether it does shows only there."""
    says = say(
        "在“接收消息”里填 https://你的域名/hooks/{adapter}，Token 和 EncodingAESKey 与配置相同；保存成功即验证通过",
        adapter=adapter,
    )
    return Finding(say("回调"), True, says)


async def _reach(api: Api, people: Sequence[KnownPerson], adapter: str) -> list[Finding]:
    unseen: list[str] = []
    for person in people[:_MOST_PEOPLE]:
        try:
            await api.member(person.account.removeprefix(f"{adapter}:"))
        except Rejected as rejected:
            if rejected.code in _UNSEEN:
                unseen.append(person.name)
        except DeliveryFailed:
            return []  # said already, or passing
    subject = say("可见范围")
    if unseen:
        says = say(
            "发不到 {people}：请把他们加进应用的可见范围，并核对 accounts 里的 userid",
            people=tuple(unseen),
        )
        return [Finding(subject, False, says)]
    return [Finding(subject, True, say("配置里的 {count} 人都发得到", count=len(people)))] if people else []
