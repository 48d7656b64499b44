"""What several events change in a ticket alike: a word of staff, work that goes on, another instant agreed."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from bot.tickets import clockwork
from bot.tickets.model import Agreed, Ticket


def spoken(ticket: Ticket, at: datetime, *names: str) -> Ticket:
    """Return the ticket after a word of staff to the customer; the first one is the response, also where none is promised."""
    happened = clockwork.noted(ticket, at, clockwork.SAID, *names)
    for name in (clockwork.RESPONDED, clockwork.FIRST_WORD):
        happened.setdefault(name, (at,))
    return replace(ticket, last_said_at=at, happened=happened)


def going_on(ticket: Ticket, at: datetime) -> Ticket:
    """Return the ticket without the pause that is on."""
    if ticket.waiting is None:
        return ticket
    return replace(ticket, waiting=None, pauses=clockwork.resumed(ticket.pauses, at))


def settled(ticket: Ticket, agreed: Agreed) -> Ticket:
    """Return the ticket with another instant for a clock, of which its people are told anew."""
    told = {name: told for name, told in ticket.told.items() if name != agreed.clock}
    return replace(ticket, agreements=(*ticket.agreements, agreed), told=told)
