"""What an event changes in a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets.model import (
    Clock,
    ClockKind,
    Closing,
    Interval,
    Offer,
    Promise,
    Resolution,
    StartsAt,
    Status,
    Survey,
    SurveyState,
    Ticket,
    Undoable,
)

_KEEPS_UNDO = (e.Escalated, e.Supplemented, e.Urged, e.CheckReminded, e.Assisted)
_CAN_BE_UNDONE = (e.Resolved, e.HandOverOffered, e.LevelChanged, e.Noted)


def born(event: e.Opened, at: datetime) -> Ticket:
    """Return the ticket that an opening makes."""
    return Ticket(
        number=event.number,
        version=1,
        kind=event.kind,
        customer=event.customer,
        room=event.room,
        policy=event.policy,
        level=event.level,
        level_name=event.level_name,
        requester=event.requester,
        account=event.account,
        address=event.address,
        text=event.text,
        tried=event.tried,
        subject=event.subject,
        opened_at=at,
        owner=event.owner,
        claimed_at=at if event.owner else None,
        clocks=tuple(_clock(promise, at) for promise in event.promises),
        links=event.links,
    )


def evolve(ticket: Ticket, event: e.AnyEvent, at: datetime) -> Ticket:
    """Return the ticket after one more event, which happened at `at`.

    Raises:
        ValueError: The event is an opening, or an undoing of nothing; such a log is not one this program wrote.
    """
    after = _changed(ticket, event, at)
    undo = after.undo if isinstance(event, _KEEPS_UNDO) else None
    if isinstance(event, _CAN_BE_UNDONE) or (
        isinstance(event, e.Closed) and event.closing is Closing.WITHDRAWN
    ):
        by = event.by
        if by is not None:
            undo = Undoable(by=by, word=type(event).__name__, at=at, before=replace(ticket, undo=None))
    return replace(after, version=ticket.version + 1, undo=undo)


def _changed(ticket: Ticket, event: e.AnyEvent, at: datetime) -> Ticket:
    match event:
        case e.Opened():
            raise ValueError(f"ticket {ticket.number} was opened twice")
        case e.Claimed(by=by):
            return replace(
                ticket, owner=by, claimed_at=at, clocks=_started(ticket.clocks, StartsAt.CLAIMED, at)
            )
        case e.Responded():
            clocks = _met(ticket.clocks, ClockKind.RESPOND, at)
            clocks = _started(clocks, StartsAt.RESPONDED, at)
            return _spoken(replace(ticket, clocks=clocks), at)
        case e.Said():
            return _spoken(ticket, at)
        case e.Assisted(by=by):
            return replace(ticket, helpers=(*ticket.helpers, by))
        case e.HandOverOffered(by=by, to=to, note=note, expires_at=expires_at):
            offer = Offer(giver=by, to=to, note=note, offered_at=at, expires_at=expires_at)
            return replace(ticket, offer=offer)
        case e.HandedOver(by=by):
            return replace(ticket, owner=by, offer=None, handed_over=ticket.handed_over + 1)
        case e.HandOverDeclined() | e.HandOverExpired():
            return replace(ticket, offer=None)
        case e.Reassigned(to=to):
            started = _started(ticket.clocks, StartsAt.CLAIMED, at)
            claimed_at = ticket.claimed_at or at
            return replace(ticket, owner=to, claimed_at=claimed_at, offer=None, handed_over=0, clocks=started)
        case e.LevelChanged():
            return _relevelled(ticket, event, at)
        case e.Noted() | e.Supplemented() | e.Urged() | e.CallMissed():
            return ticket
        case e.Updated(text=text):
            return _spoken(replace(ticket, progress=text), at)
        case e.Resolved():
            return _resolved(ticket, event, at)
        case e.CheckReminded():
            return replace(ticket, check_at=None)
        case e.Closed(closing=closing):
            closed = replace(ticket, status=Status.CLOSED, closing=closing, closed_at=at, offer=None)
            return replace(closed, check_at=None, close_at=None)
        case e.Reopened():
            return _reopened(ticket, at)
        case e.Undone():
            return _undone(ticket)
        case e.SurveyPlanned(at=when):
            return replace(
                ticket, survey=Survey(state=SurveyState.PLANNED, next_at=when, engineer=ticket.owner)
            )
        case e.SurveySkipped():
            return replace(ticket, survey=Survey(state=SurveyState.SKIPPED, engineer=ticket.owner))
        case e.SurveyAsked(remind_at=when):
            survey = Survey(state=SurveyState.ASKED, next_at=when, engineer=ticket.owner, asked_at=at)
            return replace(ticket, survey=survey)
        case e.SurveyReminded(expires_at=when):
            return _surveyed(ticket, SurveyState.REMINDED, next_at=when)
        case e.SurveyExpired():
            return _surveyed(ticket, SurveyState.EXPIRED)
        case e.Rated(speed=speed, quality=quality, comment=comment):
            rated = _surveyed(ticket, SurveyState.RATED)
            survey = replace(
                rated.survey or Survey(state=SurveyState.RATED), speed=speed, quality=quality, comment=comment
            )
            return replace(rated, survey=survey)
        case e.Commented(text=text):
            commented = _surveyed(ticket, SurveyState.COMMENTED)
            return replace(
                commented,
                survey=replace(commented.survey or Survey(state=SurveyState.COMMENTED), comment=text),
            )
        case e.CalledBack(by=by, result=result):
            resolution = Resolution(by=by, cause="", method=result, prevention="")
            return replace(
                ticket, resolution=resolution, solved_at=at, clocks=_met(ticket.clocks, ClockKind.RESOLVE, at)
            )
        case e.Escalated(clock=kind, rung=rung, at=when, skipped=skipped):
            fired = dict.fromkeys((*skipped, rung), when)
            clocks = tuple(
                replace(clock, fired={**clock.fired, **fired}) if clock.promise.kind is kind else clock
                for clock in ticket.clocks
            )
            return replace(ticket, clocks=clocks)
        case _:
            assert_never(event)


def _clock(promise: Promise, at: datetime) -> Clock:
    return Clock(promise=promise, started_at=at if promise.start is StartsAt.REPORTED else None)


def _started(clocks: tuple[Clock, ...], start: StartsAt, at: datetime) -> tuple[Clock, ...]:
    return tuple(
        replace(clock, started_at=at) if clock.promise.start is start and clock.started_at is None else clock
        for clock in clocks
    )


def _met(clocks: tuple[Clock, ...], kind: ClockKind, at: datetime) -> tuple[Clock, ...]:
    return tuple(
        replace(clock, met_at=at) if clock.promise.kind is kind and clock.met_at is None else clock
        for clock in clocks
    )


def _spoken(ticket: Ticket, at: datetime) -> Ticket:
    """A word to the customer starts the time until the next one."""
    clocks = tuple(
        replace(clock, started_at=at, fired={})
        if clock.promise.kind is ClockKind.UPDATE and clock.started_at is not None
        else clock
        for clock in ticket.clocks
    )
    return replace(ticket, last_said_at=at, clocks=clocks)


def _relevelled(ticket: Ticket, event: e.LevelChanged, at: datetime) -> Ticket:
    """Clocks of the new level count from where the old ones did; what was kept stays kept."""
    clocks = []
    for promise in event.promises:
        old = ticket.clock(promise.kind)
        clock = replace(old, promise=promise, fired={}) if old else _clock(promise, ticket.opened_at)
        clocks.append(replace(clock, is_reprioritised=False))
    return replace(
        ticket,
        level=event.level,
        level_name=event.level_name,
        level_before="" if event.level == ticket.level_before else event.was,
        clocks=tuple(_graced(clock, event, at) for clock in clocks),
    )


def _graced(clock: Clock, event: e.LevelChanged, at: datetime) -> Clock:
    if clock.promise.kind not in event.graced or clock.met_at is not None:
        return clock
    promise = replace(clock.promise, within=event.grace, calendar=event.grace_calendar)
    return replace(clock, promise=promise, started_at=at, excluded=(), is_reprioritised=True)


def _resolved(ticket: Ticket, event: e.Resolved, at: datetime) -> Ticket:
    resolution = Resolution(by=event.by, cause=event.cause, method=event.method, prevention=event.prevention)
    clocks = ticket.clocks
    for kind in (
        ClockKind.RESOLVE,
        ClockKind.ANSWER,
        ClockKind.WORKAROUND,
        ClockKind.DIAGNOSE,
        ClockKind.UPDATE,
    ):
        clocks = _met(clocks, kind, at)
    return replace(
        _spoken(ticket, at),
        status=Status.SOLVED,
        resolution=resolution,
        solved_at=at,
        check_at=event.check_at,
        close_at=event.close_at,
        offer=None,
        clocks=clocks,
    )


def _reopened(ticket: Ticket, at: datetime) -> Ticket:
    """The resolution clock goes on without the solved stretch; somebody owes a first word again."""
    clocks = []
    for clock in ticket.clocks:
        if clock.promise.kind is ClockKind.RESPOND:
            clocks.append(Clock(promise=clock.promise, started_at=at))
        elif clock.promise.kind is ClockKind.ARRIVE or clock.started_at is None:
            clocks.append(clock)
        else:
            stopped_at = clock.met_at or ticket.solved_at or ticket.closed_at or at
            clocks.append(replace(clock, met_at=None, excluded=(*clock.excluded, Interval(stopped_at, at))))
    survey = replace(ticket.survey, state=SurveyState.VOID, next_at=None) if ticket.survey else None
    return replace(
        ticket,
        status=Status.OPEN,
        clocks=tuple(clocks),
        survey=survey,
        reopened=ticket.reopened + 1,
        solved_at=None,
        closed_at=None,
        closing=None,
        check_at=None,
        close_at=None,
    )


def _undone(ticket: Ticket) -> Ticket:
    if ticket.undo is None:
        raise ValueError(f"ticket {ticket.number} has nothing to undo")
    before = ticket.undo.before
    clocks = []
    for clock in before.clocks:
        now = ticket.clock(clock.promise.kind)
        same = now is not None and now.promise == clock.promise
        clocks.append(replace(clock, fired={**clock.fired, **now.fired}) if now and same else clock)
    return replace(before, clocks=tuple(clocks), version=ticket.version, head=ticket.head)


def _surveyed(ticket: Ticket, state: SurveyState, next_at: datetime | None = None) -> Ticket:
    survey = ticket.survey or Survey(state=state, engineer=ticket.owner)
    return replace(ticket, survey=replace(survey, state=state, next_at=next_at))
