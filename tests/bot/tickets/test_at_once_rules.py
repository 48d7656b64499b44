"""What is told with the report: rungs at 0%, levels that are urgent, and reporters who say so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.beginnings import called_at_once
from bot.tickets.card import is_urgent
from bot.tickets.kinds import ClockKind
from bot.tickets.model import Promise
from bot.tickets.rules import Level, Policy, Rules
from scheduler.escalation import Ladder, Rung, parse_at
from scheduler.written_clocks import WrittenClock

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def _promise(kind: ClockKind, within: str, **written: Any) -> Promise:
    clock = WrittenClock(kind=kind.value, within=within, **written)
    return Promise(kind=kind, calendar="always", ladder="standard", clock=clock)


@pytest.fixture
def at_once(rules: Rules) -> Rules:
    """One level that is not urgent, with a rung at 0%, a repair and the loaner that is owed when it is missed."""
    standard = rules.ladders["standard"]
    first = Rung(parse_at("0%"), ("on_call", "manager"))
    promises = (
        _promise(ClockKind.RESPOND, "20m"),
        _promise(ClockKind.RESOLVE, "4h"),
        _promise(ClockKind.LOAN, "12h", after="missed:resolve"),
    )
    return replace(
        rules,
        policies={"edu": Policy("edu", "一级", (Level("3", "全部", (), promises),), "3")},
        ladders={"standard": Ladder("standard", (first, *standard.rungs), standard.waking)},
    )


def test_a_rung_at_the_start_is_called_with_the_card_and_by_no_clock(at_once: Rules, open_case: Any) -> None:
    case = open_case(rules=at_once)
    assert called_at_once(case.ticket, at_once, case.now) == (case.zhou, case.manager)
    told = [(at, event) for at, event in case.lives(3 * HOUR) if isinstance(event, e.Escalated)]
    assert all(event.rung > 0 for _, event in told)
    assert told[0][0] - case.start == 10 * MINUTE


def test_what_a_missed_promise_brings_about_is_told_when_it_begins(at_once: Rules, open_case: Any) -> None:
    case = open_case(rules=at_once)
    case.does(s.Say(case.zhang, "在看"))
    loans = [
        (at - case.start, event.rung)
        for at, event in case.lives(5 * HOUR)
        if isinstance(event, e.Escalated) and event.promised is ClockKind.LOAN
    ]
    assert loans == [(4 * HOUR, 0)]


@pytest.mark.parametrize(
    ("opened", "urgent"),
    [
        ({"is_urgent": True}, True),  # 紧急 …
        ({"text": "平台全挂了"}, True),
        ({"text": "不紧急，少一列"}, False),
        ({}, False),
    ],
)
def test_where_there_is_one_level_the_reporter_says_whether_it_is_urgent(
    at_once: Rules, open_case: Callable[..., Any], opened: dict[str, object], urgent: bool
) -> None:
    assert is_urgent(open_case(rules=at_once, **opened).ticket, at_once) is urgent


def test_the_most_urgent_level_calls_people_whatever_its_ladder_says(case: Any, open_case: Any) -> None:
    assert called_at_once(case.ticket, case.rules, case.now) == ()
    urgent = open_case(level="1")
    assert called_at_once(urgent.ticket, urgent.rules, urgent.now) == (case.zhou, case.manager)
