"""What would have become of a ticket under another policy or rota: its own history, told again with other promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import timing
from bot.tickets.due import escalated
from bot.tickets.evolve import born, evolve
from bot.tickets.kinds import ClockKind, Status
from bot.tickets.levels import level_by_words
from bot.tickets.model import Party, Ticket
from bot.tickets.records import Record
from bot.tickets.rules import Level, Policy, Rules
from bot.tickets.verdicts import Outcome, outcome

MOST_PAGES = 2000  # of one ticket: more come of an alert that nobody heeded for weeks


class Page(msgspec.Struct, frozen=True):
    """Somebody is told of a promise."""

    at: datetime
    clock: str
    told: tuple[Party, ...]


class Course(msgspec.Struct, frozen=True):
    """How a ticket went, or would have gone: what came of each promise, and who was told when."""

    level: str
    outcomes: dict[str, Outcome]  # by the id of the promise
    kinds: dict[str, ClockKind]
    pages: tuple[Page, ...]


def as_it_went(ticket: Ticket, records: Sequence[Record], rules: Rules, now: datetime) -> Course:
    """Return what came of a ticket, and whom its archive says were told."""
    pages = tuple(
        Page(record.at, record.event.clock, record.event.told)
        for record in records
        if isinstance(record.event, e.Escalated)
    )
    return _course(ticket, pages, rules, now)


def as_it_would_have_gone(records: Sequence[Record], policy: Policy, rules: Rules, now: datetime) -> Course:
    """Return what would have come of a ticket whose people did the same at the same times, under another policy.

    Raises:
        ValueError: The records do not begin with an opening.
    """
    first = records[0]
    if not isinstance(first.event, e.Opened):
        raise ValueError(f"the archive of {first.number} does not begin with its opening")
    ticket = born(_opened(first.event, policy, rules), first.at)
    pages: list[Page] = []
    for record in records[1:]:
        ticket = _until(ticket, record.at, rules, pages)
        event = _adapted(record.event, ticket, policy)
        if event is not None:
            ticket = evolve(ticket, event, record.at)
    return _course(_until(ticket, now, rules, pages), tuple(pages), rules, now)


def _course(ticket: Ticket, pages: tuple[Page, ...], rules: Rules, now: datetime) -> Course:
    clocks = timing.clocks(ticket, rules, now)
    outcomes = {clock.id: outcome(clock) for clock in clocks}
    return Course(ticket.level_name, outcomes, {clock.id: clock.kind for clock in clocks}, pages)


def _opened(event: e.Opened, policy: Policy, rules: Rules) -> e.Opened:
    level = _level(event.level, policy) or level_by_words(policy, event.text, rules.urgent_words)
    return replace(
        event,
        policy=policy.id,
        level=level.id if level else "",
        level_name=level.name if level else "",
        promises=level.promises if level else (),
    )


def _level(level_id: str, policy: Policy) -> Level | None:
    return policy.level(level_id) if level_id else None


def _adapted(event: e.AnyEvent, ticket: Ticket, policy: Policy) -> e.AnyEvent | None:
    """Return an event as it would have been; None for what only the old promises brought about."""
    match event:
        case e.Escalated() | e.Realigned():
            return None
        case e.LevelChanged(level=level_id):
            level = policy.level(level_id)
            if level is None:
                return None
            return replace(event, level_name=level.name, was=ticket.level, promises=level.promises, graced=())
        case e.Undone(word=word) if ticket.undo is None or ticket.undo.word != word:
            return None
        case _:
            return event


def _until(ticket: Ticket, until: datetime, rules: Rules, pages: list[Page]) -> Ticket:
    """Let the rungs of the ladders be reached up to an instant, each at its own."""
    begun = len(pages)
    while len(pages) - begun < MOST_PAGES and ticket.status is Status.OPEN:
        at = _next(ticket, rules)
        if at is None or at > until:
            break
        told = escalated(ticket, at, rules)
        if not told:
            break  # it is night for whoever would be told; the next event looks again
        for event in told:
            pages.append(Page(at, event.clock, event.told))
            ticket = evolve(ticket, event, at)
    return ticket


def _next(ticket: Ticket, rules: Rules) -> datetime | None:
    rungs = (timing.next_rung(ticket, clock, rules) for clock in timing.clocks(ticket, rules))
    return min((rung for rung in rungs if rung is not None), default=None)
