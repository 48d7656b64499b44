"""Quotas of an hour, a day, or a word of the room: counted, kept over restarts, the last share for pings, the rest elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Adapter, Capabilities, Incoming, Outgoing, Quota
from bot.clock import StillClock
from bot.delivery.quota_words import warnings
from bot.delivery.quotas import Quotas, calls
from bot.outbox import Outbox
from bot.store.contract import Change, Store
from bot.store.messages import Delivery, Queued, QueuedButton, QueuedMention
from bot.store.registry import open_store
from bot.terminal.command_line import voice_of

NOW = datetime(2026, 3, 6, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROOM, OTHER, DUTY = "w:group:1", "w:group:2", "d:group:duty"


def quotas(*each: Quota) -> Quotas:
    return Quotas(Capabilities(quotas=each))


def may(
    counted: Quotas, at: datetime = NOW, room: str = ROOM, *, urgent: bool = False, push: bool = True
) -> bool:
    return counted.spent(room, at, is_urgent=urgent, is_push=push) is None


def taken(counted: Quotas, count: int, at: datetime = NOW, room: str = ROOM, *, push: bool = True) -> Quotas:
    for _ in range(count):
        counted.take(room, at, is_push=push)
    return counted


# --- The rules ----------------------------------------------------------------------------------------------------


def test_without_quotas_everything_may_be_said() -> None:
    assert may(taken(quotas(), 10_000))
    assert not quotas().are_any


def test_the_last_tenth_is_for_what_calls_somebody() -> None:
    counted = taken(quotas(Quota(20, HOUR)), 17)
    assert may(counted)
    taken(counted, 1)
    assert (may(counted), may(counted, urgent=True)) == (False, True)
    taken(counted, 2)
    assert not may(counted, urgent=True)
    assert may(counted, room=OTHER)


def test_a_quota_of_the_adapter_is_shared_by_its_rooms() -> None:
    counted = taken(quotas(Quota(2, HOUR, is_of_room=False)), 2)
    assert not may(counted, room=OTHER, urgent=True)


def test_answers_do_not_count_where_only_pushes_do() -> None:
    counted = taken(quotas(Quota(2, DAY, only_pushes=True)), 50, push=False)
    assert may(counted)
    taken(counted, 2)
    assert (may(counted, urgent=True), may(counted, push=False)) == (False, True)


def test_what_counts_from_a_word_of_the_room_begins_anew_with_the_next() -> None:
    counted = taken(quotas(Quota(5, timedelta(hours=48), until_heard=True)), 5)
    spent = counted.spent(ROOM, NOW, is_urgent=True, is_push=True)
    assert spent is not None
    assert spent.wait is None
    assert counted.fullest(NOW) == 0.0  # every conversation uses it up: nobody need be told
    assert (
        counted.changed(NOW) == {}
    )  # nor is it kept: a word during a restart would be missed, and an answer held for it
    counted.heard(ROOM)
    assert may(counted)


@given(st.lists(st.tuples(st.integers(0, 600), st.booleans()), max_size=120), st.integers(1, 12))
def test_no_hour_ever_holds_more_than_its_quota_and_waiting_helps(
    steps: list[tuple[int, bool]], most: int
) -> None:
    counted, now, sent = quotas(Quota(most, HOUR)), NOW, []
    for seconds, urgent in steps:
        now += timedelta(seconds=seconds)
        spent = counted.spent(ROOM, now, is_urgent=urgent, is_push=True)
        if spent is not None:
            assert spent.wait is not None
            assert timedelta() < spent.wait <= HOUR * 25 / 24
            assert may(deepcopy(counted), now + spent.wait, urgent=urgent)
            continue
        counted.take(ROOM, now, is_push=True)
        sent.append(now)
    for first in sent:
        assert sum(first <= at < first + HOUR for at in sent) <= most


@given(st.integers(0, 300), st.integers(0, 90))
def test_a_restart_forgets_less_than_a_hundredth(count: int, minutes: int) -> None:
    quota, kept = Quota(200, HOUR), dict[str, str]()
    counted = quotas(quota)
    for _ in range(min(count, 200)):
        counted.take(ROOM, NOW, is_push=True)
        kept |= counted.changed(NOW)
    later = NOW + timedelta(minutes=minutes)
    again = quotas(quota)
    again.restore(kept, later)
    assert abs(again.fullest(later) - counted.fullest(later)) <= 0.01


def test_a_clock_that_is_put_back_and_other_quotas_silence_nobody() -> None:
    counted = taken(quotas(Quota(2, HOUR)), 2)
    kept = counted.changed(NOW)
    assert may(counted, NOW - DAY)
    again = quotas(Quota(2, HOUR))
    again.restore({**kept, "7/x": "[]", "odd": "[]"}, NOW - DAY)
    assert may(again, NOW - DAY)


def test_what_is_over_is_forgotten_also_where_it_was_noted() -> None:
    counted = taken(quotas(Quota(2, HOUR)), 2)
    name = "0/w:group:1"
    assert list(counted.changed(NOW)) == [name]
    assert counted.changed(NOW) == {}
    assert counted.changed(NOW + DAY) == {name: ""}
    again = quotas(Quota(2, HOUR))
    again.restore({name: ""}, NOW)
    assert may(again)


def test_memory_is_bounded() -> None:
    counted = quotas(Quota(2, HOUR))
    for number in range(5000):
        counted.take(f"w:group:{number}", NOW, is_push=True)
    assert len(counted._counts) == 2000


def test_what_is_nearly_used_up_is_told_in_both_languages() -> None:
    used = {
        "w": taken(quotas(Quota(20, HOUR)), 16),
        "q": taken(quotas(Quota(10, DAY)), 10, room=OTHER),
        "x": quotas(),
    }
    told = list(warnings(used, {ROOM: "育才群", OTHER: "实验群"}.__getitem__, NOW, voice_of("zh")))
    assert [(each.adapter, each.is_spent) for each in told] == [("w", False), ("q", True)]
    assert told[0].says == "育才群：这一小时发了 16 条，平台只让发 20 条；最后一成只留给催办。"
    assert told[1].says == "实验群：平台一天只让发 10 条，已用完；催办改发值班群，其余等额度恢复。"
    english = list(warnings(used, {ROOM: "A", OTHER: "B"}.__getitem__, NOW, voice_of("en")))
    assert all(each.says.isascii() for each in english)


def test_only_what_is_nearly_used_up_is_told_and_the_fullest_first() -> None:
    counted = taken(quotas(Quota(20, HOUR)), 15)
    assert counted.nearly_spent(NOW) == []
    taken(taken(counted, 1), 20, room=OTHER)
    assert [(use.room, use.used) for use in counted.nearly_spent(NOW)] == [(OTHER, 20), (ROOM, 16)]
    assert taken(quotas(Quota(5, timedelta(minutes=1))), 5).nearly_spent(NOW) == []  # it fills again soon


# --- The outbox ---------------------------------------------------------------------------------------------------


class Platform:
    """A chat that takes everything, and counts on being left alone in time."""

    def __init__(self, name: str, *quotas: Quota) -> None:
        self.name = name
        self.capabilities = Capabilities(quotas=quotas)
        self.said: list[str] = []
        self.news = asyncio.Queue[str]()

    async def incoming(self) -> AsyncIterator[Incoming]:
        nobody: tuple[Incoming, ...] = ()
        for message in nobody:
            yield message

    async def send(self, message: Outgoing) -> str:
        self.said.append(message.text)
        self.news.put_nowait(message.text)
        return f"id-{len(self.said)}"

    async def close(self) -> None:
        return None


class Case:
    def __init__(self, folder: Path, quota: Quota) -> None:
        self._url = f"sqlite:{folder}/outbox.db"
        self.w, self.d = Platform("w", quota), Platform("d")
        self.clock = StillClock(NOW)
        self.store: Store
        self.outbox: Outbox

    async def start(self) -> None:
        self.store = await open_store(self._url, self.clock.now())
        adapters: dict[str, Adapter] = {"w": self.w, "d": self.d}
        self.outbox = Outbox(self.store, self.clock, adapters, lambda _: str)
        await self.outbox.recover()

    async def stop(self) -> None:
        await self.outbox.close()
        await self.store.close()

    async def queue(
        self,
        key: str,
        *,
        edits: str | None = None,
        fallback: str | None = DUTY,
        urgent: bool = False,
        useful: int = 0,
    ) -> None:
        until = self.clock.now() + timedelta(minutes=useful) if useful else None
        message = Queued(
            key=key, adapter="w", room=ROOM, text=key, created_at=self.clock.now(), fallback=fallback,
            is_urgent=urgent, useful_until=until, edits=edits,
        )  # fmt: skip
        await self.store.commit(Change(at=self.clock.now(), outgoing=(message,)))
        self.outbox.deliver((message,))

    async def say(self, *keys: str, urgent: bool = False) -> None:
        for key in keys:
            await self.queue(key, urgent=urgent)
        await self.outbox.drain()
        await self.outbox.drain()  # of what moved to the other platform

    async def looks(self) -> None:
        for _ in range(200):
            await asyncio.sleep(0)

    async def state(self, key: str) -> Queued:
        found = await self.store.outgoing(key)
        assert found is not None
        return found


@pytest_asyncio.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    made = Case(tmp_path, Quota(10, HOUR))
    await made.start()
    yield made
    await made.stop()


@pytest.mark.asyncio
async def test_a_ping_that_has_no_room_left_arrives_elsewhere_with_the_reason(case: Case) -> None:
    await case.say(*[f"m{number}" for number in range(9)])
    await case.say("ping", urgent=True)
    assert case.w.said[-1] == "ping"  # the last share
    await case.say("ping2", urgent=True)
    assert case.d.said == ["ping2（原群现在发不进去）"]
    moved = await case.state("ping2")
    assert (moved.room, moved.reason) == (DUTY, "平台一小时只让发 10 条，已经用完")
    [warned] = warnings(case.outbox.quotas(), str, case.clock.now(), voice_of("zh"))
    assert warned.is_spent


@pytest.mark.asyncio
async def test_chatter_waits_and_lets_a_ping_pass(case: Case) -> None:
    await case.say(*[f"m{number}" for number in range(9)])
    await case.queue("chatter")
    await case.looks()
    assert (await case.state("chatter")).state is not Delivery.SENT
    await case.queue("ping", urgent=True)
    async with asyncio.timeout(10):
        while await case.w.news.get() != "ping":
            pass
    assert case.w.said[9:] == ["ping"]
    case.clock.move_to(NOW + HOUR * 25 / 24)
    await case.outbox.drain()
    assert case.w.said[9:] == ["ping", "chatter"]
    assert case.d.said == []


@pytest.mark.parametrize(
    ("more", "calls_somebody"),
    [
        ({}, False),
        ({"is_urgent": True}, True),
        ({"mentions": (QueuedMention("老张", "w:1"),)}, True),
        ({"ticket": 1001}, False),
        ({"ticket": 1001, "buttons": (QueuedButton("接单", "接单 1001"),)}, True),
        ({"buttons": (QueuedButton("第一个", "1"),)}, False),
    ],
    ids=["an answer", "an alert", "a call", "news of a ticket", "a ticket to claim", "candidates"],
)
def test_who_may_have_the_last_share(more: dict[str, Any], calls_somebody: bool) -> None:
    message = Queued(key="k", adapter="w", room=ROOM, text="t", created_at=NOW, **more)
    assert calls(message) is calls_somebody


@pytest.mark.asyncio
async def test_what_waited_too_long_is_not_said_any_more(case: Case) -> None:
    await case.say(*[f"m{number}" for number in range(9)])
    await case.queue("answer", useful=10)
    await case.looks()
    case.clock.move_to(NOW + timedelta(minutes=11))
    await case.outbox.drain()
    assert (await case.state("answer")).state is Delivery.DROPPED


@pytest.mark.asyncio
async def test_what_found_no_room_for_two_days_is_said_elsewhere(case: Case) -> None:
    case.w.capabilities = Capabilities(quotas=(Quota(1, timedelta(days=30)),))
    await case.stop()
    await case.start()
    await case.say("m0")
    await case.queue("news")
    await case.looks()
    case.clock.move_to(NOW + timedelta(days=2))
    await case.looks()
    assert (await case.state("news")).state is Delivery.QUEUED
    case.clock.move_to(NOW + timedelta(days=2, seconds=1))
    await case.outbox.drain()
    await case.outbox.drain()
    assert case.d.said == ["news（原群现在发不进去）"]


@pytest.mark.asyncio
async def test_without_another_room_a_ping_waits(case: Case) -> None:
    await case.say(*[f"m{number}" for number in range(10)], urgent=True)
    await case.queue("ping", fallback=None, urgent=True)
    await case.looks()
    case.clock.move_to(NOW + HOUR * 25 / 24)
    await case.outbox.drain()
    assert case.w.said[-1] == "ping"


@pytest.mark.asyncio
async def test_the_count_survives_a_restart(case: Case) -> None:
    await case.say(*[f"m{number}" for number in range(10)], urgent=True)
    await case.stop()
    await case.start()
    await case.say("ping", urgent=True)
    assert case.d.said == ["ping（原群现在发不进去）"]


@pytest.mark.asyncio
async def test_after_the_last_answer_the_rest_waits_for_the_next_word(tmp_path: Path) -> None:
    case = Case(tmp_path, Quota(5, timedelta(hours=48), until_heard=True))
    await case.start()
    for number in range(6):
        await case.queue(f"m{number}", fallback=None)
    await case.outbox.drain()
    assert case.w.said == [f"m{number}" for number in range(5)]  # the platform was not asked for the sixth
    assert (await case.state("m5")).state is Delivery.HELD
    case.outbox.heard(ROOM)
    await case.outbox.drain()
    assert case.w.said[5:] == ["（接上）m5"]
    await case.stop()


class ChangesRarely(Platform):
    """A platform that lets messages be changed only at times."""

    is_open = False

    def can_change(self, platform_id: str) -> bool:
        return self.is_open and platform_id == "id-1"


@pytest.mark.asyncio
async def test_a_change_that_cannot_be_made_now_takes_nothing_of_the_pace(tmp_path: Path) -> None:
    case = Case(tmp_path, Quota(10, HOUR))
    case.w = ChangesRarely("w", Quota(10, HOUR))
    await case.start()
    await case.say("card")
    for number in range(30):
        await case.queue(f"edit{number}", edits="card")
    await case.outbox.drain()
    assert (await case.state("edit29")).state is Delivery.DROPPED
    assert case.outbox.quotas()["w"].fullest(NOW) == 0.1
    case.w.is_open = True
    await case.queue("now", edits="card")
    await case.outbox.drain()
    assert case.w.said == ["card", "now"]
    await case.stop()
