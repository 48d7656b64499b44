"""Workers on one Redis race: one owner per ticket, each rung once, each message once, however often and wherever it comes in."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from time import perf_counter

import pytest

from bot.tickets.events import Claimed, Escalated
from bot.tickets.records import first_break
from tests.faults.crew import CUSTOMERS, DUTY, Crew, crew
from tests.redis_servers import Server

pytestmark = pytest.mark.asyncio
ENGINEERS = ("老张", "小李", "小周")
_AT_ONCE = 200

Note = Callable[[str, object], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("redis", tmp_path_factory.mktemp("races"))
    yield server
    server.end()


@pytest.fixture
def url(server: Server) -> str:
    server.empty()
    return server.url


@pytest.fixture
def is_long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long", default=False))


async def in_turns(jobs, at_once: int = _AT_ONCE):
    """Run coroutines, at most so many at once."""
    room = asyncio.Semaphore(at_once)

    async def one(job):
        async with room:
            await job

    await asyncio.gather(*map(one, jobs))


async def report(workers: Crew, count: int) -> list[int]:
    """Let so many people report something, and return the numbers of the tickets."""
    heard = [workers.chat.heard(CUSTOMERS, f"老师{n}", f"报障 教室 {n} 的投影机不亮") for n in range(count)]
    await in_turns(workers.hear(n % len(workers.bots), each) for n, each in enumerate(heard))
    await workers.settle()
    return sorted(int(found[1]) for text in workers.said(DUTY) if (found := re.search(r"🆕 (\d+) ", text)))


@pytest.mark.parametrize("count", [2, 4, 8])
async def test_of_all_who_claim_a_ticket_one_owns_it_and_the_others_hear_who(
    url, seed, count, is_long, record_property
):
    chance, began = random.Random(seed), perf_counter()
    tickets = (10_000 if is_long else 60) // len(ENGINEERS)
    async with crew(url, count) as workers:
        numbers = await report(workers, tickets)
        assert len(numbers) == tickets
        claims = [(number, who) for number in numbers for who in ENGINEERS]
        chance.shuffle(claims)
        said_before = len(workers.said(DUTY))
        await in_turns(
            workers.hear(chance.randrange(count), workers.chat.heard(DUTY, who, f"接单 {number}"))
            for number, who in claims
        )
        await workers.settle()
        store = workers.bots[0].store
        answers = workers.said(DUTY)[said_before:]
        for number in numbers:
            records = await store.records(number)
            (claimed,) = [record.event.by for record in records if isinstance(record.event, Claimed)]
            assert (await store.ticket(number)).owner == claimed
            assert first_break(records) is None
            told = [text for text in answers if str(number) in text]
            assert len(told) == len(ENGINEERS)
            assert all(claimed.name in text for text in told)
    record_property("what", f"{len(claims)} claims, {count} workers")
    record_property("seconds", round(perf_counter() - began, 1))


async def test_two_workers_tell_every_rung_of_every_deadline_once(url, seed, is_long, record_property):
    began, count = perf_counter(), 10_000 if is_long else 150
    async with crew(url, 2) as workers:
        numbers = await report(workers, count)
        rungs = Counter()
        taken_by = [0, 0]
        for index, bot in enumerate(workers.bots):
            _count(bot, taken_by, index)
        for _ in range(4):
            workers.clock.move_to(await workers.bots[0].store.next_due_at())
            await workers.tick()
            await workers.settle()
        for number in numbers:
            records = await workers.bots[0].store.records(number)
            assert first_break(records) is None
            told = Counter(
                (record.event.clock, record.event.rung)
                for record in records
                if isinstance(record.event, Escalated)
            )
            assert all(times == 1 for times in told.values())
            rungs.update(told)
        assert len(set(rungs.values())) == 1, rungs
        assert min(rungs.values()) == count
        for text in workers.said(DUTY):
            assert not text.startswith("（重发）")
    assert min(taken_by) > 0
    record_property("what", f"{sum(rungs.values())} rungs, {taken_by[0]} + {taken_by[1]} taken")
    record_property("seconds", round(perf_counter() - began, 1))


def _count(bot, taken_by: list[int], index: int) -> None:
    """Count what a worker takes when time passes."""
    claim = bot.store.claim_due

    async def counted(now, *, limit):
        found = await claim(now, limit=min(limit, 50))
        taken_by[index] += len(found)
        return found

    bot.store.claim_due = counted


async def test_a_message_that_comes_in_often_and_anywhere_has_one_effect(url, seed, is_long, record_property):
    chance, began = random.Random(seed), perf_counter()
    count = 10_000 if is_long else 120
    async with crew(url, 4) as workers:
        events = [
            workers.chat.heard(CUSTOMERS, f"老师{n}", f"报障 教室 {n} 的投影机不亮") for n in range(count)
        ]
        deliveries = [event for event in events for _ in range(chance.randint(1, 5))]
        chance.shuffle(deliveries)
        await in_turns(workers.hear(chance.randrange(4), each) for each in deliveries)
        await workers.settle()
        store = workers.bots[0].store
        tickets = await store.open_tickets(limit=count * 2)
        assert Counter(ticket.text for ticket in tickets) == Counter(
            f"教室 {n} 的投影机不亮" for n in range(count)
        )
        opened = Counter(re.findall(r"已建单 (\d+)", "\n".join(workers.said(CUSTOMERS))))
        assert set(opened.values()) == {1}
        assert len(opened) == count
    record_property("what", f"{len(deliveries)} deliveries of {count} messages")
    record_property("seconds", round(perf_counter() - began, 1))


async def test_messages_queued_by_one_worker_are_said_by_the_one_that_sends(url):
    async with crew(url, 2) as workers:
        assert [bot.store.term("chat") > 0 for bot in workers.bots] == [True, False]
        await workers.hear(1, workers.chat.heard(CUSTOMERS, "王老师", "报障 打印机坏了"))
        assert workers.said(CUSTOMERS) == []
        await workers.settle()
        assert len(workers.said(CUSTOMERS)) == 1
        await workers.bots[0].outbox.leave("chat")
        await workers.bots[0].store.let_go("chat")
        await workers.hear(0, workers.chat.heard(CUSTOMERS, "李老师", "报障 投影机坏了"))
        await workers.bots[1].outbox.recover()
        await workers.settle()
        assert len(workers.said(CUSTOMERS)) == 2
        assert not any("重发" in text for text in workers.said(CUSTOMERS))


async def test_a_deadline_of_one_worker_is_everybody_s(url):
    async with crew(url, 2) as workers:
        await report(workers, 1)
        due = await workers.bots[1].store.next_due_at()
        workers.clock.move_to(due + timedelta(seconds=1))
        await workers.bots[1].tick(workers.clock.now())
        await workers.settle()
        assert any("⏳" in text or "⚠️" in text for text in workers.said(DUTY))
