"""States of clocks: what a promise has come to at one instant, computed from what has happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from scheduler.calendar import Calendar, add_working_time
from scheduler.clock_rules import ClockRule, Every, in_order
from scheduler.heartbeats import Heartbeat, heartbeat
from scheduler.history import MISSED, Agreement, History
from scheduler.intervals import Interval, in_utc
from scheduler.pauses import union
from scheduler.standing import ClockState, Course, Phase
from scheduler.targets import Instant, Target, Within, due

_ZERO = timedelta(0)
_MOMENT = timedelta.resolution


def states(
    rules: Iterable[ClockRule], history: History, calendars: Mapping[str, Calendar], now: datetime
) -> dict[str, ClockState]:
    """Return the states of all promises of a ticket by id; what one missed starts, the other knows.

    Raises:
        ValueError: The rules wait for each other in a circle.
    """
    found: dict[str, ClockState] = {}
    for rule in in_order(rules):
        found[rule.id] = made = state(rule, history, calendars, now)
        if made.missed_at is not None:
            history = history.with_event(MISSED + rule.id, made.missed_at)
    return found


def state(rule: ClockRule, history: History, calendars: Mapping[str, Calendar], now: datetime) -> ClockState:
    """Return what a promise has come to at `now`, from what happened up to then."""
    at, calendar = in_utc(now), calendars[rule.calendar]
    start = _started(rule, history, at)
    owed_at = _owed(rule, history, start, at) if start is not None else None
    if start is None or owed_at is None:
        is_over = _ended(rule, history, in_utc(history.opened_at), at) is not None
        return ClockState(Phase.CANCELLED if is_over else Phase.PENDING)
    pauses = union(history.stops(rule.stops_for))
    if rule.beats is not None:
        return _beating(rule, history, calendar, start, pauses, at)
    return _aimed(rule, history, calendar, start, owed_at, pauses, at)


def _started(rule: ClockRule, history: History, at: datetime) -> datetime | None:
    pick = history.last if rule.restarts else history.first
    return next((found for name in rule.starts if (found := pick((name,), at)) is not None), None)


def _owed(rule: ClockRule, history: History, start: datetime, at: datetime) -> datetime | None:
    """Return from when on a promise is owed: nobody owes anything before it is reported, or before what it waits for."""
    opened = max(start, in_utc(history.opened_at))
    if not rule.after:
        return opened
    after = history.first((rule.after,), at)
    return None if after is None else max(opened, after)


def _ended(rule: ClockRule, history: History, owed_at: datetime, at: datetime) -> datetime | None:
    """Return when nothing was owed any more, other than by keeping it."""
    ends = [end for end in history.instants(rule.cancelled_by, at) if end >= owed_at]
    if not rule.outlives_ticket and history.closed_at is not None and in_utc(history.closed_at) <= at:
        ends.append(in_utc(history.closed_at))
    return min(ends, default=None)


def _kept(rule: ClockRule, history: History, start: datetime, at: datetime) -> datetime | None:
    return next((word for word in history.instants(rule.fulfilled_by, at) if word >= start), None)


def _aimed(
    rule: ClockRule,
    history: History,
    calendar: Calendar,
    start: datetime,
    owed_at: datetime,
    pauses: tuple[Interval, ...],
    at: datetime,
) -> ClockState:
    met_at, ended_at = _kept(rule, history, start, at), _ended(rule, history, owed_at, at)
    over_at = min((end for end in (met_at, ended_at) if end is not None), default=None)
    agreements = [
        each for each in history.agreed(rule.id, over_at or at) if each.consent or not rule.needs_consent
    ]
    aims = [(rule.target, start)] if rule.target is not None else []
    aims += [(each.target, _agreed_start(each, start)) for each in agreements]
    if not aims:
        return ClockState(Phase.PENDING, started_at=start, owed_at=owed_at)
    courses = [_course(rule, calendar, aim, begins, owed_at, pauses) for aim, begins in aims]
    # Each target holds until another is agreed; what it was missed by then stays missed.
    holds_until = [in_utc(each.made_at) for each in agreements[len(agreements) - len(courses) + 1 :]]
    dues = [due(course.target, calendar, course.start, course.pauses) for course in courses]
    missed_at = next(
        (
            due_at
            for due_at, until in zip(dues, [*holds_until, None], strict=True)
            if due_at is not None and _is_missed(due_at, until, met_at, ended_at, at)
        ),
        None,
    )
    course, due_at = courses[-1], dues[-1]
    return ClockState(
        phase=_phase(course, due_at, met_at, ended_at, rule.warn_at, at),
        started_at=start,
        owed_at=owed_at,
        due_at=due_at,
        met_at=met_at if met_at is not None and met_at == over_at else None,
        late=max((over_at or at) - due_at, _ZERO) if due_at is not None else _ZERO,
        missed_at=missed_at,
        warns_at=course.share(rule.warn_at),
        course=course,
        agreement=agreements[-1] if agreements else None,
    )


def _agreed_start(agreement: Agreement, start: datetime) -> datetime:
    """Return from when an agreed target counts: days as the contract counts them, an instant since it was named."""
    return in_utc(agreement.made_at) if isinstance(agreement.target, Instant) else start


def _course(
    rule: ClockRule,
    calendar: Calendar,
    target: Target,
    start: datetime,
    owed_at: datetime,
    pauses: tuple[Interval, ...],
) -> Course:
    due_at = due(target, calendar, start, pauses)
    if due_at is None or owed_at <= start:
        return Course(calendar, start, target, pauses)
    # Nothing is missed before anybody could know of it.
    earliest = add_working_time(calendar, owed_at, rule.grace)
    if due_at >= earliest:
        return Course(calendar, start, target, pauses)
    return Course(calendar, owed_at, Within(rule.grace), pauses)


def _is_missed(
    due_at: datetime,
    until: datetime | None,
    met_at: datetime | None,
    ended_at: datetime | None,
    at: datetime,
) -> bool:
    """Say whether a due instant passed while it held. Keeping it, ending it or agreeing anew at that instant is in time."""
    ends = [end for end in (until, met_at, ended_at) if end is not None]
    return due_at < min(ends) if ends else due_at <= at


def _phase(
    course: Course,
    due_at: datetime | None,
    met_at: datetime | None,
    ended_at: datetime | None,
    warn_at: float,
    at: datetime,
) -> Phase:
    if due_at is not None and _is_missed(due_at, None, met_at, ended_at, at):
        return Phase.BREACHED
    if met_at is not None and (ended_at is None or met_at <= ended_at):
        return Phase.MET
    if ended_at is not None:
        return Phase.CANCELLED
    if any(stop.start <= at and (stop.end is None or at < stop.end) for stop in course.pauses):
        return Phase.PAUSED
    warns_at = course.share(warn_at)
    return Phase.WARNING if warns_at is not None and warns_at <= at else Phase.RUNNING


def _beating(
    rule: ClockRule,
    history: History,
    calendar: Calendar,
    start: datetime,
    pauses: tuple[Interval, ...],
    at: datetime,
) -> ClockState:
    assert rule.beats is not None
    ended_at = _ended(rule, history, start, at)
    words = [word for word in history.instants(rule.fulfilled_by, ended_at or at) if word >= start]
    # A beat at the very end is owed no more.
    until = at if ended_at is None else ended_at - _MOMENT
    found = heartbeat(rule.beats, calendar, start, words, pauses, until)
    course = _beat_course(rule, calendar, found, pauses)
    due_at = found.owed.due_at
    if ended_at is not None:
        phase = Phase.CANCELLED
    elif course is None:
        phase = Phase.PAUSED if pauses and pauses[-1].end is None else Phase.CANCELLED
    else:
        phase = _phase(course, due_at, None, None, rule.warn_at, at)
    return ClockState(
        phase=phase,
        started_at=found.owed.begins,
        owed_at=start,
        due_at=None if ended_at is not None else due_at,
        late=max(at - due_at, _ZERO) if due_at is not None and ended_at is None else _ZERO,
        missed_at=found.missed[0] if found.missed else None,
        warns_at=None if course is None else course.share(rule.warn_at),
        course=course,
        missed=found.missed,
    )


def _beat_course(
    rule: ClockRule, calendar: Calendar, found: Heartbeat, pauses: tuple[Interval, ...]
) -> Course | None:
    if found.owed.due_at is None:
        return None
    if isinstance(rule.beats, Every):
        return Course(calendar, found.owed.begins, Within(rule.beats.length), pauses)
    return Course(calendar, found.owed.begins, Instant(found.owed.due_at), ())
