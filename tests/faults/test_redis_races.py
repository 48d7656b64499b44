"""Workers on one store race: one owner per ticket, each rung once, each message once, however often and wherever it comes in."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from bot.tickets.events import Claimed, Escalated
from bot.tickets.records import first_break
from tests.faults.crew import CUSTOMERS, DUTY, Crew, crew
from tests.faults.history import Operation, is_linearizable

pytestmark = pytest.mark.asyncio
ENGINEERS = ("老张", "小李", "小周")
ON_REDIS = pytest.mark.on(redis=(1, 1), valkey=(0, 1), cluster=(0, 1))
_AT_ONCE = 200
_OWNER = re.compile(r"由 (老张|小李|小周)")


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


class Race:
    """Notes when everybody began and ended, by a count that all workers share, and what they heard."""

    def __init__(self, workers: Crew, chance: random.Random) -> None:
        self._workers = workers
        self._chance = chance
        self._instants = itertools.count()
        self._claims: dict[str, tuple[int, str, int, int]] = {}  # by the id of the message
        self._looks: dict[int, list[Operation]] = defaultdict(list)

    async def claim(self, number: int, who: str) -> None:
        """Let somebody claim a ticket through any worker."""
        message = self._workers.chat.heard(DUTY, who, f"接单 {number}")
        began = next(self._instants)
        await self._workers.hear(self._chance.randrange(len(self._workers.bots)), message)
        self._claims[message.message_id] = (number, who, began, next(self._instants))

    async def look(self, number: int) -> None:
        """Read who has a ticket, through any worker."""
        began = next(self._instants)
        ticket = await self._chance.choice(self._workers.bots).store.ticket(number)
        owner = ticket.owner.name if ticket.owner else None
        self._looks[number].append(Operation(began, next(self._instants), owner))

    def histories(self) -> dict[int, list[Operation]]:
        """Return what happened to every ticket; each answer quotes the message it answers."""
        found = {number: list(looks) for number, looks in self._looks.items()}
        answers: dict[str, str] = {}
        for said in self._workers.chat.said:
            text = said.message.text
            if said.message.quotes in self._claims and (owner := _OWNER.search(text)):
                assert str(self._claims[said.message.quotes][0]) in text
                assert said.message.quotes not in answers
                answers[said.message.quotes] = owner[1]
        for message_id, (number, who, began, ended) in self._claims.items():
            found[number].append(Operation(began, ended, answers.get(message_id), claims=who))
        return found


@pytest.mark.fault("claims")
@pytest.mark.on(sqlite=((), (1,)), redis=((2, 4, 8), (2, 4, 8)), valkey=((), (4,)), cluster=((4,), (2, 4, 8)))
async def test_of_all_who_claim_a_ticket_one_owns_it_and_the_others_hear_who(
    store_url, kind, seed, round_, is_long, held
):
    """By 1 to 8 workers: the number of the round."""
    chance = random.Random(seed)
    tickets = -(-(10_000 if is_long else 60) // len(ENGINEERS))
    async with crew(store_url, round_) as workers:
        numbers = await report(workers, tickets)
        assert len(numbers) == tickets
        claims = [(number, who) for number in numbers for who in ENGINEERS]
        chance.shuffle(claims)
        race = Race(workers, chance)
        await in_turns(job for number, who in claims for job in (race.claim(number, who), race.look(number)))
        await workers.settle()
        store, histories = workers.bots[0].store, race.histories()
        for number in numbers:
            records = await store.records(number)
            (claimed,) = [record.event.by for record in records if isinstance(record.event, Claimed)]
            assert (await store.ticket(number)).owner == claimed
            assert first_break(records) is None
            history = histories[number]
            assert [each.heard for each in history if each.claims] == [claimed.name] * len(ENGINEERS)
            assert is_linearizable(history), (number, history)
    held(len(claims), looks=len(claims))


@pytest.mark.fault("deadlines")
@pytest.mark.on(sqlite=((), (1,)), redis=((2,), (2,)), valkey=((), (2,)), cluster=((), (2,)))
async def test_workers_tell_every_rung_of_every_deadline_once(store_url, kind, round_, is_long, held):
    """Two of them, or the only one that SQLite serves."""
    count = 10_000 if is_long else 150
    async with crew(store_url, round_) as workers:
        numbers = await report(workers, count)
        rungs = Counter()
        taken_by = [0] * round_
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
    shares = {"least_taken_by_one": min(taken_by)} if round_ > 1 else {}
    held(count, rungs=rungs.total(), **shares)


def _count(bot, taken_by: list[int], index: int) -> None:
    """Count what a worker takes when time passes."""
    claim = bot.store.claim_due

    async def counted(now, *, limit):
        found = await claim(now, limit=min(limit, 50))
        taken_by[index] += len(found)
        return found

    bot.store.claim_due = counted


@pytest.mark.fault("deliveries")
@pytest.mark.on(sqlite=((), (1,)), redis=((4,), (4,)), valkey=((), (4,)), cluster=((), (4,)))
async def test_a_message_that_comes_in_often_and_anywhere_has_one_effect(
    store_url, kind, seed, round_, is_long, held
):
    """To four workers, or to the only one that SQLite serves."""
    chance = random.Random(seed)
    count = 10_000 if is_long else 120
    async with crew(store_url, round_) as workers:
        events = [
            workers.chat.heard(CUSTOMERS, f"老师{n}", f"报障 教室 {n} 的投影机不亮") for n in range(count)
        ]
        deliveries = [event for event in events for _ in range(chance.randint(1, 5))]
        chance.shuffle(deliveries)
        await in_turns(workers.hear(chance.randrange(round_), each) for each in deliveries)
        await workers.settle()
        store = workers.bots[0].store
        tickets = await store.open_tickets(limit=count * 2)
        assert Counter(ticket.text for ticket in tickets) == Counter(
            f"教室 {n} 的投影机不亮" for n in range(count)
        )
        opened = Counter(re.findall(r"已建单 (\d+)", "\n".join(workers.said(CUSTOMERS))))
        assert set(opened.values()) == {1}
        assert len(opened) == count
    held(count, deliveries=len(deliveries))


@ON_REDIS
async def test_messages_queued_by_one_worker_are_said_by_the_one_that_sends(store_url, kind, round_):
    async with crew(store_url, 2) as workers:
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


@ON_REDIS
async def test_what_is_committed_under_a_lease_that_was_lost_and_taken_again_is_said(
    store_url, server, kind, round_
):
    """A worker that was starved for longer than its lease takes it anew, and speaks before it has looked what waits."""
    async with crew(store_url, 1) as workers:
        (bot,) = workers.bots
        await workers.hear(0, workers.chat.heard(CUSTOMERS, "王老师", "报障 打印机坏了"))
        await workers.settle()
        server.ask("DEL", "shouwen:{0}:lease:chat")
        assert await bot.store._take("chat")
        await workers.hear(0, workers.chat.heard(CUSTOMERS, "李老师", "报障 投影机坏了"))
        async with asyncio.timeout(20):
            await workers.settle()
        assert len({text for text in workers.said(CUSTOMERS) if "已建单" in text}) == 2


@ON_REDIS
async def test_a_deadline_of_one_worker_is_everybody_s(store_url, kind, round_):
    async with crew(store_url, 2) as workers:
        await report(workers, 1)
        due = await workers.bots[1].store.next_due_at()
        workers.clock.move_to(due + timedelta(seconds=1))
        await workers.bots[1].tick(workers.clock.now())
        await workers.settle()
        assert any("⏳" in text or "⚠️" in text for text in workers.said(DUTY))
