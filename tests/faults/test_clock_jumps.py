"""The wall clock jumps an hour or a day, forward or back, and the zone of the host changes: no rung is told twice, none is lost."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.faults.desks import DAY, HOUR, MINUTE, desk

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def case(tmp_path, store_url):
    async with desk(tmp_path, store_url) as opened:
        yield opened


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY], ids=["+1 h", "-1 h", "+1 day", "-1 day"])
@pytest.mark.parametrize(
    "back_after", [10 * MINUTE, 2 * HOUR, None], ids=["for ten minutes", "for two hours", "for good"]
)
@pytest.mark.fault("clock")
@pytest.mark.on(sqlite=(1, 1), redis=(0, 1), valkey=(0, 1), cluster=(0, 1))
async def test_a_jump_repeats_nothing_and_loses_nothing(case, kind, round_, jump, back_after, held):
    await case.says("wang", "报障 打印机坏了")
    await case.passes(HOUR)
    await case.says("liu", "报障 投影机不亮")
    case.clock.wrong = jump
    await case.bot.tick(case.clock.now())
    await case.says("zhao", "报障 电脑开不了机")
    if back_after is not None:
        await case.passes(back_after)
        case.clock.wrong = timedelta()
        await case.bot.tick(case.clock.now())
    await case.passes(2 * DAY, step=15 * MINUTE)
    noted = await case.rungs()
    assert set(noted.values()) == {1}, noted
    # Three tickets with two promises and three rungs each.
    assert Counter(number for number, *_ in noted) == {1001: 6, 1002: 6, 1003: 6}
    texts = Counter(text for _, text in case.chat.said)
    assert max(texts.values()) == 1, texts.most_common(1)
    held(rungs=len(noted))


@pytest.mark.fault("zone")
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of the process cannot be changed here")
@pytest.mark.on(sqlite=(1, 1), redis=(0, 1), valkey=(0, 1), cluster=(0, 1))
async def test_the_zone_of_the_host_makes_no_difference(case, kind, round_, monkeypatch, held):
    await case.says("wang", "报障 打印机坏了")
    for zone in ("America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        await case.passes(HOUR)
    monkeypatch.undo()
    time.tzset()
    await case.passes(DAY, step=15 * MINUTE)
    noted = await case.rungs()
    assert set(noted.values()) == {1}
    assert len(noted) == 6
    assert "12:00" in case.chat.said[0][1]
    held(4)
