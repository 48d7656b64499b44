"""What a typed word says besides: which other tickets are meant, and when it is ordinary speech."""

from __future__ import annotations

import pytest

from bot.commands import Command, parse
from bot.orders.words import others, stands_alone
from bot.tickets.model import Party
from tests.bot.office import CUSTOMER, DUTY, ENGINEERS, Office


def _command(text: str) -> Command:
    command = parse(text)
    assert command is not None
    return command


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("接单 1001", []),
        ("接单 1001 1002", [(1002, "")]),
        ("撤单 1001、1002和1003", [(1002, ""), (1003, "")]),
        ("催单 1001 1002", [(1002, "")]),
        ("进度 1001 & #1002", [(1002, "")]),
        ("催单 1001 1002 快点", []),  # more is said than numbers
        ("更新 1001 1002 配件到了", [(1002, "配件到了")]),
        ("更新 1001 1002 1003 配件到了", [(1002, "1003 配件到了"), (1003, "配件到了")]),
        ("记录 1001 1002 电话过", [(1002, "电话过")]),
        ("答复 1001 1002 明天好", [(1002, "明天好")]),
        ("离场 1001 1002 未解决 主板坏", [(1002, "未解决 主板坏")]),
        ("解决 1001 1002", [(1002, "")]),
        ("派单 1001 1002 @小李", [(1002, "@小李")]),
        ("更新 1001 302教室换线", []),
        ("更新 1001 120元的线换了", []),
        ("更新 1001 1002.5", []),
        ("更新 1001 2026-03-03 到货", []),
        ("约 1001 1002 明天", []),  # of a word that takes a time the number may be one
        ("评分 1001 5 4", []),
    ],
)
def test_other_tickets_are_named_behind_the_first(text: str, found: list[tuple[int, str]]) -> None:
    assert list(others(_command(text))) == found


def test_however_many_are_named_all_are_found() -> None:
    numbers = range(1002, 1012)
    assert [number for number, _ in others(_command(f"接单 1001 {' '.join(map(str, numbers))}"))] == [
        *numbers
    ]


@pytest.mark.parametrize(
    ("text", "is_alone"),
    [("值班", True), ("值班 后天", True), ("值班 表发一下", False), ("接班 后天", False)],
)
def test_a_word_stands_alone_or_beside_a_day(text: str, is_alone: bool) -> None:
    assert stands_alone(_command(text)) is is_alone


@pytest.mark.asyncio
async def test_staff_may_name_as_many_as_there_are(office: Office) -> None:
    numbers = range(1001, 1013)
    for number in numbers:
        await office.hear(CUSTOMER, f"老师{number}", f"报障 第{number}教室投影不亮")
    await office.hear(DUTY, ENGINEERS[0], f"接单 {' '.join(map(str, numbers))}")
    office.said(CUSTOMER)
    await office.hear(DUTY, "陈经理", f"改派 {' '.join(map(str, numbers))} @工程师02 他请假了")
    assert {(await office.ticket(number)).owner for number in numbers} == {Party("e02", "工程师02")}
    assert not any("1012" in text and "1011" in text for text in office.said(CUSTOMER))
