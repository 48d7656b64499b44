"""States of clocks: what a promise has come to at one instant, computed from what has happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from scheduler.calendar import Calendar, add_working_time
from scheduler.clock_rules import Beats, ClockRule, Every, in_order
from scheduler.heartbeats import Heartbeat, overdue, served
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
    read = _read(rule, history, calendars, at)
    if read is None:
        is_over = _ended(rule, history, in_utc(history.opened_at), at) is not None
        return ClockState(Phase.CANCELLED if is_over else Phase.PENDING)
    life = Life(read.started_at, read.owed_at, read.met_at, read.ended_at, at)
    if rule.beats is not None:
        return _beating(rule, rule.beats, history, calendars[rule.calendar], life, read)
    return _aimed(rule, life, read)


class _Reading:
    """What all that happened makes of one promise; time alone adds no more than whether it was missed."""

    __slots__ = ("_graced", "agreements", "courses", "ended_at", "met_at", "owed_at", "pauses", "served", "started_at")  # fmt: skip

    def __init__(self, started_at: datetime, owed_at: datetime, pauses: tuple[Interval, ...]) -> None:
        self.started_at, self.owed_at, self.pauses = started_at, owed_at, pauses
        self.met_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.courses: tuple[Course, ...] = ()
        self.agreements: tuple[Agreement, ...] = ()
        self.served: Heartbeat | None = None
        self._graced: list[tuple[Course, datetime | None]] | None = None

    @property
    def over_at(self) -> datetime | None:
        """When it was kept or ended, whichever came first."""
        if self.met_at is None or self.ended_at is None:
            return self.met_at or self.ended_at
        return min(self.met_at, self.ended_at)

    def graced(self, grace: timedelta) -> list[tuple[Course, datetime | None]]:
        """Return the courses with their due instants, reckoned once."""
        if self._graced is None:
            self._graced = [_graced(course, grace, self.owed_at) for course in self.courses]
        return self._graced


def _read(
    rule: ClockRule, history: History, calendars: Mapping[str, Calendar], at: datetime
) -> _Reading | None:
    """Return what happened up to an instant; what all of it comes to is kept with the history. None: nothing is owed."""
    if at < history.latest_at:
        return _found(rule, history, calendars, at)
    kept = history.readings.get(rule.id)
    if kept is not None and kept[0] is rule and kept[1] is calendars:
        return cast("_Reading | None", kept[2])
    found = _found(rule, history, calendars, at)
    history.readings[rule.id] = rule, calendars, found
    return found


def _found(
    rule: ClockRule, history: History, calendars: Mapping[str, Calendar], at: datetime
) -> _Reading | None:
    start = _started(rule, history, at)
    owed_at = _owed(rule, history, start, at) if start is not None else None
    if start is None or owed_at is None:
        return None
    found = _Reading(start, owed_at, history.stops(rule.stops_for))
    found.met_at, found.ended_at = _kept(rule, history, start, at), _ended(rule, history, owed_at, at)
    if rule.beats is None:
        found.agreements = _agreements(rule, history, found.over_at or at)
        found.courses = tuple(_courses(rule, calendars, found))
    return found


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


def _agreements(rule: ClockRule, history: History, until: datetime) -> tuple[Agreement, ...]:
    agreed = history.agreed(rule.id, until)
    return tuple(each for each in agreed if each.consent or not rule.needs_consent)


def _courses(rule: ClockRule, calendars: Mapping[str, Calendar], found: _Reading) -> Iterator[Course]:
    """Yield what the promise aimed at from the beginning, and what was agreed instead."""
    if rule.target is not None:
        yield Course(calendars[rule.calendar], found.started_at, rule.target, found.pauses)
    for each in found.agreements:
        calendar = calendars[each.calendar or rule.calendar]
        yield Course(calendar, _agreed_start(each, found.started_at), each.target, found.pauses)


def _aimed(rule: ClockRule, life: Life, read: _Reading) -> ClockState:
    over_at = read.over_at
    if not read.courses:
        return ClockState(Phase.PENDING if over_at is None else Phase.CANCELLED, life=life)

    def reckon() -> Reckoned:
        graced = read.graced(rule.grace)
        course, due_at = graced[-1]
        return Reckoned(course, due_at, _missed([held for _, held in graced], read.agreements, life))

    last = read.courses[-1]
    return ClockState(
        life=life,
        reckon=reckon,
        course=last if life.owed_at <= last.start else None,  # else a grace may move its start
        met_at=life.met_at if life.met_at == over_at else None,
        agreement=read.agreements[-1] if read.agreements else None,
        warn_at=rule.warn_at,
    )


def _missed(dues: list[datetime | None], agreements: Sequence[Agreement], life: Life) -> datetime | None:
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
    rule: ClockRule, beats: Beats, history: History, calendar: Calendar, life: Life, read: _Reading
) -> ClockState:
    ended_at, pauses = life.ended_at, read.pauses
    # A beat at the very end is owed no more.
    until = life.at if ended_at is None else ended_at - _MOMENT
    if read.served is None:
        words = [word for word in history.instants(rule.fulfilled_by, until) if word >= life.started_at]
        read.served = served(beats, calendar, life.started_at, words, pauses)
    found = overdue(read.served, beats, calendar, life.started_at, pauses, until)
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
