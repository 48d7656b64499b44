"""What the events of planned work change in a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import clockwork
from bot.tickets import planned_events as p
from bot.tickets.events import Opened
from bot.tickets.model import Agreed, Appointment, Party, Resolution, Ticket
from bot.tickets.visit_changes import called_off
from scheduler.history import RESOLVED

DUE, LATEST = "resolve", "rollback"  # ids of the clocks of planned work
ROLLED_BACK = "rolled_back"
VISIT = "visit"  # id of the clock of an arrival that was only agreed on


def fixed(event: Opened, at: datetime) -> tuple[Agreed, ...]:
    """Return the instants by which planned work must be done, as agreements of its clocks."""
    named = ((DUE, event.due_at), (LATEST, event.latest_at))
    return tuple(Agreed(clock=clock, at=when, made_at=at) for clock, when in named if when is not None)


def changed(ticket: Ticket, event: p.PlannedEvent, at: datetime) -> Ticket:
    """Return the ticket after an event of planned work."""
    match event:
        case p.Announced():
            return replace(ticket, announce_at=None, happened=clockwork.noted(ticket, at, "announced"))
        case p.Appointed(by=by, appointment=appointment):
            owned = ticket if ticket.owner else replace(ticket, owner=by, claimed_at=at)
            return replace(owned, appointment=appointment, last_said_at=at)
        case p.OtherTimeWanted(is_late=is_late):
            return ticket if is_late else called_off(ticket, VISIT)
        case p.AppointmentNear():
            return replace(ticket, appointment=_reminded(ticket))
        case p.Inspected(by=by, text=text):
            return _done(ticket, by, text, at)
        case p.Finished(by=by, text=text, tell_at=tell_at):
            return replace(_done(ticket, by, text, at), announce_at=tell_at)
        case p.RolledBack(by=by, text=text, tell_at=tell_at):
            done = _done(ticket, by, text, at)
            happened = clockwork.noted(done, at, ROLLED_BACK)
            return replace(done, announce_at=tell_at, happened=happened)
        case _:
            assert_never(event)


def _reminded(ticket: Ticket) -> Appointment | None:
    return replace(ticket.appointment, remind_at=None) if ticket.appointment else None


def _done(ticket: Ticket, by: Party, text: str, at: datetime) -> Ticket:
    return replace(
        ticket,
        resolution=Resolution(by=by, cause="", method=text, prevention=""),
        solved_at=at,
        announce_at=None,
        last_said_at=at,
        happened=clockwork.noted(ticket, at, RESOLVED),
    )
