"""Periods: the month, quarter, year or year of a contract in which something is counted."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from scheduler.intervals import Interval, in_utc
from scheduler.workdays import instant_on

_MIDNIGHT = time(0)
_JANUARY = date(2000, 1, 1)


class Span(StrEnum):
    """How long one period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FOREVER = "forever"

    @property
    def months(self) -> int:
        """How many months it lasts; of forever, none."""
        return {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12, Span.FOREVER: 0}[self]


class Periods(msgspec.Struct, frozen=True):
    """Periods one after the other, in local time.

    They are counted from `anchor`, so that a year may be one of the contract (from 1 September) instead of the calendar.
    """

    span: Span
    zone: ZoneInfo
    anchor: date = _JANUARY


def period_of(periods: Periods, at: datetime) -> Interval:
    """Return the period that an instant lies in, from its first midnight up to, not including, that of the next."""
    day, length = in_utc(at).astimezone(periods.zone).date(), periods.span.months
    if not length:
        return Interval(instant_on(periods.zone, periods.anchor, _MIDNIGHT), None)
    apart = (day.year - periods.anchor.year) * 12 + day.month - periods.anchor.month
    index = apart // length
    if months_later(periods.anchor, index * length) > day:
        index -= 1
    first, following = (months_later(periods.anchor, step * length) for step in (index, index + 1))
    return Interval(
        instant_on(periods.zone, first, _MIDNIGHT), instant_on(periods.zone, following, _MIDNIGHT)
    )


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month when it has no such day (民法典 202)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
