"""The weekly list: it reaches whoever looks after the knowledge, also when the store is away for a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.lessons import Lesson, Missed
from bot.store.knowledge_contract import Learning
from tests.bot.office import START, Office, RefusingOnce


async def _office(offices: Any, zone: str = "Asia/Shanghai") -> Office:
    config = (await offices()).bot.config
    config = replace(
        config,
        faq=msgspec.structs.replace(config.faq, managers=("chen",)),
        bot=msgspec.structs.replace(config.bot, zone=ZoneInfo(zone)),
    )
    return await offices(lambda store: RefusingOnce(store, "lessons"), config)  # type: ignore[no-any-return]


@pytest.mark.asyncio
async def test_what_the_store_refused_is_told_with_the_next_tick(offices: Any) -> None:
    office = await _office(offices)
    missed = Lesson(id="m", at=START, matter=Missed(question="班牌怎么换背景", customer="yucai"))
    await office.store.learn(Learning(at=START, lessons=(missed,)))
    with pytest.raises(OSError, match="away"):
        await office.tick()
    assert office.bot.school.weekly.next_at(START) == START - timedelta(hours=1)
    await office.tick()
    await office.tick()
    assert [each.message.text for each in office.chat.said] == [
        "📚 近一周的知识，回数字处理：\n没答上：1 班牌怎么换背景（1 次）"
    ]


@pytest.mark.asyncio
async def test_it_comes_at_nine_also_after_a_clock_change(offices: Any) -> None:
    weekly = (await _office(offices, "Europe/Berlin")).bot.school.weekly
    monday = datetime(2026, 3, 23, 8, tzinfo=UTC)  # 09:00 in winter
    assert weekly.next_at(monday + timedelta(days=3)) == datetime(2026, 3, 30, 7, tzinfo=UTC)
