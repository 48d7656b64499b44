"""States of clocks: what a promise has come to at one instant, computed from what has happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from scheduler.calendar import Calendar, add_working_time
from scheduler.clock_rules import Beats, ClockRule, Every, in_order
from scheduler.heartbeats import Heartbeat, heartbeat
from scheduler.history import MISSED, Agreement, History
from scheduler.intervals import Interval, in_utc
from scheduler.standing import ClockState, Course, Life, Phase, Reckoned
from scheduler.targets import Instant, Target, Within, due

_ZERO = timedelta(0)
_MOMENT = timedelta.resolution


class Promised(NamedTuple):
    """The promises of a ticket, those that wait for another after it, and the ids of those whose miss another needs to know."""

    rules: tuple[ClockRule, ...]
    awaited: frozenset[str]


def promised(rules: Iterable[ClockRule]) -> Promised:
    """Return promises made ready to be reckoned, many times.

    Raises:
        ValueError: The rules wait for each other in a circle.
    """
    ordered = in_order(rules)
    return Promised(ordered, awaited_misses(ordered))


def states(
    rules: Iterable[ClockRule] | Promised,
    history: History,
    calendars: Mapping[str, Calendar],
    now: datetime,
) -> dict[str, ClockState]:
    """Return the states of all promises of a ticket by id; what one missed starts, the other knows.

    Raises:
        ValueError: The rules wait for each other in a circle.
    """
    found: dict[str, ClockState] = {}
    ordered, awaited = rules if isinstance(rules, Promised) else promised(rules)
    for rule in ordered:
        found[rule.id] = made = state(rule, history, calendars, now)
        if rule.id in awaited and made.missed_at is not None:
            history = history.with_event(MISSED + rule.id, made.missed_at)
    return found


def awaited_misses(rules: Iterable[ClockRule]) -> frozenset[str]:
    """Return the ids of the promises of which another one needs to know that they were missed."""
    return frozenset(
        event.removeprefix(MISSED)
        for rule in rules
        for event in (*rule.starts, rule.after, *rule.fulfilled_by, *rule.cancelled_by)
        if event.startswith(MISSED)
    )


def state(rule: ClockRule, history: History, calendars: Mapping[str, Calendar], now: datetime) -> ClockState:
    """Return what a promise has come to at `now`, from what happened up to then."""
    at = in_utc(now)
    if history.is_only_reported and rule.begins_with_report and rule.target is not None:
        return _reported(rule, rule.target, calendars[rule.calendar], in_utc(history.opened_at), at)
    start = _started(rule, history, at)
    owed_at = _owed(rule, history, start, at) if start is not None else None
    if start is None or owed_at is None:
        is_over = _ended(rule, history, in_utc(history.opened_at), at) is not None
        return ClockState(Phase.CANCELLED if is_over else Phase.PENDING)
    life = Life(start, owed_at, _kept(rule, history, start, at), _ended(rule, history, owed_at, at), at)
    pauses = history.stops(rule.stops_for)
    if rule.beats is not None:
        return _beating(rule, rule.beats, history, calendars[rule.calendar], life, pauses)
    return _aimed(rule, history, calendars, life, pauses)


def _reported(
    rule: ClockRule, target: Target, calendar: Calendar, reported_at: datetime, at: datetime
) -> ClockState:
    """Return the state of a promise that counts from the report, while nothing else has happened: most tickets, most of the time."""
    if reported_at > at:
        return ClockState(Phase.PENDING)
    life = Life(reported_at, reported_at, None, None, at)
    course = Course(calendar, reported_at, target, ())

    def reckon() -> Reckoned:
        due_at = due(target, calendar, reported_at)
        return Reckoned(course, due_at, due_at if life.is_missed(due_at) else None)

    return ClockState(life=life, reckon=reckon, course=course, warn_at=rule.warn_at)


def _started(rule: ClockRule, history: History, at: datetime) -> datetime | None:
    pick = history.last if rule.restarts else history.first
    return next((found for name in rule.starts if (found := pick(name, at)) is not None), None)


def _owed(rule: ClockRule, history: History, start: datetime, at: datetime) -> datetime | None:
    """Return from when on a promise is owed: nobody owes anything before it is reported, or before what it waits for."""
    opened = max(start, in_utc(history.opened_at))
    if not rule.after:
        return opened
    after = history.first(rule.after, at)
    return None if after is None else max(opened, after)


def _ended(rule: ClockRule, history: History, owed_at: datetime, at: datetime) -> datetime | None:
    """Return when nothing was owed any more, other than by keeping it."""
    cancelled_at = next((end for end in history.instants(rule.cancelled_by, at) if end >= owed_at), None)
    if rule.outlives_ticket or history.closed_at is None:
        return cancelled_at
    closed_at = in_utc(history.closed_at)
    if closed_at > at:
        return cancelled_at
    return closed_at if cancelled_at is None else min(cancelled_at, closed_at)


def _kept(rule: ClockRule, history: History, start: datetime, at: datetime) -> datetime | None:
    return next((word for word in history.instants(rule.fulfilled_by, at) if word >= start), None)


def _aimed(
    rule: ClockRule,
    history: History,
    calendars: Mapping[str, Calendar],
    life: Life,
    pauses: tuple[Interval, ...],
) -> ClockState:
    over_at = life.over_at
    agreed = history.agreed(rule.id, over_at or life.at)
    agreements = [each for each in agreed if each.consent or not rule.needs_consent]
    calendar = calendars[rule.calendar]
    courses = [] if rule.target is None else [Course(calendar, life.started_at, rule.target, pauses)]
    courses += [
        Course(
            calendars[each.calendar or rule.calendar],
            _agreed_start(each, life.started_at),
            each.target,
            pauses,
        )
        for each in agreements
    ]
    if not courses:
        return ClockState(Phase.PENDING if over_at is None else Phase.CANCELLED, life=life)

    def reckon() -> Reckoned:
        graced = [_graced(course, rule.grace, life.owed_at) for course in courses]
        course, due_at = graced[-1]
        return Reckoned(course, due_at, _missed([held for _, held in graced], agreements, life))

    return ClockState(
        life=life,
        reckon=reckon,
        course=courses[-1] if life.owed_at <= courses[-1].start else None,  # else a grace may move its start
        met_at=life.met_at if life.met_at == over_at else None,
        agreement=agreements[-1] if agreements else None,
        warn_at=rule.warn_at,
    )


def _missed(dues: list[datetime | None], agreements: list[Agreement], life: Life) -> datetime | None:
    """Return the first missed due instant: each target holds until another is agreed; what it was missed by then stays missed."""
    replaced = agreements[len(agreements) - len(dues) + 1 :]
    for due_at, until in zip(dues, (*(in_utc(each.made_at) for each in replaced), None), strict=True):
        if life.is_missed(due_at, until):
            return due_at
    return None


def _agreed_start(agreement: Agreement, start: datetime) -> datetime:
    """Return from when an agreed target counts: days as the contract counts them, an instant since it was named."""
    return in_utc(agreement.made_at) if isinstance(agreement.target, Instant) else start


def _graced(course: Course, grace: timedelta, owed_at: datetime) -> tuple[Course, datetime | None]:
    """Return a course and its due instant, so late that the promise is not missed before anybody could know of it."""
    due_at = due(course.target, course.calendar, course.start, course.pauses)
    if due_at is None or owed_at <= course.start:
        return course, due_at
    if due_at >= add_working_time(course.calendar, owed_at, grace):
        return course, due_at
    late = Course(course.calendar, owed_at, Within(grace), course.pauses)
    return late, due(late.target, late.calendar, late.start, late.pauses)


def _beating(
    rule: ClockRule,
    beats: Beats,
    history: History,
    calendar: Calendar,
    life: Life,
    pauses: tuple[Interval, ...],
) -> ClockState:
    ended_at = life.ended_at
    # A beat at the very end is owed no more.
    until = life.at if ended_at is None else ended_at - _MOMENT
    words = [word for word in history.instants(rule.fulfilled_by, until) if word >= life.started_at]
    found = heartbeat(beats, calendar, life.started_at, words, pauses, until)
    begun = life._replace(started_at=found.owed.begins, met_at=None)  # nothing has kept this beat yet
    course = None if ended_at is not None else _beat_course(beats, calendar, found, pauses)
    reckoned = Reckoned(
        course,
        found.owed.due_at if course is not None else None,
        found.missed[0] if found.missed else None,
    )
    phase = None
    if course is None:
        is_paused = ended_at is None and pauses and pauses[-1].end is None
        phase = Phase.PAUSED if is_paused else Phase.CANCELLED
    return ClockState(
        phase,
        life=begun,
        reckon=lambda: reckoned,
        course=course,
        missed=found.missed,
        warn_at=rule.warn_at,
    )


def _beat_course(
    beats: Beats, calendar: Calendar, found: Heartbeat, pauses: tuple[Interval, ...]
) -> Course | None:
    if found.owed.due_at is None:
        return None
    if isinstance(beats, Every):
        return Course(calendar, found.owed.begins, Within(beats.length), pauses)
    return Course(calendar, found.owed.begins, Instant(found.owed.due_at), ())
