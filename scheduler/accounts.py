"""Accounts of clocks: the working windows a deadline is made of, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from scheduler.calendar import Calendar, window_span
from scheduler.days import DayPlan, DayReason, day_plan
from scheduler.intervals import Interval, in_utc
from scheduler.pauses import counted_between, instant_after, union
from scheduler.windows import DAY

_INSTANT = timedelta.resolution


class UsedWindow(msgspec.Struct, frozen=True):
    """One working window, cut to the run of the clock, and how much of it counted."""

    opens: datetime
    closes: datetime
    counted: timedelta
    reason: DayReason
    is_provisional: bool


class Account(msgspec.Struct, frozen=True):
    """How a deadline comes about.

    `due_at` is None when an open pause prevents it. What the `windows` counted adds up to the budget, or to what was
    used before that pause. `days` are those met on the way that do not simply have their weekly hours, and those whose
    holidays are not published yet.
    """

    start: datetime
    due_at: datetime | None
    windows: tuple[UsedWindow, ...]
    pauses: tuple[Interval, ...]
    calendar: str
    budget: timedelta
    days: tuple[DayPlan, ...]


def account(calendar: Calendar, start: datetime, budget: timedelta, pauses: Sequence[Interval]) -> Account:
    """Return the account of a clock that runs since `start`: every working window used until it is due."""
    begin, stops = in_utc(start), union(pauses)
    due_at = instant_after(calendar, begin, budget, stops)
    # Without a due instant the last pause is open, and nothing counts after it began.
    end = due_at if due_at is not None else max(begin, stops[-1].start)
    used = list(_used(calendar, begin, end, stops))
    first = begin.astimezone(calendar.zone).date()
    days_used = {plan.day for plan, _ in used}
    return Account(
        start=begin,
        due_at=due_at,
        windows=tuple(window for _, window in used),
        pauses=tuple(stop for stop in stops if stop.start <= end and (stop.end is None or stop.end > begin)),
        calendar=calendar.id,
        budget=budget,
        days=tuple(
            plan
            for plan in (day_plan(calendar, day) for day in _days(calendar, begin, end))
            if (plan.day >= first or plan.day in days_used) and not _is_plain(plan)
        ),
    )


def account_until(
    calendar: Calendar, start: datetime, due_at: datetime | None, pauses: Sequence[Interval]
) -> Account:
    """Return the account of a promise that counts no working time: the days and pauses met until it is due.

    Without a due instant it tells of the time until the open pause.
    """
    begin, stops = in_utc(start), union(pauses)
    end = due_at if due_at is not None else max(begin, stops[-1].start)
    first = begin.astimezone(calendar.zone).date()
    return Account(
        start=begin,
        due_at=due_at,
        windows=(),
        pauses=tuple(stop for stop in stops if stop.start <= end and (stop.end is None or stop.end > begin)),
        calendar=calendar.id,
        budget=timedelta(0),
        days=tuple(
            plan
            for plan in (day_plan(calendar, day) for day in _days(calendar, begin, end))
            if plan.day >= first and not _is_plain(plan)
        ),
    )


def _is_plain(plan: DayPlan) -> bool:
    return plan.reason is DayReason.WEEKLY and not plan.is_provisional


def _used(
    calendar: Calendar, begin: datetime, end: datetime, stops: Sequence[Interval]
) -> Iterator[tuple[DayPlan, UsedWindow]]:
    plans = [day_plan(calendar, day) for day in _days(calendar, begin, end)]
    spans = [(*window_span(calendar, plan.day, window), plan) for plan in plans for window in plan.windows]
    reached = begin
    for opens, closes, plan in sorted(spans, key=lambda span: span[:2]):
        # From where the windows before it ended: time in two windows counts once.
        opens, closes = max(opens, reached), min(closes, end)
        reached = max(reached, closes)
        counted = counted_between(calendar, opens, closes, stops)
        if counted:
            yield plan, UsedWindow(opens, closes, counted, plan.reason, plan.is_provisional)


def _days(calendar: Calendar, begin: datetime, end: datetime) -> Iterator[date]:
    """Yield the local days from `begin` to `end`, and before them the day whose windows may reach over midnight."""
    day = begin.astimezone(calendar.zone).date() - DAY
    # A clock that ends at midnight has not met the day that begins there.
    last = max(begin, end - _INSTANT).astimezone(calendar.zone).date()
    while day <= last:
        yield day
        day += DAY
