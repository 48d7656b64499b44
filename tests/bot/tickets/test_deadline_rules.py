"""What the passing of time does: rungs of ladders, and when to look again."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.due import next_deadline, realigned
from bot.tickets.kinds import ClockKind
from bot.tickets.model import Ticket
from bot.tickets.rules import Role, Rules
from scheduler.escalation import Ladder
from scheduler.rota import Rota
from scheduler.windows import Window

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _told(case: Any, length: timedelta, kind: ClockKind = ClockKind.RESPOND) -> list[tuple[int, Any]]:
    """Return what a clock told while time passed, with the minutes since the report."""
    return [
        ((at - case.start) // MINUTE, event)
        for at, event in case.lives(length)
        if isinstance(event, e.Escalated) and event.promised is kind
    ]


def test_each_rung_tells_its_people_at_its_instant(case: Any) -> None:
    told = _told(case, 30 * MINUTE)
    assert [(minute, event.rung, event.told) for minute, event in told] == [
        (10, 0, (case.zhou,)),
        (16, 1, (case.zhou, case.leader)),
        (20, 2, (case.manager,)),
        (30, 3, (case.director,)),
    ]
    assert [event.is_breach for _, event in told] == [False, False, True, True]
    assert {event.due_at for _, event in told} == {case.start + 20 * MINUTE}


def test_an_answer_in_time_silences_the_ladder(case: Any) -> None:
    _told(case, 10 * MINUTE)
    case.does(s.Say(case.zhang, "在看"))
    assert _told(case, 2 * HOUR) == []


def test_a_claim_does_not_silence_the_ladder_but_calls_the_owner(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    told = _told(case, 3 * HOUR)
    assert [(minute, event.told) for minute, event in told] == [
        (10, (case.zhang,)),
        (16, (case.zhang, case.leader)),
        (20, (case.manager,)),
        (30, (case.director,)),
    ]


def test_a_missed_response_is_repeated_until_somebody_claims(case: Any) -> None:
    told = _told(case, 60 * MINUTE)
    assert [minute for minute, event in told if event.is_repeat] == [35, 50]
    assert {event.rung for _, event in told if event.is_repeat} == {2}
    case.does(s.Claim(case.zhang))
    assert _told(case, 3 * HOUR) == []


def test_other_missed_promises_are_repeated_until_staff_says_a_word(case: Any) -> None:
    case.does(s.Say(case.zhang, "在看"))
    told = _told(case, 8 * HOUR + 30 * MINUTE, ClockKind.RESOLVE)
    assert [(minute, event.is_repeat) for minute, event in told[-3:]] == [
        (480, False),
        (495, True),
        (510, True),
    ]
    case.does(s.Update(case.zhang, "备件在路上"))
    assert _told(case, 3 * HOUR, ClockKind.RESOLVE) == []
    higher = _told(case, HOUR, ClockKind.RESOLVE)
    assert [(minute, event.rung) for minute, event in higher] == [(720, 3)]
    again = _told(case, 2 * HOUR, ClockKind.RESOLVE)
    assert [(minute, event.rung) for minute, event in again] == [(780, 2)]


def test_after_a_downtime_only_the_highest_due_rung_speaks_and_names_the_others(case: Any) -> None:
    (told,) = [event for event in case.waits(25 * MINUTE).looks() if event.promised is ClockKind.RESPOND]
    assert (told.rung, told.skipped, told.late) == (2, (0, 1), 5 * MINUTE)
    assert told.at == case.start + 20 * MINUTE
    assert case.looks() == []


def test_after_a_long_downtime_one_rung_speaks_once_and_then_the_ladder_goes_on_as_planned(case: Any) -> None:
    (told,) = [event for event in case.waits(67 * MINUTE).looks() if event.promised is ClockKind.RESPOND]
    assert (told.rung, told.skipped, told.late) == (3, (0, 1, 2), 37 * MINUTE)
    assert case.looks() == []
    assert [minute for minute, _ in _told(case, 45 * MINUTE)] == [80, 95, 110]


def test_lateness_never_accumulates(case: Any) -> None:
    case.waits(18 * MINUTE).looks()
    told = _told(case, 20 * MINUTE)
    assert [(minute, event.late) for minute, event in told] == [
        (20, timedelta()),
        (30, timedelta()),
        (35, timedelta()),
    ]


def test_a_rung_told_late_keeps_the_repetitions_at_their_own_instants(case: Any) -> None:
    case.waits(22 * MINUTE).looks()
    assert [minute for minute, event in _told(case, 40 * MINUTE) if event.is_repeat] == [35, 50]


def test_several_clocks_are_told_of_together(open_case: Any) -> None:
    case = open_case(level="2")
    case.does(s.Claim(case.zhang))
    told = case.waits(DAY).looks()
    assert [(event.clock, event.rung) for event in told] == [
        (ClockKind.RESPOND, 3),
        (ClockKind.WORKAROUND, 3),
        (ClockKind.RESOLVE, 2),
    ]


def test_rungs_of_one_clock_do_not_count_for_another(open_case: Any) -> None:
    case = open_case(level="2")
    case.lives(HOUR)
    assert case.clock(ClockKind.RESPOND).fired != {}
    assert case.clock(ClockKind.RESOLVE).fired == {}


def test_missing_progress_is_told_again_after_every_word(open_case: Any) -> None:
    case = open_case(level="2")
    for _ in range(2):
        case.does(s.Say(case.zhang, "在看"))
        spoken_at = case.now
        told = [event for _, event in case.lives(45 * MINUTE) if event.promised is ClockKind.UPDATE]
        assert [(event.rung, event.told, event.at) for event in told] == [
            (0, (case.zhang,), spoken_at + 40 * MINUTE)
        ]


def test_outside_working_hours_a_working_clock_is_quiet(open_case: Any) -> None:
    case = open_case(level="2", start=open_case().start + 7 * HOUR - 2 * MINUTE)  # 16:58
    case.start = case.now
    night = _told(case, 16 * HOUR)
    assert night == []
    assert [minute for minute, _ in _told(case, 15 * MINUTE)] == [965, 968, 970, 975]


def test_nothing_is_due_before_the_deadline(case: Any) -> None:
    for _ in range(6):
        before = case.ticket
        case.now = case.deadline - timedelta(milliseconds=1)
        assert case.looks() == []
        assert case.ticket == before
        case.waits(timedelta(milliseconds=1))
        assert case.looks() != []


def test_a_due_ticket_without_event_has_a_later_deadline(case: Any) -> None:
    due = case.deadline
    case.does(s.Say(case.zhang, "在看"))  # somebody was faster than the tick
    case.now = due
    assert case.looks() == []
    assert case.deadline > due


@pytest.mark.parametrize("missing", ["rota", "nobody on call"])
def test_a_rung_that_finds_nobody_tells_the_next_above(rules: Rules, open_case: Any, missing: str) -> None:
    rotas = {} if missing == "rota" else {"first": replace(rules.rotas["first"], members=())}
    case = open_case(rules=replace(rules, rotas=rotas))
    assert _told(case, 10 * MINUTE)[0][1].told == (case.leader,)


def test_without_a_leader_it_is_the_manager(rules: Rules, open_case: Any) -> None:
    roles = dict(rules.roles) | {"leader": Role.ENGINEER}
    case = open_case(rules=replace(rules, rotas={}, roles=roles))
    assert _told(case, 10 * MINUTE)[0][1].told == (case.manager,)


def test_a_rung_may_name_a_person_or_everybody_of_a_role(rules: Rules, open_case: Any) -> None:
    (first, *higher) = rules.ladders["standard"].rungs
    rungs = (replace(first, tell=("li", "leader", "nobody", "li")), *higher)
    roles = dict(rules.roles) | {"zhang": Role.LEADER, "leader": Role.ENGINEER, "zhou": Role.LEADER}
    case = open_case(rules=replace(rules, ladders={"standard": Ladder("standard", rungs)}, roles=roles))
    assert _told(case, 10 * MINUTE)[0][1].told == (case.li, case.zhang, case.zhou)


def test_who_is_told_is_who_is_on_call_at_that_instant(rules: Rules, open_case: Any) -> None:
    first = rules.rotas["first"]
    soon = Rota("first", ("zhou", "li"), first.zone, 15 * MINUTE, first.starts)
    case = open_case(rules=replace(rules, rotas={"first": soon}))
    told = _told(case, 16 * MINUTE)
    assert [event.told[0] for _, event in told] == [case.zhou, case.li]


def test_a_promise_without_a_ladder_is_kept_but_watched_by_nobody(rules: Rules, open_case: Any) -> None:
    case = open_case(rules=replace(rules, ladders={}))
    assert case.deadline is None
    assert timing.told_at_once(case.ticket, case.rules) == ()
    assert case.looks() == case.waits(20 * MINUTE).looks() == []
    assert case.waits(10 * MINUTE).does(s.Say(case.zhang, "来了"))[-1].late == 10 * MINUTE


def test_a_ticket_is_looked_at_when_it_was_said_to_be_and_else_it_is_noted(case: Any) -> None:
    def noted(saved_at: datetime | None, ticket: Ticket = case.ticket) -> list[tuple[object, object]]:
        return [(each.was, each.due_at) for each in realigned(ticket, saved_at, case.now, case.rules)]

    due = case.deadline
    assert noted(due) == noted(due + timedelta(microseconds=999)) == []
    assert noted(due + timedelta(milliseconds=1)) == [(due + timedelta(milliseconds=1), due)]
    assert noted(None) == [(None, due)]
    assert noted(case.now) == []  # the tick is about to serve it
    case.does(s.Withdraw(case.requester))
    assert noted(due, case.ticket) == [(due, case.deadline)]


def test_a_word_in_the_last_instant_is_in_time(case: Any) -> None:
    assert case.waits(20 * MINUTE).does(s.Say(case.zhang, "来了"))[-1].late == timedelta()


def test_what_fell_due_in_a_downtime_and_may_not_be_said_at_night_waits_for_the_morning_in_peace(
    case: Any, rules: Rules
) -> None:
    local = case.start.astimezone(rules.zone)
    opens = timedelta(hours=local.hour)
    ladder = rules.ladders["standard"]
    quiet = dataclasses.replace(ladder, waking=Window(opens, opens + HOUR))
    case.rules = replace(rules, ladders={**rules.ladders, "standard": quiet})
    case.waits(3 * HOUR)  # nobody looked while people were awake
    assert case.looks() == []
    again_at = next_deadline(case.ticket, case.rules, case.now)
    assert again_at is not None
    assert again_at > case.now
    assert again_at.astimezone(rules.zone).hour == local.hour
    case.now = again_at
    assert [event.rung for event in case.looks() if isinstance(event, e.Escalated)][:1] == [3]
