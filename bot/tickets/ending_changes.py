"""What solving, closing, opening again and asking for a rating change in a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import clockwork
from bot.tickets import ending_events as e
from bot.tickets.kinds import ClockKind, Closing, Kind, Status, SurveyState
from bot.tickets.model import Pause, Resolution, Survey, Ticket, Told
from bot.tickets.shared_changes import going_on
from scheduler.history import REOPENED, RESOLVED
from scheduler.written_clocks import SOLVED

# After a reopening these are owed anew, and told of anew.
_OWED_ANEW = (ClockKind.RESPOND, ClockKind.UPDATE)
_NOTED = "Noted"  # the name of an event that takes nothing back
ARRIVED = "Arrived"  # likewise, of one that is taken back at any time
_BY_BEING_THERE = (clockwork.RESPONDED, clockwork.FIRST_WORD, clockwork.SAID)


def changed(ticket: Ticket, event: e.EndingEvent, at: datetime) -> Ticket:
    """Return the ticket after an event of its end.

    Raises:
        ValueError: It undoes nothing; such a log is not one this program wrote.
    """
    match event:
        case e.CallMissed(again_at=again_at):
            return replace(ticket, announce_at=again_at, last_said_at=at) if again_at else ticket
        case e.Resolved():
            return _resolved(ticket, event, at)
        case e.CheckReminded():
            return replace(ticket, check_at=None)
        case e.Closed(closing=closing):
            closed = replace(ticket, status=Status.CLOSED, closing=closing, closed_at=at, offer=None)
            if closing is Closing.WITHDRAWN:
                closed = replace(closed, announce_at=None)
            return replace(going_on(closed, at), check_at=None, close_at=None, proposal=None, commander=None)
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
        case e.CalledBack() if ticket.kind is not Kind.CALLBACK:
            return replace(ticket, happened=clockwork.noted(ticket, at, "called_back"))
        case e.CalledBack(by=by, result=result):
            resolution = Resolution(by=by, cause="", method=result, prevention="")
            happened = clockwork.noted(ticket, at, "called_back", RESOLVED)
            return replace(ticket, resolution=resolution, solved_at=at, happened=happened, announce_at=None)
        case _:
            assert_never(event)


def _resolved(ticket: Ticket, event: e.Resolved, at: datetime) -> Ticket:
    resolution = Resolution(by=event.by, cause=event.cause, method=event.method, prevention=event.prevention)
    return replace(
        going_on(ticket, at),
        status=Status.SOLVED,
        resolution=resolution,
        solved_at=at,
        last_said_at=at,  # the customer is told
        check_at=event.check_at,
        close_at=event.close_at,
        offer=None,
        proposal=None,
        commander=None,
        happened=clockwork.noted(ticket, at, RESOLVED),
    )


def _reopened(ticket: Ticket, at: datetime) -> Ticket:
    """The clocks go on without the time the ticket was solved; somebody owes a first word and news anew."""
    survey = replace(ticket.survey, state=SurveyState.VOID, next_at=None) if ticket.survey else None
    stopped_at = ticket.solved_at or ticket.closed_at or at
    anew = {each.id for each in ticket.promises if each.kind in _OWED_ANEW}
    happened = clockwork.noted(ticket, at, REOPENED)
    happened.pop(clockwork.FIRST_WORD, None)
    grace = ticket.grace
    kept = tuple(clock for clock in grace.clocks if clock not in anew) if grace else ()
    return replace(
        ticket,
        status=Status.OPEN,
        follows=None,  # it works for the others: what is left is this customer's own trouble
        is_part=False,
        happened=happened,
        pauses=(*ticket.pauses, Pause(stopped_at, at, SOLVED)),
        told={name: told for name, told in ticket.told.items() if name not in anew},
        grace=replace(grace, clocks=kept) if grace and kept else None,
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
    if undo.word == _NOTED:
        return ticket
    before = _unanswered(undo.before, undo.at) if undo.word == ARRIVED else undo.before
    return replace(
        before,
        told=_still_told(undo.before, ticket),
        acknowledged=ticket.acknowledged,
        helpers=ticket.helpers,
        requester=ticket.requester,
        account=ticket.account,
        language=ticket.language,
        reporters=ticket.reporters,
        version=ticket.version,
        head=ticket.head,
    )


def _unanswered(ticket: Ticket, at: datetime) -> Ticket:
    """Return a ticket without the first word that whoever was taken to be there had given by that."""
    happened = {
        name: left
        for name, times in ticket.happened.items()
        if (left := tuple(each for each in times if name not in _BY_BEING_THERE or each != at))
    }
    said = happened.get(clockwork.SAID, (None,))
    last = said[-1] if ticket.last_said_at == at else ticket.last_said_at
    return replace(ticket, happened=happened, last_said_at=last)


def _still_told(before: Ticket, ticket: Ticket) -> dict[str, Told]:
    """Return the rungs told before an action that was taken back; those told meanwhile of the same stay told."""
    told = dict(before.told)
    for promise in before.promises:
        now, then = ticket.told.get(promise.id), before.told.get(promise.id)
        is_same = ticket.promise(promise.id) == promise and ticket.grace == before.grace
        if now is not None and is_same:
            is_same_beat = then is not None and then.begins == now.begins
            told[promise.id] = Told(now.begins, {**then.rungs, **now.rungs}) if is_same_beat and then else now
    return told


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
