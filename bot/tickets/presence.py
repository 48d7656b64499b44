"""Who of a ticket's people is still there, and what that changes: whoever has left is asked nothing any more."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import presence_events as pe
from bot.tickets import presence_steps as ps
from bot.tickets.kinds import Status, WaitsFor
from bot.tickets.model import Ticket


def decided(ticket: Ticket, step: ps.PresenceStep) -> list[pe.PresenceEvent]:
    """Return what is noted; what is known already, and people other than the requester, need no note."""
    match step:
        case ps.TakeBack(by=by, is_report=is_report):
            return [pe.TakenBack(by=by, is_report=is_report)]
        case ps.GoAway(by=by):
            is_news = by == ticket.requester and not ticket.requester_gone
            return [pe.RequesterGone(by=by)] if is_news else []
        case ps.ComeBack(by=by):
            return [pe.RequesterBack(by=by)] if by == ticket.requester and ticket.requester_gone else []
        case _:
            assert_never(step)


def takes_back_all(ticket: Ticket, step: ps.TakeBack) -> bool:
    """Say whether nothing is left of a report: it was all its requester told, and nobody has taken it or joined in."""
    is_untouched = ticket.status is Status.OPEN and ticket.owner is None and not ticket.reporters
    return step.is_all and step.by == ticket.requester and is_untouched and not ticket.kind.is_planned


def changed(ticket: Ticket, event: pe.PresenceEvent) -> Ticket:
    """Return the ticket as it stands afterwards."""
    match event:
        case pe.TakenBack():
            return ticket
        case pe.RequesterGone():
            return replace(ticket, requester_gone=True)
        case pe.RequesterBack():
            return replace(ticket, requester_gone=False)
        case _:
            assert_never(event)


def is_in_vain(event: e.AnyEvent, after: Ticket) -> bool:
    """Say whether a question would go to somebody who has left; what it would lead to without an answer happens all the same."""
    waiting = after.waiting
    is_for_staff = isinstance(event, e.PauseReminded) and (
        waiting is None or waiting.reason is not WaitsFor.CUSTOMER
    )
    return after.requester_gone and not is_for_staff
