"""What an event changes in a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import clockwork, joint, ledger_changes, planned_changes
from bot.tickets import events as e
from bot.tickets import joint_events as je
from bot.tickets import ledger_events as le
from bot.tickets import planned_events as p
from bot.tickets import site_events as se
from bot.tickets.model import (
    Acknowledged,
    Agreed,
    ClockKind,
    Closing,
    Grace,
    Kind,
    Offer,
    Party,
    Pause,
    Promise,
    Proposal,
    Resolution,
    Status,
    Survey,
    SurveyState,
    Ticket,
    Told,
    Undoable,
    Waiting,
)
from scheduler.history import REOPENED, RESOLVED
from scheduler.intervals import in_utc
from scheduler.written_clocks import SOLVED

_KEEPS_UNDO = (
    e.Escalated,
    le.AssetNamed,
    le.Excused,
    e.Realigned,
    e.NoticeGathered,
    e.Acknowledged,
    e.Supplemented,
    e.Urged,
    e.CheckReminded,
    e.Assisted,
    je.Joined,
    je.Parted,
    je.Vouched,
)
# Clocks that count from these may have been added to the ticket itself.
_ADDED = {"promised", "major"}
# After a reopening these are owed anew, and told of anew.
_OWED_ANEW = (ClockKind.RESPOND, ClockKind.UPDATE)
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
        is_urgent=event.is_urgent,
        requester=event.requester,
        account=event.account,
        address=event.address,
        text=event.text,
        tried=event.tried,
        subject=event.subject,
        opened_at=at,
        owner=event.owner,
        claimed_at=at if event.owner else None,
        promises=event.promises,
        happened={"claimed": (at,)} if event.owner else {},
        agreements=planned_changes.fixed(event, at),
        links=event.links,
        reason=event.reason,
        plan=event.plan,
        announce_at=event.announce_at,
        appointment=event.appointment,
        changed_at=at,
    )


def no_earlier(at: datetime, ticket: Ticket) -> datetime:
    """Return an instant in UTC, but never one before the latest event: the clock of a host may be put back."""
    return max(in_utc(at), ticket.changed_at or ticket.opened_at)


def evolve(ticket: Ticket, event: e.AnyEvent, at: datetime) -> Ticket:
    """Return the ticket after one more event, which happened at `at`.

    Raises:
        ValueError: The event is an opening, or an undoing of nothing; such a log is not one this program wrote.
    """
    at = no_earlier(at, ticket)
    after = _changed(ticket, event, at)
    undo = after.undo if isinstance(event, _KEEPS_UNDO) else None
    if isinstance(event, _CAN_BE_UNDONE) or (
        isinstance(event, e.Closed) and event.closing is Closing.WITHDRAWN
    ):
        by = event.by
        if by is not None:
            undo = Undoable(by=by, word=type(event).__name__, at=at, before=replace(ticket, undo=None))
    return replace(after, version=ticket.version + 1, undo=undo, changed_at=at)


def _changed(ticket: Ticket, event: e.AnyEvent, at: datetime) -> Ticket:
    match event:
        case e.Opened():
            raise ValueError(f"ticket {ticket.number} was opened twice")
        case e.Claimed(by=by):
            return replace(_owned(ticket, by), claimed_at=at, happened=_first(ticket, at, "claimed"))
        case e.Responded():
            return _spoken(ticket, at, clockwork.RESPONDED, clockwork.FIRST_WORD)
        case e.Said():
            return _spoken(ticket, at)
        case e.Assisted(by=by):
            return replace(ticket, helpers=(*ticket.helpers, by))
        case e.Arrived():
            return _spoken(ticket, at, "arrived")
        case e.HandOverOffered(by=by, to=to, note=note, expires_at=expires_at):
            offer = Offer(giver=by, to=to, note=note, expires_at=expires_at)
            return replace(ticket, offer=offer)
        case e.HandedOver(by=by):
            return replace(_owned(ticket, by), handed_over=ticket.handed_over + 1)
        case e.HandOverDeclined() | e.HandOverExpired():
            return replace(ticket, offer=None)
        case e.Reassigned(to=to):
            claimed_at, happened = ticket.claimed_at or at, _first(ticket, at, "claimed")
            return replace(_owned(ticket, to), claimed_at=claimed_at, handed_over=0, happened=happened)
        case e.LevelChanged():
            return _relevelled(ticket, event, at)
        case e.Noted() | e.Supplemented() | e.Urged() | e.CallMissed() | e.Realigned() | e.NoticeGathered():
            return ticket
        case e.Updated(text=text):
            return _spoken(replace(ticket, progress=text), at, "updated")
        case e.Resolved():
            return _resolved(ticket, event, at)
        case e.CheckReminded():
            return replace(ticket, check_at=None)
        case e.Closed(closing=closing):
            closed = replace(ticket, status=Status.CLOSED, closing=closing, closed_at=at, offer=None)
            if closing is Closing.WITHDRAWN:
                closed = replace(closed, announce_at=None)
            return replace(_going_on(closed, at), check_at=None, close_at=None, proposal=None, commander=None)
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
            return _going_on(ticket, at)
        case e.Proposed(by=by, clock=clock, at=when, reason=why):
            return replace(ticket, proposal=Proposal(clock=clock, at=when, by=by, reason=why))
        case e.AgreementGiven(clock=clock, at=when, consent=consent):
            agreed = Agreed(clock=clock, at=when, made_at=at, consent=consent)
            return replace(_agreed(ticket, agreed), proposal=None)
        case e.AgreementRefused():
            return replace(ticket, proposal=None)
        case e.AnswerPromised():
            return _answer_promised(ticket, event, at)
        case e.Answered(text=text):
            return _spoken(replace(ticket, progress=text), at, "answered")
        case e.OccurredAt(at=when):
            return replace(ticket, happened={**ticket.happened, "occurred": (in_utc(when),)})
        case e.Loaned():
            return _spoken(ticket, at, "loaned", "worked_around")
        case e.Diagnosed():
            return _spoken(ticket, at, "diagnosed")
        case e.Dispatched(to=to):
            known = to == ticket.owner or to in ticket.helpers
            helpers = ticket.helpers if known else (*ticket.helpers, to)  # whoever is there may solve it
            return replace(_spoken(ticket, at, "dispatched"), helpers=helpers)
        case e.MajorDeclared():
            return _major(ticket, event, at)
        case e.Recovered():
            return replace(_spoken(ticket, at, "recovered"), commander=None)
        case (
            p.Announced()
            | p.Appointed()
            | p.OtherTimeWanted()
            | p.AppointmentNear()
            | p.Inspected()
            | p.Finished()
            | p.RolledBack()
        ):
            return planned_changes.changed(ticket, event, at)
        case p.CallListed(next_at=next_at):
            return replace(ticket, announce_at=next_at)
        case p.CallHastened(reason=reason, due_at=due_at):
            agreed = Agreed(clock=planned_changes.DUE, at=due_at, made_at=at)
            return replace(_agreed(ticket, agreed), reason=reason)
        case se.Departed():
            return replace(ticket, happened=clockwork.noted(ticket, at, "departed"))
        case se.LeftSite():
            return _spoken(ticket, at, "left_site")
        case se.NobodyCame():
            return replace(ticket, happened=clockwork.noted(ticket, at, "nobody_came"))
        case se.DayReported():
            return replace(ticket, happened=clockwork.noted(ticket, at, "day_reported"))
        case le.AssetNamed() | le.Excused():
            return ledger_changes.changed(ticket, event)
        case (
            je.Joined()
            | je.Parted()
            | je.Vouched()
            | je.Absorbed()
            | je.Released()
            | je.Merged()
            | je.Split()
        ):
            return joint.changed(ticket, event, at)
        case _:
            assert_never(event)


def _owned(ticket: Ticket, owner: Party) -> Ticket:
    """Whoever answers for a ticket is no longer a helper."""
    return replace(
        ticket, owner=owner, offer=None, helpers=tuple(helper for helper in ticket.helpers if helper != owner)
    )


def _major(ticket: Ticket, event: e.MajorDeclared, at: datetime) -> Ticket:
    """What happened in an earlier incident of the ticket neither starts nor ends this one's clocks."""
    happened = {name: ats for name, ats in ticket.happened.items() if name != "recovered"}
    added = (event.promise,) if event.promise and ticket.promise(event.promise.id) is None else ()
    return replace(
        ticket,
        commander=event.by,
        happened={**happened, "major": (at,)},
        promises=(*ticket.promises, *added),
    )


def _first(ticket: Ticket, at: datetime, name: str) -> dict[str, tuple[datetime, ...]]:
    return ticket.happened if name in ticket.happened else clockwork.noted(ticket, at, name)


def _spoken(ticket: Ticket, at: datetime, *names: str) -> Ticket:
    """A word of staff to the customer; the first one is the response, also where none is promised."""
    happened = clockwork.noted(ticket, at, clockwork.SAID, *names)
    for name in (clockwork.RESPONDED, clockwork.FIRST_WORD):
        happened.setdefault(name, (at,))
    return replace(ticket, last_said_at=at, happened=happened)


def _relevelled(ticket: Ticket, event: e.LevelChanged, at: datetime) -> Ticket:
    """Clocks of the new level count from where those of the old one did; what was kept stays kept."""
    graced = (*event.graced, *(ticket.grace.clocks if ticket.grace else ()))
    unchanged = {each.id for each in event.promises if ticket.promise(each.id) == each}
    promised = {each.id for each in event.promises}
    added = [each for each in ticket.promises if each.clock is not None and _starts(each) & _ADDED]
    return replace(
        ticket,
        level=event.level,
        level_name=event.level_name,
        level_before="" if event.level == ticket.level_before else event.was,
        # What was promised by word of mouth, and the heartbeat of an incident, are no part of a level.
        promises=(*event.promises, *(each for each in added if each.id not in promised)),
        grace=Grace(since=at, within=event.grace, clocks=event.graced) if event.graced else None,
        told={name: told for name, told in ticket.told.items() if name in unchanged and name not in graced},
    )


def _starts(promise: Promise) -> set[str]:
    starts = promise.clock.from_ if promise.clock else ()
    return {starts} if isinstance(starts, str) else set(starts)


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


def _going_on(ticket: Ticket, at: datetime) -> Ticket:
    if ticket.waiting is None:
        return ticket
    return replace(ticket, waiting=None, pauses=clockwork.resumed(ticket.pauses, at))


def _agreed(ticket: Ticket, agreed: Agreed) -> Ticket:
    """Return the ticket with another instant for a clock, of which its people are told anew."""
    told = {name: told for name, told in ticket.told.items() if name != agreed.clock}
    return replace(ticket, agreements=(*ticket.agreements, agreed), told=told)


def _answer_promised(ticket: Ticket, event: e.AnswerPromised, at: datetime) -> Ticket:
    promises = (*ticket.promises, event.promise) if event.promise else ticket.promises
    clock = next(each.id for each in promises if each.kind is ClockKind.PROMISE)
    # What was named before is over: what counts is the latest word.
    earlier = tuple(each for each in ticket.agreements if each.clock != clock)
    named = replace(
        ticket, promises=promises, agreements=earlier, happened=clockwork.noted(ticket, at, "promised")
    )
    return _agreed(_spoken(named, at), Agreed(clock=clock, at=event.at, made_at=at))


def _resolved(ticket: Ticket, event: e.Resolved, at: datetime) -> Ticket:
    resolution = Resolution(by=event.by, cause=event.cause, method=event.method, prevention=event.prevention)
    return replace(
        _going_on(ticket, at),
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
    if undo.word == e.Noted.__name__:
        return ticket
    return replace(
        undo.before,
        told=_still_told(undo.before, ticket),
        acknowledged=ticket.acknowledged,
        helpers=ticket.helpers,
        requester=ticket.requester,
        account=ticket.account,
        reporters=ticket.reporters,
        version=ticket.version,
        head=ticket.head,
    )


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
