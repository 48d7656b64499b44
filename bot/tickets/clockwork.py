"""What events do to the clocks of a ticket: they start, are met, go on after a reopening, and change with the level."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets.model import Clock, ClockKind, Grace, Interval, Promise, StartsAt, Ticket

Clocks = tuple[Clock, ...]

# A solution keeps these promises too, if nothing kept them before; an engineer who need not come has not arrived.
_KEPT_BY_SOLVING = (
    ClockKind.RESOLVE,
    ClockKind.ANSWER,
    ClockKind.WORKAROUND,
    ClockKind.DIAGNOSE,
    ClockKind.UPDATE,
)


def begun(promises: tuple[Promise, ...], at: datetime, *, has_owner: bool) -> Clocks:
    """Return the clocks of a new ticket."""
    clocks = started(tuple(Clock(promise=promise) for promise in promises), StartsAt.REPORTED, at)
    return started(clocks, StartsAt.CLAIMED, at) if has_owner else clocks


def started(clocks: Clocks, start: StartsAt, at: datetime) -> Clocks:
    """Start the clocks that count from an event, where it is the first of its kind."""
    return tuple(
        replace(clock, started_at=at) if clock.promise.start is start and clock.started_at is None else clock
        for clock in clocks
    )


def met(clocks: Clocks, at: datetime, *kinds: ClockKind) -> Clocks:
    """Stop the clocks of these kinds that nothing has stopped yet."""
    return tuple(
        replace(clock, met_at=at) if clock.promise.kind in kinds and clock.met_at is None else clock
        for clock in clocks
    )


def spoken(clocks: Clocks, at: datetime) -> Clocks:
    """A word of staff to the customer starts the time until the next one, and what counts from the first."""
    return tuple(
        replace(clock, started_at=at, fired={}, excluded=(), grace=None)
        if clock.promise.kind is ClockKind.UPDATE and clock.started_at is not None and clock.met_at is None
        else clock
        for clock in started(clocks, StartsAt.RESPONDED, at)
    )


def solved(clocks: Clocks, at: datetime) -> Clocks:
    """Stop everything that a solution keeps."""
    return met(clocks, at, *_KEPT_BY_SOLVING)


def reopened(ticket: Ticket, at: datetime) -> Clocks:
    """The clocks go on without the time the ticket was solved; somebody owes a first word and progress anew."""
    stopped_at = ticket.solved_at or ticket.closed_at or at
    return tuple(_going_on(clock, stopped_at, at) for clock in ticket.clocks)


def _going_on(clock: Clock, stopped_at: datetime, at: datetime) -> Clock:
    if clock.started_at is None:
        return clock
    if clock.promise.kind in (ClockKind.RESPOND, ClockKind.UPDATE):
        return Clock(promise=clock.promise, started_at=at)
    is_kept = clock.met_at is not None and clock.met_at < stopped_at
    if is_kept or (clock.met_at is not None and clock.promise.kind is ClockKind.ARRIVE):
        return clock
    return replace(clock, met_at=None, excluded=(*clock.excluded, Interval(stopped_at, at)))


def relevelled(ticket: Ticket, event: e.LevelChanged, at: datetime) -> Clocks:
    """Clocks of the new level count from where those of the old one did; what was kept stays kept."""
    return tuple(
        _graced(clock, event, at) for clock in (_again(ticket, promise) for promise in event.promises)
    )


def _again(ticket: Ticket, promise: Promise) -> Clock:
    old = ticket.clock(promise.kind)
    if old is None:
        is_said = promise.kind is ClockKind.RESPOND
        return Clock(
            promise=promise,
            started_at=_start(promise.start, ticket),
            met_at=ticket.last_said_at if is_said else None,
            excluded=() if is_said else _solved_stretches(ticket),
        )
    is_same_start = old.promise.start is promise.start
    is_unchanged = old.promise == promise and old.grace is None
    return replace(
        old,
        promise=promise,
        started_at=old.started_at if is_same_start else _start(promise.start, ticket),
        fired=old.fired if is_unchanged else {},
        grace=None,
    )


def _start(start: StartsAt, ticket: Ticket) -> datetime | None:
    """Return when the event happened from which a promise counts, or None when it has not."""
    match start:
        case StartsAt.REPORTED:
            return ticket.opened_at
        case StartsAt.CLAIMED:
            return ticket.claimed_at
        case StartsAt.RESPONDED:
            respond = ticket.clock(ClockKind.RESPOND)
            return respond.met_at if respond else ticket.last_said_at
        case StartsAt.ARRIVED:
            arrive = ticket.clock(ClockKind.ARRIVE)
            return arrive.met_at if arrive else None
        case StartsAt.DISPATCHED:
            return None
        case _:
            assert_never(start)


def _solved_stretches(ticket: Ticket) -> tuple[Interval, ...]:
    return tuple(dict.fromkeys(stretch for clock in ticket.clocks for stretch in clock.excluded))


def _graced(clock: Clock, event: e.LevelChanged, at: datetime) -> Clock:
    if clock.promise.kind not in event.graced or clock.met_at is not None:
        return clock
    grace = Grace(since=at, within=event.grace, calendar=event.grace_calendar)
    return replace(clock, fired={}, grace=grace)


def undone(before: Clocks, ticket: Ticket) -> Clocks:
    """Return the clocks from before an action that was taken back; the rungs that fired meanwhile stay fired."""
    clocks = []
    for clock in before:
        now = ticket.clock(clock.promise.kind)
        is_same = now is not None and now.promise == clock.promise and now.grace == clock.grace
        clocks.append(replace(clock, fired={**clock.fired, **now.fired}) if now and is_same else clock)
    return tuple(clocks)
