"""How the clocks of a ticket read: due instants, lateness, and the rungs of their ladders."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.tickets.model import Clock, ClockKind, Status, Ticket
from bot.tickets.rules import Rules
from scheduler import clocks, escalation
from scheduler.accounts import Account
from scheduler.accounts import account as account_of
from scheduler.calendar import Calendar
from scheduler.intervals import Interval


def is_running(clock: Clock) -> bool:
    """True from its start event until it is met."""
    return clock.started_at is not None and clock.met_at is None


def due_at(clock: Clock, rules: Rules) -> datetime | None:
    """Return when the promise must be kept, in UTC; None when the clock has not started or stands still."""
    if clock.started_at is None:
        return None
    return clocks.instant_of(
        _calendar(clock, rules), clock.started_at, clock.promise.within, _pauses(clock), 1.0
    )


def lateness(clock: Clock | None, rules: Rules, at: datetime) -> timedelta:
    """Return by how much a promise kept at `at` is late; zero when in time or when nothing was promised."""
    due = due_at(clock, rules) if clock else None
    return max(at - due, timedelta()) if due else timedelta()


def reading(clock: Clock, rules: Rules, now: datetime) -> clocks.Reading | None:
    """Return the state of a started clock, or None when its start event has not happened."""
    if clock.started_at is None:
        return None
    return clocks.read(_calendar(clock, rules), clock.started_at, clock.promise.within, _pauses(clock), now)


def account(clock: Clock, rules: Rules) -> Account | None:
    """Return how the due instant of a started clock comes about."""
    if clock.started_at is None:
        return None
    return account_of(_calendar(clock, rules), clock.started_at, clock.promise.within, _pauses(clock))


def escalation_due(ticket: Ticket, clock: Clock, rules: Rules, now: datetime) -> escalation.Escalation | None:
    """Return the rung that is due on a running clock, or None."""
    ladder = rules.ladders.get(clock.promise.ladder)
    if ladder is None or clock.started_at is None or clock.met_at is not None:
        return None
    return escalation.due(
        ladder,
        _calendar(clock, rules),
        clock.started_at,
        clock.promise.within,
        _pauses(clock),
        fired=clock.fired,
        repeats=_repeats(ticket, clock),
        now=now,
    )


def next_rung(ticket: Ticket, clock: Clock, rules: Rules) -> datetime | None:
    """Return when a running clock next has somebody to tell, or None."""
    ladder = rules.ladders.get(clock.promise.ladder)
    if ladder is None or clock.started_at is None or clock.met_at is not None:
        return None
    return escalation.next_rung(
        ladder,
        _calendar(clock, rules),
        clock.started_at,
        clock.promise.within,
        _pauses(clock),
        fired=clock.fired,
        repeats=_repeats(ticket, clock),
    )


def promised_word(ticket: Ticket, rules: Rules) -> datetime | None:
    """Return by when the customer hears from somebody: the first response while it is owed, else the resolution."""
    if ticket.status is not Status.OPEN:
        return None
    for kind in (ClockKind.RESPOND, ClockKind.ANSWER, ClockKind.RESOLVE):
        clock = ticket.clock(kind)
        if clock is not None and is_running(clock):
            return due_at(clock, rules)
    return None


def _repeats(ticket: Ticket, clock: Clock) -> bool:
    """Say whether a rung still nags: the first response until somebody owns the ticket, others until staff says a word."""
    if clock.promise.kind is ClockKind.RESPOND:
        return ticket.owner is None
    if not clock.fired or ticket.last_said_at is None:
        return True
    return ticket.last_said_at < max(clock.fired.values())


def _calendar(clock: Clock, rules: Rules) -> Calendar:
    return rules.calendars[clock.promise.calendar]


def _pauses(clock: Clock) -> tuple[Interval, ...]:
    return tuple(Interval(interval.start, interval.end) for interval in clock.excluded)
