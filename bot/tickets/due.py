"""What the passing of time does to a ticket: when to look at it again, and what is due then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets import timing, untouched
from bot.tickets.evolve import evolve
from bot.tickets.incidents import asked_in_time, report_at
from bot.tickets.kinds import Closing, Status
from bot.tickets.model import Ticket
from bot.tickets.pausing import waited
from bot.tickets.planned import next_planned, planned_in_time
from bot.tickets.recipients import recipients
from bot.tickets.rules import Rules
from bot.tickets.surveys import next_question, surveyed_in_time

_STORED_TO = timedelta(milliseconds=1)


def next_deadline(ticket: Ticket, rules: Rules, now: datetime | None = None) -> datetime | None:
    """Return when to look at the ticket again, in UTC, or None when nothing is waiting for time.

    With `now`, what is late already but may not be said at this hour is looked at again when people wake, and not before.
    """
    instants: list[datetime | None] = [ticket.check_at, ticket.close_at, next_question(ticket)]
    instants.extend(next_planned(ticket))
    if ticket.status is Status.OPEN:
        instants.append(ticket.offer.expires_at if ticket.offer else None)
        instants.append(ticket.waiting.next_at if ticket.waiting else None)
        instants.append(timing.first_told(ticket, rules, now))
        report = report_at(ticket, rules)
        instants.append(report[0] if report else None)
    return min((instant for instant in instants if instant is not None), default=None)


def time_passed(ticket: Ticket, step: s.DeadlineReached, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what is due. Several things may be; each sees the ticket as the ones before it left it."""
    happened: list[e.AnyEvent] = []

    def happen(event: e.AnyEvent) -> None:
        nonlocal ticket
        happened.append(event)
        ticket = evolve(ticket, event, now)

    for event in planned_in_time(ticket, now, rules):
        happen(event)
    # Closing wins over the reminder before it: after a downtime nobody is asked and cut off at once.
    if ticket.close_at is not None and ticket.close_at <= now:
        happen(e.Closed(closing=Closing.SILENCE))
    elif ticket.check_at is not None and ticket.check_at <= now:
        happen(e.CheckReminded())
    if ticket.offer is not None and ticket.offer.expires_at <= now:
        happen(e.HandOverExpired(to=ticket.offer.to))
    if ticket.status is Status.OPEN and ticket.waiting is not None and ticket.waiting.next_at <= now:
        happen(waited(ticket.waiting, now, rules))
    for event in asked_in_time(ticket, now, rules):
        happen(event)
    happened.extend(escalated(ticket, now, rules))  # the survey asks nothing about what was told
    for event in surveyed_in_time(ticket, step, now, rules):
        happen(event)
    return happened


def realigned(ticket: Ticket, saved_at: datetime | None, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return that a ticket is looked at again at another instant than the one saved, or nothing when they agree.

    What is due already is left to the tick that is about to serve it.
    """
    due_at = next_deadline(ticket, rules, now)
    is_served_now = saved_at is not None and saved_at <= now
    if is_served_now or _is_same(saved_at, due_at):
        return []
    return [e.Realigned(was=saved_at, due_at=due_at)]


def _is_same(saved_at: datetime | None, due_at: datetime | None) -> bool:
    """Stores keep milliseconds."""
    if saved_at is None or due_at is None:
        return saved_at is due_at
    return abs(saved_at - due_at) < _STORED_TO


def escalated(ticket: Ticket, now: datetime, rules: Rules) -> list[e.Escalated]:
    """Return the rungs that are due, one of each clock at most; nothing is owed on a ticket that is not open."""
    if ticket.status is not Status.OPEN:
        return []
    if (reached := untouched.reached(ticket, rules, now)) is not None:
        return [_climbed(ticket, rung, now, rules) for rung in reached]
    clocks = timing.clocks(ticket, rules, now)
    found = (_escalated(ticket, clock, clocks, now, rules) for clock in clocks)
    return [event for event in found if event is not None]


def _escalated(
    ticket: Ticket, clock: timing.Clock, clocks: Sequence[timing.Clock], now: datetime, rules: Rules
) -> e.Escalated | None:
    escalation = timing.escalation_due(ticket, clock, rules, now)
    if escalation is None or clock.state.course is None:
        return None
    # A rung that was reached before a pause began may be told in it, when nobody knows by when it is due.
    due_at = clock.due_at or escalation.rung_at
    tell = rules.ladders[clock.rule.ladder].rungs[escalation.rung].tell
    if escalation.is_repeat:  # also those who would be told again of what gives way to it
        others = (timing.nagged(each, rules) for each in clocks if each.gives_way)
        tell = tuple(dict.fromkeys((*tell, *chain.from_iterable(others))))
    return e.Escalated(
        clock=clock.id,
        kind=clock.kind if clock.id != clock.kind.value else None,
        begins=clock.started_at,
        rung=escalation.rung,
        at=escalation.rung_at,
        told=recipients(tell, ticket, rules, now),
        tell=tell,
        skipped=escalation.skipped,
        late=escalation.late,
        is_repeat=escalation.is_repeat,
        is_breach=clock.due_at is not None and escalation.rung_at >= clock.due_at,
        due_at=due_at,
    )


def _climbed(ticket: Ticket, reached: untouched.Reached, now: datetime, rules: Rules) -> e.Escalated:
    """Return what `_escalated` does, of a ticket to which nothing else has happened."""
    promise = reached.promise
    return e.Escalated(
        clock=promise.id,
        kind=promise.kind if promise.id != promise.kind.value else None,
        begins=ticket.opened_at,
        rung=reached.rung,
        at=reached.at,
        told=recipients(reached.tell, ticket, rules, now),
        tell=reached.tell,
        skipped=reached.skipped,
        late=now - reached.at,
        is_repeat=False,
        is_breach=reached.at >= reached.due_at,
        due_at=reached.due_at,
    )
