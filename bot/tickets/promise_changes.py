"""What the ladder, pauses, agreements and other words about promises change in a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import clockwork
from bot.tickets import promise_events as e
from bot.tickets.kinds import ClockKind
from bot.tickets.model import Acknowledged, Agreed, Proposal, Ticket, Told, Waiting
from bot.tickets.shared_changes import going_on, settled, spoken
from scheduler.intervals import in_utc


def changed(ticket: Ticket, event: e.PromiseEvent, at: datetime) -> Ticket:
    """Return the ticket after an event of its promises."""
    match event:
        case e.Realigned() | e.NoticeGathered():
            return ticket
        case e.Escalated():
            return _escalated(ticket, event, at)
        case e.Acknowledged(by=by):
            return replace(ticket, acknowledged=Acknowledged(by, at))
        case e.Paused(by=by, reason=reason, need=need, next_at=next_at):
            waiting = Waiting(reason=reason, by=by, need=need, since=at, next_at=next_at)
            return replace(ticket, waiting=waiting, pauses=clockwork.stopped(ticket.pauses, at, reason.value))
        case e.PauseReminded(next_at=next_at):
            return replace(ticket, waiting=_reminded(ticket, next_at))
        case e.Resumed():
            return going_on(ticket, at)
        case e.Proposed(by=by, clock=clock, at=when, reason=why):
            return replace(ticket, proposal=Proposal(clock=clock, at=when, by=by, reason=why))
        case e.AgreementGiven(clock=clock, at=when, consent=consent):
            agreed = Agreed(clock=clock, at=when, made_at=at, consent=consent)
            return replace(settled(ticket, agreed), proposal=None)
        case e.AgreementRefused():
            return replace(ticket, proposal=None)
        case e.AnswerPromised():
            return _answer_promised(ticket, event, at)
        case e.Answered(text=text):
            return spoken(replace(ticket, progress=text), at, "answered")
        case e.OccurredAt(at=when):
            return replace(ticket, happened={**ticket.happened, "occurred": (in_utc(when),)})
        case e.Loaned(model=model, serial=serial):
            return replace(spoken(ticket, at, "loaned", "worked_around"), lent=(model, serial))
        case e.Diagnosed():
            return spoken(ticket, at, "diagnosed")
        case e.Reached(what=what):
            return spoken(ticket, at, what.value)
        case e.Dispatched(to=to):
            known = to == ticket.owner or to in ticket.helpers
            helpers = ticket.helpers if known else (*ticket.helpers, to)  # whoever is there may solve it
            return replace(spoken(ticket, at, "dispatched"), helpers=helpers, sent=to)
        case e.MajorDeclared():
            return _major(ticket, event, at)
        case e.Recovered():
            return replace(spoken(ticket, at, "recovered"), commander=None)
        case _:
            assert_never(event)


def _major(ticket: Ticket, event: e.MajorDeclared, at: datetime) -> Ticket:
    """What happened in an earlier incident of the ticket neither starts nor ends this one's clocks."""
    happened = {name: ats for name, ats in ticket.happened.items() if name != "recovered"}
    wanted = (each for each in (event.promise, event.report) if each is not None)
    added = [each for each in wanted if ticket.promise(each.id) is None]
    return replace(
        ticket,
        commander=event.by,
        runbook=event.runbook,
        news=(),
        report_asked=None,
        happened={**happened, "major": (at,)},
        promises=(*ticket.promises, *added),
    )


def _escalated(ticket: Ticket, event: e.Escalated, at: datetime) -> Ticket:
    begins = event.begins or ticket.opened_at
    told = ticket.told.get(event.clock)
    # Of a beat only its own rungs count.
    rungs = told.rungs if told is not None and told.begins == begins else {}
    fired = dict.fromkeys((*event.skipped, event.rung), at)
    return replace(ticket, told={**ticket.told, event.clock: Told(begins, {**rungs, **fired})})


def _reminded(ticket: Ticket, next_at: datetime) -> Waiting | None:
    waiting = ticket.waiting
    return replace(waiting, next_at=next_at, reminded=waiting.reminded + 1) if waiting else None


def _answer_promised(ticket: Ticket, event: e.AnswerPromised, at: datetime) -> Ticket:
    promises = (*ticket.promises, event.promise) if event.promise else ticket.promises
    clock = next(each.id for each in promises if each.kind is ClockKind.PROMISE)
    # What was named before is over: what counts is the latest word.
    earlier = tuple(each for each in ticket.agreements if each.clock != clock)
    named = replace(
        ticket, promises=promises, agreements=earlier, happened=clockwork.noted(ticket, at, "promised")
    )
    return settled(spoken(named, at), Agreed(clock=clock, at=event.at, made_at=at))
