"""What an event changes in a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import clockwork
from bot.tickets import events as e
from bot.tickets.model import (
    ClockKind,
    Closing,
    Offer,
    Party,
    Resolution,
    StartsAt,
    Status,
    Survey,
    SurveyState,
    Ticket,
    Undoable,
)
from scheduler.intervals import in_utc

_KEEPS_UNDO = (e.Escalated, e.Supplemented, e.Urged, e.CheckReminded, e.Assisted)
_CAN_BE_UNDONE = (e.Resolved, e.HandOverOffered, e.LevelChanged, e.Noted)


def born(event: e.Opened, at: datetime) -> Ticket:
    """Return the ticket that an opening makes."""
    at = in_utc(at)
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
        clocks=clockwork.begun(event.promises, at, has_owner=event.owner is not None),
        links=event.links,
    )


def evolve(ticket: Ticket, event: e.AnyEvent, at: datetime) -> Ticket:
    """Return the ticket after one more event, which happened at `at`.

    Raises:
        ValueError: The event is an opening, or an undoing of nothing; such a log is not one this program wrote.
    """
    at = in_utc(at)
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
            clocks = clockwork.started(ticket.clocks, StartsAt.CLAIMED, at)
            return replace(_owned(ticket, by), claimed_at=at, clocks=clocks)
        case e.Responded():
            return _spoken(replace(ticket, clocks=clockwork.met(ticket.clocks, at, ClockKind.RESPOND)), at)
        case e.Said():
            return _spoken(ticket, at)
        case e.Assisted(by=by):
            return replace(ticket, helpers=(*ticket.helpers, by))
        case e.Arrived():
            clocks = clockwork.met(ticket.clocks, at, ClockKind.ARRIVE)
            return _spoken(replace(ticket, clocks=clockwork.started(clocks, StartsAt.ARRIVED, at)), at)
        case e.HandOverOffered(by=by, to=to, note=note, expires_at=expires_at):
            offer = Offer(giver=by, to=to, note=note, expires_at=expires_at)
            return replace(ticket, offer=offer)
        case e.HandedOver(by=by):
            return replace(_owned(ticket, by), handed_over=ticket.handed_over + 1)
        case e.HandOverDeclined() | e.HandOverExpired():
            return replace(ticket, offer=None)
        case e.Reassigned(to=to):
            clocks = clockwork.started(ticket.clocks, StartsAt.CLAIMED, at)
            claimed_at = ticket.claimed_at or at
            return replace(_owned(ticket, to), claimed_at=claimed_at, handed_over=0, clocks=clocks)
        case e.LevelChanged(level=level, level_name=name, was=was):
            return replace(
                ticket,
                level=level,
                level_name=name,
                level_before="" if level == ticket.level_before else was,
                clocks=clockwork.relevelled(ticket, event, at),
            )
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
            return replace(ticket, survey=_planned(ticket, when))
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
            return _surveyed(ticket, SurveyState.RATED, speed=speed, quality=quality, comment=comment)
        case e.Commented(text=text):
            return _surveyed(ticket, SurveyState.COMMENTED, comment=text)
        case e.CalledBack(by=by, result=result):
            resolution = Resolution(by=by, cause="", method=result, prevention="")
            return replace(
                ticket, resolution=resolution, solved_at=at, clocks=clockwork.solved(ticket.clocks, at)
            )
        case e.Escalated(clock=kind, rung=rung, skipped=skipped):
            fired = dict.fromkeys((*skipped, rung), at)
            clocks = tuple(
                replace(clock, fired={**clock.fired, **fired}) if clock.promise.kind is kind else clock
                for clock in ticket.clocks
            )
            return replace(ticket, clocks=clocks)
        case _:
            assert_never(event)


def _owned(ticket: Ticket, owner: Party) -> Ticket:
    """Whoever answers for a ticket is no longer a helper."""
    return replace(
        ticket, owner=owner, offer=None, helpers=tuple(helper for helper in ticket.helpers if helper != owner)
    )


def _spoken(ticket: Ticket, at: datetime) -> Ticket:
    return replace(ticket, last_said_at=at, clocks=clockwork.spoken(ticket.clocks, at))


def _resolved(ticket: Ticket, event: e.Resolved, at: datetime) -> Ticket:
    resolution = Resolution(by=event.by, cause=event.cause, method=event.method, prevention=event.prevention)
    return replace(
        ticket,
        status=Status.SOLVED,
        resolution=resolution,
        solved_at=at,
        last_said_at=at,  # the customer is told
        check_at=event.check_at,
        close_at=event.close_at,
        offer=None,
        clocks=clockwork.solved(ticket.clocks, at),
    )


def _reopened(ticket: Ticket, at: datetime) -> Ticket:
    survey = replace(ticket.survey, state=SurveyState.VOID, next_at=None) if ticket.survey else None
    return replace(
        ticket,
        status=Status.OPEN,
        clocks=clockwork.reopened(ticket, at),
        survey=survey,
        reopened=ticket.reopened + 1,
        solved_at=None,
        closed_at=None,
        closing=None,
        check_at=None,
        close_at=None,
    )


def _undone(ticket: Ticket) -> Ticket:
    """The ticket before its last action, but for what went on beside it: a note takes nothing back."""
    undo = ticket.undo
    if undo is None:
        raise ValueError(f"ticket {ticket.number} has nothing to undo")
    if undo.word == e.Noted.__name__:
        return ticket
    return replace(
        undo.before,
        clocks=clockwork.undone(undo.before.clocks, ticket),
        helpers=ticket.helpers,
        version=ticket.version,
        head=ticket.head,
    )


def _planned(ticket: Ticket, at: datetime) -> Survey:
    """A question that would come at night waits: the first one, or the reminder of one that was asked."""
    survey = ticket.survey
    if survey is not None and survey.state is SurveyState.ASKED:
        return replace(survey, next_at=at)
    return Survey(state=SurveyState.PLANNED, next_at=at, engineer=ticket.owner)


def _surveyed(
    ticket: Ticket,
    state: SurveyState,
    *,
    next_at: datetime | None = None,
    speed: int | None = None,
    quality: int | None = None,
    comment: str = "",
) -> Ticket:
    survey = ticket.survey or Survey(state=state, engineer=ticket.owner)
    return replace(
        ticket,
        survey=replace(
            survey,
            state=state,
            next_at=next_at,
            speed=speed,
            quality=quality,
            comment=comment or survey.comment,
        ),
    )
