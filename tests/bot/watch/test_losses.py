"""Messages that reach nobody are told of where they can be read, and how fast a platform may be spoken to survives a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from adapters.contract import Capabilities, DeliveryFailed, Outgoing
from bot.delivery.pace import Pace
from bot.store.faults import StoreFault
from tests.bot.office import CUSTOMER, DUTY, RefusingOnce

NOW = datetime(2026, 3, 6, 8, tzinfo=UTC)


@pytest.mark.asyncio
async def test_dead_letters_are_told_of_once_an_hour_and_never_of_themselves(office):
    send = office.chat.send

    async def refuses(message: Outgoing) -> str:
        if message.room.endswith(CUSTOMER):
            raise DeliveryFailed("帐号被风控")
        return await send(message)

    office.chat.send = refuses
    for number in range(2):
        await office.hear(CUSTOMER, "王老师", f"报障 打印机坏了 {number}")
    assert await office.bot.next_due_at() <= office.clock.now()
    await office.tick()
    told = [text for text in office.said(DUTY) if "没送到" in text]
    assert told == ["⚠️ 2 条消息没送到（育才群）：帐号被风控\n看板“没送到的消息”里可以看原文、重发。"]
    await office.hear(CUSTOMER, "王老师", "报障 第三件")
    await office.tick()
    assert not any("没送到" in text for text in office.said(DUTY))
    office.clock.move_to(office.clock.now() + timedelta(hours=1))
    await office.tick()
    assert any("⚠️ 1 条消息没送到" in text for text in office.said(DUTY))
    await office.bot.losses.load()
    assert office.bot.losses.next_at(office.clock.now()) is None


@pytest.mark.asyncio
async def test_the_bucket_of_a_room_survives_a_restart(offices, office):
    office.chat.capabilities = replace(office.chat.capabilities, per_minute_room=20)
    first = await offices()
    for number in range(5):
        await first.hear(CUSTOMER, "王老师", f"报障 打印机坏了 {number}")
    kept = await first.bot.store.kept("pace:")
    assert list(kept) == [f"pace:chat:group:{CUSTOMER}", f"pace:chat:group:{DUTY}"] or kept
    again = await offices()
    sender = again.bot.outbox._senders["chat"]
    room = f"chat:group:{CUSTOMER}"
    assert sender._pace.wait(room, again.clock.now(), ahead=1) > timedelta()


def test_only_buckets_that_are_half_full_are_remembered_and_forgotten_when_they_are_empty():
    pace = Pace(Capabilities(per_minute_room=20, per_minute=1000))
    pace.take("a", NOW)
    assert pace.filled("qq", NOW) == {}
    for _ in range(4):
        pace.take("a", NOW)
    filled = pace.filled("qq", NOW)
    assert list(filled) == ["a"]
    assert pace.filled("qq", NOW) == {}  # nothing has changed
    later = NOW + timedelta(minutes=2)
    assert pace.filled("qq", later) == {"a": None}
    assert pace.filled("qq", later) == {}

    again = Pace(Capabilities(per_minute_room=20, per_minute=1000))
    again.restore({name: at for name, at in filled.items() if at}, "qq", NOW)
    assert again.wait("a", NOW, ahead=1) == pace_after(5).wait("a", NOW, ahead=1) > timedelta()
    again.restore({"b": NOW + timedelta(days=1)}, "qq", NOW)  # a clock that was put back
    assert again.wait("b", NOW) == timedelta()


def pace_after(messages: int) -> Pace:
    pace = Pace(Capabilities(per_minute_room=20, per_minute=1000))
    for _ in range(messages):
        pace.take("a", NOW)
    return pace


class _Ticked:
    """A part of the bot that only notes when it had its turn."""

    def __init__(self) -> None:
        self.at: list[datetime] = []

    async def tick(self, now: datetime) -> None:
        self.at.append(now)


@pytest.mark.asyncio
async def test_what_the_store_refused_is_told_with_the_next_tick_and_the_others_have_their_turn(offices):
    office = await offices(RefusingOnce)
    await office.hear(CUSTOMER, "王老师", "报障 打印机坏了")
    office.said(DUTY)
    [letter, *_] = await office.store.said_about(1001)
    office.bot.losses.lost(letter)
    later = _Ticked()
    bot = replace(office.bot, digests=later)
    office.store.refused = "commit"
    with pytest.raises(OSError, match="away"):
        await bot.tick(office.clock.now())
    assert later.at == [office.clock.now()]
    await office.tick()
    assert [text for text in office.said(DUTY) if text.startswith("⚠️ 1 条消息没送到")]
    await office.tick()
    assert not office.said(DUTY)


@pytest.mark.asyncio
async def test_all_that_fails_in_a_tick_is_told(offices):
    office = await offices()

    class _Failing:
        async def tick(self, now: datetime) -> None:
            raise ValueError(f"nothing works at {now}")

    bot = replace(office.bot, digests=_Failing(), unheard=_Failing())
    with pytest.raises(ExceptionGroup) as caught:
        await bot.tick(office.clock.now())
    assert len(caught.value.exceptions) == 2


@pytest.mark.asyncio
async def test_where_the_store_is_away_nobody_else_tries(offices):
    office, later = await offices(), _Ticked()

    class _Away:
        async def tick(self, now: datetime) -> None:
            raise StoreFault("the disk is away")

    bot = replace(office.bot, unheard=_Away(), digests=later)
    with pytest.raises(StoreFault):
        await bot.tick(office.clock.now())
    assert later.at == []
