"""Digests: told at their time, once, not long afterwards, and not at all where nobody wants them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.config import load
from bot.configuration.mistakes import ConfigurationFaults
from bot.configuration.model import DigestTimes
from tests.bot.office import CUSTOMER, DUTY, START, Office, RefusingOnce

_TIMES = DigestTimes(daily=time(18), weekly=time(9))


async def _office(offices: Any, times: DigestTimes = _TIMES) -> Office:
    first: Office = await offices()
    office: Office = await offices(other=replace(first.bot.config, digests=times))
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    office.said(DUTY)
    return office


async def _digests(office: Office, ahead: timedelta) -> list[str]:
    office.clock.jump(ahead)
    await office.tick()
    return [text for text in office.said(DUTY) if text.startswith("📊")]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("ahead", "is_told"), [(timedelta(hours=7, minutes=59), 0), (timedelta(hours=8), 1), (timedelta(hours=11), 1), (timedelta(hours=11, minutes=1), 0)]
)  # fmt: skip
async def test_it_is_told_from_its_time_on_for_three_hours(
    offices: Any, ahead: timedelta, is_told: int
) -> None:
    office = await _office(offices)
    assert len(await _digests(office, ahead)) == is_told
    assert await _digests(office, timedelta()) == []


@pytest.mark.asyncio
async def test_two_processes_tell_it_once(offices: Any) -> None:
    office = await _office(offices)
    other: Office = await offices(other=office.bot.config)
    assert len(await _digests(office, timedelta(hours=8))) == 1
    assert await _digests(other, timedelta()) == []


@pytest.mark.asyncio
async def test_the_next_one_is_known(offices: Any) -> None:
    digests = (await _office(offices)).bot.digests
    six = datetime(2026, 3, 9, 10, tzinfo=UTC)  # 18:00 in Shanghai
    assert digests.next_at(START) == six - timedelta(hours=9)  # the one of the week, which is due since 09:00
    await digests.tick(START)
    assert digests.next_at(START) == six
    assert digests.next_at(six) == six
    await digests.tick(six)
    assert digests.next_at(six) == six + timedelta(days=1)


@pytest.mark.asyncio
async def test_what_is_told_after_midnight_is_of_the_day_before_and_keeps_nobody_from_the_next(
    offices: Any,
) -> None:
    office = await _office(offices, DigestTimes(daily=time(23)))
    (late,) = await _digests(office, timedelta(hours=14, minutes=10))  # 00:10
    assert late.startswith("📊 昨日：新 1")
    await office.hear(CUSTOMER, "孙老师", "报障 打印机坏了")
    office.said(DUTY)
    (next_one,) = await _digests(office, timedelta(hours=22, minutes=50))
    assert next_one.startswith("📊 今日：新 1")


@pytest.mark.asyncio
async def test_one_in_the_morning_is_of_the_day_before(offices: Any) -> None:
    office = await _office(offices, DigestTimes(daily=time(8)))
    (text,) = await _digests(office, timedelta(hours=22))
    assert text.startswith("📊 昨日：新 1")
    assert "要盯：1001" in text


@pytest.mark.asyncio
async def test_what_the_store_refused_is_told_with_the_next_tick(offices: Any) -> None:
    first: Office = await offices()
    config = replace(first.bot.config, digests=DigestTimes(daily=time(18)))
    office: Office = await offices(lambda store: RefusingOnce(store, "closed_since"), config)
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    office.said(DUTY)
    with pytest.raises(OSError, match="away"):
        await _digests(office, timedelta(hours=8))
    assert len(await _digests(office, timedelta(minutes=1))) == 1


@pytest.mark.asyncio
async def test_a_clock_change_moves_only_the_day_it_is_on(offices: Any) -> None:
    first: Office = await offices()
    config = first.bot.config
    berlin = replace(
        config,
        digests=DigestTimes(daily=time(2, 30)),
        bot=msgspec.structs.replace(config.bot, zone=ZoneInfo("Europe/Berlin")),
    )
    office: Office = await offices(other=berlin)
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 02:30 does not come on that day: 03:30
    assert office.bot.digests.next_at(at - timedelta(hours=5)) == at
    await office.bot.digests.tick(at)
    assert office.bot.digests.next_at(at) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


@pytest.mark.asyncio
async def test_a_manager_who_cannot_be_written_to_reads_the_week_in_the_duty_room(offices: Any) -> None:
    first: Office = await offices()
    config = first.bot.config
    people = tuple(
        msgspec.structs.replace(each, accounts=()) if each.id == "chen" else each for each in config.people
    )
    office: Office = await offices(other=replace(config, people=people, digests=DigestTimes(weekly=time(9))))
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    office.said(DUTY)
    (text,) = await _digests(office, timedelta(days=7))
    assert text.startswith("📊 上周（3-9 至 3-15）：新 1")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("language", "room_language", "begins"),
    [("zh", "en", "📊 Today"), ("en", "zh", "📊 今日"), ("en", "", "📊 Today")],
)
async def test_a_duty_room_reads_it_in_its_language_or_that_of_the_bot(
    offices: Any, language: str, room_language: str, begins: str
) -> None:
    config = (await offices()).bot.config
    rooms = tuple(
        msgspec.structs.replace(each, language=room_language) if each.kind == "duty" else each
        for each in config.rooms
    )
    bot = msgspec.structs.replace(config.bot, language=language)
    office: Office = await offices(other=replace(config, rooms=rooms, bot=bot, digests=_TIMES))
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    office.said(DUTY)
    (text,) = await _digests(office, timedelta(hours=8))
    assert text.startswith(begins)


@pytest.mark.asyncio
async def test_managers_read_the_week_privately_in_the_language_of_the_bot_and_else_in_the_duty_room(
    offices: Any,
) -> None:
    config = (await offices()).bot.config
    rooms = tuple(
        msgspec.structs.replace(each, language="en") if each.kind == "duty" else each for each in config.rooms
    )
    office: Office = await offices(other=replace(config, rooms=rooms, digests=DigestTimes(weekly=time(9))))
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    office.clock.jump(timedelta(days=7))
    await office.bot.digests.tick(office.clock.now())
    queued = await office.store.outgoing("figures|2026-03-09|chat:private:陈经理.0")
    assert queued.text.startswith("📊 上周（3-9 至 3-15）：新 1")
    assert (queued.room, queued.fallback) == ("chat:private:陈经理", f"chat:group:{DUTY}")


@pytest.mark.asyncio
async def test_nobody_wants_any_unless_it_is_written(offices: Any) -> None:
    office = await _office(offices, DigestTimes())
    assert office.bot.digests.next_at(START) is None
    assert await _digests(office, timedelta(hours=8)) == []


def test_a_time_that_is_none_is_a_mistake(tmp_path: Any) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[notices]\ndaily_at = "25:00"\n', encoding="utf-8")
    with pytest.raises(ConfigurationFaults, match="daily_at"):
        load(path, {})
