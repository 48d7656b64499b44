"""What the outbox does when a platform does not let the bot speak."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.contract import Capabilities, DeliveryFailed, Incoming, Outgoing
from bot.clock import StillClock
from bot.delivery.attempts import USEFUL
from bot.outbox import Outbox
from bot.store.contract import Change, Store
from bot.store.messages import Delivery, Queued
from bot.store.registry import open_store

pytestmark = pytest.mark.asyncio
NOW = datetime(2026, 3, 6, 8, tzinfo=UTC)
GROUP, DUTY = "qq:group:1", "wecom:group:duty"


class Platform:
    """A chat that refuses the rooms it is told to, and keeps what it takes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.capabilities = Capabilities()
        self.refusals: dict[str, DeliveryFailed] = {}
        self.said: list[tuple[str, str]] = []
        self.shown: list[str] = []
        self.until: Callable[[], Awaitable[object]] | None = None  # that a send waits for

    async def incoming(self) -> AsyncIterator[Incoming]:
        nobody: tuple[Incoming, ...] = ()
        for message in nobody:
            yield message

    async def send(self, message: Outgoing) -> str:
        refusal = self.refusals.get(message.room)
        if self.until is not None:
            await self.until()
        if refusal is not None:
            raise refusal
        self.said.append((message.room, message.text))
        self.shown.extend(message.pictures)
        return f"id-{len(self.said)}"

    async def close(self) -> None:
        return None


class Cut(Platform):
    """A chat without a connection, until there is one."""

    is_connected = False

    async def send(self, message: Outgoing) -> str:
        if not self.is_connected:
            raise DeliveryFailed("QQ 端没有连接", retry_after=timedelta(seconds=2))
        return await super().send(message)


class Case:
    """An outbox of two platforms on a real store, which may be started again."""

    def __init__(self, folder: Path) -> None:
        self._url = f"sqlite:{folder}/outbox.db"
        self.qq, self.wecom = Platform("qq"), Platform("wecom")
        self.store: Store
        self.outbox: Outbox

    async def start(self) -> None:
        self.store = await open_store(self._url, NOW)
        adapters = {"qq": self.qq, "wecom": self.wecom}
        self.outbox = Outbox(self.store, StillClock(NOW), adapters, lambda _: str)
        await self.outbox.recover()

    async def stop(self) -> None:
        await self.outbox.close()
        await self.store.close()

    async def say(self, key: str, *, fallback: str | None = None, pictures: tuple[str, ...] = ()) -> None:
        message = Queued(
            key=key,
            adapter="qq",
            room=GROUP,
            text=key,
            created_at=NOW,
            fallback=fallback,
            pictures=pictures,
        )
        await self.store.commit(Change(at=NOW, outgoing=(message,)))
        self.outbox.deliver((message,))
        await self.outbox.drain()

    async def state(self, key: str) -> Delivery:
        found = await self.store.outgoing(key)
        assert found is not None
        return found.state


@pytest_asyncio.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    made = Case(tmp_path)
    await made.start()
    yield made
    await made.stop()


async def test_a_platform_that_waits_to_be_spoken_to_gets_the_message_with_the_next_word(case: Case) -> None:
    case.qq.refusals[GROUP] = DeliveryFailed("不能主动发言", until_heard=True)
    await case.say("1026 已恢复")
    assert await case.state("1026 已恢复") is Delivery.HELD
    case.qq.refusals.clear()
    case.outbox.heard("qq:group:2")
    await case.outbox.drain()
    assert case.qq.said == []
    case.outbox.heard(GROUP)
    await case.outbox.drain()
    assert case.qq.said == [(GROUP, "（接上）1026 已恢复")]
    assert await case.state("1026 已恢复") is Delivery.SENT
    case.outbox.heard(GROUP)
    await case.outbox.drain()
    assert len(case.qq.said) == 1


async def test_what_is_held_is_still_held_after_a_restart(case: Case) -> None:
    case.qq.refusals[GROUP] = DeliveryFailed("不能主动发言", until_heard=True)
    await case.say("1026 已恢复")
    await case.stop()
    case.qq.refusals.clear()
    await case.start()
    await case.outbox.drain()
    assert case.qq.said == []
    case.outbox.heard(GROUP)
    await case.outbox.drain()
    assert case.qq.said == [(GROUP, "（接上）1026 已恢复")]


async def test_a_word_that_is_spoken_while_the_platform_refuses_lets_the_message_go_before_its_answer(
    case: Case,
) -> None:
    case.qq.refusals[GROUP] = DeliveryFailed("不能主动发言", until_heard=True)

    async def spoken() -> None:
        """The refusal is on its way when somebody writes, and the answer to them is queued behind it."""
        case.qq.until = None
        case.qq.refusals.clear()
        case.outbox.heard(GROUP)
        case.outbox.deliver((answer,))

    answer = Queued(key="我在", adapter="qq", room=GROUP, text="我在", created_at=NOW)
    case.qq.until = spoken
    await case.store.commit(Change(at=NOW, outgoing=(answer,)))
    await case.say("1026 已处理")
    assert case.qq.said == [(GROUP, "（接上）1026 已处理"), (GROUP, "我在")]
    assert await case.state("1026 已处理") is Delivery.SENT


async def test_a_word_that_was_spoken_before_the_refused_attempt_began_does_not_let_it_go(case: Case) -> None:
    case.qq.refusals[GROUP] = DeliveryFailed("不能主动发言", until_heard=True)
    case.outbox.heard(GROUP)
    await case.say("1026 已处理")
    assert case.qq.said == []
    assert await case.state("1026 已处理") is Delivery.HELD


@pytest.mark.parametrize("until_heard", [True, False])
async def test_where_there_is_another_room_it_is_said_there_on_whatever_platform(
    case: Case, until_heard: bool
) -> None:
    case.qq.refusals[GROUP] = DeliveryFailed("不能主动发言", until_heard=until_heard)
    await case.say("⏳ 1026", fallback=DUTY)
    await case.outbox.drain()
    assert case.wecom.said == [(DUTY, "⏳ 1026（原群现在发不进去）")]
    assert await case.state("⏳ 1026") is Delivery.SENT


async def test_a_refusal_for_good_without_another_room_is_a_dead_letter(case: Case) -> None:
    case.qq.refusals[GROUP] = DeliveryFailed("已被移出群")
    await case.say("1026")
    assert await case.state("1026") is Delivery.DEAD
    case.qq.refusals.clear()
    assert await case.outbox.retry("1026")
    await case.outbox.drain()
    assert case.qq.said == [(GROUP, "1026")]


async def test_what_has_very_likely_arrived_is_not_said_again(case: Case) -> None:
    case.qq.refusals[GROUP] = DeliveryFailed("多半会发出", is_unknown=True)
    await case.say("1026 已恢复", fallback=DUTY)
    found = await case.store.outgoing("1026 已恢复")
    assert found is not None
    assert (found.state, found.is_unknown) == (Delivery.SENT, True)
    case.qq.refusals.clear()
    await case.stop()
    await case.start()
    await case.outbox.drain()
    assert case.qq.said == case.wecom.said == []


async def test_what_nobody_wants_any_more_at_the_next_attempt_is_given_up(case: Case) -> None:
    case.qq.refusals[GROUP] = DeliveryFailed("断线", retry_after=timedelta(), is_unknown=True)
    message = Queued(
        key="k",
        adapter="qq",
        room=GROUP,
        text="1026",
        created_at=NOW,
        useful_until=NOW + timedelta(seconds=1),
    )
    await case.store.commit(Change(at=NOW, outgoing=(message,)))
    case.outbox.deliver((message,))
    await case.outbox.drain()
    assert await case.state("k") is Delivery.DEAD  # the next attempt would come when nobody wants it any more


async def test_a_picture_is_shown_where_the_platform_can_and_else_its_address_is_said(case: Case) -> None:
    picture = "https://example.org/a.png"
    await case.say("甲", pictures=(picture,))
    case.qq.capabilities = Capabilities(shows_pictures=True)
    await case.say("乙", pictures=(picture,))
    assert case.qq.said == [(GROUP, f"甲\n{picture}"), (GROUP, "乙")]
    assert case.qq.shown == [picture]


async def test_what_was_not_begun_when_the_program_ends_is_said_without_the_mark(case: Case) -> None:
    going_on = asyncio.Event()
    case.qq.until = going_on.wait
    messages = tuple(
        Queued(key=f"m{n}", adapter="qq", room=GROUP, text=f"m{n}", created_at=NOW, state=Delivery.SENDING)
        for n in range(4)
    )
    await case.store.commit(Change(at=NOW, outgoing=messages))
    case.outbox.deliver(messages[:3])
    await asyncio.sleep(0)
    leaving = asyncio.ensure_future(case.outbox.leave("qq"))
    await asyncio.sleep(0)
    case.outbox.deliver(messages[3:])  # committed while the program was about to end
    going_on.set()
    await leaving
    await case.stop()
    await case.start()
    await case.outbox.drain()
    assert case.qq.said == [(GROUP, f"m{n}") for n in range(4)]


async def test_what_was_being_sent_when_the_program_ends_is_marked_and_nothing_else(case: Case) -> None:
    case.qq.until = asyncio.Event().wait
    messages = tuple(
        Queued(key=f"m{n}", adapter="qq", room=GROUP, text=f"m{n}", created_at=NOW, state=Delivery.SENDING)
        for n in range(3)
    )
    await case.store.commit(Change(at=NOW, outgoing=messages))
    case.outbox.deliver(messages)
    await asyncio.sleep(0)
    await case.stop()
    case.qq.until = None
    await case.start()
    await case.outbox.drain()
    assert [text for _, text in case.qq.said] == ["（重发）m0", "m1", "m2"]


async def test_what_waits_for_a_connection_is_said_as_soon_as_there_is_one(tmp_path: Path) -> None:
    """However long it took: to wait for the connection is no attempt, so nothing backs off."""

    clock, cut = StillClock(NOW), Cut("qq")
    store = await open_store(f"sqlite:{tmp_path}/outbox.db", NOW)
    outbox = Outbox(store, clock, {"qq": cut}, lambda _: str)
    await outbox.recover()
    messages = tuple(
        Queued(key=f"m{n}", adapter="qq", room=GROUP, text=f"m{n}", created_at=NOW) for n in range(2)
    )
    await store.commit(Change(at=NOW, outgoing=messages))
    outbox.deliver(messages)
    for _ in range(30):
        clock.move_to(clock.now() + timedelta(minutes=1))
        await asyncio.sleep(0.001)
    waiting = await store.waiting("qq")
    assert [(each.attempts, each.not_before) for each in waiting] == [(0, None)] * 2
    cut.is_connected = True
    while len(cut.said) < 2:
        clock.move_to(clock.now() + timedelta(seconds=1))
        await asyncio.sleep(0.001)
    assert [text for _, text in cut.said] == ["m0", "m1"]
    await outbox.close()
    await store.close()


async def test_a_platform_that_finds_out_only_by_being_spoken_to_is_spoken_to_now_and_then(
    tmp_path: Path,
) -> None:
    """Over HTTP nobody tells when the other side is back: its last answer is all that is known of it."""

    class Asked(Cut):
        is_there, tried = False, 0

        async def send(self, message: Outgoing) -> str:
            self.is_connected = self.is_there
            self.tried += 1
            return await super().send(message)

    clock, asked = StillClock(NOW), Asked("qq")
    store = await open_store(f"sqlite:{tmp_path}/outbox.db", NOW)
    outbox = Outbox(store, clock, {"qq": asked}, lambda _: str)
    await outbox.recover()
    messages = tuple(
        Queued(key=f"m{n}", adapter="qq", room=f"{GROUP}{n}", text=f"m{n}", created_at=NOW) for n in range(3)
    )
    await store.commit(Change(at=NOW, outgoing=messages))
    outbox.deliver(messages)
    for _ in range(600):
        clock.move_to(clock.now() + timedelta(seconds=1))
        await asyncio.sleep(0.001)
    assert 3 < asked.tried <= 3 + 10  # once a minute, however many rooms wait
    asked.is_there = True
    for _ in range(70):
        clock.move_to(clock.now() + timedelta(seconds=1))
        await asyncio.sleep(0.001)
    assert sorted(text for _, text in asked.said) == ["m0", "m1", "m2"]
    await outbox.close()
    await store.close()


async def test_what_is_said_after_the_connection_was_changed_goes_through_the_new_one(case: Case) -> None:
    await case.say("m0")
    await case.outbox.leave("qq")  # to another worker, who has died when this one opens a new connection
    again = Platform("qq")
    case.outbox.change(again)
    await case.outbox.look()
    await case.say("m1")
    assert (case.qq.said, again.said) == ([(GROUP, "m0")], [(GROUP, "m1")])


async def test_a_refusal_for_good_is_one_also_when_the_connection_goes_at_once(case: Case) -> None:
    class Hung(Platform):
        is_connected = False

    case.outbox.change(hung := Hung("qq"))
    hung.refusals[GROUP] = DeliveryFailed("已被移出群")
    await case.say("1026", fallback=DUTY)
    await case.outbox.drain()
    assert case.wecom.said == [(DUTY, "1026（原群现在发不进去）")]


async def test_what_waits_two_days_for_a_connection_is_said_elsewhere(tmp_path: Path) -> None:
    clock, cut, duty = StillClock(NOW), Cut("qq"), Platform("wecom")
    store = await open_store(f"sqlite:{tmp_path}/outbox.db", NOW)
    outbox = Outbox(store, clock, {"qq": cut, "wecom": duty}, lambda _: str)
    await outbox.recover()
    message = Queued(key="k", adapter="qq", room=GROUP, text="1026", created_at=NOW, fallback=DUTY)
    await store.commit(Change(at=NOW, outgoing=(message,)))
    outbox.deliver((message,))
    for _ in range(100):
        if duty.said:
            break
        clock.move_to(min(clock.now() + timedelta(hours=12), NOW + USEFUL + timedelta(seconds=2)))
        await asyncio.sleep(0.001)
    assert [room for room, _ in duty.said] == [DUTY]
    assert clock.now() > NOW + USEFUL
    await outbox.close()
    await store.close()


async def test_whoever_takes_an_adapter_over_begins_with_the_minute_that_is_used_up(case: Case) -> None:
    case.qq.capabilities = Capabilities(per_minute_room=20)
    await case.outbox.close()
    adapters = {"qq": case.qq, "wecom": case.wecom}
    first, second = (Outbox(case.store, StillClock(NOW), adapters, lambda _: str) for _ in range(2))
    await second.recover()  # when nothing was used up yet
    await second.leave("qq")
    await first.recover()
    messages = tuple(
        Queued(key=f"m{n}", adapter="qq", room=GROUP, text=f"m{n}", created_at=NOW) for n in range(6)
    )
    await case.store.commit(Change(at=NOW, outgoing=messages))
    first.deliver(messages)
    await first.drain()
    await first.leave("qq")
    assert len(case.qq.said) == 6
    await second.look()
    pace = second._senders["qq"]._pace
    assert pace.wait(GROUP, NOW) == timedelta(seconds=4)
    await first.close()
    await second.close()
