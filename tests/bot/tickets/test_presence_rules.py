"""Words taken back: the report alone takes its ticket with it, and only while nobody else is in it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.tickets import presence_events as pe
from bot.tickets import presence_steps as ps
from bot.tickets import steps as s
from bot.tickets.events import Closed
from bot.tickets.kinds import Closing, Status


def test_a_report_taken_back_before_anybody_has_it_is_withdrawn_and_stays_in_the_archive(case: Any) -> None:
    events = case.does(ps.TakeBack(case.requester, is_report=True, is_all=True))
    assert events == [
        pe.TakenBack(by=case.requester, is_report=True),
        Closed(closing=Closing.WITHDRAWN, by=case.requester),
    ]
    assert case.ticket.text == "投影黑屏"


def test_it_can_be_taken_back_again_for_five_minutes(case: Any) -> None:
    case.does(ps.TakeBack(case.requester, is_report=True, is_all=True))
    case.does(s.Undo(case.requester))
    assert case.ticket.status is Status.OPEN


@pytest.mark.parametrize("whose", ["more was told", "taken", "of another"])
def test_a_ticket_that_has_become_more_than_its_first_message_stays(case: Any, whose: str) -> None:
    if whose == "taken":
        case.does(s.Claim(case.zhang))
    by = case.contact if whose == "of another" else case.requester
    events = case.does(ps.TakeBack(by, is_report=True, is_all=whose != "more was told"))
    assert events == [pe.TakenBack(by=by, is_report=True)]
    assert case.ticket.status is Status.OPEN
