"""Messages on their way while everything fails that can: stores, leases, platforms, workers, and managers who try again at once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.contract import Capabilities, DeliveryFailed, Incoming, Outgoing
from bot.delivery.outgoing import RESENT
from bot.outbox import Outbox
from bot.store.contract import Change
from bot.store.faults import LeaseLost, StoreFault
from bot.store.messages import Delivery, Queued
from bot.store.registry import open_store

pytestmark = pytest.mark.asyncio
START = datetime(2026, 3, 6, 8, tzinfo=UTC)
ROOMS = ["qq:group:1", "qq:group:2", "qq:group:3", "tg:group:1", "tg:group:2"]
ADAPTERS = ("qq", "tg")
MOODS = (
    "takes",
    "takes",
    "takes",
    "later",
    "never",
    "until heard",
    "shown, no answer",
    "no answer",
    "raises",
    "hangs",
)
_STEPS = 60
_NEVER_SENT = (Delivery.DEAD, Delivery.DROPPED)
_WAITING = (Delivery.QUEUED, Delivery.SENDING, Delivery.HELD)


class Hurried:
    """A clock on which time passes as fast as somebody waits for it."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep(self, length: timedelta) -> None:
        until = self._now + length
        await asyncio.sleep(0)
        self._now = max(self._now, until)


class World:
    """What people see in all rooms, and the mood of each room's platform."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.moods: dict[str, str] = {}
        self.had: set[str] = set()  # moods
        self.shown: list[tuple[str, str, bool]] = []  # room, key, whether it was marked

    def show(self, message: Outgoing) -> None:
        self.shown.append((message.room, message.key, message.text.startswith(RESENT)))


class Platform:
    """One worker's connection to a platform of the world."""

    capabilities = Capabilities()

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self._world = world

    async def incoming(self) -> AsyncIterator[Incoming]:
        nobody: tuple[Incoming, ...] = ()
        for message in nobody:
            yield message

    async def send(self, message: Outgoing) -> str:
        mood = self._world.moods.get(message.room, "takes")
        for _ in range(self._world.chance.randrange(4)):
            await asyncio.sleep(0)
        match mood:
            case "later":
                raise DeliveryFailed("太快了", retry_after=timedelta(seconds=5))
            case "never":
                raise DeliveryFailed("不在群里")
            case "until heard":
                raise DeliveryFailed("不能主动发言", until_heard=True)
            case "no answer":
                raise DeliveryFailed("没有回音", retry_after=timedelta(seconds=5), is_unknown=True)
            case "raises":
                raise KeyError(message.room)
            case "hangs":
                await asyncio.Event().wait()
        self._world.show(message)
        if mood == "shown, no answer":
            raise DeliveryFailed("没有回音", retry_after=timedelta(seconds=5), is_unknown=True)
        return f"id-{len(self._world.shown)}"

    async def close(self) -> None:
        return None


class Flaky:
    """A store of which writes may fail; over a network also when they have been made, and only their answer is lost."""

    def __init__(self, store: Any, chance: random.Random, *, loses_answers: bool) -> None:
        self._store = store
        self._loses_answers = loses_answers
        self._chance = chance
        self.share = 0.0  # of writes that fail

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def update_outgoing(self, messages: Any, **more: Any) -> None:
        await self._failing(self._store.update_outgoing, messages, **more)

    async def update_dead(self, letters: Any) -> Any:
        return await self._failing(self._store.update_dead, letters)

    async def note_delivered(self, notes: Any) -> None:
        await self._failing(self._store.note_delivered, notes)

    async def _failing(self, write: Any, values: Any, **more: Any) -> Any:
        is_failing = self._chance.random() < self.share
        if is_failing and (not self._loses_answers or self._chance.random() < 0.5):
            raise StoreFault("磁盘满了")
        answer = await write(values, **more)
        if is_failing:
            raise StoreFault("没有回音")
        return answer


class Worker:
    """One process: a store, connections and an outbox."""

    def __init__(self, url: str, world: World, clock: Hurried) -> None:
        self._url, self._world, self._clock = url, world, clock
        self.store: Any = None
        self.outbox: Outbox | None = None

    async def start(self) -> None:
        store = await open_store(self._url, START)
        self.store = Flaky(store, self._world.chance, loses_answers=not self._url.startswith("sqlite"))
        adapters = {name: Platform(name, self._world) for name in ADAPTERS}
        self.outbox = Outbox(
            self.store, self._clock, adapters, lambda _: str, send_patience=timedelta(seconds=0.03)
        )
        await self.look()

    async def look(self) -> None:
        """Do what the roster does every second."""
        with suppress(StoreFault, LeaseLost):
            for name in ADAPTERS:
                await self.store.hold(name)
            await self.outbox.look()

    async def end(self) -> None:
        """End in good order."""
        await self.outbox.close()
        await self.store.close()

    async def die(self) -> None:
        """End as a process does that is killed: nothing is noted any more."""
        tasks = [task for sender in self.outbox._senders.values() for task in sender._tasks()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.store.close()  # what was written stays, and the lease ends


class Round:
    """A number of workers, and everything that was to be said."""

    def __init__(self, url: str, count: int, seed: int) -> None:
        self.chance = random.Random(seed)
        self.world, self.clock = World(self.chance), Hurried()
        self.workers = [Worker(url, self.world, self.clock) for _ in range(count)]
        self.said: dict[str, Queued] = {}
        self.decided_by: dict[str, int] = {}  # worker
        self.retried: set[str] = set()  # dead letters that a manager sent once more

    async def run(self) -> None:
        for worker in self.workers:
            await worker.start()
        for _ in range(_STEPS):
            await self._step()
            for _ in range(self.chance.randrange(12)):
                await asyncio.sleep(0)

    async def _step(self) -> None:
        worker = self.chance.choice(self.workers)
        match self.chance.randrange(12):
            case 0 | 1 | 2 | 3:
                await self._say(worker)
            case 4 | 5:
                await worker.look()
            case 6:
                mood = self.chance.choice(MOODS)
                self.world.moods[self.chance.choice(ROOMS)] = mood
                self.world.had.add(mood)
            case 7:
                worker.store.share = self.chance.choice((0.0, 0.3))
            case 8:
                for each in self.workers:
                    each.outbox.heard(self.chance.choice(ROOMS))
            case 9:
                await (worker.die() if self.chance.random() < 0.5 else worker.end())
                await worker.start()
            case 10 if len(self.workers) > 1:  # the lease ends, and its holder does not know yet
                await worker.store._servers.ask(0, "DEL", f"lease:{self.chance.choice(ADAPTERS)}")
                await self.chance.choice(self.workers).look()
            case _:
                await self._retry()

    async def _say(self, worker: Worker) -> None:
        room, number = self.chance.choice(ROOMS), len(self.said)
        message = Queued(
            key=f"m{number}",
            adapter=room.partition(":")[0],
            room=room,
            text=f"第 {number} 条",
            created_at=self.clock.now(),
            is_urgent=self.chance.random() < 0.2,
            fallback=self.chance.choice(ROOMS) if self.chance.random() < 0.3 else None,
        )
        if worker.outbox.is_near(message.adapter, room):
            message = Queued(
                **{name: getattr(message, name) for name in Queued.__struct_fields__}
                | {"state": Delivery.SENDING}
            )
        self.said[message.key] = message
        self.decided_by[message.key] = self.workers.index(worker)
        await worker.store.commit(Change(at=self.clock.now(), outgoing=(message,)))
        worker.outbox.deliver((message,))

    async def _retry(self) -> None:
        """Two managers press the button at once, on pages of any workers."""
        keys = [letter.key for letter in await self.workers[0].store.dead_letters(limit=100)]
        self.retried.update(keys)
        await asyncio.gather(
            *(self.chance.choice(self.workers).outbox.retry(*keys) for _ in range(2)), return_exceptions=True
        )

    async def heal(self) -> None:
        """Let everything be well again, and wait until nothing waits."""
        self.world.moods.clear()
        for worker in self.workers:
            worker.store.share = 0.0
        for _ in range(30):
            for worker in self.workers:
                await worker.look()
                for room in ROOMS:
                    worker.outbox.heard(room)
                await asyncio.wait_for(worker.outbox.drain(), 30)
            waiting = [m for name in ADAPTERS for m in await self.workers[0].store.waiting(name)]
            if not waiting:
                return
        raise AssertionError([(m.key, m.room, m.state, m.reason) for m in waiting])

    async def close(self) -> None:
        for worker in self.workers:
            await worker.end()


@pytest.mark.fault("delivery")
@pytest.mark.on(sqlite=(6, 300), redis=(4, 150), valkey=(0, 20))
async def test_what_was_decided_is_said_once_or_marked_and_in_its_order(store_url, kind, round_, seed, held):
    case = Round(store_url, 1 if kind == "sqlite" else 3, seed)
    with capture_logs():  # a traceback for every write that fails would take most of the time
        await case.run()
        await case.heal()
    store = case.workers[0].store
    final = {key: await store.outgoing(key) for key in case.said}
    shown, unmarked = Counter(key for _, key, _ in case.world.shown), Counter()
    for _, key, is_marked in case.world.shown:
        unmarked[key] += not is_marked
    # Nothing is lost: it was shown, or it is where the dashboard shows it.
    assert {m.state for m in final.values()}.isdisjoint(_WAITING)
    lost = [key for key, m in final.items() if not shown[key] and m.state not in _NEVER_SENT]
    assert lost == []
    # Nothing is said twice without the mark.
    assert [key for key, count in unmarked.items() if count > 1] == []
    _check_order(case)
    await case.close()
    held(shown=len(case.world.shown), marked=sum(is_marked for *_, is_marked in case.world.shown))


def _check_order(case: Round) -> None:
    """What only tells is first shown in the order in which it was decided, in the room for which it was.

    Where several workers decide, a room may hear one a moment before the news of another's earlier message: each one's are in order.
    """
    first: dict[tuple[str, int], list[int]] = defaultdict(list)
    seen: set[str] = set()
    for room, key, _ in case.world.shown:
        message = case.said[key]
        if key not in seen and room == message.room and not message.is_urgent and key not in case.retried:
            first[room, case.decided_by[key]].append(int(key[1:]))
        seen.add(key)
    if "until heard" not in case.world.had:
        assert all(numbers == sorted(numbers) for numbers in first.values()), dict(first)
