"""Whether customer service is set up well, in words for whoever sets it up."""

from __future__ import annotations

from datetime import datetime

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding
from adapters.wechat.customers import limits
from adapters.wechat.kf.api import Api
from adapters.wecom.enterprise import PLATFORM
from adapters.wording import say


async def look(api: Api, now: datetime, adapter: str) -> list[Finding]:
    """Ask for the accounts and whether their messages can be had, and compare the clocks."""
    return [*await _accounts(api, adapter), *compared(api.server_time, now, PLATFORM)]


async def _accounts(api: Api, adapter: str) -> list[Finding]:
    subject = say("客服账号")
    try:
        accounts = await api.accounts()
    except DeliveryFailed as failed:
        return [Finding(subject, False, failed.reason)]
    if not accounts:
        says = say("没有可以使用的客服账号：请在“微信客服 - API”里把账号交给这个 Secret 管理")
        return [Finding(subject, False, says)]
    names = tuple(name or number for number, name in accounts.items())
    says = say("{names}；回调地址是 https://你的域名/hooks/{adapter}", names=names, adapter=adapter)
    return [Finding(subject, True, says), await _hearing(api, next(iter(accounts))), limits()]


async def _hearing(api: Api, account: str) -> Finding:
    """Ask for one message: reading takes nothing away, the place up to which was read is kept by whoever reads."""
    subject = say("收消息")
    try:
        await api.pull(account, "", "", at_most=1)
    except DeliveryFailed as failed:
        return Finding(subject, False, failed.reason)
    return Finding(subject, True, say("可以拉取"))
