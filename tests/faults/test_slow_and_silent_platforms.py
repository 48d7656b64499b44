"""A platform that answers late, never, with 429 for twenty minutes, or cuts every connection: nobody else waits, nothing is lost silently."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from adapters.contract import Capabilities, DeliveryFailed
from bot.outbox import Outbox
from bot.store.contract import Change
from bot.store.messages import Delivery, Queued
from bot.store.registry import open_store

pytestmark = pytest.mark.asyncio

EVERYWHERE = pytest.mark.on(sqlite=(1, 1), redis=(0, 1), valkey=(0, 1), cluster=(0, 1))
ON_SQLITE = pytest.mark.on(sqlite=(1, 1))
START = datetime(2026, 3, 6, 1, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BAD, OTHER, THIRD = "bad:group:1", "bad:group:2", "good:group:1"


class Time:
    """Virtual time: it leaps to whoever wakes next, once everybody waits for it."""

    def __init__(self) -> None:
        self._now = START
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep(self, length: timedelta) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + length, len(self._sleepers), woken))
        await woken

    async def pass_until(self, end: datetime, outbox: Outbox) -> None:
        """Let everything happen that happens by `end`."""
        while True:
            await self._all_wait(outbox)
            waiting = [each for each in self._sleepers if not each[2].done()]
            self._sleepers = sorted(waiting, key=lambda each: each[0])
            if not self._sleepers or self._sleepers[0][0] > end:
                self._now = max(self._now, end)
                return
            self._now, _, woken = self._sleepers.pop(0)
            woken.set_result(None)

    async def _all_wait(self, outbox: Outbox) -> None:
        """Wait until every worker of the outbox has ended or sleeps: commits run in a thread of their own."""
        loop = asyncio.get_running_loop()
        end = loop.time() + 30  # real seconds: a busy machine is no fault
        while loop.time() < end:
            await asyncio.sleep(0)
            working = sum(
                len(sender._workers) + bool(sender._notes.task) for sender in outbox._senders.values()
            )
            if working <= sum(not woken.done() for _, _, woken in self._sleepers):
                return
            await loop.run_in_executor(None, lambda: None)
        pytest.fail("the outbox never comes to rest")


class Platform:
    """Does with every message what `behaviour` says."""

    def __init__(self, name, time, behaviour=None, **capabilities):
        self.name, self._time, self.behaviour = name, time, behaviour
        self.capabilities = Capabilities(**capabilities)
        self.said: list[tuple[str, datetime]] = []
        self.attempts = 0

    async def send(self, message) -> str:
        self.attempts += 1
        if self.behaviour is not None:
            await self.behaviour(message)
        self.said.append((message.text, self._time.now()))
        return f"p{len(self.said)}"

    def incoming(self):
        raise NotImplementedError

    async def close(self) -> None:
        return None


class Case:
    def __init__(self, store, time):
        self.store, self.time = store, time
        self.bad, self.good = Platform("bad", time), Platform("good", time)
        self.outbox: Outbox

    async def start(self, **options):
        self.outbox = Outbox(
            self.store, self.time, {"bad": self.bad, "good": self.good}, lambda _: str, **options
        )
        await self.outbox.recover()

    async def say(self, *said):
        messages = tuple(
            Queued(
                key=key,
                adapter=room.partition(":")[0],
                room=room,
                text=key,
                created_at=self.time.now(),
                **more,
            )
            for room, key, more in said
        )
        await self.store.commit(Change(at=self.time.now(), outgoing=messages))
        self.outbox.deliver(messages)

    async def until(self, length):
        await self.time.pass_until(START + length, self.outbox)

    async def state(self, key):
        return (await self.store.outgoing(key)).state


@pytest_asyncio.fixture
async def case(store_url) -> AsyncIterator[Case]:
    time = Time()
    store = await open_store(store_url, START)
    made = Case(store, time)
    yield made
    await made.outbox.close()
    await store.close()


@pytest.mark.fault("platform")
@EVERYWHERE
async def test_a_platform_that_answers_after_a_minute_delays_nobody_else(case, kind, round_, held):
    async def slow(_):
        await case.time.sleep(60 * SECOND)

    case.bad.behaviour = slow
    await case.start()
    await case.say((BAD, "a", {}), (BAD, "b", {}), (OTHER, "c", {}), (THIRD, "d", {}))
    await case.until(10 * MINUTE)
    assert case.good.said == [("d", START)]
    assert [(text, (at - START) / MINUTE) for text, at in case.bad.said] == [("a", 1), ("c", 1), ("b", 2)]
    assert case.bad.attempts == 3
    held()


@pytest.mark.fault("platform")
@EVERYWHERE
async def test_a_platform_that_never_answers_ends_among_the_dead_letters(case, kind, round_, held):
    async def never(_):
        await asyncio.get_running_loop().create_future()

    case.bad.behaviour = never
    await case.start(send_patience=timedelta(microseconds=1))
    await case.say((BAD, "a", {}), (THIRD, "d", {}))
    await case.until(timedelta(hours=3))
    assert [text for text, _ in case.good.said] in (["d"], [])  # its own sends race with the tiny patience
    assert await case.state("a") is Delivery.DEAD
    letter = await case.store.outgoing("a")
    assert (letter.attempts, letter.reason) == (8, "平台没有回音")
    held()


@pytest.mark.fault("platform")
@EVERYWHERE
async def test_after_twenty_minutes_of_429_what_is_urgent_comes_first_and_what_is_stale_not_at_all(
    case, kind, round_, held
):
    async def busy(_):
        if case.time.now() < START + 20 * MINUTE:
            raise DeliveryFailed("429", retry_after=30 * SECOND)

    case.bad.behaviour = busy
    await case.start()
    await case.say(
        (BAD, "told 1", {}),
        (BAD, "stale warning", {"useful_until": START + 5 * MINUTE}),
        (BAD, "told 2", {}),
        (BAD, "call 1", {"is_urgent": True}),
        (BAD, "call 2", {"is_urgent": True}),
        (THIRD, "elsewhere", {}),
    )
    await case.until(timedelta(minutes=40))
    assert [text for text, _ in case.bad.said] == ["call 1", "call 2", "told 1", "told 2"]
    assert all(at - START >= 20 * MINUTE for _, at in case.bad.said)
    assert case.good.said == [("elsewhere", START)]
    stale = await case.store.outgoing("stale warning")
    assert (stale.state, stale.reason) == (Delivery.DROPPED, "过时")
    assert case.bad.attempts < 30  # the platform's word is kept: nobody hammers
    held()


@ON_SQLITE
async def test_a_scarce_minute_goes_to_the_room_that_must_be_called(case, kind, round_):
    case.bad = Platform("bad", case.time, per_minute=10)
    await case.start()
    await case.say(*((f"bad:group:{n}", f"told {n}", {}) for n in range(12)))
    await case.until(timedelta())
    await case.say(("bad:group:99", "call", {"is_urgent": True}))
    await case.until(10 * MINUTE)
    said = [text for text, _ in case.bad.said]
    assert len(said) == 13
    assert said.index("call") <= 6


@pytest.mark.fault("platform")
@EVERYWHERE
async def test_a_connection_cut_at_every_send_for_a_while_loses_nothing(case, kind, round_, held):
    async def cut(_):
        if case.time.now() < START + 15 * MINUTE:
            raise DeliveryFailed("connection lost", retry_after=SECOND, is_unknown=True)

    case.bad.behaviour = cut
    await case.start()
    await case.say((BAD, "a", {}), (BAD, "b", {}), (THIRD, "d", {}))
    await case.until(timedelta(hours=2))
    assert case.good.said == [("d", START)]
    assert [text for text, _ in case.bad.said] == ["（重发）a", "b"]
    assert [await case.state(key) for key in ("a", "b")] == [Delivery.SENT, Delivery.SENT]
    held()


@pytest.mark.fault("platform")
@EVERYWHERE
async def test_a_mistake_of_an_adapter_stops_no_other_message(case, kind, round_, held):
    async def broken(message):
        if message.text.endswith("a"):
            raise AttributeError("'NoneType' object has no attribute 'send'")

    case.bad.behaviour = broken
    await case.start()
    await case.say((BAD, "a", {}), (OTHER, "b", {}), (THIRD, "d", {}))
    await case.until(timedelta(hours=3))
    assert [text for text, _ in case.bad.said] == ["b"]
    assert await case.state("a") is Delivery.DEAD
    held()


@ON_SQLITE
async def test_a_slow_platform_has_few_messages_noted_as_being_sent(case, kind, round_):
    async def slow(_):
        await case.time.sleep(timedelta(milliseconds=400))

    case.bad.behaviour = slow
    await case.start()
    await case.say(*((BAD, f"m{n}", {}) for n in range(40)))
    await case.until(timedelta(seconds=12))  # in the middle of it the program dies
    states = [message.state for message in await case.store.waiting("bad")]
    assert states.count(Delivery.QUEUED) >= len(states) - 1
    assert len(states) > 5
