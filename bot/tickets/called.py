"""What a call to the customer came to: the manager's after a low score, and those that a policy promises."""

from __future__ import annotations

from datetime import datetime

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.calling import again_at
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind, Closing, Kind, Status
from bot.tickets.model import Ticket
from bot.tickets.ownership import be_colleague, manager_named
from bot.tickets.rules import Rules


def reported(ticket: Ticket, step: s.Report, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what became of a call: of the ticket of a call, or of one that the policy promises about a solved ticket."""
    if ticket.kind is not Kind.CALLBACK and ticket.status is not Status.OPEN:
        return _called_about(ticket, step, now, rules)
    if ticket.kind is not Kind.CALLBACK or ticket.status is Status.CLOSED:
        raise TicketError("{number} 没有等着的回访。", number=ticket.subject or ticket.number)
    if step.by != ticket.owner and not rules.role(step.by).is_manager:
        raise NotTheirs(
            "{number} 的回访由 {owner} 负责。",
            number=ticket.subject or ticket.number,
            owner=ticket.owner or manager_named(rules),
        )
    if step.outcome == "missed":
        owed = timing.clock(ticket, ClockKind.RESOLVE, rules, now)
        again = again_at(owed.due_at if owed else None, now, rules)
        return [e.CallMissed(by=step.by, text=step.result, again_at=again)]
    if step.improvement is not None:
        be_colleague(step.improvement.owner, ticket.number, rules)
    called = e.CalledBack(by=step.by, result=step.result, improvement=step.improvement)
    return [called, e.Closed(closing=Closing.DONE, by=step.by)]


def _called_about(ticket: Ticket, step: s.Report, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the call that a policy promises about every solved ticket; it outlives the ticket."""
    found = timing.clock(ticket, ClockKind.CALLBACK, rules, now)
    if found is None or found.met_at is not None:
        raise TicketError("{number} 没有等着的回访。", number=ticket.number)
    if not rules.role(step.by).is_manager:
        raise NotTheirs("{number} 的回访由 {owner} 负责。", number=ticket.number, owner=manager_named(rules))
    if step.outcome == "missed":
        return [e.CallMissed(by=step.by, text=step.result)]
    late = timing.lateness(ticket, ClockKind.CALLBACK, rules, now)
    return [e.CalledBack(by=step.by, result=step.result, late=late, improvement=step.improvement)]
