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
    """Return when the promise must be kept, in UTC; None when the clock has not started."""
    run = _run(clock, rules)
    return clocks.instant_of(*run, 1.0) if run else None


def lateness(clock: Clock | None, rules: Rules, at: datetime) -> timedelta:
    """Return by how much a promise kept at `at` is late; zero when in time or when nothing was promised."""
    due = due_at(clock, rules) if clock else None
    return max(at - due, timedelta()) if due else timedelta()


def reading(clock: Clock, rules: Rules, now: datetime) -> clocks.Reading | None:
    """Return the state of a started clock, or None when its start event has not happened."""
    run = _run(clock, rules)
    return clocks.read(*run, now) if run else None


def account(clock: Clock, rules: Rules) -> Account | None:
    """Return how the due instant of a started clock comes about."""
    run = _run(clock, rules)
    return account_of(*run) if run else None


def escalation_due(ticket: Ticket, clock: Clock, rules: Rules, now: datetime) -> escalation.Escalation | None:
    """Return the rung that is due on a running clock, or None."""
    ladder, run = rules.ladders.get(clock.promise.ladder), _run(clock, rules)
    if ladder is None or run is None or clock.met_at is not None:
        return None
    return escalation.due(ladder, *run, fired=clock.fired, repeats=_repeats(ticket, clock), now=now)


def next_rung(ticket: Ticket, clock: Clock, rules: Rules) -> datetime | None:
    """Return when a running clock next has somebody to tell, or None."""
    ladder, run = rules.ladders.get(clock.promise.ladder), _run(clock, rules)
    if ladder is None or run is None or clock.met_at is not None:
        return None
    return escalation.next_rung(ladder, *run, fired=clock.fired, repeats=_repeats(ticket, clock))


def is_awaited(ticket: Ticket) -> bool:
    """Say whether the customer still waits for the first word of somebody."""
    clock = ticket.clock(ClockKind.RESPOND)
    return clock is not None and is_running(clock)


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


def _run(clock: Clock, rules: Rules) -> tuple[Calendar, datetime, timedelta, tuple[Interval, ...]] | None:
    """Return calendar, start, budget and pauses of a started clock, as its promise or its grace has them."""
    if clock.started_at is None:
        return None
    pauses = tuple(Interval(interval.start, interval.end) for interval in clock.excluded)
    if clock.grace is not None:
        return rules.calendars[clock.grace.calendar], clock.grace.since, clock.grace.within, pauses
    return rules.calendars[clock.promise.calendar], clock.started_at, clock.promise.within, pauses
