"""Solved, confirmed, closed in silence, withdrawn, and open again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, Phrase, TicketError, TooOld
from bot.tickets.kinds import ClockKind, Closing, Kind, Status

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _resolve_due(case: Any) -> Any:
    return case.clock(ClockKind.RESOLVE).due_at


def test_a_solution_names_cause_method_and_prevention(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    case.does(s.Say(case.zhang, "在看"))
    (resolved,) = case.does(s.Resolve(case.zhang, " 主板损坏 ", "更换主板", "勿热插拔"))
    assert (resolved.cause, resolved.method, resolved.prevention) == ("主板损坏", "更换主板", "勿热插拔")
    assert (case.ticket.status, case.ticket.solved_at) == (Status.SOLVED, case.now)


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        (("", "更换主板", "勿热插拔"), ("原因",)),
        (("主板损坏", "  ", "勿热插拔"), ("方法",)),
        (("主板损坏", "更换主板", ""), ("预防",)),
        (("", "", ""), ("原因", "方法", "预防")),
    ],
)
def test_a_missing_field_is_named_and_nothing_happens(
    case: Any, fields: tuple[str, str, str], missing: tuple[str, ...]
) -> None:
    case.does(s.Claim(case.zhang))
    before = case.ticket
    with pytest.raises(TicketError) as refused:
        case.does(s.Resolve(case.zhang, *fields))
    assert refused.value.values["missing"] == tuple(Phrase(name) for name in missing)
    assert case.ticket == before


def test_owner_helper_and_manager_may_solve_and_others_are_sent_to_the_owner(open_case: Any) -> None:
    for by in ("zhang", "li", "manager"):
        case = open_case()
        case.does(s.Claim(case.zhang))
        case.does(s.Assist(case.li))
        case.resolve(getattr(case, by))
        assert case.ticket.status is Status.SOLVED
        assert case.ticket.owner == case.zhang
    case = open_case()
    case.does(s.Claim(case.zhang))
    for other in (case.zhou, case.leader):
        with pytest.raises(NotTheirs) as refused:
            case.resolve(other)
        assert refused.value.values["owner"] == case.zhang


def test_solving_an_unclaimed_ticket_claims_it_and_is_its_first_response(case: Any) -> None:
    events = case.resolve(case.li)
    assert [type(event) for event in events] == [e.Claimed, e.Responded, e.Resolved]
    assert case.ticket.owner == case.li


def test_customers_cannot_solve(case: Any) -> None:
    with pytest.raises(NotTheirs):
        case.resolve(case.requester)
    assert case.ticket.owner is None


def test_a_late_solution_records_how_late_it_is(case: Any) -> None:
    case.does(s.Say(case.zhang, "在看"))
    assert case.waits(8 * HOUR + MINUTE).resolve()[-1].late == MINUTE


def test_only_the_requester_or_a_bound_contact_confirms(open_case: Any) -> None:
    for by in ("requester", "contact"):
        case = open_case()
        case.resolve(case.zhang)
        closed = case.does(s.Confirm(getattr(case, by)))[0]
        assert closed == e.Closed(closing=Closing.CONFIRMED, by=getattr(case, by))
    case = open_case()
    case.resolve(case.zhang)
    elsewhere = type(case.zhang)("elsewhere", "别校的联系人")
    for other in (case.stranger, case.zhang, case.manager, elsewhere):
        with pytest.raises(NotTheirs):
            case.does(s.Confirm(other))
    assert case.ticket.status is Status.SOLVED


def test_there_is_nothing_to_confirm_before_and_after(case: Any) -> None:
    with pytest.raises(TicketError, match="还在处理"):
        case.confirm()
    case.resolve(case.zhang)
    case.confirm()
    with pytest.raises(TicketError, match="已经关闭"):
        case.confirm()


def test_silence_brings_one_reminder_and_then_closes_as_silence(case: Any) -> None:
    case.resolve(case.zhang)
    solved_at = case.now
    happened = case.lives(3 * DAY)
    assert [(at - solved_at, event) for at, event in happened] == [
        (4 * HOUR, e.CheckReminded()),
        (24 * HOUR, e.Closed(closing=Closing.SILENCE)),
    ]
    assert case.ticket.survey is None
    assert case.deadline is None


def test_after_a_downtime_closing_wins_over_the_reminder(case: Any) -> None:
    case.resolve(case.zhang)
    assert case.waits(30 * HOUR).looks() == [e.Closed(closing=Closing.SILENCE)]
    assert case.looks() == []


def test_a_solved_ticket_climbs_no_ladder(case: Any) -> None:
    case.resolve(case.zhang)
    assert not [event for _, event in case.lives(3 * DAY) if isinstance(event, e.Escalated)]


def test_reopening_keeps_owner_and_clock_without_the_solved_stretch(case: Any) -> None:
    case.does(s.Say(case.zhang, "在看"))
    due = _resolve_due(case)
    case.waits(HOUR).resolve()
    case.confirm()
    case.waits(2 * DAY)
    assert case.does(s.Reopen(case.requester, "又黑屏了")) == [e.Reopened(by=case.requester, text="又黑屏了")]
    assert (case.ticket.status, case.ticket.owner) == (Status.OPEN, case.zhang)
    assert _resolve_due(case) == due + 2 * DAY
    assert case.ticket.reopened == 1


@pytest.mark.parametrize("is_closed", [False, True])
def test_nothing_of_the_end_is_left_in_a_ticket_that_is_reopened(case: Any, is_closed: bool) -> None:
    case.resolve(case.zhang)
    assert case.ticket.check_at is not None
    assert case.ticket.close_at is not None
    if is_closed:
        case.confirm()
    case.waits(HOUR)
    case.does(s.Reopen(case.requester, "又坏了"))
    ended = ("solved_at", "closed_at", "closing", "check_at", "close_at")
    assert [getattr(case.ticket, name) for name in ended] == [None] * 5
    assert case.ticket.status is Status.OPEN


def test_a_ticket_reopened_twice_leaves_out_both_stretches(case: Any) -> None:
    due = _resolve_due(case)
    for _ in range(2):
        case.waits(HOUR)
        case.resolve(case.zhang)
        case.waits(5 * HOUR).does(s.Reopen(case.requester, "又黑"))
    assert _resolve_due(case) == due + 10 * HOUR


def test_after_a_reopening_a_first_word_is_owed_anew(case: Any) -> None:
    case.does(s.Say(case.zhang, "在看"))
    case.waits(HOUR).resolve()
    case.waits(HOUR).does(s.Reopen(case.requester, "又黑"))
    respond = case.clock(ClockKind.RESPOND)
    assert (respond.started_at, respond.met_at, respond.fired) == (case.now, None, {})
    assert case.does(s.Say(case.zhang, "马上")) == [e.Responded(by=case.zhang, text="马上")]


def test_after_a_reopening_progress_is_owed_anew(open_case: Any) -> None:
    case = open_case(level="2")
    case.does(s.Say(case.zhang, "在看"))
    case.waits(70 * MINUTE).resolve()
    case.waits(HOUR).does(s.Reopen(case.requester, "又黑"))
    assert case.clock(ClockKind.UPDATE).due_at == case.now + 80 * MINUTE


def test_a_word_while_solved_restarts_no_clock(open_case: Any) -> None:
    case = open_case(level="2")
    case.resolve(case.zhang)
    clocks = case.clocks
    assert case.waits(MINUTE).does(s.Say(case.zhang, "请试试")) == [e.Said(by=case.zhang, text="请试试")]
    assert case.clocks == clocks


def test_rungs_told_before_the_solution_are_not_told_again_after_the_reopening(case: Any) -> None:
    case.does(s.Say(case.zhang, "在看"))
    case.lives(5 * HOUR)
    fired = case.clock(ClockKind.RESOLVE).fired
    assert set(fired) == {0}
    case.resolve()
    case.waits(HOUR).does(s.Reopen(case.requester, "又黑"))
    assert case.clock(ClockKind.RESOLVE).fired == fired
    assert case.looks() == []


def test_reopening_ends_with_the_window(case: Any) -> None:
    case.resolve(case.zhang)
    case.confirm()
    case.waits(7 * DAY)
    before = case.ticket
    with pytest.raises(TooOld):
        case.waits(timedelta(milliseconds=1)).does(s.Reopen(case.requester, "又黑"))
    assert case.ticket == before
    case.now -= timedelta(milliseconds=1)
    case.does(s.Reopen(case.requester, "又黑"))
    assert case.ticket.status is Status.OPEN


def test_only_the_customers_own_people_and_staff_reopen(case: Any) -> None:
    case.resolve(case.zhang)
    with pytest.raises(NotTheirs):
        case.does(s.Reopen(case.stranger, "我也黑屏"))
    case.does(s.Reopen(case.li, "没修好"))
    assert case.ticket.status is Status.OPEN


def test_reopening_what_is_open_is_a_supplement(case: Any) -> None:
    assert case.does(s.Reopen(case.requester, "还有问题")) == [
        e.Supplemented(by=case.requester, text="还有问题")
    ]
    assert case.ticket.reopened == 0


def test_the_requester_or_a_manager_withdraws_and_nobody_else(open_case: Any) -> None:
    for by in ("requester", "contact", "manager"):
        case = open_case()
        assert case.does(s.Withdraw(getattr(case, by))) == [
            e.Closed(closing=Closing.WITHDRAWN, by=getattr(case, by))
        ]
        assert case.deadline is None
    case = open_case()
    for other in (case.stranger, case.zhang):
        with pytest.raises(NotTheirs):
            case.does(s.Withdraw(other))
    case.does(s.Withdraw(case.requester))
    with pytest.raises(TicketError, match="已经关闭"):
        case.does(s.Withdraw(case.requester))


def test_a_withdrawn_ticket_that_is_reopened_goes_on_where_it_was(case: Any) -> None:
    due = _resolve_due(case)
    case.waits(HOUR).does(s.Withdraw(case.requester))
    case.waits(DAY).does(s.Reopen(case.requester, "还是要修"))
    assert _resolve_due(case) == due + DAY
    assert (case.ticket.closing, case.ticket.closed_at) == (None, None)


def test_an_offer_ends_with_the_solution(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    case.does(s.HandOver(case.zhang, case.li, ""))
    case.resolve()
    assert case.ticket.offer is None
    with pytest.raises(TicketError):
        case.does(s.Accept(case.li))


def test_a_callback_is_ended_by_its_report_and_not_solved(open_case: Any) -> None:
    case = open_case(kind=Kind.CALLBACK, level=None, subject=7, owner=open_case().manager)
    with pytest.raises(TicketError, match="回访"):
        case.resolve()
    assert case.ticket.status is Status.OPEN
