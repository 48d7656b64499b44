"""A day of work on a compressed clock: memory, open files and the log of the database stay as they are."""

from __future__ import annotations

import gc
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.tickets.model import Status
from tests.faults.desks import DAY, HOUR, MINUTE, desk

pytestmark = pytest.mark.asyncio

SOLVED = "解决 {number} 原因：灯泡老化，方法：更换灯泡。预防：每学期检查"


def open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


async def a_case(case, number: int, minute: int) -> None:
    """One teacher's trouble from the report to the yes, and some talk that is none of the bot's business."""
    teacher = f"t{number}"
    await case.says(teacher, f"报障 教室 {minute} 的投影机不亮")
    await case.says("zhang", f"接单 {number}", room="duty")
    await case.says("zhang", f"{number} 马上来")
    await case.says(teacher, "中午吃什么")
    await case.says("zhang", SOLVED.format(number=number), room="duty")
    await case.says(teacher, "1")


async def test_nothing_grows_that_should_not(tmp_path, is_long, record_property):
    hours, every = (24, 2 * MINUTE) if is_long else (3, 6 * MINUTE)
    samples = []
    async with desk(tmp_path) as case:
        number, log = 1000, tmp_path / "store.db-wal"
        largest_log = 0
        for hour in range(hours):
            for step in range(int(HOUR / every)):
                number += 1
                await a_case(case, number, hour * 60 + step)
                await case.passes(every, step=every)
                largest_log = max(largest_log, log.stat().st_size)
            await case.bot.store.tidy(case.clock.now())
            case.chat.said.clear()
            gc.collect()
            samples.append((sys.getallocatedblocks(), open_files(), len(gc.get_objects())))
        tickets = await case.bot.store.recent_tickets(limit=10_000)
        assert len(tickets) == number - 1000
        assert all(ticket.status is Status.CLOSED for ticket in tickets)
        assert await case.bot.store.waiting("web") == []
        await case.passes(4 * DAY, step=6 * HOUR)
        await case.bot.store.tidy(case.clock.now())
        assert not await case.bot.store.is_seen("web:group:yucai|u1")
    settled = samples[len(samples) // 3]
    last = samples[-1]
    messages = 6 * (number - 1000)
    assert last[1] <= settled[1] + 1  # open files
    assert last[0] - settled[0] < 0.05 * settled[0], samples  # blocks of memory
    assert largest_log < 6_000_000  # SQLite begins anew after a thousand pages
    grown = (last[0] - settled[0]) / settled[0]
    record_property(
        "fault",
        f"{hours} h of load on a compressed clock | {messages} messages | memory {grown:+.1%} since hour "
        f"{len(samples) // 3 + 1}, open files {last[1] - settled[1]:+d}, log at most {largest_log / 1e6:.1f} MB",
    )
    assert timedelta(hours=hours) <= case.clock.passed
