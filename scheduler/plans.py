"""Recurring plans: what comes back by the calendar, such as the inspection of every month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import assert_never

import msgspec

from scheduler.calendar import Calendar
from scheduler.crontab import LONGEST_WAIT
from scheduler.days import day_plan
from scheduler.intervals import in_utc
from scheduler.recurrence import recurrence
from scheduler.windows import DAY
from scheduler.workdays import instant_on, is_working_day, working_day_from, working_day_until


class Moves(StrEnum):
    """What becomes of an occurrence on a day on which the desk is closed."""

    KEEP = "keep"
    NEXT = "next"  # 顺延
    PREVIOUS = "previous"  # 提前
    SKIP = "skip"


class Plan(msgspec.Struct, frozen=True):
    """When something comes back: a crontab line or an RRULE in local time, and what closed days do to it.

    `starts` and `until` are the first and the last local day it is planned for.
    """

    id: str
    recurs: str
    calendar: Calendar
    moves: Moves = Moves.NEXT
    starts: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        """Refuse what is neither a crontab line nor an RRULE."""
        recurrence(self.recurs, self.calendar.zone)


class Occurrence(msgspec.Struct, frozen=True):
    """One time that a plan comes back: `planned_at` by its rule, `at` after closed days were taken into account.

    `is_provisional` says that the holidays of that year are not published yet.
    """

    planned_at: datetime
    at: datetime
    is_provisional: bool


def occurrences(plan: Plan, after: datetime) -> Iterator[Occurrence]:
    """Yield when a plan comes back after an instant, in order; two that are moved to one instant come once."""
    instant = in_utc(after)
    day = instant.astimezone(plan.calendar.zone).date()
    # What is moved forward to that day, or beyond it, was planned no earlier than on the last open day before.
    first = working_day_until(plan.calendar, day - DAY) if plan.moves is Moves.NEXT else day
    for landed, planned in groupby(_landings(plan, first), key=itemgetter(0)):
        found: dict[datetime, datetime] = {}
        for _, wall in planned:
            at = instant_on(plan.calendar.zone, landed, wall.time())
            found.setdefault(at, instant_on(plan.calendar.zone, wall.date(), wall.time()))
        is_provisional = day_plan(plan.calendar, landed).is_provisional
        for at, planned_at in sorted(found.items()):
            if at > instant:
                yield Occurrence(planned_at, at, is_provisional)


def next_occurrence(plan: Plan, after: datetime) -> Occurrence | None:
    """Return the first time a plan comes back after an instant, or None when it is over."""
    return next(occurrences(plan, after), None)


def _landings(plan: Plan, first: date) -> Iterator[tuple[date, datetime]]:
    """Yield the wall-clock times of a plan from a day on, each with the day it takes place on."""
    begins = max(first, plan.starts) if plan.starts else first
    gives_up = begins + LONGEST_WAIT
    for wall in recurrence(plan.recurs, plan.calendar.zone).walls(begins):
        day = wall.date()
        if day > gives_up or (plan.until is not None and day > plan.until):
            return
        landed = _landing(plan, day)
        if landed is not None:
            yield landed, wall
            gives_up = day + LONGEST_WAIT


def _landing(plan: Plan, day: date) -> date | None:
    """Return the day on which what is planned for a day takes place, or None when it does not."""
    match plan.moves:
        case Moves.KEEP:
            return day
        case Moves.NEXT:
            return working_day_from(plan.calendar, day)
        case Moves.PREVIOUS:
            return working_day_until(plan.calendar, day)
        case Moves.SKIP:
            return day if is_working_day(plan.calendar, day) else None
        case _:
            assert_never(plan.moves)


def planned_between(plan: Plan, start: datetime, end: datetime) -> tuple[Occurrence, ...]:
    """Return when a plan comes back after `start` and up to `end`."""
    found: list[Occurrence] = []
    for occurrence in occurrences(plan, start):
        if occurrence.at > in_utc(end):
            break
        found.append(occurrence)
    return tuple(found)
