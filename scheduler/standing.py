"""How a promise stands at one instant: its phase, its due instant, and the course that its ladder climbs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from scheduler.calendar import Calendar
from scheduler.history import Agreement
from scheduler.intervals import Interval, in_utc
from scheduler.targets import Target, share_instant

_ZERO = timedelta(0)


class Phase(StrEnum):
    """How a promise stands."""

    PENDING = "pending"  # nothing is owed yet
    RUNNING = "running"
    WARNING = "warning"  # running, and in danger
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"  # kept too late, or not yet
    CANCELLED = "cancelled"  # nothing is owed any more


class Course(NamedTuple):
    """How a clock runs; a tuple, because ladders take just these in this order."""

    calendar: Calendar
    start: datetime
    target: Target
    pauses: tuple[Interval, ...]

    def share(self, of: float) -> datetime | None:
        """Return the instant, in UTC, at which that share of the time is used, or None while a pause prevents it."""
        return share_instant(self.target, self.calendar, self.start, self.pauses, of)


class Life(NamedTuple):
    """What has happened to one promise up to `at`: when it was kept (`met_at`), or ended otherwise (`ended_at`)."""

    started_at: datetime
    owed_at: datetime
    met_at: datetime | None
    ended_at: datetime | None
    at: datetime

    @property
    def over_at(self) -> datetime | None:
        """When it was kept or ended, whichever came first."""
        if self.met_at is None or self.ended_at is None:
            return self.met_at or self.ended_at
        return min(self.met_at, self.ended_at)

    def is_missed(self, due_at: datetime | None, until: datetime | None = None) -> bool:
        """Say whether a due instant passed while it held. To keep, end or agree anew at that very instant is in time."""
        if due_at is None or (until is not None and until <= due_at):
            return False
        over_at = self.over_at
        if over_at is not None:
            return due_at < over_at
        return until is not None or due_at <= self.at


class Reckoned(NamedTuple):
    """What the calendar makes of a promise: the course that counts, by when it is due, and the first due instant that was missed."""

    course: Course | None = None
    due_at: datetime | None = None
    missed_at: datetime | None = None


class ClockState:
    """A promise at one instant. All instants are in UTC.

    `owed_at` is from when on it is owed, `started_at` from when on it counts. `due_at` is None while a pause is open. `late`
    is real time: of what was kept late, or of what is overdue by now. `missed_at` is the first due instant that passed
    unkept, also when another was agreed later. Of a heartbeat all this tells of the beat that is owed, and `missed` lists
    the beats that were not kept in time.

    What the calendar has to say is reckoned when somebody asks: most who ask for a state want to know one thing of it, and a desk
    asks for every ticket at every step.
    """

    __slots__ = ("_course", "_known", "_life", "_phase", "_reckon", "agreement", "met_at", "missed", "owed_at", "started_at", "warn_at")  # fmt: skip

    def __init__(
        self,
        phase: Phase | None = None,
        *,
        life: Life | None = None,
        reckon: Callable[[], Reckoned] = Reckoned,
        course: Course | None = None,
        met_at: datetime | None = None,
        agreement: Agreement | None = None,
        missed: tuple[datetime, ...] = (),
        warn_at: float = 1.0,
    ) -> None:
        """Take a `phase` that is certain, or a `life` it follows from. `course` is given where nothing need be reckoned for it.

        `warn_at` is the share of its time from which on it is in danger.
        """
        self._phase = phase
        self._life = life
        self._reckon = reckon
        self._known: Reckoned | None = None
        self._course = course
        self.started_at = None if life is None else life.started_at
        self.owed_at = None if life is None else life.owed_at
        self.met_at = met_at
        self.agreement = agreement
        self.missed = missed
        self.warn_at = warn_at

    def __eq__(self, other: object) -> bool:
        """Say whether both tell the same of a promise."""
        return self._told() == other._told() if isinstance(other, ClockState) else NotImplemented

    def __hash__(self) -> int:
        """Return what equal states share."""
        return hash(self._told())

    def __repr__(self) -> str:
        """Return the state for people who read a failed test."""
        return f"ClockState{self._told()}"

    @property
    def course(self) -> Course | None:
        """What its ladder climbs; None when there is nothing to climb."""
        return self._course if self._course is not None else self._reckoned.course

    @property
    def due_at(self) -> datetime | None:
        """Up to when it is kept in time."""
        return self._reckoned.due_at

    @property
    def missed_at(self) -> datetime | None:
        """The first due instant that passed unkept."""
        return self._reckoned.missed_at

    @property
    def late(self) -> timedelta:
        """By how much it was kept late or is overdue; zero when in time."""
        life, due_at = self._life, self.due_at
        return max((life.over_at or life.at) - due_at, _ZERO) if life and due_at is not None else _ZERO

    @property
    def phase(self) -> Phase:
        """How it stands."""
        if self._phase is None:
            self._phase = self._found_phase()
        return self._phase

    @property
    def warns_at(self) -> datetime | None:
        """From when on it is in danger."""
        return None if self.course is None else self.course.share(self.warn_at)

    @property
    def is_over(self) -> bool:
        """True when time can change nothing any more."""
        if self.met_at is not None:
            return True
        if self._life is not None and self._life.ended_at is None and self._course is not None:
            return False  # what was neither kept nor ended runs, whatever the calendar says
        return self.phase in (Phase.MET, Phase.CANCELLED)

    @property
    def is_running(self) -> bool:
        """True while something is owed, also in a pause."""
        return (
            self.started_at is not None
            and not self.is_over
            and (self._course is not None or self.phase is not Phase.PENDING)
        )

    @property
    def _reckoned(self) -> Reckoned:
        if self._known is None:
            self._known = self._reckon()
        return self._known

    def _told(self) -> tuple[object, ...]:
        since = (self.started_at, self.owed_at)
        return (
            self.phase,
            *since,
            self.met_at,
            self.late,
            *self._reckoned,
            self.agreement,
            self.missed,
            self.warn_at,
        )

    def _found_phase(self) -> Phase:
        life, course = self._life, self.course
        if life is None or course is None:
            return Phase.PENDING
        if life.is_missed(self.due_at):
            return Phase.BREACHED
        if life.met_at is not None and life.met_at == life.over_at:
            return Phase.MET
        if life.ended_at is not None:
            return Phase.CANCELLED
        if any(stop.start <= life.at and (stop.end is None or life.at < stop.end) for stop in course.pauses):
            return Phase.PAUSED
        warns_at = course.share(self.warn_at)
        return Phase.WARNING if warns_at is not None and warns_at <= life.at else Phase.RUNNING


def next_change(found: Mapping[str, ClockState], now: datetime) -> datetime | None:
    """Return the first instant, in UTC, after `now` at which time alone changes a state, or None."""
    at = in_utc(now)
    changes = (
        change
        for each in found.values()
        if not each.is_over
        for change in (each.owed_at, each.warns_at, each.due_at, *_edges(each.course))
        if change is not None and change > at
    )
    return min(changes, default=None)


def _edges(course: Course | None) -> Iterator[datetime | None]:
    for stop in course.pauses if course is not None else ():
        yield stop.start
        yield stop.end
