"""Working time that counts: what is left of it when the pauses of a clock are taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from scheduler.calendar import Calendar, add_working_time, next_opening, working_time_between
from scheduler.intervals import Interval, in_utc

_ZERO = timedelta(0)


class Stops(tuple[Interval, ...]):
    """Paused time in UTC, in order and without overlaps, as `union` makes it; only the last one can still be open."""

    __slots__ = ()


_NEVER = Stops()


def union(pauses: Sequence[Interval]) -> Stops:
    """Return the same paused time in order and without overlaps; whatever order or how often pauses are given, it is the same."""
    if isinstance(pauses, Stops):
        return pauses
    if not pauses:
        return _NEVER
    merged: list[Interval] = []
    for start, end in sorted(map(_ends, pauses), key=lambda ends: ends[0]):
        last = merged[-1] if merged else None
        if last is not None and last.end is None:
            break
        if end is not None and end <= start:
            continue
        if last is not None and last.end is not None and start <= last.end:
            merged[-1] = Interval(last.start, None if end is None else max(last.end, end))
        else:
            merged.append(Interval(start, end))
    return Stops(merged)


def _ends(pause: Interval) -> tuple[datetime, datetime | None]:
    return in_utc(pause.start), None if pause.end is None else in_utc(pause.end)


def running(start: datetime, pauses: Sequence[Interval]) -> Iterator[Interval]:
    """Yield the time from `start` on that is not paused; the last stretch has no end, unless a pause is still open."""
    begin = in_utc(start)
    for pause in union(pauses):
        if pause.end is not None and pause.end <= begin:
            continue
        if begin < pause.start:
            yield Interval(begin, pause.start)
        if pause.end is None:
            return
        begin = pause.end
    yield Interval(begin, None)


def counted_between(
    calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Interval]
) -> timedelta:
    """Return the working time from `start` to `end` outside the pauses; nothing when `end` comes first."""
    if not pauses:
        return working_time_between(calendar, start, end)
    finish = in_utc(end)
    return sum(
        (
            working_time_between(
                calendar, stretch.start, finish if stretch.end is None else min(stretch.end, finish)
            )
            for stretch in running(start, pauses)
        ),
        _ZERO,
    )


def instant_after(
    calendar: Calendar, start: datetime, amount: timedelta, pauses: Sequence[Interval]
) -> datetime | None:
    """Return the first instant, in UTC, at which `amount` of working time outside the pauses has passed since `start`.

    None when a pause that is still open comes first. Zero gives `start`.
    """
    if amount <= _ZERO:
        return in_utc(start)
    if not pauses:
        return add_working_time(calendar, start, amount)
    left = amount
    for stretch in running(start, pauses):
        if stretch.end is not None:
            available = working_time_between(calendar, stretch.start, stretch.end)
            if available < left:
                left -= available
                continue
        return add_working_time(calendar, stretch.start, left)
    return None


def next_counting(calendar: Calendar, at: datetime, pauses: Sequence[Interval]) -> datetime | None:
    """Return the first instant, in UTC, from `at` on at which working time counts; None when a pause is open until then."""
    for stretch in running(at, pauses):
        opening = next_opening(calendar, stretch.start)
        if stretch.end is None or opening < stretch.end:
            return opening
    return None
