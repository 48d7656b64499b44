"""Whether QQ accounts are set up well, in words for whoever sets them up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import aiohttp
from yarl import URL

from adapters.contract import DeliveryFailed, Finding, Timekeeper
from adapters.onebot.calls import Caller, NoSuchPower, Unanswered, ask, history
from adapters.onebot.dial import attempt
from adapters.onebot.frames import Call
from adapters.onebot.http_api import HttpApi
from adapters.onebot.link import Link
from adapters.onebot.outcome import is_refusal
from adapters.onebot.settings import Settings
from adapters.onebot.wire import identity


async def of(
    settings: Settings,
    *,
    adapter: str,
    clock: Timekeeper,
    callers: Sequence[Caller],
    http: HttpApi | None,
    groups: Sequence[str],
    echoes: Iterator[str],
) -> list[Finding]:
    """Return what can be found out without disturbing anybody."""
    looking = _Look(groups, echoes)
    if http is not None:
        return [*secrets(settings), *await looking.through(http)]
    if callers:
        return [*secrets(settings), *[each for caller in callers for each in await looking.through(caller)]]
    if settings.mode == "forward":
        return [*secrets(settings), *await _server(settings, adapter, clock, looking)]
    return [*secrets(settings), nobody(adapter)]


def secrets(settings: Settings) -> list[Finding]:
    """Say whether anybody who reaches the port could pass for QQ."""
    found = [token(settings)]
    if settings.mode == "http":
        says = (
            "已设置" if settings.secret else "没有设置：能连到端口的人都能冒充 QQ。请在两边填同一个 secret。"
        )
        found.append(Finding("secret", bool(settings.secret), says))
    return found


def token(settings: Settings) -> Finding:
    """Say whether the QQ side and the bot know each other."""
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


class _Look:
    """Asks one QQ side about its account, its groups, and whether it can tell what was missed."""

    def __init__(self, groups: Sequence[str], echoes: Iterator[str]) -> None:
        self._groups = groups
        self._echoes = echoes

    async def through(self, caller: Caller) -> list[Finding]:
        found = [await account(caller, next(self._echoes))]
        if found[0].is_well and self._groups:
            found.extend(await self._membership(caller))
            found.append(await self._history(caller))
        return found

    async def _membership(self, caller: Caller) -> list[Finding]:
        try:
            answer: Any = await ask(caller, "get_group_list", next(self._echoes))
        except NoSuchPower:
            return []
        listed = answer if isinstance(answer, list) else []
        here = {identity(each.get("group_id")) for each in listed if isinstance(each, dict)}
        missing = [room for room in self._groups if room.rpartition(":")[2] not in here]
        if not missing:
            return [Finding("群", True, f"配置里的 {len(self._groups)} 个群都在")]
        return [Finding("群", False, f"机器人不在 {'、'.join(missing)}：请拉它进群，或核对群号。")]

    async def _history(self, caller: Caller) -> Finding:
        try:
            await history(caller, self._groups[0].rpartition(":")[2], next(self._echoes))
        except NoSuchPower as missing:
            if missing.is_general:
                says = (
                    "QQ 端不支持 get_group_msg_history：断线期间的消息补不回来，请换用 NapCat 等支持的程序。"
                )
                return Finding("补收消息", False, says)
        return Finding("补收消息", True, "断线后能补收")


async def account(caller: Caller, echo: str) -> Finding:
    """Ask the QQ side which account is logged in."""
    try:
        answer = await caller.call(Call("get_login_info", {}, echo))
    except Unanswered as lost:
        return Finding("账号", False, f"已连接，但问不到账号：{lost}")
    except DeliveryFailed as failed:
        return Finding("连接", False, f"{failed.reason}。请核对 url，QQ 端是否在运行。")
    if is_refusal(answer):
        return Finding("账号", False, "QQ 端不认 access_token。请核对两边填的是否一样。")
    data = answer.data if isinstance(answer.data, dict) else {}
    if not data.get("user_id"):
        return Finding("账号", False, f"已连接，但没有登录的账号（retcode {answer.retcode}）")
    return Finding("账号", True, f"{data.get('nickname', '')}（{data['user_id']}）")


async def _server(settings: Settings, adapter: str, clock: Timekeeper, looking: _Look) -> list[Finding]:
    """Connect once to the address of a forward adapter, ask, and leave."""
    found: list[Finding] = []

    async def look(socket: aiohttp.ClientWebSocketResponse) -> bool:
        link = Link(socket, adapter=adapter, clock=clock, call_timeout=settings.api_timeout_seconds)
        serving = asyncio.create_task(link.serve(lambda _: None))
        found.extend(await looking.through(link))
        await link.close("bye")
        await serving
        return link.is_refused

    async with aiohttp.ClientSession() as session:
        tried = await attempt(session, settings, clock, look)
    if tried.is_refused:
        return [Finding("连接", False, f"QQ 端不认 access_token（{tried.why}）。请核对两边填的是否一样。")]
    return found or [
        Finding(
            "连接",
            False,
            f"连不上 {URL(settings.url).origin()}（{tried.why}）。请核对地址，QQ 端是否在运行。",
        )
    ]
