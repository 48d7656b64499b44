"""Validity: from which day to which day something holds, a contract or a warranty, and when to say that it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from scheduler.calendar import Calendar
from scheduler.intervals import in_utc
from scheduler.periods import months_later
from scheduler.workdays import instant_on, working_day_from, working_day_until

_DAY = timedelta(days=1)
NOTICE_DAYS = (90, 30, 7)


class Validity(msgspec.Struct, frozen=True):
    """The days on which something holds, both included; None is without a bound."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        """Refuse what ends before it begins."""
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError(f"有效期止于 {self.last}，早于开始 {self.first}")


class Notice(msgspec.Struct, frozen=True):
    """A word ahead of the end: so many days before the last day, at this instant."""

    days_left: int
    at: datetime


def lasting(first: date, *, years: int = 0, months: int = 0, counts_first_day: bool = True) -> Validity:
    """Return what lasts so many years and months from a day on.

    From 1 September 2025 a year lasts up to 31 August 2026; where the first day does not count (民法典 201) up to
    1 September. A month without that day ends on its last.

    Raises:
        ValueError: It would not last at all.
    """
    length = years * 12 + months
    if length < 1:
        raise ValueError(f"有效期应至少一个月，不是 {years} 年 {months} 个月")
    end = months_later(first, length)
    # A month that is too short ends the period on its last day already.
    is_cut = end.day != first.day
    return Validity(first, end - _DAY if counts_first_day and not is_cut else end)


def is_valid(validity: Validity, day: date) -> bool:
    """Return whether it holds on a day."""
    return (validity.first is None or validity.first <= day) and (
        validity.last is None or day <= validity.last
    )


def notices(
    validity: Validity, calendar: Calendar, days: Sequence[int] = NOTICE_DAYS, at: time = time(9)
) -> tuple[Notice, ...]:
    """Return when to say that it ends, the first word first: so many days before, on the working day before if need be.

    Nothing is said of what has no end, nor before it has begun.
    """
    if validity.last is None:
        return ()
    planned = (
        (left, working_day_until(calendar, validity.last - left * _DAY)) for left in sorted(days)[::-1]
    )
    return tuple(
        Notice(left, instant_on(calendar.zone, day, at))
        for left, day in planned
        if validity.first is None or validity.first <= day
    )


def ended_at(validity: Validity, calendar: Calendar, at: time = time(9)) -> datetime | None:
    """Return when to say that it has ended: on the first working day after the last, or None where it has no end."""
    if validity.last is None:
        return None
    return instant_on(calendar.zone, working_day_from(calendar, validity.last + _DAY), at)


def next_notice(
    validity: Validity,
    calendar: Calendar,
    after: datetime,
    days: Sequence[int] = NOTICE_DAYS,
    at: time = time(9),
) -> Notice | None:
    """Return the first word that is to be said after an instant, or None."""
    found = notices(validity, calendar, days, at)
    return next((notice for notice in found if notice.at > in_utc(after)), None)
