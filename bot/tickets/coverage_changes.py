"""What is decided about a report outside of a contract, as it changes the ticket."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import clockwork
from bot.tickets import coverage_events as ce
from bot.tickets.events import Opened
from bot.tickets.kinds import Standing
from bot.tickets.model import Coverage, Promise, Ticket

ACCEPTED, QUOTED, OUTSIDE = "accepted", "quoted", "outside"  # in what happened to a ticket


def undecided(event: Opened) -> Coverage | None:
    """Return how a new ticket stands towards its contract; None within it."""
    if event.uncovered is None and not event.outside:
        return None
    return Coverage(standing=Standing.UNDECIDED, ended_on=event.uncovered)


def changed(ticket: Ticket, event: ce.CoverageEvent, at: datetime) -> Ticket:
    """Return the ticket after a decision about it."""
    if isinstance(event, ce.FoundOutside):
        return replace(
            ticket,
            coverage=Coverage(standing=Standing.UNDECIDED, ended_on=None),
            promises=event.promises,
            happened=clockwork.noted(ticket, at, OUTSIDE),
        )
    coverage = ticket.coverage
    if coverage is None:
        raise ValueError(f"ticket {ticket.number} is within its contract")
    match event:
        case ce.Covered(promises=promises):
            return _accepted(ticket, replace(coverage, standing=Standing.FREE), promises, at)
        case ce.Quoted():
            quoted = replace(coverage, standing=Standing.QUOTED)
            return replace(ticket, coverage=quoted, happened=clockwork.noted(ticket, at, QUOTED))
        case ce.QuoteAnswered(is_given=True, promises=promises):
            return _accepted(ticket, replace(coverage, standing=Standing.AGREED), promises, at)
        case ce.QuoteAnswered() | ce.TurnedDown():
            return replace(ticket, coverage=replace(coverage, standing=Standing.OVER))
        case _:
            assert_never(event)


def _accepted(ticket: Ticket, coverage: Coverage, promises: tuple[Promise, ...], at: datetime) -> Ticket:
    """From now on the contract's promises are owed as well; what was said so far stays said."""
    kept = {each.id for each in promises}
    return replace(
        ticket,
        coverage=coverage,
        promises=(*(each for each in ticket.promises if each.id not in kept), *promises),
        happened=clockwork.noted(ticket, at, ACCEPTED),
    )
