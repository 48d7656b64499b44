"""Working days: on which days a desk works at all, and at what instant each day is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from scheduler.calendar import Calendar, wall_to_utc, window_span
from scheduler.days import day_plan
from scheduler.windows import DAY

_MIDNIGHT = time(0)
# As with working time: whoever has not worked for ten years will not work again.
_IDLE_MONTHS = 120


class DayEnd(msgspec.Struct, frozen=True):
    """The end of a local day: closing time on a working day, midnight on another."""

    day: date
    at: datetime
    is_working: bool


@lru_cache(maxsize=4096)  # promises of the same days end at the same times of day
def instant_on(zone: ZoneInfo, day: date, at: time) -> datetime:
    """Return the instant, in UTC, of a time of day in a zone; one that comes twice in autumn means its first coming."""
    return wall_to_utc(zone, day, timedelta(hours=at.hour, minutes=at.minute, seconds=at.second))


def local_day(calendar: Calendar, at: datetime) -> date:
    """Return the date of an instant in the zone of the calendar."""
    return at.astimezone(calendar.zone).date()


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Return whether the desk opens at all on that local day."""
    return _month_of(calendar, day)[day.day - 1].is_working


def day_ends(calendar: Calendar, first: date) -> Iterator[DayEnd]:
    """Yield the ends of all local days from `first` on, without end.

    Raises:
        ValueError: The desk has not worked for years.
    """
    idle, skipped, month = 0, first.day - 1, first.replace(day=1)
    while idle < _IDLE_MONTHS:
        ends = _month_of(calendar, month)
        yield from ends[skipped:] if skipped else ends
        idle = 0 if any(end.is_working for end in ends) else idle + 1
        skipped, month = 0, ends[-1].day + DAY
    raise ValueError(f"calendar {calendar.id} has no working day in the years after {first.isoformat()}")


def working_day_from(calendar: Calendar, day: date) -> date:
    """Return the first working day from `day` on, `day` itself included.

    Raises:
        ValueError: There is none for years.
    """
    return next(end.day for end in day_ends(calendar, day) if end.is_working)


def working_day_until(calendar: Calendar, day: date) -> date:
    """Return the last working day up to `day`, `day` itself included.

    Raises:
        ValueError: There was none for years.
    """
    found, earliest = day, day - _IDLE_MONTHS * timedelta(days=31)
    while not is_working_day(calendar, found):
        found -= DAY
        if found < earliest:
            raise ValueError(
                f"calendar {calendar.id} has no working day in the years before {day.isoformat()}"
            )
    return found


def _month_of(calendar: Calendar, day: date) -> tuple[DayEnd, ...]:
    return _month(calendar, day.year, day.month)


@lru_cache(maxsize=2048)
def _month(calendar: Calendar, year: int, month: int) -> tuple[DayEnd, ...]:
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return tuple(_day_end(calendar, first + step * DAY) for step in range((following - first).days))


def _day_end(calendar: Calendar, day: date) -> DayEnd:
    spans = (window_span(calendar, day, window) for window in day_plan(calendar, day).windows)
    # A window inside the hour that spring leaves out is empty, and opens nothing.
    closings = [closes for opens, closes in spans if opens < closes]
    if closings:
        return DayEnd(day, max(closings), is_working=True)
    return DayEnd(day, instant_on(calendar.zone, day + DAY, _MIDNIGHT), is_working=False)
