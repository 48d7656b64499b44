"""Whether an intelligent robot is set up well, in words for whoever sets it up."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

import aiohttp
from yarl import URL

from adapters.clock_check import compared, time_of
from adapters.contract import Finding
from adapters.sessions import faithful
from adapters.wechat.answers import TOKEN_WRONG, Rejected
from adapters.wecom.aibot.link import End
from adapters.wecom.aibot.settings import Settings
from adapters.wecom.enterprise import PLATFORM
from adapters.wording import N_, say

_PATIENCE: Final = 10.0  # seconds
_REFUSED: Final = N_("企业微信不让机器人登录：{why}。请与机器人“API 模式”页上的 Bot ID 和 Secret 核对")
_NOT_NOW: Final = N_(
    "企业微信暂时不让机器人登录：{why}。会自己再试；一直这样就看看是不是有别的程序在反复登录"
)


async def look(
    settings: Settings,
    now: datetime,
    *,
    is_connected: bool,
    latest_end: End | None,
    refusal: Rejected | None = None,
) -> list[Finding]:
    """Open a connection without logging in: a login would throw out the robot that is running.

    `latest_end` is how the latest connection of the running robot ended, where there was one, and `refusal` why its login was refused.
    """
    subject = say("长连接")
    if is_connected:
        return [Finding(subject, True, say("已登录")), visibility()]
    if latest_end is End.REFUSED and refusal is not None:
        is_wrong = refusal.retry_after is None or refusal.code in TOKEN_WRONG
        return [Finding(subject, False, say(_REFUSED if is_wrong else _NOT_NOW, why=refusal.reason))]
    if latest_end is End.KICKED:
        says = say("同一个机器人在别处登录了：请停掉另一个程序，或给它另建一个机器人")
        return [Finding(subject, False, says)]
    server = URL(settings.url).origin()
    try:
        async with asyncio.timeout(_PATIENCE):
            theirs = await _reached(settings.url)
    except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
        says = say("连不上 {server}（{why}）。请核对 url 和网络。", server=server, why=type(error).__name__)
        return [Finding(subject, False, says)]
    says = say(
        "{server} 可以连上；Bot ID 和 Secret 要登录才能核对，那会踢掉正在运行的机器人：启动后再看一次",
        server=server,
    )
    return [Finding(subject, True, says), visibility(), *compared(theirs, now, PLATFORM)]


def visibility() -> Finding:
    """Say what such a robot hears and where it may speak; the platform leaves no choice."""
    says = say("群里只看得到 @它 的消息；有人在群里 @过它一次，它才能先开口；每群每分钟最多 30 条")
    return Finding(say("权限"), True, says)


async def _reached(url: str) -> datetime | None:
    """Open a connection, leave, and return what time it is there."""
    times: list[datetime | None] = []

    async def note(_: object, __: object, end: aiohttp.TraceRequestEndParams) -> None:
        times.append(time_of(end.response.headers.get("Date", "")))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(note)
    async with faithful(trace) as session, session.ws_connect(url):
        return times[-1] if times else None
