"""The end of a ticket: resolved, confirmed or closed in silence, rated, and opened again."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.errors import N_, NotTheirs, TicketError, TooOld
from bot.tickets.model import ClockKind, Closing, Kind, Status, SurveyState, Ticket
from bot.tickets.rules import Rules
from scheduler.calendar import add_working_time

_SURVEYED_KINDS = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST)
_WAITING = (SurveyState.ASKED, SurveyState.REMINDED)


def resolved(ticket: Ticket, step: s.Resolve, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the resolution; staff who neither own nor assist the ticket are sent to the owner."""
    by = step.by
    is_theirs = by == (ticket.owner or by) or by in ticket.helpers or rules.role(by).is_manager
    if not rules.role(by).is_staff or not is_theirs:
        raise NotTheirs(
            "{number} 由 {owner} 负责，请 {owner} 来解决，或先回“协助 {number}”。",
            number=ticket.number,
            owner=ticket.owner,
        )
    fields = {N_("原因"): step.cause, N_("方法"): step.method, N_("预防"): step.prevention}
    missing = [name for name, text in fields.items() if not text.strip()]
    if missing:
        raise TicketError(
            "还差{missing}。例：解决 {number} 原因:矩阵主板损坏 方法:更换主板 预防:勿热插拔",
            number=ticket.number,
            missing=tuple(missing),
        )
    return [
        e.Resolved(
            by=by,
            cause=step.cause.strip(),
            method=step.method.strip(),
            prevention=step.prevention.strip(),
            late=timing.lateness(ticket.clock(ClockKind.RESOLVE), rules, now),
            check_at=add_working_time(rules.calendars[rules.check_calendar], now, rules.check_again_after),
            close_at=now + rules.close_after,
        )
    ]


def checked(ticket: Ticket, step: s.Confirm, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the confirmation, and the question for a rating if now is the time for it."""
    if not rules.may_answer(ticket, step.by):
        raise NotTheirs("{number} 请 {requester} 来确认。", number=ticket.number, requester=ticket.requester)
    if ticket.status is Status.CLOSED:
        raise TicketError("{number} 已经关闭了（{time}）。", number=ticket.number, time=ticket.closed_at)
    if ticket.status is not Status.SOLVED:
        raise TicketError("{number} 还在处理，好了我会在这里告诉您。", number=ticket.number)
    closed = e.Closed(closing=Closing.CONFIRMED, by=step.by)
    if not rules.survey.is_enabled or ticket.kind not in _SURVEYED_KINDS:
        return [closed]
    waking = _waking(now, rules)
    if waking > now and not _was_asked(step.surveyed_at, waking, rules):
        return [closed, e.SurveyPlanned(at=waking)]
    return [closed, _question(step.surveyed_at, now, rules)]


def rated(ticket: Ticket, step: s.Rate | s.Comment, rules: Rules) -> list[e.AnyEvent]:
    """Return the rating, or the comment that is not a score; only the customer's own people count."""
    if not rules.may_answer(ticket, step.by):
        raise NotTheirs("{number} 请 {requester} 来评分。", number=ticket.number, requester=ticket.requester)
    survey = ticket.survey
    if survey is None or survey.state in (SurveyState.RATED, SurveyState.VOID):
        raise TicketError("{number} 现在不用评分。", number=ticket.number)
    if isinstance(step, s.Comment):
        return [e.Commented(by=step.by, text=step.text)]
    if not (1 <= step.speed <= 5 and 1 <= step.quality <= 5):
        raise TicketError("评分是 1 到 5，例如“评分 {number} 5 4”（速度 质量）。", number=ticket.number)
    is_low = min(step.speed, step.quality) <= rules.survey.low_at
    return [e.Rated(by=step.by, speed=step.speed, quality=step.quality, comment=step.comment, is_low=is_low)]


def reopened(ticket: Ticket, step: s.Reopen, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the reopening inside the window.

    Raises:
        TooOld: The window is over.
    """
    if not rules.may_answer(ticket, step.by) and not rules.role(step.by).is_staff:
        raise NotTheirs(
            "{number} 是 {requester} 报的；您的问题可以直接说“报障 …”。",
            number=ticket.number,
            requester=ticket.requester,
        )
    if ticket.status is Status.OPEN:
        return [e.Supplemented(by=step.by, text=step.text)]
    if ticket.closed_at is not None and now - ticket.closed_at > rules.reopen_within:
        raise TooOld("{number} 已关闭超过 {days} 天。", number=ticket.number, days=rules.reopen_within.days)
    return [e.Reopened(by=step.by, text=step.text)]


def next_question(ticket: Ticket) -> datetime | None:
    """Return when the survey has something to ask or to give up, or None."""
    return ticket.survey.next_at if ticket.survey else None


def surveyed_in_time(
    ticket: Ticket, step: s.DeadlineReached, now: datetime, rules: Rules
) -> list[e.AnyEvent]:
    """Return what the survey does now: ask, remind once, or expire without a score."""
    survey = ticket.survey
    if survey is None or survey.next_at is None or survey.next_at > now:
        return []
    if survey.state is SurveyState.REMINDED:
        return [e.SurveyExpired()]
    if survey.state is SurveyState.PLANNED:
        return [_question(step.surveyed_at, now, rules)]
    return [e.SurveyReminded(expires_at=now + rules.survey.expire_after)]


def _question(surveyed_at: datetime | None, now: datetime, rules: Rules) -> e.SurveyAsked | e.SurveySkipped:
    if _was_asked(surveyed_at, now, rules):
        return e.SurveySkipped()
    return e.SurveyAsked(remind_at=_waking(now + rules.survey.remind_after, rules))


def _was_asked(surveyed_at: datetime | None, now: datetime, rules: Rules) -> bool:
    """Say whether the person was asked on the same local day: at most one survey a day."""
    return (
        surveyed_at is not None
        and surveyed_at.astimezone(rules.zone).date() == now.astimezone(rules.zone).date()
    )


def _waking(at: datetime, rules: Rules) -> datetime:
    """Return `at`, or the next instant at which people may be asked something."""
    local = at.astimezone(rules.zone)
    midnight = datetime.combine(local.date(), time(), rules.zone)
    opens, closes = midnight + rules.survey.waking.opens, midnight + rules.survey.waking.closes
    if local < opens:
        return opens.astimezone(at.tzinfo)
    if local < closes:
        return at
    return (midnight + timedelta(days=1) + rules.survey.waking.opens).astimezone(at.tzinfo)
