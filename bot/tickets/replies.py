"""What is said, and to whom, when something happened to a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from bot.asks import Check
from bot.tickets import (
    coverage,
    incidents,
    joint_words,
    ledgering,
    level_words,
    majors,
    owner_words,
    presence,
    remote,
    site,
    telling_words,
    timing,
    urging,
    visits,
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
from bot.tickets.alerts import alerts
from bot.tickets.beginnings import opened
from bot.tickets.calling import called_back, listed
from bot.tickets.endings import closed, low, rating_corrected, reopened, resolved, survey, undone
from bot.tickets.errors import N_
from bot.tickets.grievances import added, is_grievance
from bot.tickets.kinds import ClockKind, Kind, Telling
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.notices import noticed
from bot.tickets.planned_notices import planned_notice
from bot.tickets.rules import Rules
from bot.tickets.secrecy import with_warning
from bot.tickets.voices import Voices, title

__all__ = ["replies", "title"]


def replies(
    before: Ticket | None, after: Ticket, events: Sequence[e.AnyEvent], voices: Voices, rules: Rules
) -> list[Message]:
    """Return the messages that follow from the events of one step; at most one per room."""
    said = [message for event in events for message in _said_of(event, before, after, events, voices, rules)]
    if after.hides_secrets and not (before is not None and before.hides_secrets):
        return with_warning(said, after, voices.customer)
    return said


def _said_of(
    event: e.AnyEvent,
    before: Ticket | None,
    after: Ticket,
    events: Sequence[e.AnyEvent],
    voices: Voices,
    rules: Rules,
) -> list[Message]:
    customer, duty = voices.customer.say, voices.duty.say
    number = after.number
    match event:
        case e.Opened():
            return opened(event, after, voices, rules)
        case e.Escalated():  # early, as in `decide`
            return alerts(event, after, voices.duty, rules, title(after), events)
        case e.Claimed(by=by):
            return owner_words.claimed(by, after, events, voices, rules)
        case (
            e.HandOverOffered() | e.HandedOver() | e.HandOverDeclined() | e.HandOverExpired() | e.Reassigned()
        ):
            return owner_words.noticed(event, after, voices, rules)
        case e.LevelChanged(by=by, reason=reason):
            if not rules.role(by).is_staff:
                say = level_words.raised if reason else level_words.kept
                return say(event, after, voices, rules)
            return level_words.changed(by, reason, before.level_name if before else "", after, voices, rules)
        case e.Updated():
            return majors.updated(event, after, voices, rules)
        case e.MajorDeclared():
            return majors.announced(event, after, voices, rules)
        case e.Recovered():
            return majors.over(event, before, after, voices)
        case e.Supplemented() if is_grievance(after):
            return added(event, after, voices)
        case e.Supplemented(telling=Telling()):
            return telling_words.told(event, after, voices, rules)
        case e.Urged():
            return urging.urged(event, after, voices, rules)
        case e.Resolved(by=by):
            done = resolved(event, after, voices, rules)
            return [done, *remote.cleared_up(by, before, after, voices.duty)]
        case e.CheckReminded() | e.SurveyAsked() | e.SurveyReminded() | e.PauseReminded() if (
            presence.is_in_vain(event, after)
        ):
            return []
        case e.CheckReminded():
            text = customer(
                "@{who} {number} 处理好了吗？好了回 1，还有问题回 2。{time} 前没有回复，我就先关单。",
                who=after.requester, number=number, time=after.close_at or voices.customer.now,
            )  # fmt: skip
            return [
                Message(
                    to=Place.CUSTOMER,
                    text=text,
                    mentions=(after.requester,),
                    about=Check(ticket=number),
                    useful_for=timedelta(hours=12),
                )
            ]
        case e.Closed(closing=closing, by=by):
            return closed(closing, by, after, events, voices, rules)
        case e.Reopened(by=by, text=text):
            return reopened(by, text, after, voices, rules)
        case e.Undone(word=word, by=by, of=of):
            return undone(word, by, of, after, voices)
        case e.SurveyAsked():
            if any(isinstance(other, e.Closed) for other in events):
                return []  # asked together with the confirmation
            text = customer(
                "@{who} {number} 已处理好。给这次服务打个分吧：速度 质量（1–5），例如“5 4”，可加一句话。",
                who=after.requester,
                number=number,
            )
            return [survey(text, after)]
        case e.SurveyReminded():
            text = customer(
                "@{who} 方便时给 {number} 打个分：速度 质量（1–5），例如“5 4”。",
                who=after.requester,
                number=number,
            )
            return [survey(text, after)]
        case e.Rated(was_low=bool(), is_low=False):
            return rating_corrected(event, after, voices, rules)
        case e.Rated(is_low=is_low):
            return low(event, after, voices, rules) if is_low else []
        case e.CallMissed():
            kind = ClockKind.RESOLVE if after.kind is Kind.CALLBACK else ClockKind.CALLBACK
            owed = timing.clock(after, kind, rules)
            due = owed.due_at if owed else None
            if due is not None and due > voices.asker.now:
                template = N_("{number} 已记未接，{time} 前请再打一次。")
            else:
                template = N_("{number} 已记未接，已过时限，请尽快再打。")
            text = voices.asker.say(template, number=after.subject or number, time=due or voices.asker.now)
            if event.again_at is not None:
                text += voices.asker.say("{time} 再提醒您。", time=event.again_at)
            return [Message(to=Place.ASIDE, text=text)]
        case p.CallListed():
            return listed(after, voices.duty, rules)
        case p.CallHastened():
            return []  # told together with the low score
        case e.CalledBack():
            return called_back(event, after, voices)
        case e.Arrived(by=by):
            text = customer(
                "{number} {by} 已到场（{time}）。处理完请您在群里确认。",
                by=by,
                time=voices.customer.now,
                number=number,
            )
            return [Message(to=Place.CUSTOMER, text=text)]
        case e.Assisted(by=by):
            return [
                Message(
                    to=Place.DUTY,
                    text=duty(
                        "{number} 由 {by} 协助，{owner} 负责。",
                        number=number,
                        by=by,
                        owner=after.owner or duty("还没有人"),
                    ),
                )
            ]
        case e.AnswerPromised() if any(isinstance(other, se.LeftSite) for other in events):
            return []  # the customer has read by when it goes on
        case e.Paused() | e.Resumed() if any(isinstance(other, ce.CoverageEvent) for other in events):
            return []  # the price, or the decision, says it all
        case (
            e.Acknowledged()
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
        ):
            return noticed(event, before, after, events, voices, rules)
        case (
            p.Announced()
            | p.Appointed()
            | p.OtherTimeWanted()
            | p.AppointmentNear()
            | p.Inspected()
            | p.Finished()
            | p.RolledBack()
        ):
            return planned_notice(event, after, voices, rules)
        case (
            se.Departed()
            | se.LeftSite()
            | se.NobodyCame()
            | se.DayReported()
            | se.RemoteAsked()
            | se.RemoteAnswered()
            | se.Shown()
        ):
            return site.noticed(event, after, voices, rules)
        case ce.FoundOutside() | ce.Covered() | ce.Quoted() | ce.QuoteAnswered() | ce.TurnedDown():
            return coverage.noticed(event, after, voices, rules)
        case ie.ConsultCalled() if any(isinstance(other, e.MajorDeclared) for other in events):
            return []  # told together with the incident
        case ie.Ticked() | ie.ReportAsked() | ie.ConsultCalled() | ie.ConsultConcluded() | ie.HelpSought():
            return incidents.noticed(event, after, voices)
        case ve.VisitOffered() | ve.VisitAgreed():
            return visits.noticed(event, after, list(events), voices, rules)
        case le.AssetNamed() | le.Excused():
            return ledgering.noticed(event, after, voices, rules)
        case (
            je.Joined()
            | je.Parted()
            | je.Vouched()
            | je.Absorbed()
            | je.Released()
            | je.Merged()
            | je.Split()
        ):
            return joint_words.noticed(event, before, after, voices, rules)
        case (
            e.Responded()
            | e.Said()
            | e.Noted()
            | e.Supplemented()
            | e.SurveyPlanned()
            | e.SurveySkipped()
            | e.SurveyExpired()
            | e.Commented()
            | e.Realigned()
            | e.NoticeGathered()
            | pe.TakenBack()
            | pe.RequesterGone()
            | pe.RequesterBack()
        ):
            return []
        case _:
            assert_never(event)
