"""What offering and agreeing on the time of a visit changes in a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import visit_events as ve
from bot.tickets.model import Agreed, Ticket, VisitOffer
from bot.tickets.shared_changes import settled


def changed(ticket: Ticket, event: ve.VisitEvent, at: datetime) -> Ticket:
    """Return the ticket after an event about a visit."""
    match event:
        case ve.VisitOffered(who=who, times=times):
            return replace(ticket, visit=VisitOffer(who=who, times=times))
        case ve.VisitAgreed(appointment=appointment, clock=clock, consent=consent, promise=promise):
            promises = (*ticket.promises, promise) if promise else ticket.promises
            agreed = Agreed(clock=clock, at=appointment.at, made_at=at, consent=consent)
            # What was agreed on before is over: what counts is the latest word.
            earlier = tuple(each for each in ticket.agreements if each.clock != clock)
            before = replace(ticket, promises=promises, agreements=earlier)
            return replace(settled(before, agreed), visit=None, appointment=appointment)
        case _:
            assert_never(event)


def called_off(ticket: Ticket, clock: str) -> Ticket:
    """Return the ticket whose visit does not take place; an arrival that was only agreed on is owed no more."""
    who = ticket.appointment.who if ticket.appointment else None
    # Whoever was to come is who comes then, unless somebody says otherwise.
    visit = VisitOffer(who=who, times=()) if who is not None and not ticket.kind.is_planned else ticket.visit
    ticket = replace(ticket, appointment=None, visit=visit)
    own = ticket.promise(clock)
    if own is None or own.clock is None or not own.clock.agreed:
        return ticket
    return replace(
        ticket,
        agreements=tuple(each for each in ticket.agreements if each.clock != clock),
        told={name: told for name, told in ticket.told.items() if name != clock},
    )
