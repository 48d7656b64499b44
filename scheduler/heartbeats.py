"""Heartbeats: what is owed again and again while a state lasts, such as a word every hour of a major incident."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import assert_never

import msgspec

from scheduler.calendar import Calendar
from scheduler.clock_rules import Beats, Every
from scheduler.intervals import Interval, in_utc
from scheduler.pauses import Stops, counted_between, instant_after, union
from scheduler.plans import Plan, occurrences

_MOMENT = timedelta.resolution
Follower = Callable[[datetime], datetime | None]  # the first beat after an instant


class Beat(msgspec.Struct, frozen=True):
    """The beat that is owed now: since when, and by when; `due_at` is None while a pause is open or the plan is over."""

    begins: datetime
    due_at: datetime | None


class Heartbeat(msgspec.Struct, frozen=True):
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
    return overdue(served(beats, calendar, start, words, pauses), beats, calendar, start, pauses, now)


def served(
    beats: Beats,
    calendar: Calendar,
    start: datetime,
    words: Sequence[datetime],
    pauses: Sequence[Interval],
) -> Heartbeat:
    """Return what the words given so far, in order, have served and missed; what passed since is not looked at."""
    return Heartbeat(*_served(beats, calendar, start, words, union(pauses)))


def overdue(
    found: Heartbeat,
    beats: Beats,
    calendar: Calendar,
    start: datetime,
    pauses: Sequence[Interval],
    now: datetime,
) -> Heartbeat:
    """Return the same with the beats that passed without a word up to `now`."""
    at, due_at = in_utc(now), found.owed.due_at
    if due_at is None or at < due_at:
        return found
    after = _follower(beats, calendar, start, union(pauses))
    passed = _passed(after, due_at, at + _MOMENT, is_on_grid=_is_on_grid(beats))
    return Heartbeat(found.owed, (*found.missed, *passed))


def _served(
    beats: Beats, calendar: Calendar, start: datetime, words: Sequence[datetime], stops: Stops
) -> tuple[Beat, tuple[datetime, ...]]:
    """Return what is owed after the words, and the beats that these came too late for."""
    missed: list[datetime] = []
    after, is_on_grid = _follower(beats, calendar, start, stops), _is_on_grid(beats)
    begins, due_at = in_utc(start), after(start)
    for word in words:
        if due_at is None:
            break
        if word > due_at:
            passed = [*_passed(after, due_at, word, is_on_grid=is_on_grid)]
            missed += passed
            begins = passed[-1] if is_on_grid else word
        elif word > begins:
            begins = due_at if is_on_grid else word
        else:
            continue  # one word a beat is enough
        due_at = after(begins)
    return Beat(begins, due_at), tuple(missed)


def _is_on_grid(beats: Beats) -> bool:
    return not isinstance(beats, Every) or beats.keeps_grid


def _passed(after: Follower, first: datetime, until: datetime, *, is_on_grid: bool) -> Iterator[datetime]:
    """Yield the beats from `first` on, that one at least, which lie before `until`."""
    yield first
    beat = after(first)
    # Off the grid the next word is due from the one before, and while that is missing there is no next.
    while beat is not None and beat < until and is_on_grid:
        yield beat
        beat = after(beat)


def _follower(beats: Beats, calendar: Calendar, start: datetime, stops: Stops) -> Follower:
    """Return what says which beat comes after an instant."""
    match beats:
        case Every(length, keeps_grid=True):
            return _Grid(calendar, start, stops, length).after
        case Every(length):
            return lambda after: instant_after(calendar, after, length, stops)
        case Plan():
            return lambda after: _unpaused(beats, after, stops)
        case _:
            assert_never(beats)


class _Grid:
    """Beats after every length of working time from the start on."""

    def __init__(self, calendar: Calendar, start: datetime, stops: Stops, length: timedelta) -> None:
        self._calendar = calendar
        self._start = in_utc(start)
        self._stops = stops
        self._length = length
        self._is_even = calendar.never_closes and not stops
        self._latest: tuple[datetime | None, int] = (
            start,
            0,
        )  # a beat and its number; mostly the next one is asked for

    def after(self, instant: datetime) -> datetime | None:
        """Return the first beat after an instant."""
        latest, number = self._latest
        if self._is_even:
            number = number if instant == latest else (instant - self._start) // self._length
            beat: datetime | None = self._start + (number + 1) * self._length
        else:
            if instant != latest:
                counted = counted_between(self._calendar, self._start, instant, self._stops)
                number = counted // self._length
            beat = instant_after(self._calendar, self._start, (number + 1) * self._length, self._stops)
        self._latest = beat, number + 1
        return beat


def _unpaused(plan: Plan, after: datetime, stops: Stops) -> datetime | None:
    """Return the first occurrence that no pause holds up; those inside one are left out, not made up for."""
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
