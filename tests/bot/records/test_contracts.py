"""The ends of contracts: which word is due, and that two processes say it once."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bot.config import load, rules_of
from bot.records import contracts
from bot.records.contracts import ENDED, Said
from bot.tickets.rules import Rules
from scheduler.validity import Validity
from tests.bot.office import Office

FILE = Path(__file__).parents[2] / "transcripts" / "ending.toml"
LAST = date(2026, 6, 30)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return rules_of(load(FILE, {}, is_replay=True))


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour - 8), UTC)


def test_each_word_is_due_once_and_of_several_the_latest(rules: Rules) -> None:
    assert contracts.due("yucai", None, rules, at(date(2026, 3, 1))) is None
    ninety = contracts.due("yucai", None, rules, at(date(2026, 4, 1)))
    assert ninety is not None
    assert ninety.days_left == 90
    assert contracts.due("yucai", ninety.said, rules, at(date(2026, 4, 2))) is None
    late = contracts.due("yucai", ninety.said, rules, at(date(2026, 6, 25)))
    assert late is not None
    assert late.days_left == 7
    over = contracts.due("yucai", late.said, rules, at(date(2026, 7, 1)))
    assert over is not None
    assert over.days_left == ENDED
    assert contracts.due("yucai", over.said, rules, at(date(2030, 1, 1))) is None


def test_a_contract_that_was_made_longer_is_watched_anew(rules: Rules) -> None:
    longer = replace(rules, validities={"yucai": Validity(None, date(2027, 6, 30))})
    said = Said(LAST, ENDED)
    assert contracts.due("yucai", said, longer, at(date(2026, 7, 1))) is None
    again = contracts.due("yucai", said, longer, at(date(2027, 4, 1)))
    assert again is not None
    assert again.days_left == 90


@pytest.mark.parametrize(
    ("now", "said_at"),
    [
        (at(date(2026, 4, 1)), at(date(2026, 4, 1))),
        (at(date(2026, 4, 1)) + timedelta(minutes=5), at(date(2026, 4, 1))),  # a tick that is a little late
        (at(date(2026, 4, 1), 23), at(date(2026, 4, 2))),
        (at(date(2026, 4, 3), 23), at(date(2026, 4, 7))),  # Friday night before 清明: on the next working day
    ],
    ids=["in time", "a tick late", "at night", "before a holiday"],
)
def test_what_is_late_waits_for_a_morning(rules: Rules, now: datetime, said_at: datetime) -> None:
    assert contracts.said_at(at(date(2026, 4, 1)), rules, now) == said_at


def test_contracts_that_end_soon_are_listed_and_others_are_not(rules: Rules) -> None:
    found = contracts.endings(rules, at(date(2026, 4, 1)))
    assert [(each.customer, each.days_left) for each in found] == [
        ("riverside", -91),
        ("yucai", 90),
        ("shiyan", 90),
    ]
    assert [each.customer for each in contracts.endings(rules, at(date(2026, 3, 31)))] == ["riverside"]


@pytest.mark.asyncio
async def test_two_processes_say_it_once(offices: Any) -> None:
    known: Office = await offices()
    first, *others = known.bot.config.customers
    ending = replace(first, contract_until=date(2026, 3, 17))
    config = dataclasses.replace(known.bot.config, customers=(ending, *others))
    one: Office = await offices(other=config)
    other: Office = await offices(other=config)
    one.clock.move_to(at(date(2026, 3, 10)))
    for office in (one, other, one, other):
        await office.tick()
    [said] = one.said("私聊 陈经理")
    assert said.startswith("📄 育才小学 的合同 2026-3-17 到期，还有 7 天。")
