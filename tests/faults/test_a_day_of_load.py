"""A day of work on a compressed clock: memory, open files, the log of the database and the lists of the server stay as they are."""

from __future__ import annotations

import gc
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.redis.url import address_of
from bot.tickets.kinds import Status
from tests.faults.desks import DAY, HOUR, MINUTE, desk
from tests.redis_servers import Cluster, Server

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


async def a_day(case, is_long, log=None):
    """Return what the process holds after every hour, the largest log, and how many tickets there were."""
    hours, every = (24, 2 * MINUTE) if is_long else (3, 6 * MINUTE)
    samples, number, largest_log = [], 1000, 0
    for hour in range(hours):
        for step in range(int(HOUR / every)):
            number += 1
            await a_case(case, number, hour * 60 + step)
            await case.passes(every, step=every)
            largest_log = max(largest_log, log.stat().st_size if log else 0)
        await case.bot.store.tidy(case.clock.now())
        case.chat.said.clear()
        gc.collect()
        samples.append((sys.getallocatedblocks(), open_files()))
    tickets = await case.bot.store.recent_tickets(limit=10_000)
    assert len(tickets) == number - 1000
    assert all(ticket.status is Status.CLOSED for ticket in tickets)
    assert await case.bot.store.waiting("web") == []
    assert timedelta(hours=hours) <= case.clock.passed
    return samples, largest_log, len(tickets)


def grown(samples) -> float:
    """Return the share by which memory grew once the desk had settled."""
    settled, last = samples[len(samples) // 3], samples[-1]
    assert last[1] <= settled[1] + 1  # open files
    share = (last[0] - settled[0]) / settled[0]
    assert share < 0.05, samples  # blocks of memory
    return share


@pytest.mark.fault("day")
@pytest.mark.on(sqlite=(1, 1))
async def test_nothing_grows_that_should_not(tmp_path, kind, round_, is_long, held):
    async with desk(tmp_path) as case:
        samples, largest_log, tickets = await a_day(case, is_long, tmp_path / "store.db-wal")
        await case.passes(4 * DAY, step=6 * HOUR)
        await case.bot.store.tidy(case.clock.now())
        assert not await case.bot.store.is_seen("web:group:yucai|u1")
    share = grown(samples)
    assert largest_log < 6_000_000  # SQLite begins anew after a thousand pages
    held(messages=6 * tickets, most_percent_of_memory=100 * share, most_MB_of_log=largest_log / 1e6)


@pytest.mark.fault("day")
@pytest.mark.on(redis=(1, 1), valkey=(0, 1), cluster=(0, 1))
async def test_nothing_grows_on_redis_that_should_not(tmp_path, server, kind, round_, is_long, held):
    async with desk(tmp_path, server.url) as case:
        samples, _, tickets = await a_day(case, is_long)
        # Lists of what is to be done are empty when it is done; what is remembered for a time is forgotten then.
        assert count(server, "news:web", "waiting:web", "open", "room:yucai") == 0
        assert count(server, "outbox-in-order", "seen", "asks-in-order") > tickets
        await case.passes(4 * DAY, step=6 * HOUR)
        await case.bot.store.tidy(case.clock.now())
        assert count(server, "seen", "due") == 0  # nobody waits for a rating any more
        await case.passes(100 * DAY, step=4 * DAY)
        await case.bot.store.tidy(case.clock.now())
        assert count(server, "outbox-in-order", "asks-in-order") == 0
        assert not any(server.ask("EXISTS", key) for name in ("outbox", "asks") for key in keys(server, name))
    held(messages=6 * tickets, most_percent_of_memory=100 * grown(samples))


def keys(server: Server | Cluster, name: str) -> list[str]:
    """Return the keys of this name, one for each shard."""
    return [f"shouwen:{{{shard}}}:{name}" for shard in range(address_of(server.url).shards)]


def count(server: Server | Cluster, *names: str) -> int:
    """Return how many members these sets have together."""
    return sum(int(str(server.ask("ZCARD", key))) for name in names for key in keys(server, name))
