"""The manager's calls about solved tickets: which are drawn, by when, and when they stand in the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from msgspec.structs import replace as changed

from bot.tickets import planned_events as p
from bot.tickets import planned_steps as ps
from bot.tickets import steps as s
from bot.tickets.calling import (
    LOW_SCORE,
    RANDOM,
    call_about,
    is_called_unrated,
    list_after,
    why_called,
)
from bot.tickets.kinds import Kind
from bot.tickets.rules import Rules
from scheduler.written_ledgers import WrittenCallback

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai


@pytest.fixture
def drawing(rules: Rules) -> Rules:
    callback = WrittenCallback(random=20, always=("level_1", "complaint"))
    return replace(rules, policies={"edu": replace(rules.policies["edu"], callback=callback)})


def test_levels_and_complaints_are_always_called_back(drawing: Rules, rules: Rules, open_case: Any) -> None:
    assert why_called(open_case(rules=drawing, level="1").ticket, drawing) == "level_1"
    assert why_called(open_case(rules=drawing, kind=Kind.COMPLAINT).ticket, drawing) == "complaint"
    assert why_called(open_case(rules=drawing, level="1").ticket, rules) == ""
    assert why_called(open_case(rules=drawing, kind=Kind.CALLBACK).ticket, drawing) == ""


@pytest.mark.parametrize("kind", Kind)
def test_only_what_a_customer_brought_is_called_back(kind: Kind, drawing: Rules, open_case: Any) -> None:
    ticket = changed(open_case(rules=drawing, level="1").ticket, kind=kind)
    brought = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST, Kind.COMPLAINT)
    assert bool(why_called(ticket, drawing)) is (kind in brought)
    asking = replace(drawing.policies["edu"], callback=WrittenCallback(random=0, always=("unrated",)))
    unrated = replace(drawing, policies={"edu": asking})
    assert is_called_unrated(ticket, unrated) is (kind in brought)
    assert not is_called_unrated(ticket, drawing)
    assert not is_called_unrated(changed(ticket, policy="none"), unrated)
    assert why_called(changed(ticket, policy="none"), drawing) == ""


def test_the_lot_draws_about_the_share_and_the_same_again(drawing: Rules, open_case: Any) -> None:
    plain = open_case(rules=drawing).ticket
    tickets = [changed(plain, number=number) for number in range(2000)]
    drawn = [ticket.number for ticket in tickets if why_called(ticket, drawing) == RANDOM]
    assert 320 <= len(drawn) <= 480
    assert drawn == [ticket.number for ticket in tickets if why_called(ticket, drawing) == RANDOM]


@pytest.fixture
def call(drawing: Rules, open_case: Any) -> Any:
    """A call owed about a ticket that was solved on Monday at 10:00."""
    solved = open_case(rules=drawing)
    solved.resolve(solved.zhang)
    step = call_about(solved.ticket, RANDOM, solved.now, drawing)
    names = ("kind", "text", "subject", "owner", "reason", "due_at", "announce_at")
    return open_case(rules=drawing, level=None, **{name: getattr(step, name) for name in names})


def test_a_call_is_due_within_48_hours_and_listed_every_morning(call: Any, drawing: Rules) -> None:
    assert call.clocks[0].due_at == MONDAY + 48 * HOUR
    listed = [when for when, event in call.lives(timedelta(days=3)) if isinstance(event, p.CallListed)]
    assert listed == [MONDAY + timedelta(days=day) - HOUR for day in (1, 2, 3)]
    assert list_after(MONDAY - 2 * HOUR, drawing) == MONDAY - HOUR


def test_a_call_that_was_made_is_listed_no_more(call: Any) -> None:
    call.does(s.Report(call.manager, "满意"))
    assert call.lives(timedelta(days=5)) == []


def test_a_call_nobody_answered_is_reminded_of_before_it_is_due(call: Any) -> None:
    (missed,) = call.does(s.Report(call.manager, "未接", "missed"))
    assert missed.again_at == MONDAY + 3 * HOUR
    call.waits(46 * HOUR + timedelta(minutes=50))
    (missed,) = call.does(s.Report(call.manager, "未接", "missed"))
    assert missed.again_at == MONDAY + 47 * HOUR + timedelta(minutes=15)


def test_a_low_score_makes_a_call_more_pressing_never_less(call: Any) -> None:
    call.waits(HOUR)
    assert call.does(ps.Hasten(LOW_SCORE, MONDAY + 60 * HOUR)) == []
    call.does(ps.Hasten(LOW_SCORE, MONDAY + 8 * HOUR))
    assert (call.clocks[0].due_at, call.ticket.reason) == (MONDAY + 8 * HOUR, LOW_SCORE)
