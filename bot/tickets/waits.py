"""How long people usually wait until somebody takes their ticket, said only where enough have waited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from scheduler.calendar import Calendar, working_time_between

_WINDOW = timedelta(days=7)
_ENOUGH = 10  # tickets; what fewer had to wait says little about the next one
_MINUTE = timedelta(minutes=1)
_COUNTED = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST)


def usual_wait(
    tickets: Sequence[Ticket], room: str, policy: str, now: datetime, rules: Rules
) -> timedelta | None:
    """Return the mean working time until a ticket of a room's duty room was taken in the last seven days, in whole minutes.

    None where too few were, and outside working hours: whoever asks then waits for the morning. A ticket that still waits counts
    once it has waited longer than the others did.
    """
    today = _hours_of_new(policy, rules)
    if today is not None and not working_time_between(today, now, now + _MINUTE):
        return None
    counted = [each for each in tickets if _counts(each, room, now, rules)]
    waited = [_waited(each, each.claimed_at, rules) for each in counted if each.claimed_at is not None]
    if len(waited) < _ENOUGH:
        return None
    mean = sum(waited, timedelta()) / len(waited)
    waiting = [_waited(each, each.closed_at or now, rules) for each in counted if each.claimed_at is None]
    longer = [each for each in waiting if each > mean]
    mean = sum([*waited, *longer], timedelta()) / (len(waited) + len(longer))
    return max(_MINUTE, -(-mean // _MINUTE) * _MINUTE)


def _counts(ticket: Ticket, room: str, now: datetime, rules: Rules) -> bool:
    theirs, wanted = rules.rooms.get(ticket.room), rules.rooms.get(room)
    is_near = theirs is not None and wanted is not None and theirs.duty == wanted.duty
    is_reported = ticket.kind in _COUNTED and ticket.requester != ticket.owner and ticket.follows is None
    return is_near and is_reported and now - _WINDOW <= ticket.opened_at <= now


def _waited(ticket: Ticket, until: datetime, rules: Rules) -> timedelta:
    promise = next((each for each in ticket.promises if each.kind is ClockKind.RESPOND), None)
    calendar = rules.calendars.get(promise.calendar) if promise else None
    if calendar is None:
        return until - ticket.opened_at
    return working_time_between(calendar, ticket.opened_at, until)


def _hours_of_new(policy: str, rules: Rules) -> Calendar | None:
    """Return the hours in which a new ticket of ordinary level is answered; None where none are promised."""
    found = rules.policies.get(policy)
    level = found.level(found.default_level) if found else None
    promises = level.promises if level else ()
    name = next((each.calendar for each in promises if each.kind is ClockKind.RESPOND), "")
    return rules.calendars.get(name)
