"""Working time: when a desk is open, and what moment it is after so much open time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import msgspec

from scheduler.days import Calendar, DayPlan, DayReason, always, check, day_plan
from scheduler.intervals import Interval, in_utc
from scheduler.windows import DAY, Window, parse_weekly, parse_window

__all__ = [
    "Calendar",
    "DayPlan",
    "DayReason",
    "Interval",
    "Span",
    "Window",
    "add_working_time",
    "always",
    "check",
    "day_plan",
    "is_open",
    "next_opening",
    "parse_weekly",
    "parse_window",
    "subtract_working_time",
    "wall_to_utc",
    "window_span",
    "working_time_between",
    "working_windows",
]

Span = tuple[datetime, datetime]

_ZERO = timedelta(0)
# A search that has met no opening for so long is given up: only special days far apart could still follow.
_IDLE_MONTHS = 120


def window_span(calendar: Calendar, day: date, window: Window) -> Span:
    """Return the two instants, in UTC, between which a window of that day is open; what it lasts is real time.

    A wall-clock time that comes twice in autumn means its first coming. One that is left out in spring is read as if the
    clock had not been put forward yet; a window that lies wholly inside the gap may then end before it starts, and is empty.
    """
    return wall_to_utc(calendar.zone, day, window.opens), wall_to_utc(calendar.zone, day, window.closes)


def wall_to_utc(zone: ZoneInfo, day: date, offset: timedelta) -> datetime:
    """Return the instant, in UTC, that a clock on the wall shows so long after the midnight of that day."""
    # Adding to a naive wall-clock time walks on the wall clock; fold=0 is the default of the new datetime.
    wall = datetime(day.year, day.month, day.day) + offset  # noqa: DTZ001
    return wall.replace(tzinfo=zone).astimezone(UTC)


class _Month(msgspec.Struct, frozen=True):
    """The open spans of a month of UTC: in order, disjoint, cut at the ends of the month.

    `opens` are the beginnings of the spans, `used` the open time of the month up to the end of each: they are searched by
    halving, so that a look-up costs the same at the end of a month as at its beginning.
    """

    begins: datetime
    ends: datetime
    spans: tuple[Span, ...]
    opens: tuple[datetime, ...]
    used: tuple[timedelta, ...]
    total: timedelta

    def used_until(self, at: datetime) -> timedelta:
        """Return the open time of the month up to an instant."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return _ZERO
        _, closes = self.spans[index]
        return self.used[index] - (closes - at) if at < closes else self.used[index]

    def first_with(self, used: timedelta) -> datetime:
        """Return the first instant at which so much of the month's open time, which must be above zero, has passed."""
        index = bisect_left(self.used, used)
        return self.spans[index][1] - (self.used[index] - used)

    def last_with(self, used: timedelta) -> datetime:
        """Return the last instant up to which no more than so much, which must be below the total, has passed."""
        index = bisect_right(self.used, used)
        return self.spans[index][1] - (self.used[index] - used)


@lru_cache(maxsize=2048)
def _month(calendar: Calendar, year: int, month: int) -> _Month:
    begins = datetime(year, month, 1, tzinfo=UTC)
    ends = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    # In no zone the month begins earlier than on the local day before or ends later than on the day after, and what is
    # open then has opened on the same day or the day before.
    days = ((begins + step * DAY).date() for step in range(-2, (ends - begins).days + 1))
    raw = sorted(
        window_span(calendar, day, window) for day in days for window in day_plan(calendar, day).windows
    )
    spans: list[Span] = []
    for opens, closes in raw:
        opens, closes = max(opens, begins), min(closes, ends)
        if closes <= opens:
            continue
        if spans and opens <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(closes, spans[-1][1]))
        else:
            spans.append((opens, closes))
    used = tuple(accumulate(closes - opens for opens, closes in spans))
    return _Month(
        begins, ends, tuple(spans), tuple(opens for opens, _ in spans), used, used[-1] if used else _ZERO
    )


def _months(calendar: Calendar, at: datetime, step: int) -> Iterator[_Month]:
    """Yield the month of an instant and those after it (`step` 1) or before it (-1), until years bring no opening."""
    index = at.year * 12 + at.month - 1
    idle = 0
    while idle < _IDLE_MONTHS:
        found = _month(calendar, index // 12, index % 12 + 1)
        yield found
        idle = 0 if found.spans else idle + 1
        index += step


def _never_open(calendar: Calendar, at: datetime) -> ValueError:
    return ValueError(f"calendar {calendar.id} is not open long enough around {at.isoformat()}")


def add_working_time(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    """Return the first instant, in UTC, at which `amount` of working time has passed since `start`.

    What is used up exactly at closing time is due at the closing instant. Zero gives `start`, even outside hours.

    Raises:
        ValueError: The amount is negative, `start` is naive, or the desk is never open long enough.
    """
    begin, left = in_utc(start), amount
    if left <= _ZERO:
        return _unmoved(begin, left)
    if calendar.never_closes:
        return begin + left
    this = _month(calendar, begin.year, begin.month)
    passed = this.used_until(begin)
    if this.total - passed >= left:  # nearly always: no further month need be looked at
        return this.first_with(passed + left)
    for month in _months(calendar, begin, 1):
        passed = month.used_until(begin) if month.begins < begin else _ZERO
        if month.total - passed >= left:
            return month.first_with(passed + left)
        left -= month.total - passed
    raise _never_open(calendar, begin)


def subtract_working_time(calendar: Calendar, end: datetime, amount: timedelta) -> datetime:
    """Return the last instant, in UTC, from which `amount` of working time passes until `end`.

    The mirror of `add_working_time`: what begins exactly at opening time gives the opening instant, zero gives `end`.

    Raises:
        ValueError: The amount is negative, `end` is naive, or the desk was never open long enough.
    """
    finish, left = in_utc(end), amount
    if left <= _ZERO:
        return _unmoved(finish, left)
    for month in _months(calendar, finish, -1):
        passed = month.used_until(finish) if finish < month.ends else month.total
        if passed >= left:
            return month.last_with(passed - left)
        left -= passed
    raise _never_open(calendar, finish)


def _unmoved(at: datetime, amount: timedelta) -> datetime:
    if amount < _ZERO:
        raise ValueError(f"an amount of working time cannot be negative: {amount}")
    return at


def working_time_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return how long the desk is open from `start` to `end`; nothing when `end` comes first."""
    begin, finish = in_utc(start), in_utc(end)
    if finish <= begin:
        return _ZERO
    if calendar.never_closes:
        return finish - begin
    this = _month(calendar, begin.year, begin.month)
    if finish <= this.ends:  # mostly: no further month need be looked at
        return this.used_until(finish) - this.used_until(begin)
    used = _ZERO
    for month in _months_between(calendar, begin, finish):
        used += month.used_until(finish)
        if month.begins < begin:
            used -= month.used_until(begin)
    return used


def working_windows(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Interval]:
    """Yield when the desk is open from `start` to `end`: in UTC, in order, touching windows merged, cut at both ends."""
    begin, finish = in_utc(start), in_utc(end)
    held: Span | None = None
    for month in _months_between(calendar, begin, finish):
        for opens, closes in _clipped(month, begin, finish):
            if held is not None and held[1] == opens:  # only months cut a window in two
                held = (held[0], closes)
                continue
            if held is not None:
                yield Interval(*held)
            held = (opens, closes)
    if held is not None:
        yield Interval(*held)


def _months_between(calendar: Calendar, begin: datetime, finish: datetime) -> Iterator[_Month]:
    for index in range(begin.year * 12 + begin.month - 1, finish.year * 12 + finish.month):
        yield _month(calendar, index // 12, index % 12 + 1)


def _clipped(month: _Month, begin: datetime, finish: datetime) -> Iterator[Span]:
    for opens, closes in month.spans:
        opens, closes = max(opens, begin), min(closes, finish)
        if opens < closes:
            yield opens, closes


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Return whether the desk is open; it is at the instant of opening, and no longer at that of closing."""
    instant = in_utc(at)
    return any(
        opens <= instant < closes for opens, closes in _month(calendar, instant.year, instant.month).spans
    )


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """Return the first instant, in UTC, from `at` on at which the desk is open; `at` itself when it is open then.

    Raises:
        ValueError: `at` is naive, or the desk does not open again for years.
    """
    instant = in_utc(at)
    for month in _months(calendar, instant, 1):
        for opens, closes in month.spans:
            if instant < closes:
                return max(opens, instant)
    raise _never_open(calendar, instant)
