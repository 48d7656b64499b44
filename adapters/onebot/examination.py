"""Whether a QQ account is set up well, in words for whoever sets it up."""

from __future__ import annotations

import asyncio

import aiohttp
from yarl import URL

from adapters.contract import Finding, Timekeeper
from adapters.onebot.dial import attempt
from adapters.onebot.frames import Call
from adapters.onebot.link import Link, Unanswered
from adapters.onebot.outcome import is_refusal
from adapters.onebot.settings import Settings


def token(settings: Settings) -> Finding:
    """Say whether anybody who reaches the port could pass for QQ."""
    if settings.access_token:
        return Finding("access_token", True, "已设置")
    return Finding(
        "access_token", False, "没有设置：能连到端口的人都能冒充 QQ。请在两边填同一个 access_token。"
    )


def nobody(adapter: str) -> Finding:
    """Say that the QQ side has not come, and how it would."""
    return Finding(
        "连接",
        False,
        f"QQ 端还没有连上。请在 NapCat 等程序里新建 WebSocket 客户端（反向），地址 ws://本机地址:端口/hooks/{adapter}。",
    )


async def account(link: Link, echo: str) -> Finding:
    """Ask the QQ side which account is logged in."""
    try:
        answer = await link.call(Call("get_login_info", {}, echo))
    except Unanswered as lost:
        return Finding("账号", False, f"已连接，但问不到账号：{lost}")
    data = answer.data if isinstance(answer.data, dict) else {}
    if is_refusal(answer) or not data.get("user_id"):
        return Finding("账号", False, f"已连接，但没有登录的账号（retcode {answer.retcode}）")
    return Finding("账号", True, f"{data.get('nickname', '')}（{data['user_id']}）")


async def server(settings: Settings, *, adapter: str, clock: Timekeeper, echo: str) -> Finding:
    """Connect once to the address of a forward adapter, ask for the account, and leave."""
    found: list[Finding] = []

    async def look(socket: aiohttp.ClientWebSocketResponse) -> bool:
        link = Link(socket, adapter=adapter, clock=clock, call_timeout=settings.api_timeout_seconds)
        serving = asyncio.create_task(link.serve(lambda _: None))
        found.append(await account(link, echo))
        await link.close("bye")
        await serving
        return link.is_refused

    async with aiohttp.ClientSession() as session:
        tried = await attempt(session, settings, clock, look)
    if tried.is_refused:
        return Finding("连接", False, f"QQ 端不认 access_token（{tried.why}）。请核对两边填的是否一样。")
    if not found:
        return Finding(
            "连接",
            False,
            f"连不上 {URL(settings.url).origin()}（{tried.why}）。请核对地址，QQ 端是否在运行。",
        )
    return found[0]
