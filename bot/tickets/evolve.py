"""What an event changes in a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import (
    clockwork,
    coverage_changes,
    ending_changes,
    incident_changes,
    joint,
    ledger_changes,
    planned_changes,
    presence,
    promise_changes,
    remote,
    visit_changes,
)
from bot.tickets import coverage_events as ce
from bot.tickets import events as e
from bot.tickets import incident_events as ie
from bot.tickets import joint_events as je
from bot.tickets import ledger_events as le
from bot.tickets import planned_events as p
from bot.tickets import presence_events as pe
from bot.tickets import site_events as se
from bot.tickets import visit_events as ve
from bot.tickets.kinds import Closing, Telling
from bot.tickets.model import Agreed, Grace, Offer, Party, Promise, Ticket, Undoable
from bot.tickets.secrecy import hides
from bot.tickets.shared_changes import settled, spoken
from scheduler.intervals import in_utc

_KEEPS_UNDO = (
    ie.ReportAsked,
    pe.TakenBack,
    pe.RequesterGone,
    pe.RequesterBack,
    e.Escalated,
    se.NobodyCame,
    se.Shown,
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
_CAN_BE_UNDONE = (
    e.Resolved,
    e.HandOverOffered,
    e.LevelChanged,
    e.Noted,
    e.Arrived,
    se.Departed,
    ie.Ticked,
    ce.FoundOutside,
)


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
        language=event.language,
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
        former=event.former,
        reason=event.reason,
        plan=event.plan,
        announce_at=event.announce_at,
        appointment=event.appointment,
        coverage=coverage_changes.undecided(event),
        changed_at=at,
        hides_secrets=hides(event),
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
    if not ticket.hides_secrets and hides(event):
        after = replace(after, hides_secrets=True)
    return replace(after, version=ticket.version + 1, undo=undo, changed_at=at)


def _changed(ticket: Ticket, event: e.AnyEvent, at: datetime) -> Ticket:
    match event:
        case e.Opened():
            raise ValueError(f"ticket {ticket.number} was opened twice")
        case e.Escalated():  # early: of no event there are so many at once
            return promise_changes.changed(ticket, event, at)
        case e.Claimed(by=by):
            return replace(_owned(ticket, by), claimed_at=at, happened=_first(ticket, at, "claimed"))
        case e.Responded():
            return spoken(ticket, at, clockwork.RESPONDED, clockwork.FIRST_WORD)
        case e.Said():
            return spoken(ticket, at)
        case e.Assisted(by=by):
            return replace(ticket, helpers=(*ticket.helpers, by))
        case e.Arrived():
            there = spoken(ticket, at, "arrived")
            return there if ticket.kind.is_planned else replace(there, appointment=None, visit=None)
        case e.HandOverOffered(by=by, to=to, note=note, expires_at=expires_at):
            offer = Offer(giver=by, to=to, note=note, expires_at=expires_at)
            return replace(ticket, offer=offer)
        case e.HandedOver(by=by):
            return replace(_owned(ticket, by), owned_at=at, handed_over=ticket.handed_over + 1)
        case e.HandOverDeclined() | e.HandOverExpired():
            return replace(ticket, offer=None)
        case e.Reassigned(to=to):
            claimed_at, happened = ticket.claimed_at or at, _first(ticket, at, "claimed")
            return replace(
                _owned(ticket, to), claimed_at=claimed_at, owned_at=at, handed_over=0, happened=happened
            )
        case e.LevelChanged():
            return _relevelled(ticket, event, at)
        case pe.TakenBack() | pe.RequesterGone() | pe.RequesterBack():
            return presence.changed(ticket, event)
        case e.Supplemented(telling=Telling.WORKS):
            return replace(ticket, happened=clockwork.noted(ticket, at, "works"))
        case e.Noted(text=text):
            return replace(ticket, noted=text)
        case e.Supplemented() | e.Urged():
            return ticket
        case e.Updated(text=text):
            told = incident_changes.with_news(ticket, text, at)
            return spoken(replace(told, progress=text), at, "updated")
        case (
            e.Resolved()
            | e.CheckReminded()
            | e.Closed()
            | e.Reopened()
            | e.Undone()
            | e.SurveyPlanned()
            | e.SurveySkipped()
            | e.SurveyAsked()
            | e.SurveyReminded()
            | e.SurveyExpired()
            | e.Rated()
            | e.Commented()
            | e.CallMissed()
            | e.CalledBack()
        ):
            return ending_changes.changed(ticket, event, at)
        case (
            e.NoticeGathered()
            | e.Realigned()
            | e.Acknowledged()
            | e.Paused()
            | e.PauseReminded()
            | e.Resumed()
            | e.Proposed()
            | e.AgreementGiven()
            | e.AgreementRefused()
            | e.AnswerPromised()
            | e.Answered()
            | e.OccurredAt()
            | e.Loaned()
            | e.Diagnosed()
            | e.Reached()
            | e.Dispatched()
            | e.MajorDeclared()
            | e.Recovered()
        ):
            return promise_changes.changed(ticket, event, at)
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
            return replace(settled(ticket, agreed), reason=reason)
        case se.Departed():
            return replace(ticket, happened=clockwork.noted(ticket, at, "departed"))
        case se.LeftSite():
            return spoken(ticket, at, "left_site")
        case se.NobodyCame():
            return replace(ticket, happened=clockwork.noted(ticket, at, "nobody_came"))
        case se.DayReported():
            return replace(ticket, happened=clockwork.noted(ticket, at, "day_reported"))
        case se.Shown(what=what):
            return replace(ticket, shown=(*ticket.shown, what))
        case se.RemoteAsked():
            return spoken(ticket, at, remote.ASKED)
        case se.RemoteAnswered(is_given=is_given):
            name = remote.ALLOWED if is_given else remote.REFUSED
            return replace(ticket, happened=clockwork.noted(ticket, at, name))
        case ce.FoundOutside() | ce.Covered() | ce.Quoted() | ce.QuoteAnswered() | ce.TurnedDown():
            return coverage_changes.changed(ticket, event, at)
        case ie.Ticked() | ie.ReportAsked() | ie.ConsultCalled() | ie.ConsultConcluded() | ie.HelpSought():
            return incident_changes.changed(ticket, event, at)
        case ve.VisitOffered() | ve.VisitAgreed():
            return visit_changes.changed(ticket, event, at)
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


def _first(ticket: Ticket, at: datetime, name: str) -> dict[str, tuple[datetime, ...]]:
    return ticket.happened if name in ticket.happened else clockwork.noted(ticket, at, name)


def _relevelled(ticket: Ticket, event: e.LevelChanged, at: datetime) -> Ticket:
    """Clocks of the new level count from where those of the old one did; what was kept stays kept."""
    graced = (*event.graced, *(ticket.grace.clocks if ticket.grace else ()))
    unchanged = {each.id for each in event.promises if ticket.promise(each.id) == each}
    promised = {each.id for each in event.promises}
    added = [each for each in ticket.promises if _starts(each) & _ADDED]
    return replace(
        ticket,
        level=event.level,
        level_name=event.level_name,
        level_before="" if event.level == ticket.level_before else event.was,
        kind=event.kind or ticket.kind,
        # What was promised by word of mouth, and the heartbeat of an incident, are no part of a level.
        promises=(*event.promises, *(each for each in added if each.id not in promised)),
        grace=Grace(since=at, within=event.grace, clocks=event.graced) if event.graced else None,
        told={name: told for name, told in ticket.told.items() if name in unchanged and name not in graced},
    )


def _starts(promise: Promise) -> set[str]:
    starts = promise.clock.from_ if promise.clock else ()
    return {starts} if isinstance(starts, str) else set(starts)
