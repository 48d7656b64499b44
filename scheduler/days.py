"""The hours of a desk on one day: weekly hours, public holidays, make-up workdays, special days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import msgspec

from scheduler.holidays import Occasion, is_published, public_day
from scheduler.mistaken import Mistaken
from scheduler.windows import DAY, WEEKDAYS, Window

_SATURDAY = 5
_WHOLE_DAY = (Window(timedelta(0), DAY),)


class DayReason(StrEnum):
    """Why a day has the hours it has; the first that applies wins, in this order."""

    SPECIAL = "special"
    MAKE_UP = "make_up"
    HOLIDAY = "holiday"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The opening hours of a desk, in its own zone.

    `weekly` has seven entries, Monday first. `holidays` is a country whose public holidays are closed and whose make-up
    workdays are open, or None. `special` replaces the hours of single days; an empty tuple closes the day.
    """

    id: str
    zone: ZoneInfo
    # Left out of the hash, which every look-up in a cache computes: the id tells calendars apart well enough, and
    # equality still compares everything.
    weekly: tuple[tuple[Window, ...], ...] = field(hash=False)
    holidays: str | None = None
    special: Mapping[date, tuple[Window, ...]] = field(default_factory=dict, hash=False)
    never_closes: bool = field(init=False, compare=False, repr=False)  # all real time is working time

    def __post_init__(self) -> None:
        """Keep a copy of the special days that nobody can change."""
        if len(self.weekly) != len(WEEKDAYS):
            raise ValueError(
                f"calendar {self.id} has hours for {len(self.weekly)} weekdays, expected 7, Monday first"
            )
        object.__setattr__(self, "special", MappingProxyType(dict(self.special)))
        is_every_day = all(hours == _WHOLE_DAY for hours in self.weekly)
        object.__setattr__(self, "never_closes", is_every_day and not self.holidays and not self.special)


class DayPlan(msgspec.Struct, frozen=True):
    """The hours of one local day and where they come from.

    `is_provisional` says that the holidays of that year are not published yet, so that the day counts as ordinary.
    `occasion` is the public holiday that closed the day or made it a make-up workday.
    """

    day: date
    windows: tuple[Window, ...]
    reason: DayReason
    is_provisional: bool
    occasion: Occasion | None = None


def always(zone: ZoneInfo) -> Calendar:
    """Return the calendar of a desk that never closes."""
    return Calendar("always", zone, (_WHOLE_DAY,) * 7)


def check(calendar: Calendar) -> None:
    """Refuse a calendar that some deadline could not be computed with.

    Special days alone are not enough: once the last one is over, no clock would ever end.

    Raises:
        ValueError: There are no weekly hours, or the holidays of the country are unknown.
    """
    if not any(calendar.weekly):
        raise Mistaken(
            f'日历“{calendar.id}”每周没有任何工作时间，至少应有一段，如 mon-fri = ["09:00-17:30"]',
            f'calendar “{calendar.id}” is never open in any week, it needs hours such as mon-fri = ["09:00-17:30"]',
        )
    if calendar.holidays is not None:
        is_published(calendar.holidays, 2020)  # raises for an unknown country


@lru_cache(maxsize=8192)
def day_plan(calendar: Calendar, day: date) -> DayPlan:
    """Return the hours of a local day: special day > make-up workday > public holiday > weekly hours.

    A make-up workday has the hours of the nearest weekday before it, Monday to Friday, that has any: a Saturday works
    like the Friday before. A desk that is closed from Monday to Friday keeps its weekly hours on that day.
    """
    if day in calendar.special:
        return DayPlan(day, calendar.special[day], DayReason.SPECIAL, is_provisional=False)
    weekly = calendar.weekly[day.weekday()]
    if calendar.holidays is None:
        return DayPlan(day, weekly, DayReason.WEEKLY, is_provisional=False)
    public = public_day(calendar.holidays, day)
    if public is None:
        is_provisional = not is_published(calendar.holidays, day.year)
        return DayPlan(day, weekly, DayReason.WEEKLY, is_provisional)
    if not public.is_workday:
        return DayPlan(day, (), DayReason.HOLIDAY, is_provisional=False, occasion=public.occasion)
    ordinary = _ordinary_workday(calendar, day)
    if not ordinary:
        return DayPlan(day, weekly, DayReason.WEEKLY, is_provisional=False)
    return DayPlan(day, ordinary, DayReason.MAKE_UP, is_provisional=False, occasion=public.occasion)


def _ordinary_workday(calendar: Calendar, day: date) -> tuple[Window, ...]:
    weekdays_back = ((day - back * DAY).weekday() for back in range(1, 8))
    return next((calendar.weekly[at] for at in weekdays_back if at < _SATURDAY and calendar.weekly[at]), ())
