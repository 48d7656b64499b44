"""Who answers for a ticket: hand-over by offer and acceptance, and reassignment by a manager (首问责任制)."""

from __future__ import annotations

from datetime import datetime

from bot.asks import Rest
from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import N_, Incomplete, NotTheirs, Phrase, TicketError
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Role, Rules

MOST_HAND_OVERS = 3  # after that a manager decides


def offered(ticket: Ticket, step: s.HandOver, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the offer of a hand-over; the giver owns the ticket until it is accepted."""
    number = ticket.number
    if ticket.owner is None:
        raise TicketError("{number} 还没有人接。要接回“接单 {number}”。", number=number)
    if ticket.owner != step.by:
        raise NotTheirs(
            "{number} 由 {owner} 负责，要换人请 {owner} 回“转交 {number} @{to}”，或请 {manager} 回“改派 {number} @{to} 原因”。",
            number=number,
            owner=ticket.owner,
            to=step.to,
            manager=manager_named(rules),
        )
    be_colleague(step.to, number, rules)
    if step.to == step.by:
        raise TicketError("{number} 本来就由您负责。转给同事请写“转交 {number} @同事”。", number=number)
    if ticket.offer is not None:
        raise TicketError(
            "{number} 正等 {to} 回复（{time} 前）；要改请先“撤销 {number}”。",
            number=number,
            to=ticket.offer.to,
            time=ticket.offer.expires_at,
        )
    if ticket.handed_over >= MOST_HAND_OVERS:
        raise TicketError(
            "{number} 已转过 {count} 次，请 {manager} 来定：改派 {number} @{to} 原因",
            number=number,
            count=ticket.handed_over,
            manager=manager_named(rules),
            to=step.to,
        )
    return [e.HandOverOffered(by=step.by, to=step.to, note=step.note, expires_at=now + rules.handover_within)]


def accepted(ticket: Ticket, by: Party) -> list[e.AnyEvent]:
    """Return the hand-over; the former owner is released only now."""
    offer = _offer_to(ticket, by)
    return [e.HandedOver(giver=offer, by=by)]


def declined(ticket: Ticket, by: Party, reason: str) -> list[e.AnyEvent]:
    """Return the refusal of an offer; the giver stays owner."""
    _offer_to(ticket, by)
    return [e.HandOverDeclined(by=by, reason=reason)]


def reassigned(ticket: Ticket, step: s.Reassign, rules: Rules) -> list[e.AnyEvent]:
    """Return the decision of a manager about the owner; who takes a ticket from somebody says why."""
    number = ticket.number
    if not rules.role(step.by).is_manager:
        raise NotTheirs(
            "改派由 {manager} 来定；{number} 的负责人也可以“转交 {number} @同事”。",
            manager=manager_named(rules),
            number=number,
        )
    be_colleague(step.to, number, rules)
    if step.to == ticket.owner:
        raise TicketError("{number} 已经由 {owner} 负责。", number=number, owner=ticket.owner)
    if not step.reason.strip() and ticket.owner is not None:
        raise Incomplete(
            "为什么改派给 {to}？直接写原因就行，例：他在附近。",
            Rest(command=f"/reassign {number} @{step.to.name}"),
            number=number,
            to=step.to,
        )
    return [e.Reassigned(by=step.by, to=step.to, giver=ticket.owner, reason=step.reason.strip())]


def _offer_to(ticket: Ticket, by: Party) -> Party:
    """Return the giver of the offer that waits for `by`."""
    if ticket.offer is None:
        raise TicketError("{number} 现在没有等您接受的转交。", number=ticket.number)
    if ticket.offer.to != by:
        raise NotTheirs("{number} 是转交给 {to} 的，等 {to} 回复。", number=ticket.number, to=ticket.offer.to)
    return ticket.offer.giver


def be_colleague(to: Party, number: int, rules: Rules) -> None:
    """Refuse somebody who is no member of the staff."""
    if not rules.role(to).is_staff:
        raise TicketError("{to} 不是工程师，{number} 只能转给同事。", to=to, number=number)


def manager_named(rules: Rules) -> Party | Phrase:
    """Return whom to name where a manager is needed."""
    return next(iter(rules.with_role(Role.MANAGER)), Phrase(N_("经理")))
