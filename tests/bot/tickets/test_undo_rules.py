"""撤销: one's own last action, for five minutes, and never more than that action."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import TicketError
from bot.tickets.kinds import ClockKind, Status

MINUTE = timedelta(minutes=1)


def _besides_the_count(ticket: Any) -> Any:
    return [
        getattr(ticket, name)
        for name in ticket.__struct_fields__
        if name not in ("version", "head", "changed_at")
    ]


@pytest.fixture
def owned(case: Any) -> Any:
    case.does(s.Say(case.zhang, "在看"))
    return case


def test_an_undone_solution_leaves_the_ticket_as_it_was(owned: Any) -> None:
    before = owned.ticket
    owned.waits(MINUTE).resolve()
    assert owned.waits(5 * MINUTE).does(s.Undo(owned.zhang)) == [e.Undone(by=owned.zhang, word="Resolved")]
    assert _besides_the_count(owned.ticket) == _besides_the_count(before)
    assert owned.ticket.version == before.version + 2


@pytest.mark.parametrize("action", ["offer", "level", "withdrawal"])
def test_offers_levels_and_withdrawals_can_be_undone(owned: Any, action: str) -> None:
    before = owned.ticket
    by, step = {
        "offer": (owned.zhang, s.HandOver(owned.zhang, owned.li, "")),
        "level": (owned.zhang, s.ChangeLevel(owned.zhang, "1", "全校")),
        "withdrawal": (owned.requester, s.Withdraw(owned.requester)),
    }[action]
    owned.waits(MINUTE).does(step)
    owned.waits(MINUTE).does(s.Undo(by))
    assert _besides_the_count(owned.ticket) == _besides_the_count(before)


def test_after_five_minutes_it_stands(owned: Any) -> None:
    owned.resolve()
    with pytest.raises(TicketError) as refused:
        owned.waits(5 * MINUTE + timedelta(milliseconds=1)).does(s.Undo(owned.zhang))
    assert refused.value.values["within"] == 5 * MINUTE
    assert owned.ticket.status is Status.SOLVED


def test_nobody_undoes_what_another_did(owned: Any) -> None:
    owned.resolve()
    for other in (owned.li, owned.manager, owned.requester):
        with pytest.raises(TicketError, match="没有您可以撤销"):
            owned.does(s.Undo(other))
    assert owned.ticket.status is Status.SOLVED


def test_a_claim_cannot_be_undone(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    with pytest.raises(TicketError, match="转交"):
        case.does(s.Undo(case.zhang))
    assert case.ticket.owner == case.zhang


def test_undoing_a_solution_that_claimed_keeps_the_claim(case: Any) -> None:
    case.resolve(case.li)
    case.does(s.Undo(case.li))
    assert (case.ticket.status, case.ticket.owner) == (Status.OPEN, case.li)


def test_what_somebody_else_did_since_ends_the_undoing(owned: Any) -> None:
    owned.resolve()
    owned.confirm()
    with pytest.raises(TicketError):
        owned.does(s.Undo(owned.zhang))
    assert owned.ticket.status is Status.CLOSED


def test_an_accepted_offer_cannot_be_taken_back(owned: Any) -> None:
    owned.does(s.HandOver(owned.zhang, owned.li, ""))
    owned.does(s.Accept(owned.li))
    with pytest.raises(TicketError):
        owned.does(s.Undo(owned.zhang))
    assert owned.ticket.owner == owned.li


def test_undoing_twice_undoes_once(owned: Any) -> None:
    owned.does(s.ChangeLevel(owned.zhang, "1", "全校"))
    owned.resolve()
    owned.does(s.Undo(owned.zhang))
    with pytest.raises(TicketError):
        owned.does(s.Undo(owned.zhang))
    assert owned.ticket.level == "1"


def test_rungs_that_were_told_meanwhile_stay_told(case: Any) -> None:
    case.waits(9 * MINUTE).does(s.Claim(case.zhang))
    case.does(s.HandOver(case.zhang, case.li, ""))
    told = case.waits(MINUTE).looks()
    assert [event.rung for event in told] == [0]
    case.does(s.Undo(case.zhang))
    assert case.ticket.offer is None
    assert set(case.clock(ClockKind.RESPOND).fired) == {0}
    assert case.looks() == []


def test_rungs_of_a_level_that_was_taken_back_do_not_count(case: Any) -> None:
    case.waits(2 * MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校"))
    told = case.waits(MINUTE).looks()
    assert [(event.clock, event.rung) for event in told] == [(ClockKind.RESPOND, 0)]
    case.does(s.Undo(case.zhang))
    assert case.clock(ClockKind.RESPOND).fired == {}
    assert case.deadline == case.start + 10 * MINUTE


def test_a_helper_who_joined_meanwhile_stays(owned: Any) -> None:
    owned.does(s.HandOver(owned.zhang, owned.li, ""))
    owned.does(s.Assist(owned.zhou))
    owned.does(s.Undo(owned.zhang))
    assert (owned.ticket.offer, owned.ticket.helpers) == (None, (owned.zhou,))


def test_undoing_a_note_takes_back_nothing_else(owned: Any) -> None:
    owned.resolve()
    owned.waits(timedelta(hours=4) - MINUTE).does(s.Note(owned.li, "已入库"))
    assert owned.waits(MINUTE).looks() == [e.CheckReminded()]
    owned.does(s.Undo(owned.li))
    assert (owned.ticket.status, owned.ticket.check_at) == (Status.SOLVED, None)
    assert owned.looks() == []


def test_an_arrival_taken_back_has_answered_nobody(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    before = case.ticket
    case.waits(MINUTE).does(s.Arrive(case.zhang))
    case.waits(MINUTE).does(s.Undo(case.zhang))
    assert _besides_the_count(case.ticket) == _besides_the_count(before)


def test_an_arrival_taken_back_leaves_what_was_said_before(owned: Any) -> None:
    before = owned.ticket
    owned.waits(MINUTE).does(s.Arrive(owned.zhang))
    owned.waits(MINUTE).does(s.Undo(owned.zhang))
    assert _besides_the_count(owned.ticket) == _besides_the_count(before)
