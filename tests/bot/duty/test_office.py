"""The duty office on a real store: two processes say a change of shift once, and both call whom nobody has relieved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.bot.office import CUSTOMER, DUTY, ENGINEERS, MINUTE, START, Office

pytestmark = pytest.mark.asyncio

DAY = timedelta(days=1)


async def test_two_processes_call_a_shift_once_and_agree_about_whom_to_call(offices: Any) -> None:
    one: Office = await offices()
    other: Office = await offices()
    for office in (one, other):
        await office.tick()
    one.clock.move_to(START + DAY)  # past the change of shift on Tuesday morning
    for office in (one, other, one, other):
        await office.tick()
    [called] = one.said(DUTY)
    assert "换班" in called
    assert f"仍叫 {ENGINEERS[0]}" in called

    await other.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    one.said(CUSTOMER), one.said(DUTY)
    one.clock.move_to(START + DAY + 10 * MINUTE)
    await other.tick()
    assert [f"@{ENGINEERS[0]}" in text for text in one.said(DUTY)] == [True]

    await one.hear(DUTY, ENGINEERS[1], "接班")
    assert one.said(DUTY) == [f"{ENGINEERS[1]} 已接班（10:10）。"]
    await other.hear(CUSTOMER, "李老师", "报障 没有声音")
    one.said(CUSTOMER), one.said(DUTY)
    one.clock.move_to(START + DAY + 20 * MINUTE)
    await other.tick()
    assert any(f"@{ENGINEERS[1]}" in text for text in one.said(DUTY))


async def test_taking_over_twice_is_one_effect(office: Office) -> None:
    await office.tick()
    office.clock.move_to(START + DAY)
    await office.tick()
    office.said(DUTY)
    await office.hear(DUTY, ENGINEERS[1], "接班", times=3)
    assert office.said(DUTY) == [f"{ENGINEERS[1]} 已接班（10:00）。"]


async def test_the_bot_wakes_for_a_change_of_shift(office: Office) -> None:
    await office.tick()
    due = await office.bot.next_due_at()
    assert due is not None
    assert START < due <= START + DAY
    office.clock.move_to(due)
    await office.tick()
    assert len(office.said(DUTY)) == 1
