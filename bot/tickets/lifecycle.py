"""The life of a ticket: what a step leads to, and when time itself is the next step."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot.tickets import (
    agreeing,
    coverage,
    incidents,
    joint,
    ledgering,
    majors,
    milestones,
    pausing,
    planned,
    presence,
    site,
    timing,
    visits,
)
from bot.tickets import coverage_steps as cs
from bot.tickets import events as e
from bot.tickets import incident_steps as ins
from bot.tickets import joint_events as je
from bot.tickets import joint_steps as js
from bot.tickets import ledger_steps as ls
from bot.tickets import planned_steps as ps
from bot.tickets import presence_steps as people
from bot.tickets import site_steps as ss
from bot.tickets import steps as s
from bot.tickets import visit_steps as vs
from bot.tickets.called import reported
from bot.tickets.closing import checked, reopened, resolved
from bot.tickets.due import next_deadline, realigned, time_passed
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.evolve import no_earlier
from bot.tickets.first_words import claimed, first_word, price_word, said
from bot.tickets.kinds import ClockKind, Closing, Status
from bot.tickets.levels import changed_level, opened
from bot.tickets.model import Party, Ticket
from bot.tickets.ownership import accepted, be_colleague, declined, offered, reassigned
from bot.tickets.permits import be_open, be_staff
from bot.tickets.rules import Rules
from bot.tickets.surveys import rated
from bot.tickets.undoing import undone

__all__ = ["decide", "next_deadline", "opening"]

_SAID_TWICE = timedelta(minutes=10)  # who says again this soon that they are there says nothing new


def opening(step: s.Open, rules: Rules) -> e.Opened:
    """Return the event that begins a ticket.

    Raises:
        TicketError: The policy has no such level.
    """
    return opened(step, rules)


def decide(ticket: Ticket, step: s.Step, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what a step leads to; an empty list when it changes nothing.

    Raises:
        TicketError: The rules refuse the step; the text goes to the asker.
        ValueError: The step opens the ticket once more, or `now` is naive.
    """
    now = no_earlier(now, ticket)
    joint.be_leading(ticket, step)
    match step:
        case s.DeadlineReached():  # first: of no step there are so many at once
            return time_passed(ticket, step, now, rules)
        case s.Open():
            raise ValueError(f"ticket {ticket.number} is open already")
        case s.Claim(by=by):
            return claimed(ticket, by, now, rules)
        case s.Say(by=by, text=text):
            return said(ticket, by, text, now, rules)
        case s.Assist(by=by):
            be_open(ticket)
            be_staff(by, ticket, rules)
            return [] if by in ticket.helpers or by == ticket.owner else [e.Assisted(by=by)]
        case s.Arrive(by=by):
            return _arrived(ticket, by, now, rules)
        case s.HandOver():
            be_open(ticket)
            return offered(ticket, step, now, rules)
        case s.Accept(by=by):
            return accepted(ticket, by)
        case s.Decline(by=by, reason=reason):
            return declined(ticket, by, reason)
        case s.Reassign():
            be_open(ticket)
            return reassigned(ticket, step, rules)
        case s.ChangeLevel():
            coverage.be_decided(ticket, rules)
            be_open(ticket)
            return changed_level(ticket, step, now, rules)
        case s.Note(by=by, text=text, is_call=is_call):
            be_staff(by, ticket, rules)
            is_owed = is_call and ticket.status is Status.OPEN
            called = first_word(ticket, by, text, now, rules, is_call=True) if is_owed else []
            return [*called, e.Noted(by=by, text=text)]
        case s.Update(by=by, text=text):
            be_open(ticket)
            be_staff(by, ticket, rules)
            return [*first_word(ticket, by, text, now, rules), e.Updated(by=by, text=text)]
        case s.Supplement():
            return pausing.supplemented(ticket, step, now, rules)
        case people.TakeBack(by=by):
            is_over = presence.takes_back_all(ticket, step)
            return [*presence.decided(ticket, step), *(_withdrawn(ticket, by, rules) if is_over else [])]
        case people.GoAway() | people.ComeBack():
            return [*presence.decided(ticket, step)]
        case s.Urge(by=by, text=text):
            be_open(ticket)
            return [e.Urged(by=by, text=text)]
        case s.Withdraw(by=by):
            return _withdrawn(ticket, by, rules)
        case s.Resolve(by=by):
            be_open(ticket)
            coverage.be_decided(ticket, rules)
            solution = resolved(ticket, step, now, rules)
            return [*first_word(ticket, by, step.method, now, rules), *solution]
        case s.Confirm():
            return checked(ticket, step, now, rules)
        case s.Reopen():
            return reopened(ticket, step, now, rules)
        case s.Undo():
            return undone(ticket, step, now, rules)
        case s.Rate() | s.Comment():
            return rated(ticket, step, now, rules)
        case s.Report():
            return reported(ticket, step, now, rules)
        case s.Acknowledge(by=by):
            return _acknowledged(ticket, by, rules)
        case s.Pause(by=by):
            be_open(ticket)
            be_staff(by, ticket, rules)
            return [
                *first_word(ticket, by, step.need, now, rules),
                *pausing.paused(ticket, step, now, rules),
            ]
        case s.Resume():
            be_open(ticket)
            return pausing.resumed(ticket, step, rules)
        case s.Propose(by=by):
            be_open(ticket)
            be_staff(by, ticket, rules)
            proposed = agreeing.proposed(ticket, step, now, rules)
            return [*first_word(ticket, by, step.reason, now, rules), *proposed]
        case s.Consent() if coverage.is_undecided(ticket):
            return coverage.answered(ticket, step, rules)
        case s.Consent():
            return agreeing.answered(ticket, step, rules)
        case s.PromiseAnswer(by=by):
            be_open(ticket)
            be_staff(by, ticket, rules)
            promised = agreeing.answer_promised(ticket, step, now)
            return [*first_word(ticket, by, "答复时间", now, rules), *promised]
        case s.Answer(by=by, text=text):
            be_open(ticket)
            be_staff(by, ticket, rules)
            late = _late(ticket, now, rules, ClockKind.ANSWER, ClockKind.PROMISE)
            return [*first_word(ticket, by, text, now, rules), e.Answered(by=by, text=text, late=late)]
        case s.Occur():
            be_open(ticket)
            return agreeing.occurred(ticket, step, now, rules)
        case s.Lend(by=by, model=model, serial=serial):
            be_open(ticket)
            be_staff(by, ticket, rules)
            _be_another_loan(ticket, step)
            late = _late(ticket, now, rules, ClockKind.LOAN, ClockKind.WORKAROUND)
            lent = e.Loaned(by=by, model=model, serial=serial, late=late)
            return [*first_word(ticket, by, model, now, rules), lent]
        case s.Diagnose(by=by, text=text):
            be_open(ticket)
            be_staff(by, ticket, rules)
            late = _late(ticket, now, rules, ClockKind.DIAGNOSE)
            return [*first_word(ticket, by, text, now, rules), e.Diagnosed(by=by, text=text, late=late)]
        case s.Reach(by=by, what=what, text=text):
            be_open(ticket)
            be_staff(by, ticket, rules)
            reached = e.Reached(by=by, what=what, text=text, late=milestones.late(ticket, what, now, rules))
            return [*first_word(ticket, by, text or what.value, now, rules), reached]
        case s.Dispatch(by=by, to=to, note=note):
            be_open(ticket)
            be_staff(by, ticket, rules)
            be_colleague(to, ticket.number, rules)
            coverage.be_decided(ticket, rules)
            site.be_allowed_on_site(ticket, rules)
            late = _late(ticket, now, rules, ClockKind.DISPATCH)
            sent = e.Dispatched(by=by, to=to, note=note, late=late)
            asked = visits.offered_with(sent, ticket, step.taken, now, rules)
            return [*first_word(ticket, by, "派单", now, rules), sent, *asked]
        case s.DeclareMajor():
            be_open(ticket)
            return majors.declared(ticket, step, rules)
        case s.Recover(by=by):
            be_open(ticket)
            be_staff(by, ticket, rules)
            return [*first_word(ticket, by, step.text, now, rules), *majors.recovered(ticket, step)]
        case (
            ps.Appoint()
            | ps.AskOtherTime()
            | ps.Inspect()
            | ps.Finish()
            | ps.RollBack()
            | ps.Drop()
            | ps.Hasten()
        ):
            return planned.decided(ticket, step, now, rules)
        case (
            ss.Depart()
            | ss.LeaveSite()
            | ss.MissSomebody()
            | ss.ReportDay()
            | ss.AskRemote()
            | ss.Show()
            | ss.AnswerRemote()
        ):
            return site.decided(ticket, step, now, rules)
        case cs.Cover(by=by) | cs.Quote(by=by) | cs.TurnDown(by=by) | cs.PutOutside(by=by):
            be_open(ticket)
            be_staff(by, ticket, rules)
            return [*price_word(ticket, step, now, rules), *coverage.decided(ticket, step, now, rules)]
        case vs.OfferVisit(by=by):
            coverage.be_decided(ticket, rules)
            return [*first_word(ticket, by, "约", now, rules), *visits.decided(ticket, step, now, rules)]
        case ins.Tick(by=by) | ins.Consult(by=by) | ins.Conclude(by=by) | ins.SeekHelp(by=by):
            be_open(ticket)
            be_staff(by, ticket, rules)
            return incidents.decided(ticket, step, rules)
        case vs.PickVisit():
            return visits.decided(ticket, step, now, rules)
        case ls.NameAsset() | ls.Excuse():
            return [*ledgering.decided(ticket, step, rules)]
        case js.Join():
            return joint.joined(ticket, step)
        case s.Realign(saved_at=saved_at):
            return realigned(ticket, saved_at, now, rules)
        case _:
            assert_never(step)


def _arrived(ticket: Ticket, by: Party, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the arrival; whoever stands before the customer has also answered them."""
    be_open(ticket)
    be_staff(by, ticket, rules)
    known = ticket.happened.get("arrived", ())
    if known and now - known[-1] < _SAID_TWICE:
        raise TicketError("{number} 已记到场（{time}）。", number=ticket.number, time=known[-1])
    late = timing.lateness(ticket, ClockKind.ARRIVE, rules, now)  # who comes later is not late for it
    return [*first_word(ticket, by, "", now, rules), e.Arrived(by=by, late=late)]


def _late(ticket: Ticket, now: datetime, rules: Rules, *kinds: ClockKind) -> timedelta:
    return max(timing.lateness(ticket, kind, rules, now) for kind in kinds)


def _be_another_loan(ticket: Ticket, step: s.Lend) -> None:
    """Refuse to tell the customer twice of the same equipment."""
    if not ticket.lent:
        return
    model, serial = ticket.lent
    if step.model.casefold() == model.casefold() and step.serial.casefold() in ("", serial.casefold()):
        raise TicketError(
            "{number} 的代用设备（{model}，{time}）已经告诉客户了；换了别的请写新的型号和序列号。",
            number=ticket.number,
            model=model,
            time=ticket.happened["loaned"][-1],
        )


def _acknowledged(ticket: Ticket, by: Party, rules: Rules) -> list[e.AnyEvent]:
    """Return that somebody knows of the alerts; buttons of alerts that are over are refused."""
    be_open(ticket)
    be_staff(by, ticket, rules)
    if not any(clock.is_running and clock.fired for clock in timing.clocks(ticket, rules, now=None)):
        if ticket.owner is None:
            raise TicketError("{number} 还没人接，您来处理就回“接单 {number}”。", number=ticket.number)
        raise TicketError("{number} 现在没有在催的时限，不用回“收到”。", number=ticket.number)
    latest = max(at for told in ticket.told.values() for at in told.rungs.values())
    known = ticket.acknowledged
    if known is not None and known.at >= latest:
        raise TicketError(
            "{number} 的提醒 {by} 已收到（{time}）。", number=ticket.number, by=known.by, time=known.at
        )
    return [e.Acknowledged(by=by)]


def _withdrawn(ticket: Ticket, by: Party, rules: Rules) -> list[e.AnyEvent]:
    if ticket.status is Status.CLOSED:
        raise TicketError("{number} 已经关闭了。", number=ticket.number)
    if ticket.has_reported(by) or joint.has_heir(ticket, by):
        return [je.Parted(by=by)]  # the others still wait for it
    is_own_plan = ticket.kind.is_planned and by == ticket.owner
    if not rules.may_answer(ticket, by) and not rules.role(by).is_manager and not is_own_plan:
        raise NotTheirs(
            "{number} 是 {requester} 报的，请 {requester} 来撤。",
            number=ticket.number,
            requester=ticket.requester,
        )
    return [e.Closed(closing=Closing.WITHDRAWN, by=by)]
