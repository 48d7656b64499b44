"""The question for a rating: when it is asked, reminded of and given up, and what an answer counts for."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import Closing, Kind, Status, SurveyState
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from scheduler.intervals import in_utc

_SURVEYED_KINDS = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST, Kind.TRAINING)


def first_question(
    ticket: Ticket, surveyed_at: datetime | None, now: datetime, rules: Rules
) -> list[e.AnyEvent]:
    """Return what a confirmation leads to: the question now or in the morning, or nothing for work nobody rates."""
    if not rules.survey.is_enabled or ticket.kind not in _SURVEYED_KINDS:
        return []
    return [_question(surveyed_at, now, rules)]


def rated(ticket: Ticket, step: s.Rate | s.Comment, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the rating, or the comment that is not a score; only the customer's own people count.

    Who rates what is solved and not confirmed yet says with it that it works.
    """
    if not rules.may_answer(ticket, step.by):
        raise NotTheirs("{number} 请 {requester} 来评分。", number=ticket.number, requester=ticket.requester)
    survey = ticket.survey
    is_unasked = ticket.status is Status.SOLVED and ticket.kind in _SURVEYED_KINDS and rules.survey.is_enabled
    if is_unasked and isinstance(step, s.Rate) and _is_score(step):
        closing = e.Closed(closing=Closing.CONFIRMED, by=step.by)
        return [closing, e.SurveyAsked(remind_at=_waking(now, rules)), _score(step, rules)]
    if (
        isinstance(step, s.Rate)
        and step.is_correction
        and _is_score(step)
        and may_correct(ticket, now, rules)
    ):
        return [_corrected(ticket, step, rules)]
    if survey is None or survey.state in (SurveyState.RATED, SurveyState.VOID):
        raise TicketError("{number} 现在不用评分。", number=ticket.number)
    if isinstance(step, s.Comment):
        return [e.Commented(by=step.by, text=step.text)]
    if not _is_score(step):
        raise TicketError("评分是 1 到 5，例如“评分 {number} 5 4”（速度 质量）。", number=ticket.number)
    return [_score(step, rules)]


def may_correct(ticket: Ticket, now: datetime, rules: Rules) -> bool:
    """Say whether a rating was given a moment ago, so that whoever mistyped may say what they meant."""
    is_rated = ticket.survey is not None and ticket.survey.state is SurveyState.RATED
    return is_rated and ticket.changed_at is not None and now - ticket.changed_at <= rules.undo_within


def _corrected(ticket: Ticket, step: s.Rate, rules: Rules) -> e.Rated:
    """Return the rating that was meant; whoever calls about a low one calls once."""
    survey, rated = ticket.survey, _score(step, rules)
    known = [each for each in (survey.speed, survey.quality) if each is not None] if survey else []
    was_low = bool(known) and min(known) <= rules.survey.low_at
    return replace(rated, is_low=rated.is_low and not was_low, was_low=was_low)


def _is_score(step: s.Rate) -> bool:
    return 1 <= step.speed <= 5 and 1 <= step.quality <= 5


def _score(step: s.Rate, rules: Rules) -> e.Rated:
    is_low = min(step.speed, step.quality) <= rules.survey.low_at
    return e.Rated(by=step.by, speed=step.speed, quality=step.quality, comment=step.comment, is_low=is_low)


def next_question(ticket: Ticket) -> datetime | None:
    """Return when the survey has something to ask or to give up, or None."""
    return ticket.survey.next_at if ticket.survey else None


def surveyed_in_time(
    ticket: Ticket, step: s.DeadlineReached, now: datetime, rules: Rules
) -> list[e.AnyEvent]:
    """Return what the survey does now: ask, remind once, or expire without a score. Nobody is asked at night."""
    survey = ticket.survey
    if survey is None or survey.next_at is None or survey.next_at > now:
        return []
    if survey.state is SurveyState.REMINDED:
        return [e.SurveyExpired()]
    if survey.state is SurveyState.PLANNED:
        return [_question(step.surveyed_at, now, rules)]
    waking = _waking(now, rules)
    if waking > now:
        return [e.SurveyPlanned(at=waking)]
    return [e.SurveyReminded(expires_at=now + rules.survey.expire_after)]


def _question(
    surveyed_at: datetime | None, now: datetime, rules: Rules
) -> e.SurveyPlanned | e.SurveyAsked | e.SurveySkipped:
    waking = _waking(now, rules)
    if _is_same_day(surveyed_at, waking, rules):
        return e.SurveySkipped()
    if waking > now:
        return e.SurveyPlanned(at=waking)
    return e.SurveyAsked(remind_at=_waking(now + rules.survey.remind_after, rules))


def _is_same_day(surveyed_at: datetime | None, at: datetime, rules: Rules) -> bool:
    """Say whether the person was asked on that local day already: at most one survey a day."""
    return (
        surveyed_at is not None
        and surveyed_at.astimezone(rules.zone).date() == at.astimezone(rules.zone).date()
    )


def _waking(at: datetime, rules: Rules) -> datetime:
    """Return `at`, or the next instant, in UTC, at which people may be asked something."""
    hours = rules.survey.waking
    midnight = datetime.combine(at.astimezone(rules.zone).date(), time(), rules.zone)
    # Hours over midnight belong to the day before; those of tomorrow come when today's are over.
    for days in (-1, 0, 1):
        day = midnight + timedelta(days=days)
        opens, closes = in_utc(day + hours.opens), in_utc(day + hours.closes)
        if at < closes:
            return max(in_utc(at), opens)
    raise AssertionError("the day after tomorrow has not begun")
