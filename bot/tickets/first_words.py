"""Who takes a ticket, and what the first word of staff to the customer settles: the claim and the first response."""

from __future__ import annotations

from datetime import datetime

from bot.tickets import coverage, timing
from bot.tickets import coverage_steps as cs
from bot.tickets import events as e
from bot.tickets.errors import AlreadyOwned, TicketError
from bot.tickets.kinds import ClockKind, Status
from bot.tickets.model import Party, Ticket
from bot.tickets.permits import be_open, be_staff
from bot.tickets.rules import Rules


def claimed(ticket: Ticket, by: Party, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return that somebody takes a ticket; whoever comes second is told who has it."""
    be_open(ticket)
    be_staff(by, ticket, rules)
    if ticket.owner == by:
        raise TicketError(
            "{number} 已经由您负责了（{time} 接单）。", number=ticket.number, time=ticket.claimed_at
        )
    if ticket.owner is not None:
        raise AlreadyOwned(
            "{number} 由 {owner} 接单（{time}）。{by}，已有人了；要一起处理回“协助 {number}”，要换人请 {owner} 回“转交 {number} @{by}”。",
            number=ticket.number,
            owner=ticket.owner,
            time=ticket.claimed_at,
            by=by,
        )
    coverage.be_decided(ticket, rules)
    taken: list[e.AnyEvent] = [e.Claimed(by=by)]
    policy = rules.policies.get(ticket.policy)
    if policy is not None and policy.first_response == "claim":
        return [*taken, *_responded(ticket, by, "", now, rules)]
    return taken


def said(ticket: Ticket, by: Party, text: str, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what a word of staff to the customer means for a ticket."""
    be_staff(by, ticket, rules)
    if ticket.status is not Status.OPEN:
        return [e.Said(by=by, text=text)] if ticket.status is Status.SOLVED else []
    word = first_word(ticket, by, text, now, rules)
    return (
        word if any(isinstance(event, e.Responded) for event in word) else [*word, e.Said(by=by, text=text)]
    )


def first_word(
    ticket: Ticket, by: Party, text: str, now: datetime, rules: Rules, *, is_call: bool = False
) -> list[e.AnyEvent]:
    """Return the claim and the first response that a word of staff brings about, as far as both are still owed."""
    taken: list[e.AnyEvent] = [] if ticket.owner else [e.Claimed(by=by)]
    if not timing.is_awaited(ticket, rules):
        return taken
    return [*taken, *_responded(ticket, by, text, now, rules, is_call=is_call)]


def price_word(ticket: Ticket, step: cs.CoverageStep, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the first response that a price or a refusal is; whoever says it does not take the work for that."""
    if isinstance(step, cs.Cover | cs.PutOutside) or not timing.is_awaited(ticket, rules):
        return []
    return _responded(ticket, step.by, step.text, now, rules)


def _responded(
    ticket: Ticket, by: Party, text: str, now: datetime, rules: Rules, *, is_call: bool = False
) -> list[e.AnyEvent]:
    late = timing.lateness(ticket, ClockKind.RESPOND, rules, now)
    return [e.Responded(by=by, text=text, is_call=is_call, late=late)]
