"""What a policy file promises beside its clocks: shares, numbers, work windows and plans, and the rules they mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import msgspec

from scheduler.calendar import Calendar, parse_window
from scheduler.ledgers import Quota, Ratio, Trips
from scheduler.mistaken import Mistaken
from scheduler.periods import Periods, Span
from scheduler.plans import Moves, Plan
from scheduler.work_windows import WorkWindows

_CALENDAR_YEAR = date(2000, 1, 1)


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a policy file."""


class WrittenRatio(Written, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A share of the tickets of a period, in per cent: of those whose `clock` was kept, or of those that `counts` names."""

    id: str
    name: str
    clock: str = ""
    counts: str = ""  # agreed: the tickets put off with the customer's consent
    at_least: int | None = None
    at_most: int | None = None
    period: Span = Span.YEAR
    levels: tuple[str, ...] = ()  # ids of the levels whose tickets count; default: all


class WrittenQuota(Written, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of cases in a period."""

    id: str
    name: str
    limit: int
    trips: Trips = Trips.ABOVE
    period: Span = Span.YEAR
    per_asset: bool = False
    levels: tuple[str, ...] = ()  # ids of the levels whose tickets count; default: all
    then: str = ""  # what the contract asks for when it is exceeded
    excludes: tuple[str, ...] = ()  # what excuses a case: force_majeure


class WrittenWindow(Written, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When work may be done at the customer's."""

    calendar: str
    windows: tuple[str, ...] = ()
    non_working_days: bool = True


class WrittenCallback(Written, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which solved tickets are called back: so many per cent drawn at random, and those that always are."""

    random: int = 0
    always: tuple[str, ...] = ()  # low_score, level_ID, complaint, unrated


class WrittenPlan(Written, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes back by the calendar."""

    id: str
    name: str
    calendar: str
    cron: str = ""
    rrule: str = ""
    moves: Moves = Moves.NEXT
    starts: date | None = None
    until: date | None = None


def ratio_of(written: WrittenRatio, calendar: Calendar, anchor: date = _CALENDAR_YEAR) -> Ratio:
    """Return the ratio that is meant; periods are those of the contract that began on `anchor`.

    Raises:
        ValueError: It has no bound or two, or one that is no per cent.
    """
    return Ratio(
        written.id,
        Periods(written.period, calendar.zone, anchor),
        at_least=None if written.at_least is None else Fraction(written.at_least, 100),
        at_most=None if written.at_most is None else Fraction(written.at_most, 100),
    )


def quota_of(written: WrittenQuota, calendar: Calendar, anchor: date = _CALENDAR_YEAR) -> Quota:
    """Return the quota that is meant; periods are those of the contract that began on `anchor`.

    Raises:
        ValueError: The limit is none.
    """
    periods = Periods(written.period, calendar.zone, anchor)
    return Quota(written.id, periods, written.limit, written.trips, written.per_asset)


def window_of(written: WrittenWindow, calendars: Mapping[str, Calendar]) -> WorkWindows:
    """Return the work windows that are meant.

    Raises:
        ValueError: A window is not readable, nothing is ever allowed, or there is no such calendar.
    """
    windows = tuple(sorted(parse_window(text) for text in written.windows))
    return WorkWindows(_named(calendars, written.calendar), windows, written.non_working_days)


def plan_of(written: WrittenPlan, calendars: Mapping[str, Calendar]) -> Plan:
    """Return the plan that is meant.

    Raises:
        ValueError: The crontab line or RRULE is not readable, or there is no such calendar.
    """
    calendar = _named(calendars, written.calendar)
    return Plan(
        written.id, written.rrule or written.cron, calendar, written.moves, written.starts, written.until
    )


def _named(calendars: Mapping[str, Calendar], name: str) -> Calendar:
    if name not in calendars:
        raise Mistaken(
            f"没有叫 {name} 的日历，应为 {'、'.join(calendars)}",
            f"there is no calendar called {name}, choose from {', '.join(calendars)}",
        )
    return calendars[name]
