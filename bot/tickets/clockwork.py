"""What a ticket's past means to its clocks: its promises as rules of clocks, its events as their history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import cast

from bot.tickets.kinds import ClockKind, StartsAt
from bot.tickets.model import Pause, Promise, Ticket
from scheduler import history as past
from scheduler.calendar import Calendar
from scheduler.clock_rules import ClockRule
from scheduler.clock_states import Promised, promised
from scheduler.history import Agreement, History
from scheduler.lengths import format_length
from scheduler.targets import Instant
from scheduler.written_clocks import Kind, WrittenClock, clock_rule

RESPONDED = "responded"
SAID = "said"  # any word of staff to the customer
FIRST_WORD = "first_word"  # the response that is owed since the ticket was opened, or opened again
REPRIORITISED = "reprioritised"


def rules_of(ticket: Ticket, calendars: Mapping[str, Calendar]) -> Promised:
    """Return the promises of a ticket as rules, those that wait for another after it.

    Raises:
        KeyError: A calendar that the ticket counts by is gone.
    """
    found = _rules(ticket.promises, tuple([calendars[name] for name in calendars_of(ticket.promises)]))
    grace = ticket.grace
    if grace is None:
        return found
    # What would be due before it was owed at all gets a short time; here it is owed since the level was changed.
    graced = (
        replace(rule, after=REPRIORITISED, grace=grace.within)
        if rule.id in grace.clocks and not rule.after
        else rule
        for rule in found.rules
    )
    return Promised(tuple(graced), found.awaited)


def calendars_of(promises: tuple[Promise, ...]) -> tuple[str, ...]:
    """Return the ids of the calendars by which promises are reckoned."""
    names: dict[str, None] = {}
    for promise in promises:
        names[promise.calendar] = None
        if promise.clock is not None and promise.clock.alternative is not None:
            names[promise.clock.alternative.calendar or promise.calendar] = None
    return tuple(names)


def promised_rule(promise: Promise, calendars: Mapping[str, Calendar]) -> ClockRule:
    """Return what a promise of a policy means: from when it counts, by when it is due.

    Raises:
        WrittenFault: A calendar that it counts by is gone.
    """
    return clock_rule(
        promise.clock or _written(promise),
        calendar=promise.calendar,
        ladder=promise.ladder,
        calendars=calendars,
    )


@lru_cache(maxsize=512)
def _rules(promises: tuple[Promise, ...], calendars: tuple[Calendar, ...]) -> Promised:
    known = {calendar.id: calendar for calendar in calendars}
    return promised(_rule(promise, known) for promise in promises)


def _rule(promise: Promise, calendars: Mapping[str, Calendar]) -> ClockRule:
    rule = promised_rule(promise, calendars)
    if promise.kind is ClockKind.RESPOND:
        # Whoever opens a ticket again is owed a first word anew.
        kept_by = tuple(FIRST_WORD if event == RESPONDED else event for event in rule.fulfilled_by)
        return replace(rule, starts=(past.REOPENED, *rule.starts), restarts=True, fulfilled_by=kept_by)
    return rule


def _written(promise: Promise) -> WrittenClock:
    """Return what the short form of a promise means in the language of policies."""
    length = format_length(promise.within) if promise.within is not None else ""
    start = (promise.start or StartsAt.REPORTED).value
    if promise.kind is ClockKind.UPDATE:
        # News are owed so long after the latest word, and after a reopening; not before somebody has said a first one.
        return WrittenClock(
            kind="update",
            every=length,
            keeps_grid=False,
            from_=start,
            met_by=(SAID, past.REOPENED),
            until=(past.RESOLVED,),
        )
    return WrittenClock(kind=cast(Kind, promise.kind.value), within=length, from_=start)


class _One:
    """One ticket and no other, however equal: what it came to need not be compared."""

    __slots__ = ("ticket",)

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _One) and self.ticket is other.ticket

    def __hash__(self) -> int:
        return id(self.ticket)


def history_of(ticket: Ticket) -> History:
    """Return what happened to a ticket, as far as its clocks care."""
    return _history(_One(ticket))


@lru_cache(maxsize=256)  # a step asks for it several times, and what was reckoned is kept with it
def _history(one: _One) -> History:
    ticket = one.ticket
    events = dict(ticket.happened)
    if ticket.grace is not None:
        events[REPRIORITISED] = (ticket.grace.since,)
    return History(
        opened_at=ticket.counts_from,
        events=events,
        pauses=tuple(past.Pause(pause.start, pause.end, pause.reason) for pause in ticket.pauses),
        agreements=tuple(
            Agreement(each.clock, Instant(each.at), each.made_at, each.consent) for each in ticket.agreements
        ),
        closed_at=ticket.closed_at,
    )


def noted(ticket: Ticket, at: datetime, *names: str) -> dict[str, tuple[datetime, ...]]:
    """Return what has happened to a ticket once these things happen as well."""
    return {**ticket.happened, **{name: (*ticket.happened.get(name, ()), at) for name in names}}


def stopped(pauses: tuple[Pause, ...], at: datetime, reason: str) -> tuple[Pause, ...]:
    """Return the pauses with one more that begins now; the one that was on is over."""
    return (*resumed(pauses, at), Pause(at, None, reason))


def resumed(pauses: tuple[Pause, ...], at: datetime) -> tuple[Pause, ...]:
    """Return the pauses with the one that was on over."""
    return tuple(Pause(each.start, at, each.reason) if each.end is None else each for each in pauses)
