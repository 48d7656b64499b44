"""The page about people and time: who is on duty, who cannot be called, what the auditor found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

pytestmark = pytest.mark.asyncio


async def test_it_says_who_is_on_duty_who_cannot_be_called_and_what_was_checked(stand: Any) -> None:
    await stand.bot.tick(stand.clock.now())
    page = await stand.page("/duty")
    assert "老张" in page
    assert "还没有核对过" in page
    await stand.say("王老师", "报障 打印机坏了")
    await stand.bot.auditor.round()
    page = await stand.page("/duty")
    assert "核对了 1 张在办的单" in page
    assert 'aria-current="page"' in page

    stand.health.connections["web"] = False
    people = tuple(replace(each, accounts=()) for each in stand.bot.config.people)
    object.__setattr__(stand.bot.config, "people", people)
    page = await stand.page("/duty")
    assert "平台没有连上" in page
    assert "没有写帐号" in page


async def test_it_speaks_english(stand: Any) -> None:
    await stand.bot.tick(stand.clock.now() + timedelta(minutes=1))
    page = await stand.page("/duty?lang=en")
    assert "Cannot be called" in page
    assert "Deadlines checked" in page
