"""What the outbox does when the lease of an adapter goes, or the store fails, in the middle of something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace
from structlog.testing import capture_logs

from adapters.contract import Capabilities, DeliveryFailed, Incoming, Outgoing, Quota
from bot.clock import StillClock
from bot.outbox import Outbox
from bot.store.contract import Change, Store
from bot.store.faults import LeaseLost, StoreFault
from bot.store.messages import Delivered, Delivery, Queued
from bot.store.registry import open_store
from bot.store.sharing import Lease
from bot.telemetry.metrics import Meters

pytestmark = pytest.mark.asyncio
NOW = datetime(2026, 3, 6, 8, tzinfo=UTC)
GROUP, DUTY = "qq:group:1", "wecom:group:duty"


class Gate:
    """A platform at which every message waits until the gate opens."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.capabilities = Capabilities()
        self.refusal: DeliveryFailed | None = None
        self.said: list[str] = []
        self.asked = 0
        self.comes = asyncio.Event()  # somebody is at the gate
        self.opens = asyncio.Event()
        self.opens.set()

    async def incoming(self) -> AsyncIterator[Incoming]:
        nobody: tuple[Incoming, ...] = ()
        for message in nobody:
            yield message

    async def send(self, message: Outgoing) -> str:
        self.asked += 1
        self.comes.set()
        await self.opens.wait()
        if self.refusal is not None:
            raise self.refusal
        self.said.append(message.text)
        return f"{self.name}-{len(self.said)}"

    async def close(self) -> None:
        return None


class Leased:
    """One worker's view of a store that several share: what it may send for, and whether the store answers at all."""

    def __init__(self, store: Store, **terms: int) -> None:
        self._store = store
        self.terms = terms
        self.is_away = False
        self.loses_answer_of: Delivery | None = None  # when it is noted next, only the answer is lost
        self.writes = 0  # of states, that were asked for
        self._told: dict[tuple[str, int], set[str]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def term(self, adapter: str) -> int:
        return self.terms.get(adapter, 0)

    async def hold(self, adapter: str) -> None:
        """Leave the lease as the test has it."""

    async def news(self, adapter: str, taken: Sequence[str], *, limit: int = 200) -> list[Queued]:
        """Return what waits and was not taken under this lease, as a store does that several share."""
        if not self.term(adapter):
            raise LeaseLost(adapter)
        told = self._told.setdefault((adapter, self.term(adapter)), set())
        told.update(taken)
        return [each for each in await self._store.waiting(adapter, limit=limit) if each.key not in told]

    def _asked(self) -> None:
        self.writes += 1
        if self.is_away:
            raise StoreFault("the store is away")
        if not self.terms.get("qq") and not self.terms.get("wecom"):
            raise LeaseLost("qq")

    async def update_outgoing(self, messages: list[Queued], *, under: Lease | None = None) -> None:
        self._asked()
        await self._store.update_outgoing(messages, under=under)
        if self.loses_answer_of in {message.state for message in messages}:
            self.loses_answer_of = None
            raise StoreFault("no answer")

    async def note_delivered(self, delivered: list[Delivered]) -> None:
        self._asked()
        await self._store.note_delivered(delivered)


class Worker:
    """A process that shares the store, with connections of its own."""

    def __init__(self, store: Store, **terms: int) -> None:
        self.seconds = 0.0
        self.store = Leased(store, **terms)
        self.qq, self.wecom = Gate("qq"), Gate("wecom")
        adapters = {"qq": self.qq, "wecom": self.wecom}
        self.clock = StillClock(NOW)
        meters = Meters(lambda: self.seconds)
        self.outbox = Outbox(self.store, self.clock, adapters, lambda _: str, meters=meters)

    async def queue(self, *keys: str, state: Delivery = Delivery.QUEUED, **more: Any) -> None:
        messages = tuple(
            Queued(key=key, adapter="qq", room=GROUP, text=key, created_at=NOW, state=state, **more)
            for key in keys
        )
        await self.store.commit(Change(at=NOW, outgoing=messages))
        self.outbox.deliver(messages)

    async def states(self, *keys: str) -> list[Delivery]:
        return [found.state for key in keys if (found := await self.store.outgoing(key)) is not None]

    async def until_known_trouble(self, action: str, logs: list[Any]) -> None:
        async with asyncio.timeout(10):
            while not any(entry.get("action") == action for entry in logs):  # noqa: ASYNC110
                await asyncio.sleep(0)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = await open_store(f"sqlite:{tmp_path}/outbox.db", NOW)
    yield made
    await made.close()


@pytest_asyncio.fixture
async def worker(store: Store) -> AsyncIterator[Worker]:
    made = Worker(store, qq=1, wecom=1)
    await made.outbox.recover()
    yield made
    made.store.is_away = False
    await made.outbox.close()


async def take_over(store: Store, **terms: int) -> Worker:
    other = Worker(store, **terms)
    await other.outbox.recover()
    await other.outbox.drain()
    return other


async def test_whoever_loses_the_lease_while_sending_says_nothing_more_and_the_next_marks_it(
    worker: Worker, store: Store
) -> None:
    worker.qq.opens.clear()
    await worker.queue("m0", "m1")
    await worker.qq.comes.wait()
    running = worker.outbox._senders["qq"]._tasks()
    worker.store.terms.clear()
    worker.qq.opens.set()
    with capture_logs() as logs:
        await worker.outbox.drain()
    assert worker.qq.said == ["m0"]
    assert [task.exception() for task in running] == [None]
    assert any(entry.get("action") == "lease_lost" for entry in logs)
    other = await take_over(store, qq=2)
    assert other.qq.said == ["（重发）m0", "（重发）m1"]  # both were claimed with one write
    await worker.outbox.look()
    await worker.outbox.drain()
    assert worker.qq.said == ["m0"]
    await other.outbox.close()


async def test_whoever_loses_the_lease_before_it_is_noted_that_they_send_has_sent_nothing(
    worker: Worker, store: Store
) -> None:
    update = worker.store.update_outgoing

    async def gone(messages: list[Queued], **more: Any) -> None:
        worker.store.terms.clear()
        await update(messages, **more)

    worker.store.update_outgoing = gone  # type: ignore[method-assign]
    await worker.queue("m0", "m1")
    await worker.outbox.drain()
    assert worker.qq.said == []
    other = await take_over(store, qq=2)
    assert other.qq.said == ["m0", "m1"]
    await other.outbox.close()


@pytest.mark.parametrize("is_refused", [False, True], ids=["noted in time", "refused"])
async def test_a_lease_that_goes_and_comes_back_while_a_claim_is_noted_leaves_nothing_waiting(
    worker: Worker, is_refused: bool
) -> None:
    """The queue is filled anew meanwhile, and the answer to the claim under the old lease comes late."""
    update = worker.store.update_outgoing
    claims = 0

    async def late(messages: list[Queued], **more: Any) -> None:
        nonlocal claims
        claims += 1
        if claims > 1:
            return await update(messages, **more)
        if not is_refused:
            await update(messages, **more)
        worker.store.terms["qq"] = 2
        await worker.outbox.look()
        if is_refused:
            raise LeaseLost("qq")
        return None

    worker.store.update_outgoing = late  # type: ignore[method-assign]
    await worker.queue("m0", "m1")
    await worker.outbox.drain()
    assert [text.removeprefix("（重发）") for text in worker.qq.said] == ["m0", "m1"]
    assert claims > 1  # what was claimed under the lease that ended was claimed anew
    assert await worker.states("m0", "m1") == [Delivery.SENT, Delivery.SENT]


async def test_the_lease_may_go_while_a_message_waits_for_room_in_a_quota(store: Store) -> None:
    worker = Worker(store, qq=1)
    worker.qq.capabilities = Capabilities(quotas=(Quota(1, timedelta(hours=1)),))
    worker.outbox = Outbox(worker.store, worker.clock, {"qq": worker.qq}, lambda _: str)
    await worker.outbox.recover()
    await worker.queue("m0")
    await worker.outbox.drain()
    await worker.queue("m1")
    for _ in range(20):  # it waits by turns of a clock that stands
        await asyncio.sleep(0)
    [waiting] = worker.outbox._senders["qq"]._workers.values()
    worker.store.terms["qq"] = 2  # it went and came back: what waits is read anew
    await worker.outbox.look()
    await asyncio.wait({waiting}, timeout=0.01)
    assert not waiting.done() or waiting.exception() is None
    worker.clock.move_to(NOW + timedelta(hours=2))
    await worker.outbox.drain()
    assert worker.qq.said == ["m0", "m1"]
    await worker.outbox.close()


@pytest.mark.parametrize("waits", [False, True], ids=["while it is sent", "while it waits for a quota"])
async def test_what_another_worker_has_settled_meanwhile_is_let_go(store: Store, waits: bool) -> None:
    worker = Worker(store, qq=1)
    if waits:
        worker.qq.capabilities = Capabilities(quotas=(Quota(1, timedelta(hours=1)),))
        worker.outbox = Outbox(worker.store, worker.clock, {"qq": worker.qq}, lambda _: str)
    await worker.outbox.recover()
    if waits:
        await worker.queue("m0")
        await worker.outbox.drain()
    worker.qq.opens.clear()
    await worker.queue("m1")
    for _ in range(20):
        await asyncio.sleep(0)
    if not waits:
        await worker.qq.comes.wait()
    [running] = worker.outbox._senders["qq"]._workers.values()
    found = await store.outgoing("m1")
    assert found is not None
    await store.update_outgoing([replace(found, state=Delivery.DROPPED)])
    worker.store.terms["qq"] = 2  # the lease went, and came back
    await worker.outbox.look()
    worker.qq.opens.set()
    await worker.outbox.drain()
    assert running.exception() is None
    assert worker.qq.said == (["m0"] if waits else ["m1"])
    await worker.outbox.close()


async def test_what_was_said_while_the_store_was_away_is_noted_when_it_is_back(worker: Worker) -> None:
    worker.qq.opens.clear()
    await worker.queue("m0")
    await worker.qq.comes.wait()
    worker.store.is_away = True
    worker.qq.opens.set()
    with capture_logs() as logs:
        await worker.until_known_trouble("outbox_store_fault", logs)
    assert await worker.states("m0") == [Delivery.SENDING]
    worker.store.is_away = False
    await worker.outbox.drain()
    assert await worker.states("m0") == [Delivery.SENT]
    assert worker.qq.said == ["m0"]


async def test_who_ends_while_the_store_is_away_does_not_wait_for_it(worker: Worker, store: Store) -> None:
    worker.qq.opens.clear()
    await worker.queue("m0", "m1")
    await worker.qq.comes.wait()
    worker.store.is_away = True
    worker.qq.opens.set()
    with capture_logs() as logs:
        async with asyncio.timeout(10):
            await worker.outbox.leave("qq")
    actions = [entry.get("action") for entry in logs]
    assert "outbox_store_fault" in actions
    assert "not_given_back" in actions
    worker.store.terms.clear()
    other = await take_over(store, qq=2)
    assert other.qq.said == ["（重发）m0", "（重发）m1"]
    await other.outbox.close()


async def test_nothing_is_said_before_it_is_noted_that_it_is_being_said(worker: Worker) -> None:
    worker.store.is_away = True
    with capture_logs() as logs:
        await worker.queue("m0")
        await worker.until_known_trouble("outbox_store_fault", logs)
    assert worker.qq.said == []
    worker.store.is_away = False
    worker.qq.opens.clear()
    await worker.qq.comes.wait()
    assert await worker.states("m0") == [Delivery.SENDING]
    worker.qq.opens.set()
    await worker.outbox.drain()
    assert worker.qq.said == ["m0"]


async def test_what_its_commit_said_is_being_sent_is_noted_no_second_time(worker: Worker) -> None:
    assert worker.outbox.is_near("qq", GROUP)
    await worker.queue("m0", state=Delivery.SENDING)
    await worker.outbox.drain()
    assert worker.qq.said == ["m0"]
    assert worker.store.writes == 1  # that it has arrived
    worker.qq.opens.clear()
    await worker.queue("m1", state=Delivery.SENDING)
    await worker.queue(*(f"n{number}" for number in range(16)))
    assert not worker.outbox.is_near("qq", GROUP)
    worker.qq.opens.set()


@pytest.mark.parametrize("refusal", [{}, {"until_heard": True}], ids=["for good", "until heard"])
async def test_what_moves_to_an_adapter_of_another_worker_is_said_by_that_one_and_once(
    store: Store, refusal: dict[str, bool]
) -> None:
    one, two = Worker(store, qq=1), Worker(store, wecom=1)
    for each in (one, two):
        await each.outbox.recover()
    one.qq.refusal = DeliveryFailed("已被移出群", **refusal)
    await one.queue("⏳ 1026", fallback=DUTY)
    for each in (one, two, one, two):
        await each.outbox.look()
        await each.outbox.drain()
    assert (one.wecom.said, two.wecom.said) == ([], ["⏳ 1026（原群现在发不进去）"])
    assert await one.states("⏳ 1026") == [Delivery.SENT]
    for each in (one, two):
        await each.outbox.close()


async def test_what_is_queued_here_is_not_taken_up_once_more_as_news(worker: Worker) -> None:
    worker.qq.opens.clear()
    await worker.queue("m0", "m1")
    await worker.qq.comes.wait()
    await worker.outbox.look()
    worker.qq.opens.set()
    await worker.outbox.drain()
    assert worker.qq.said == ["m0", "m1"]


async def test_a_room_is_no_way_out_of_itself(worker: Worker) -> None:
    worker.qq.refusal = DeliveryFailed("已被移出群")
    lost: list[Queued] = []
    worker.outbox.on_loss = lost.append
    await worker.queue("m0", fallback=GROUP)
    await worker.outbox.drain()
    assert await worker.states("m0") == [Delivery.DEAD]
    assert [message.key for message in lost] == ["m0"]
    assert worker.qq.asked == 1  # it is not asked again what it has just refused


async def test_where_the_platform_takes_its_time_few_are_claimed_and_where_it_is_quick_again_many(
    worker: Worker,
) -> None:
    worker.qq.opens.clear()
    await worker.queue("slow")
    await worker.qq.comes.wait()
    worker.seconds += 8.0
    worker.qq.opens.set()
    await worker.outbox.drain()
    assert await self_claimed(worker, "a") == 1
    await worker.queue(*(f"quick{number}" for number in range(60)))
    await worker.outbox.drain()
    assert await self_claimed(worker, "b") == 4


async def self_claimed(worker: Worker, name: str) -> int:
    """Return how many of four messages are noted as being sent while the first is."""
    keys = [f"{name}{number}" for number in range(4)]
    worker.qq.opens.clear()
    worker.qq.comes.clear()
    await worker.queue(*keys)
    await worker.qq.comes.wait()
    states = await worker.states(*keys)
    worker.qq.opens.set()
    await worker.outbox.drain()
    return states.count(Delivery.SENDING)


async def test_adapters_that_are_no_more_are_asked_in_vain(worker: Worker) -> None:
    gone = "gone:group:1"
    assert not worker.outbox.is_near("gone", gone)
    assert not worker.outbox.can_edit("gone")
    assert not worker.outbox.takes_file("gone", gone, 1)
    worker.outbox.heard(gone)
    with capture_logs() as logs:
        worker.outbox.deliver((Queued(key="k", adapter="gone", room=gone, text="t", created_at=NOW),))
    assert [entry["action"] for entry in logs] == ["undeliverable"]


async def test_nobody_waits_longer_than_told_for_a_platform_that_does_not_answer(worker: Worker) -> None:
    worker.qq.opens.clear()
    await worker.queue("m0")
    before = asyncio.all_tasks()
    await worker.outbox.settle(timedelta())
    for _ in range(5):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before | set(worker.outbox._senders["qq"]._tasks())
    worker.qq.opens.set()


async def test_what_was_noted_as_waiting_without_an_answer_is_noted_anew_before_it_is_sent(
    worker: Worker, store: Store
) -> None:
    """Else the store says that it never left, and who takes it over says it again without the mark."""
    worker.qq.refusal = DeliveryFailed("太快了", retry_after=timedelta(seconds=5))
    worker.store.loses_answer_of = Delivery.QUEUED
    with capture_logs() as logs:
        await worker.queue("m0")
        await worker.until_known_trouble("outbox_store_fault", logs)
    worker.qq.refusal = None
    worker.qq.comes.clear()
    worker.qq.opens.clear()
    worker.clock.move_to(NOW + timedelta(minutes=1))
    await worker.qq.comes.wait()
    assert await worker.states("m0") == [Delivery.SENDING]
    worker.store.terms.clear()
    worker.qq.opens.set()
    other = await take_over(store, qq=2)
    assert other.qq.said == ["（重发）m0"]
    await other.outbox.close()


async def test_who_is_released_while_it_cannot_be_noted_as_held_is_said_once(worker: Worker) -> None:
    update = worker.store.update_outgoing

    async def spoken_meanwhile(messages: list[Queued], **more: Any) -> None:
        if messages[0].state is Delivery.HELD:
            worker.store.update_outgoing = update  # type: ignore[method-assign]
            worker.qq.refusal = None
            worker.outbox.heard(GROUP)
            raise StoreFault("no answer")
        await update(messages, **more)

    worker.store.update_outgoing = spoken_meanwhile  # type: ignore[method-assign]
    worker.qq.refusal = DeliveryFailed("不能主动发言", until_heard=True)
    with capture_logs() as logs:
        await worker.queue("m0")
        await worker.until_known_trouble("outbox_store_fault", logs)
    worker.clock.move_to(NOW + timedelta(minutes=1))
    await worker.outbox.drain()
    assert worker.qq.said == ["m0"]
    assert await worker.states("m0") == [Delivery.SENT]


async def test_what_moves_here_and_comes_as_news_in_the_same_moment_is_said_once(
    worker: Worker, store: Store
) -> None:
    """The news are read while another message of theirs is marked, and the moved one is put into the queue meanwhile."""
    moved = Queued(key="m0", adapter="qq", room=GROUP, text="m0", created_at=NOW)
    unknown = Queued(key="m1", adapter="qq", room=GROUP, text="m1", created_at=NOW, state=Delivery.SENDING)
    await store.commit(Change(at=NOW, outgoing=(unknown, moved)))
    update = worker.store.update_outgoing

    async def moving_meanwhile(messages: list[Queued], **more: Any) -> None:
        worker.store.update_outgoing = update  # type: ignore[method-assign]
        worker.outbox.deliver([moved])
        await update(messages, **more)

    worker.store.update_outgoing = moving_meanwhile  # type: ignore[method-assign]
    await worker.outbox.look()
    await worker.outbox.drain()
    assert sorted(worker.qq.said) == ["m0", "（重发）m1"]


async def test_two_managers_at_two_workers_who_press_at_once_send_a_dead_letter_once(
    worker: Worker, store: Store
) -> None:
    """The second would put it back into the queue after the first has sent it, and nobody would see that it is the same."""
    other = Worker(store, qq=1, wecom=1)
    worker.qq.refusal = DeliveryFailed("不在群里")
    await worker.queue("m0", "m1")
    await worker.outbox.drain()
    worker.qq.refusal = None
    assert await worker.states("m0", "m1") == [Delivery.DEAD, Delivery.DEAD]
    pressed = await asyncio.gather(worker.outbox.retry("m0", "m1"), other.outbox.retry("m0", "m1"))
    await worker.outbox.drain()
    await other.outbox.look()
    await other.outbox.drain()
    assert pressed == [2, 0]
    assert worker.qq.said + other.qq.said == ["m0", "m1"]
    await other.outbox.close()


async def test_what_one_manager_sends_again_the_other_does_not_put_aside(
    worker: Worker, store: Store
) -> None:
    other = Worker(store, qq=1, wecom=1)
    worker.qq.refusal = DeliveryFailed("不在群里")
    await worker.queue("m0")
    await worker.outbox.drain()
    worker.qq.refusal = None
    pressed = await asyncio.gather(worker.outbox.retry("m0"), other.outbox.put_aside("m0"))
    await worker.outbox.drain()
    assert pressed == [1, 0]
    assert worker.qq.said == ["m0"]
    assert await worker.states("m0") == [Delivery.SENT]
    await other.outbox.close()
