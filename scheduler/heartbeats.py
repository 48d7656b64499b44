"""Heartbeats: what is owed again and again while a state lasts, such as a word every hour of a major incident."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from scheduler.calendar import Calendar
from scheduler.clock_rules import Beats, Every
from scheduler.intervals import Interval, in_utc
from scheduler.pauses import counted_between, instant_after, union
from scheduler.plans import Plan, occurrences

_MOMENT = timedelta.resolution


@dataclass(frozen=True, slots=True)
class Beat:
    """The beat that is owed now: since when, and by when; `due_at` is None while a pause is open or the plan is over."""

    begins: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A heartbeat at one instant: what is owed, and which beats came too late or never."""

    owed: Beat
    missed: tuple[datetime, ...]


def heartbeat(
    beats: Beats,
    calendar: Calendar,
    start: datetime,
    words: Sequence[datetime],
    pauses: Sequence[Interval],
    now: datetime,
) -> Heartbeat:
    """Return what is owed after the words given so far, in order.

    A word in time serves the beat it comes before, and one is enough; a late word serves all beats that have passed. What
    passed without a word up to `now` is missed, and the first of these stays owed.
    """
    at = in_utc(now)
    owed = Beat(in_utc(start), _beat_after(beats, calendar, start, start, pauses))
    missed: list[datetime] = []
    for word in words:
        due_at = owed.due_at
        if due_at is None:
            break
        if word > due_at:
            passed = [*_passed(beats, calendar, start, due_at, word, pauses)]
            missed += passed
            owed = _next(beats, calendar, start, passed[-1], word, pauses)
        elif word > owed.begins:
            owed = _next(beats, calendar, start, due_at, word, pauses)
    if owed.due_at is not None and owed.due_at <= at:
        missed += _passed(beats, calendar, start, owed.due_at, at + _MOMENT, pauses)
    return Heartbeat(owed, tuple(missed))


def _next(
    beats: Beats,
    calendar: Calendar,
    start: datetime,
    beat: datetime,
    word: datetime,
    pauses: Sequence[Interval],
) -> Beat:
    begins = word if isinstance(beats, Every) and not beats.keeps_grid else beat
    return Beat(begins, _beat_after(beats, calendar, start, begins, pauses))


def _passed(
    beats: Beats,
    calendar: Calendar,
    start: datetime,
    first: datetime,
    until: datetime,
    pauses: Sequence[Interval],
) -> Iterator[datetime]:
    """Yield the beats from `first` on, that one at least, which lie before `until`."""
    yield first
    beat = _beat_after(beats, calendar, start, first, pauses)
    # Off the grid the next word is due from the one before, and while that is missing there is no next.
    while beat is not None and beat < until and not (isinstance(beats, Every) and not beats.keeps_grid):
        yield beat
        beat = _beat_after(beats, calendar, start, beat, pauses)


def _beat_after(
    beats: Beats, calendar: Calendar, start: datetime, after: datetime, pauses: Sequence[Interval]
) -> datetime | None:
    match beats:
        case Every(length, keeps_grid=True):
            count = counted_between(calendar, start, after, pauses) // length
            return instant_after(calendar, start, (count + 1) * length, pauses)
        case Every(length):
            return instant_after(calendar, after, length, pauses)
        case Plan():
            return _unpaused(beats, after, pauses)
        case _:
            assert_never(beats)


def _unpaused(plan: Plan, after: datetime, pauses: Sequence[Interval]) -> datetime | None:
    """Return the first occurrence that no pause holds up; those inside one are left out, not made up for."""
    stops = union(pauses)
    for occurrence in occurrences(plan, after):
        stop = next(
            (
                stop
                for stop in stops
                if stop.start < occurrence.at and (stop.end is None or occurrence.at <= stop.end)
            ),
            None,
        )
        if stop is None:
            return occurrence.at
        if stop.end is None:
            return None
    return None
