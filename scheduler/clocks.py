"""Clocks: how much of a promised working budget is used, what is left, and when it is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from scheduler.accounts import Account, UsedWindow, account
from scheduler.calendar import Calendar
from scheduler.explanation import explain
from scheduler.intervals import Interval, in_utc
from scheduler.pauses import counted_between, instant_after, union

__all__ = ["Account", "Interval", "Reading", "UsedWindow", "account", "explain", "instant_of", "read"]


class Reading(msgspec.Struct, frozen=True):
    """What a clock shows at one instant.

    `used` and `remaining` always add up to `budget`, so `remaining` is negative once the clock is overdue.
    `due_at` is None while a pause is open. `is_paused` is also true inside a pause whose end is known already.
    """

    start: datetime
    due_at: datetime | None
    budget: timedelta
    used: timedelta
    remaining: timedelta
    is_paused: bool


def read(
    calendar: Calendar, start: datetime, budget: timedelta, pauses: Sequence[Interval], now: datetime
) -> Reading:
    """Return what a clock shows that runs since `start`; working time inside a pause does not count.

    Order and repetition of the pauses do not matter. All instants are in UTC.
    """
    stops = union(pauses)
    at = in_utc(now)
    used = counted_between(calendar, start, at, stops)
    has_open_pause = bool(stops) and stops[-1].end is None
    return Reading(
        start=in_utc(start),
        due_at=None if has_open_pause else instant_after(calendar, start, budget, stops),
        budget=budget,
        used=used,
        remaining=budget - used,
        is_paused=any(stop.start <= at and (stop.end is None or at < stop.end) for stop in stops),
    )


def instant_of(
    calendar: Calendar, start: datetime, budget: timedelta, pauses: Sequence[Interval], share: float
) -> datetime | None:
    """Return the instant, in UTC, at which that share of the budget is used; 1.5 is half a budget after it was due.

    None while an open pause prevents it; what was reached before that pause stays where it is.
    """
    return instant_after(calendar, start, budget * share, pauses)
