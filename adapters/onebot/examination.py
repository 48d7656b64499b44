"""Whether QQ accounts are set up well, in words for whoever sets them up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
from yarl import URL

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding, KnownRoom, Timekeeper
from adapters.onebot.calls import (
    Caller,
    NoSuchPower,
    TellsTime,
    Unanswered,
    ask,
    history,
    is_logged_in,
    muted_until,
)
from adapters.onebot.dial import attempt
from adapters.onebot.frames import Call
from adapters.onebot.http_api import HttpApi
from adapters.onebot.link import Link
from adapters.onebot.outcome import is_refusal
from adapters.onebot.settings import Settings
from adapters.onebot.wire import identity
from adapters.sessions import faithful
from adapters.wording import Wording, say, words_of

_MOST_GROUPS: Final = 20  # that are asked one by one: a QQ side takes its time


async def of(
    settings: Settings,
    *,
    adapter: str,
    clock: Timekeeper,
    callers: Sequence[Caller],
    http: HttpApi | None,
    groups: Sequence[KnownRoom],
    echoes: Iterator[str],
    zone: ZoneInfo,
) -> list[Finding]:
    """Return what can be found out without disturbing anybody."""
    looking = _Look(groups, echoes, clock, zone)
    found = secrets(settings)
    if http is not None:
        return [*found, *await looking.through(http)]
    if callers:
        return [*found, *[each for caller in callers for each in await looking.through(caller)]]
    if settings.mode == "forward":
        return [*found, *await _server(settings, adapter, clock, looking)]
    return [*found, nobody(adapter)]


def secrets(settings: Settings) -> list[Finding]:
    """Say whether anybody who reaches the port could pass for QQ."""
    found = [_secret("access_token", settings.access_token)]
    if settings.mode == "http":
        found.append(_secret("secret", settings.secret))
    return found


def _secret(key: str, value: str) -> Finding:
    if value:
        return Finding(key, True, say("已设置"))
    open_to_all = say("没有设置：能连到端口的人都能冒充 QQ。请在两边填同一个 {key}。", key=key)
    return Finding(key, False, open_to_all)


def nobody(adapter: str) -> Finding:
    """Say that the QQ side has not come, and how it would."""
    says = say(
        "QQ 端还没有连上。请在 NapCat 等程序里新建 WebSocket 客户端（反向），地址 ws://本机地址:端口/hooks/{adapter}。",
        adapter=adapter,
    )
    return Finding(say("连接"), False, says)


class _Look:
    """Asks one QQ side about its account, its groups, and whether it can tell what was missed."""

    def __init__(
        self, groups: Sequence[KnownRoom], echoes: Iterator[str], clock: Timekeeper, zone: ZoneInfo
    ) -> None:
        self._groups = groups
        self._echoes = echoes
        self._clock = clock
        self._zone = zone
        self._me = ""  # the account, once the QQ side has named it

    async def through(self, caller: Caller) -> list[Finding]:
        found = await self._account(caller)
        if isinstance(caller, TellsTime) and (times := caller.times()) is not None:
            found.extend(compared(*times, say("QQ 端")))
        if found[0].is_well and self._groups:
            found.extend(await self._membership(caller))
            found.append(await self._history(caller))
        return found

    async def _account(self, caller: Caller) -> list[Finding]:
        subject = say("账号")
        try:
            answer = await caller.call(Call("get_login_info", {}, next(self._echoes)))
        except Unanswered as lost:
            return [Finding(subject, False, say("已连接，但问不到账号：{why}", why=words_of(lost)))]
        except DeliveryFailed as failed:
            says = say("{why}。请核对 url，QQ 端是否在运行。", why=failed.reason)
            return [Finding(say("连接"), False, says)]
        if is_refusal(answer):
            says = say("QQ 端不认 access_token。请核对两边填的是否一样。")
            return [Finding(subject, False, says)]
        data = answer.data if isinstance(answer.data, dict) else {}
        if not data.get("user_id"):
            says = say("已连接，但没有登录的账号（retcode {code}）", code=answer.retcode)
            return [Finding(subject, False, says)]
        self._me = identity(data["user_id"])
        if not await is_logged_in(caller, next(self._echoes)):
            says = say("{account} 已掉线：请在 QQ 端重新登录，扫码后会自己连回来。", account=self._me)
            return [Finding(subject, False, says)]
        return [Finding(subject, True, f"{data.get('nickname', '')}（{data['user_id']}）")]

    async def _membership(self, caller: Caller) -> list[Finding]:
        try:
            answer: Any = await ask(caller, "get_group_list", next(self._echoes))
        except NoSuchPower:
            return []
        listed = answer if isinstance(answer, list) else []
        here = {identity(each.get("group_id")) for each in listed if isinstance(each, dict)}
        missing = [room.address for room in self._groups if _number(room) not in here]
        if missing:
            says = say("机器人不在 {rooms}：请拉它进群，或核对群号。", rooms=tuple(missing))
            found = [Finding(say("群"), False, says)]
        else:
            found = [Finding(say("群"), True, say("配置里的 {count} 个群都在", count=len(self._groups)))]
        there = [room for room in self._groups if _number(room) in here][:_MOST_GROUPS]
        return [*found, *[each for room in there for each in await self._voice(caller, room)]]

    async def _voice(self, caller: Caller, room: KnownRoom) -> list[Finding]:
        """Say where the account was forbidden to speak; where it may there is nothing to say."""
        until = await muted_until(caller, _number(room), self._me, next(self._echoes))
        if until is None or until <= self._clock.now():
            return []
        until = until.astimezone(self._zone)
        says = say("机器人被禁言到 {time}。请群主解除。", time=f"{until:%Y-%m-%d %H:%M}")
        return [Finding(_group(room), False, says)]

    async def _history(self, caller: Caller) -> Finding:
        subject = say("补收消息")
        try:
            await history(caller, self._groups[0].address, next(self._echoes))
        except NoSuchPower as missing:
            if missing.is_general:
                says = say(
                    "QQ 端不支持 get_group_msg_history：断线期间的消息补不回来，请换用 NapCat 等支持的程序。"
                )
                return Finding(subject, False, says)
        return Finding(subject, True, say("断线后能补收"))


def _group(room: KnownRoom) -> Wording:
    return say("群 {name}", name=room.name)


def _number(room: KnownRoom) -> str:
    return room.address.rpartition(":")[2]


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

    async with faithful() as session:
        tried = await attempt(session, settings, clock, look)
    if tried.is_refused:
        says = say("QQ 端不认 access_token（{why}）。请核对两边填的是否一样。", why=tried.why)
        return [Finding(say("连接"), False, says)]
    unreached = say(
        "连不上 {server}（{why}）。请核对地址，QQ 端是否在运行。",
        server=URL(settings.url).origin(), why=tried.why,
    )  # fmt: skip
    return found or [Finding(say("连接"), False, unreached)]
