"""Recurring plans: what comes back by the calendar, such as the inspection of every month."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import assert_never

from apscheduler.triggers.cron import CronTrigger

from scheduler.calendar import Calendar
from scheduler.days import day_plan
from scheduler.intervals import in_utc
from scheduler.workdays import instant_on, is_working_day, working_day_from, working_day_until

# 29 February comes back after eight years at the latest; what has not come by then never does.
_LONGEST_WAIT = timedelta(days=9 * 366)
_NUMBERED = re.compile(r"\d")
_MOMENT = timedelta.resolution
_PROBE = datetime(2024, 1, 1, tzinfo=UTC)


class Moves(StrEnum):
    """What becomes of an occurrence on a day on which the desk is closed."""

    KEEP = "keep"
    NEXT = "next"  # 顺延
    PREVIOUS = "previous"  # 提前
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Plan:
    """When something comes back: a crontab line in local time, and what closed days do to it.

    `starts` and `until` are the first and the last local day it is planned for.
    """

    id: str
    cron: str
    calendar: Calendar
    moves: Moves = Moves.NEXT
    starts: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        """Refuse what is not a crontab line."""
        parse_cron(self.cron)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a plan comes back: `planned_at` by the crontab, `at` after closed days were taken into account.

    `is_provisional` says that the holidays of that year are not published yet.
    """

    planned_at: datetime
    at: datetime
    is_provisional: bool


def parse_cron(text: str) -> CronTrigger:
    """Return a crontab line `minute hour day month weekday` as a trigger of wall-clock times.

    Days of the week are names, `mon` to `sun`; `day` may also be `last`, `1st mon` (as `1st_mon`) or `last_fri`. Where day and
    weekday are both given, both must fit.

    Raises:
        ValueError: The line is something else, or never comes; the message says what is expected.
    """
    fields = unicodedata.normalize("NFKC", text).lower().split()
    if len(fields) != 5:
        raise ValueError(f"周期“{text}”应有 5 段：分 时 日 月 星期，如 0 9 1 * *（每月 1 日 9 点）")
    if _NUMBERED.search(fields[4]):
        # Crontabs count from Sunday, the library from Monday: a number would mean another day than was meant.
        raise ValueError(f"周期“{text}”的星期应写名字：mon tue wed thu fri sat sun，不写数字")
    minute, hour, day, month, weekday = fields
    try:
        # In UTC, as a clock on the wall: what summer time does to it is decided in one place for plans and calendars.
        trigger = CronTrigger(
            minute=minute,
            hour=hour,
            day=day.replace("_", " "),
            month=month,
            day_of_week=weekday,
            timezone=UTC,
            end_date=_PROBE + _LONGEST_WAIT,
        )
    except ValueError as mistake:
        raise ValueError(f"周期“{text}”看不懂，应像 0 9 1 * *（每月 1 日 9 点）：{mistake}") from mistake
    if trigger.get_next_fire_time(None, _PROBE) is None:
        raise ValueError(f"周期“{text}”永远不会到")
    trigger.end_date = None
    return trigger


@lru_cache(maxsize=256)
def _parsed(cron: str) -> CronTrigger:
    return parse_cron(cron)


def occurrences(plan: Plan, after: datetime) -> Iterator[Occurrence]:
    """Yield when a plan comes back after an instant, in order; two that are moved to one instant come once."""
    instant = in_utc(after)
    day = instant.astimezone(plan.calendar.zone).date()
    # Whatever is moved beyond `after` was planned no earlier than on the last day that was open.
    first = working_day_until(plan.calendar, day) if plan.moves is not Moves.KEEP else day
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
    """Yield the wall-clock times of the crontab from a day on, written as UTC, each with the day it takes place on."""
    trigger = _parsed(plan.cron)
    begins = max(first, plan.starts) if plan.starts else first
    wall: datetime | None = datetime(begins.year, begins.month, begins.day, tzinfo=UTC)
    gives_up = begins + _LONGEST_WAIT
    while wall := trigger.get_next_fire_time(None, wall):
        day = wall.date()
        if day > gives_up or (plan.until is not None and day > plan.until):
            return
        landed = _landing(plan, day)
        if landed is not None:
            yield landed, wall
            gives_up = day + _LONGEST_WAIT
        wall += _MOMENT


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
