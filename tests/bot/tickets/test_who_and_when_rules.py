"""Who may take which step, and in which state of a ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import Kind, Status

STEPS: dict[str, Callable[[Any, Any], s.Step]] = {
    "claim": lambda case, by: s.Claim(by),
    "say": lambda case, by: s.Say(by, "在看"),
    "assist": lambda case, by: s.Assist(by),
    "arrive": lambda case, by: s.Arrive(by),
    "hand over": lambda case, by: s.HandOver(by, case.zhou, ""),
    "reassign": lambda case, by: s.Reassign(by, case.zhou, "请假"),
    "level": lambda case, by: s.ChangeLevel(by, "1", "全校"),
    "note": lambda case, by: s.Note(by, "看了"),
    "update": lambda case, by: s.Update(by, "换线"),
    "resolve": lambda case, by: s.Resolve(by, "原因", "方法", "预防"),
    "urge": lambda case, by: s.Urge(by),
    "supplement": lambda case, by: s.Supplement(by, "在三楼"),
}
OF_STAFF = sorted(STEPS.keys() - {"urge", "supplement"})
ON_OPEN_TICKETS = sorted(STEPS.keys() - {"say", "note", "supplement"})


@pytest.mark.parametrize("step", OF_STAFF)
def test_steps_of_staff_are_refused_to_customers(case: Any, step: str) -> None:
    case.does(s.Claim(case.zhang))
    before = case.ticket
    for customer in (case.requester, case.contact, case.stranger):
        with pytest.raises(NotTheirs):
            case.does(STEPS[step](case, customer))
    assert case.ticket == before


@pytest.mark.parametrize("step", sorted(STEPS))
def test_every_step_works_on_an_open_ticket(case: Any, step: str) -> None:
    case.does(s.Claim(case.manager))
    if step in ("claim", "assist"):
        case.does(s.Reassign(case.manager, case.zhang, "请假"))
    if step == "claim":
        with pytest.raises(TicketError):
            case.does(s.Claim(case.manager))
    else:
        assert case.does(STEPS[step](case, case.manager))


@pytest.mark.parametrize("ending", ["solved", "confirmed", "withdrawn"])
@pytest.mark.parametrize("step", ON_OPEN_TICKETS)
def test_steps_of_open_tickets_are_refused_afterwards_and_say_how_to_open_again(
    case: Any, step: str, ending: str
) -> None:
    case.does(s.Claim(case.manager))
    if ending == "withdrawn":
        case.does(s.Withdraw(case.requester))
    else:
        case.resolve()
    if ending == "confirmed":
        case.confirm()
    before = case.ticket
    with pytest.raises(TicketError, match="重开") as refused:
        case.does(STEPS[step](case, case.manager))
    if ending != "solved":
        assert refused.value.values["time"] == case.now
    assert case.ticket == before


def test_what_is_said_after_the_end_is_noted_but_not_by_chatter(case: Any) -> None:
    case.resolve(case.zhang)
    assert case.does(s.Say(case.li, "请试试")) == [e.Said(by=case.li, text="请试试")]
    case.confirm()
    assert case.does(s.Say(case.li, "不客气")) == []
    assert case.does(s.Note(case.li, "已入库")) == [e.Noted(by=case.li, text="已入库")]
    assert case.does(s.Supplement(case.requester, "谢谢")) == [e.Supplemented(by=case.requester, text="谢谢")]
    assert case.ticket.status is Status.CLOSED


def test_words_are_kept_as_they_were_said(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    assert case.does(s.Update(case.zhang, "换线")) == [
        e.Responded(by=case.zhang, text="换线"),
        e.Updated(by=case.zhang, text="换线"),
    ]
    assert case.does(s.Urge(case.contact)) == [e.Urged(by=case.contact)]


@pytest.mark.parametrize("by", ["owner", "manager"])
def test_the_owner_of_a_callback_or_any_manager_reports_it(open_case: Any, by: str) -> None:
    case = open_case(kind=Kind.CALLBACK, level=None, subject=7, owner=open_case().leader)
    case.does(s.Report(case.leader if by == "owner" else case.manager, "已电话"))
    assert case.ticket.status is Status.CLOSED


def test_rating_what_is_solved_confirms_it(case: Any) -> None:
    case.resolve(case.zhang)
    events = case.does(s.Rate(case.requester, 5, 4, "很快"))
    assert [type(event) for event in events] == [e.Closed, e.SurveyAsked, e.Rated]
    assert case.ticket.status is Status.CLOSED
    assert (case.ticket.survey.speed, case.ticket.survey.quality) == (5, 4)
    with pytest.raises(TicketError, match="不用评分"):
        case.does(s.Rate(case.requester, 1, 1, ""))


def test_a_refusal_names_ticket_and_people(case: Any) -> None:
    case.resolve(case.zhang)
    for step, values in [
        (s.Confirm(case.stranger), {"number": 1024, "requester": case.requester}),
        (s.Rate(case.stranger, 5, 5, ""), {"number": 1024, "requester": case.requester}),
        (s.Reopen(case.stranger, ""), {"number": 1024, "requester": case.requester}),
        (s.Withdraw(case.stranger), {"number": 1024, "requester": case.requester}),
        (s.Rate(case.requester, 6, 5, ""), {"number": 1024}),
    ]:
        with pytest.raises(TicketError) as refused:
            case.does(step)
        assert refused.value.values == values
    case.confirm()
    with pytest.raises(TicketError) as refused:
        case.confirm()
    assert refused.value.values == {"number": 1024, "time": case.now}
