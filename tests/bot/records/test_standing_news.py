"""News of what contracts promise about tickets together: what is worse is told, what is better is only remembered."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from bot.records.ledgers import CustomerStandings
from bot.records.standing_news import Told, as_told, notice, worse
from bot.tickets.speaker import Speaker
from bot.tickets.standings import Standing
from scheduler.intervals import Interval
from scheduler.written_ledgers import WrittenQuota, WrittenRatio
from tests.bot.office import CUSTOMER, START, Office, RefusingOnce

YEAR = Interval(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
NEXT = Interval(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
SHARE = Standing(WrittenRatio(id="put_off", name="延期", counts="agreed", at_most=10), YEAR, 0, 8, True, 0)
NUMBER = Standing(WrittenQuota(id="faults", name="故障", limit=2), YEAR, 0, 2, True, 2)
DEVICE = Standing(WrittenQuota(id="same", name="设备", limit=2, per_asset=True), YEAR, 2, 2, False, -1, "SN1")


def used(count: int, **differs: Any) -> Standing:
    return replace(NUMBER, used=count, **differs)


def missed(count: int) -> Standing:
    return replace(SHARE, used=count, is_attained=False)


def test_where_nothing_happened_nothing_is_remembered() -> None:
    assert as_told([SHARE, NUMBER]) == {}
    assert worse([SHARE, NUMBER], {}) == []


def test_a_number_is_told_each_time_it_grows() -> None:
    assert worse([used(1)], {}) == [used(1)]
    assert worse([used(1)], as_told([used(1)])) == []
    assert worse([used(2)], as_told([used(1)])) == [used(2)]
    assert worse([used(1)], as_told([used(2)])) == []
    assert worse([used(1, period=NEXT)], as_told([used(1)])) == [used(1, period=NEXT)]


def test_a_share_is_told_when_it_is_missed_and_again_once_it_had_been_kept() -> None:
    assert worse([missed(3)], {}) == [missed(3)]
    assert worse([missed(4)], as_told([missed(3)])) == []
    assert as_told([missed(4)]) == as_told([missed(3)])  # nothing to save for that
    assert as_told([SHARE]) == {}
    assert worse([missed(3)], as_told([SHARE])) == [missed(3)]


def test_devices_are_told_apart() -> None:
    other = replace(DEVICE, subject="SN2")
    assert as_told([DEVICE]) == {"same|SN1|2026-01-01": Told(2, is_attained=False)}
    assert worse([DEVICE, other], as_told([DEVICE])) == [other]


def test_of_many_customers_the_first_few_are_named() -> None:
    speaker = Speaker(lambda text: text, ZoneInfo("Asia/Shanghai"), YEAR.start, "zh")
    found = [CustomerStandings(f"c{n}", f"客户{n}", (used(1),)) for n in range(1, 9)]
    lines = notice(found, speaker).split("\n")
    assert lines[0] == "📌 客户1 ✓ 故障：1/2 次"
    assert lines[6:] == ["另有 2 项，回“达标”看全部。"]
    assert len(notice(found[:6], speaker).split("\n")) == 6


@pytest.mark.asyncio
async def test_two_processes_and_a_store_that_refuses_once_say_it_once(offices: Any) -> None:
    known: Office = await offices()
    policy = replace(
        known.bot.config.policies["edu"], quotas=(WrittenQuota(id="faults", name="故障", limit=2),)
    )
    config = dataclasses.replace(known.bot.config, policies={"edu": policy})
    store = RefusingOnce(known.store)
    one: Office = await offices(lambda _: store, config)
    other: Office = await offices(other=config)
    await one.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    one.clock.move_to(START + timedelta(hours=23))  # 09:00
    store.refused = "commit"
    with pytest.raises(OSError, match="away"):
        await one.bot.standings.tick(one.clock.now())
    for office in (one, other, one, other):
        await office.bot.standings.tick(one.clock.now())
        await office.bot.outbox.drain()
    assert one.said("私聊 陈经理") == ["📌 育才小学 ✓ 故障：1/2 次"]
