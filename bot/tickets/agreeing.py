"""Instants that people name: agreed with the customer, promised by an engineer, or told of the past."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind
from bot.tickets.model import Promise, Ticket
from bot.tickets.rules import Rules
from scheduler.written_clocks import WrittenClock

# What people mean when they agree on a time without saying for what.
_AGREED_FIRST = (ClockKind.RESOLVE, ClockKind.ARRIVE, ClockKind.REPAIR, ClockKind.WORKAROUND)
_LONGEST_AGO = timedelta(days=30)


def proposed(ticket: Ticket, step: s.Propose, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the question to the customer; nothing changes before they have said yes."""
    number = ticket.number
    clock = _meant(ticket, step.clock, rules)
    if clock is None:
        raise TicketError("{number} 没有可以另行约定的时限。", number=number)
    if step.at <= now:
        raise TicketError("{time} 已经过了，请写以后的时间。", number=number, time=step.at)
    if not step.reason.strip():
        raise TicketError("请带上原因，例：约定 {number} 明天17:00 等备件到货", number=number)
    return [e.Proposed(by=step.by, clock=clock.id, at=step.at, reason=step.reason.strip())]


def _meant(ticket: Ticket, named: str, rules: Rules) -> timing.Clock | None:
    clocks = [each for each in timing.clocks(ticket, rules) if not each.state.is_over]
    if named:
        return next((each for each in clocks if named in (each.id, each.kind.value)), None)
    for kind in _AGREED_FIRST:
        found = next((each for each in clocks if each.kind is kind and each.rule.beats is None), None)
        if found is not None:
            return found
    return None


def answered(ticket: Ticket, step: s.Consent, rules: Rules) -> list[e.AnyEvent]:
    """Return the customer's yes or no to a proposal."""
    proposal = ticket.proposal
    if not rules.may_answer(ticket, step.by):
        raise NotTheirs("{number} 请 {requester} 来定。", number=ticket.number, requester=ticket.requester)
    if proposal is None:
        raise TicketError("{number} 现在没有等您同意的时间。", number=ticket.number)
    if not step.is_given:
        return [e.AgreementRefused(by=step.by, at=proposal.at)]
    return [e.AgreementGiven(by=step.by, clock=proposal.clock, at=proposal.at, consent=step.message)]


def answer_promised(ticket: Ticket, step: s.PromiseAnswer, now: datetime) -> list[e.AnyEvent]:
    """Return the named time of an answer; a policy without such a clock gets one for this ticket."""
    if step.at <= now:
        raise TicketError("{time} 已经过了，请写以后的时间。", number=ticket.number, time=step.at)
    has_clock = any(promise.kind is ClockKind.PROMISE for promise in ticket.promises)
    return [e.AnswerPromised(by=step.by, at=step.at, promise=None if has_clock else _mini(ticket))]


def _mini(ticket: Ticket) -> Promise:
    """Return a clock for one answer."""
    clock = WrittenClock(
        kind="promise",
        agreed=True,
        from_="promised",
        consent=False,
        met_by=("answered", "updated", "arrived", "resolved"),
    )
    return beside_the_others(ticket, ClockKind.PROMISE, clock)


def beside_the_others(ticket: Ticket, kind: ClockKind, clock: WrittenClock) -> Promise:
    """Return a promise of an instant that was named for this ticket alone, told of as its others are, and in their hours.

    The instant itself is one of the clock on the wall; nobody is called before and after it at an hour at which they do not work.
    """
    first = next((promise for promise in ticket.promises if promise.ladder), None)
    calendar, ladder = (first.calendar, first.ladder) if first is not None else ("always", "")
    return Promise(kind=kind, calendar=calendar, ladder=ladder, clock=clock)


def occurred(ticket: Ticket, step: s.Occur, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return when the trouble began: before it was reported, and not long ago."""
    if not rules.role(step.by).is_staff and not rules.may_answer(ticket, step.by):
        raise NotTheirs("{number} 请 {requester} 来说。", number=ticket.number, requester=ticket.requester)
    if step.at > min(now, ticket.opened_at) or step.at < ticket.opened_at - _LONGEST_AGO:
        raise TicketError(
            "故障发生的时间应在报障（{time}）之前 30 天内，例：发生 {number} 08:10",
            number=ticket.number,
            time=ticket.opened_at,
        )
    return [e.OccurredAt(by=step.by, at=step.at)]
