"""How a promise stands at one instant: its phase, its due instant, and the course that its ladder climbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class ClockState:
    """A promise at one instant. All instants are in UTC.

    `owed_at` is from when on it is owed, `started_at` from when on it counts. `due_at` is None while a pause is open. `late`
    is real time: of what was kept late, or of what is overdue by now. `missed_at` is the first due instant that passed
    unkept, also when another was agreed later. Of a heartbeat all this tells of the beat that is owed, and `missed` lists
    the beats that were not kept in time.
    """

    phase: Phase
    started_at: datetime | None = None
    owed_at: datetime | None = None
    due_at: datetime | None = None
    met_at: datetime | None = None
    late: timedelta = _ZERO
    missed_at: datetime | None = None
    course: Course | None = None
    agreement: Agreement | None = None
    missed: tuple[datetime, ...] = ()
    warn_at: float = 1.0  # the share of its time from which on it is in danger

    @property
    def warns_at(self) -> datetime | None:
        """From when on it is in danger; computed when asked, as most who ask for a state want to know other things."""
        return None if self.course is None else self.course.share(self.warn_at)

    @property
    def is_over(self) -> bool:
        """True when time can change nothing any more."""
        return self.met_at is not None or self.phase in (Phase.MET, Phase.CANCELLED)


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
