"""`shouwen top`: the figures of a running bot on a terminal, a screen of lines drawn again every two seconds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

import aiohttp
import click

from bot.store.faults import StoreFault
from bot.telemetry.run_file import Running
from bot.terminal.command_line import Voice
from bot.terminal.figures import Reading, quantile, rate, reading
from bot.tickets.errors import N_
from scheduler.loop import Clock

_PATIENCE = aiohttp.ClientTimeout(total=5)
_CLEAR = "\x1b[H\x1b[J"
_RED, _BOLD, _PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"


class NotReached(StoreFault):
    """No bot answers, or it does not let us in."""


async def fetch(session: aiohttp.ClientSession, running: Running, clock: Clock) -> Reading:
    """Return the figures of a bot.

    Raises:
        NotReached: It does not answer with them.
    """
    headers = {"Authorization": f"Bearer {running.token}"}
    try:
        async with session.get(
            f"{running.address}/metrics", headers=headers, allow_redirects=False
        ) as answer:
            if answer.status != 200:
                raise NotReached(
                    N_("{address}/metrics 不给看（{status}）；口令对吗？见 [monitoring] token。"),
                    address=running.address,
                    status=answer.status,
                )
            return reading(await answer.text(), clock.monotonic())
    except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
        raise NotReached(
            N_("{address} 没有回音（{fault}）；机器人在运行吗？"),
            address=running.address,
            fault=type(fault).__name__,
        ) from fault


async def watch(
    running: Running, clock: Clock, voice: Voice, *, every: timedelta, is_once: bool, is_terminal: bool
) -> None:
    """Show screens until cancelled, or one. A bot that stops answering is said, and looked for again.

    Raises:
        NotReached: It did not answer even once.
    """
    before: Reading | None = None
    async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
        while True:
            try:
                now = await fetch(session, running, clock)
            except NotReached as fault:
                if before is None:
                    raise
                lines = [fault.said(voice.translate)]
            else:
                lines = screen(before, now, voice, running.address, is_coloured=is_terminal)
                before = now
            lead = _CLEAR if is_terminal and not is_once else ""
            click.echo(lead + "\n".join(lines))
            if is_once:
                return
            await clock.sleep(every)


def screen(
    before: Reading | None, now: Reading, voice: Voice, address: str, *, is_coloured: bool
) -> list[str]:
    """Return what to show: alarming lines are red where colours are wanted."""
    return [_painted(line, is_bad, is_coloured) for line, is_bad in _lines(before, now, voice, address)]


def _lines(before: Reading | None, now: Reading, voice: Voice, address: str) -> Iterator[tuple[str, bool]]:
    say = voice.say
    tick = now.value("shouwen_tick_age_seconds")
    states = now.by("shouwen_open_tickets", "state")
    yield say("首问 {address}　上次走时 {age} 前", address=address, age=_length(tick)), tick > 120
    yield "", False
    overdue = now.value("shouwen_overdue_tickets")
    yield (
        say(
            "单　　在办 {open}　没人接 {unclaimed}　超时 {overdue}　等确认 {solved}　到点未处理 {due}",
            open=_count(sum(states.values())),
            unclaimed=_count(states.get("unclaimed", 0)),
            overdue=_count(overdue),
            solved=_count(states.get("solved", 0)),
            due=_count(now.value("shouwen_due_tickets")),
        ),
        overdue > 0,
    )
    kinds = now.by("shouwen_answers_total", "kind")
    yield (
        say(
            "消息　收到 {rate}/秒（共 {total}）　答复 {answer}　候选 {candidates}　报单提议 {offer}　重复投递 {again}",
            rate=_rate(rate(before, now, "shouwen_messages_total")),
            total=_count(now.value("shouwen_messages_total")),
            answer=_count(kinds.get("answer", 0)),
            candidates=_count(kinds.get("candidates", 0)),
            offer=_count(kinds.get("offer", 0)),
            again=_count(now.value("shouwen_redelivered_messages_total")),
        ),
        False,
    )
    yield (
        say(
            "步骤　报单 {opened}　接单 {claims}　解决 {solved}　抢单落空 {lost}",
            opened=_count(now.value("shouwen_opened_tickets_total")),
            claims=_count(now.value("shouwen_steps_total", step="Claim")),
            solved=_count(now.value("shouwen_steps_total", step="Resolve")),
            lost=_count(now.value("shouwen_conflicts_total")),
        ),
        False,
    )
    yield (
        say(
            "库　　提交 {rate}/秒　一半在 {half} 内　99% 在 {most} 内　看时限晚 {late} 内",
            rate=_rate(rate(before, now, "shouwen_commit_seconds_count")),
            half=_bound(_usual(before, now, "shouwen_commit_seconds", 0.5)),
            most=_bound(_usual(before, now, "shouwen_commit_seconds", 0.99)),
            late=_bound(quantile(None, now, "shouwen_due_lateness_seconds", 0.99)),
        ),
        False,
    )
    if now.value("shouwen_store_trouble"):
        yield say("库　　现在什么都存不下：shouwen doctor 说明原因"), True
    yield (
        say(
            "程序　内存 {memory} MB　打开的文件 {files}",
            memory=_count(now.value("process_resident_memory_bytes") / 1e6),
            files=_count(now.value("process_open_fds")),
        ),
        False,
    )
    yield "", False
    yield from _adapters(before, now, voice)
    dead, failures = now.value("shouwen_dead_letters"), now.value("shouwen_open_failures")
    yield "", False
    yield (
        say("未送达 {dead}　处理失败 {failures}", dead=_count(dead), failures=_count(failures)),
        dead + failures > 0,
    )


def _adapters(before: Reading | None, now: Reading, voice: Voice) -> Iterator[tuple[str, bool]]:
    waiting = now.by("shouwen_outbox_waiting", "adapter")
    ages = now.by("shouwen_outbox_age_seconds", "adapter")
    for name, connected in sorted(now.by("shouwen_adapter_connected", "adapter").items()):
        sent = rate(before, now, "shouwen_deliveries_total", adapter=name, outcome="sent")
        yield (
            voice.say(
                "平台 {name}　{state}　发出 {rate}/秒　待发 {waiting}（最久 {age}）　没发成 {failed}",
                name=name,
                state=voice.translate(N_("已连接") if connected else N_("未连接")),
                rate=_rate(sent),
                waiting=_count(waiting.get(name, 0)),
                age=_length(ages.get(name, 0)),
                failed=_count(now.value("shouwen_deliveries_total", adapter=name, outcome="failed")),
            ),
            not connected or ages.get(name, 0) > 300,
        )


def _usual(before: Reading | None, now: Reading, name: str, share: float) -> float | None:
    """Return a quantile of the last moments, or since the start when nothing happened in them."""
    latest = quantile(before, now, name, share)
    return quantile(None, now, name, share) if latest is None else latest


def _painted(line: str, is_bad: bool, is_coloured: bool) -> str:
    return f"{_RED}{_BOLD}{line}{_PLAIN}" if is_bad and is_coloured else line


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _bound(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if math.isinf(seconds):
        return "∞"
    return f"{seconds * 1000:g} ms" if seconds < 1 else f"{seconds:g} s"


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
