"""How long a clock lasts at most, whenever it starts, and which steps of a ladder can therefore never lie inside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple, assert_never

from scheduler.calendar import (
    Calendar,
    add_working_time,
    subtract_working_time,
    working_time_between,
    working_windows,
)
from scheduler.clock_rules import Beats, Every
from scheduler.crontab import Cron
from scheduler.escalation import Ladder
from scheduler.holidays import published_years
from scheduler.plans import Moves, Plan, occurrences
from scheduler.points import Before
from scheduler.recurrence import recurrence
from scheduler.targets import CalendarDays, Instant, NthWorkingDay, Target, Within, WorkingDays, due
from scheduler.workdays import day_ends, instant_on

_MIDNIGHT = time(0)
_ANY_YEAR = 2026  # where only the weekdays matter
_LEAP_YEARS = tuple(date(_ANY_YEAR + step, 1, 1) for step in range(5))  # where only the dates do
# What lasts longer than a year may meet days that no list of holidays tells of yet: of it nothing is certain.
_TOO_LONG = timedelta(days=366)


class Lasting(NamedTuple):
    """From the start of a clock to its due instant, without pauses: the real time, and the working time of its calendar."""

    real: timedelta
    working: timedelta


def outside_the_clock(ladder: Ladder, aim: Target | Beats, calendar: Calendar) -> dict[int, timedelta]:
    """Return the rungs that would be reached before the clock even starts, whenever that is, and how long it lasts at most.

    What lies inside from one start and outside from another is none of them; it is told no earlier than at the start.
    Every start is looked at in the years whose holidays are known and around the special days. The length is in the time
    in which the rung is written, working or real.
    """
    found: dict[int, timedelta] = {}
    for index, rung in enumerate(ladder.rungs):
        most = _falls_short(rung.at, aim, calendar) if isinstance(rung.at, Before) else None
        if most is not None:
            found[index] = most
    return found


def _falls_short(point: Before, aim: Target | Beats, calendar: Calendar) -> timedelta | None:
    """Return how long a clock lasts at most when it never lasts long enough for a point; else None."""
    if isinstance(aim, Within) and point.length <= aim.length:
        return None  # mostly: real time is never less than working time
    most: timedelta | None = None
    for lasting in _lastings(aim, calendar):
        length = lasting.real if point.is_wall else lasting.working
        if length >= point.length or lasting.real > _TOO_LONG:
            return None
        most = length if most is None else max(most, length)
    return most


def _lastings(aim: Target | Beats, calendar: Calendar) -> Iterator[Lasting]:
    """Yield how long a clock lasts from the starts among which is the one from which it lasts longest."""
    match aim:
        case Within(length) | Every(length):
            return _of_working_time(length, calendar)
        case WorkingDays() | CalendarDays() | NthWorkingDay():
            return _of_days(aim, calendar)
        case Plan():
            return _of_plan(aim, calendar)
        case Instant():
            return iter(())
        case _:
            assert_never(aim)


def _of_working_time(length: timedelta, calendar: Calendar) -> Iterator[Lasting]:
    """Yield those of starts at closing time, and of starts that bring the due instant just over a closing time."""
    if calendar.never_closes:
        yield Lasting(length, length)
        return
    for first in _years(calendar):
        for window in working_windows(
            calendar, _midnight(calendar, first), _midnight(calendar, _next(first))
        ):
            opens, closes = window.start, window.end or window.start
            yield Lasting(add_working_time(calendar, closes, length) - closes, length)
            yield Lasting(opens - subtract_working_time(calendar, opens, length), length)


def _of_days(aim: WorkingDays | CalendarDays | NthWorkingDay, calendar: Calendar) -> Iterator[Lasting]:
    """Yield those of starts with a day, and at the instants that end one: whoever comes later has no more time."""
    for first in _years(calendar):
        for end in day_ends(calendar, first):
            if end.day >= _next(first):
                break
            at = (instant_on(calendar.zone, end.day, aim.at),) if isinstance(aim, NthWorkingDay) else ()
            for start in (_midnight(calendar, end.day), end.at, *at):
                due_at = due(aim, calendar, start)
                if due_at is not None:
                    yield Lasting(due_at - start, working_time_between(calendar, start, due_at))


def _of_plan(plan: Plan, calendar: Calendar) -> Iterator[Lasting]:
    """Yield what lies between two times: nothing of a crontab line is owed for longer. An RRULE may begin at any time."""
    if not isinstance(recurrence(plan.recurs, calendar.zone), Cron):
        return
    years = [*_years(calendar)] if plan.moves is not Moves.KEEP else [*_LEAP_YEARS]
    ends = _midnight(calendar, _next(max(years)))
    for earlier, later in pairwise(each.at for each in occurrences(plan, _midnight(calendar, min(years)))):
        if later >= ends:
            break
        yield Lasting(later - earlier, working_time_between(calendar, earlier, later))


def _years(calendar: Calendar) -> Iterator[date]:
    """Yield the first days of the years that may hold a longest break: the latest first, which most answers come from."""
    known = {_ANY_YEAR} if calendar.holidays is None else set(published_years(calendar.holidays))
    # A break of the last known year may begin it or end it; one with special days may begin in the year before.
    around = {*known, *(year + 1 for year in known)}
    around |= {day.year + step for day in calendar.special for step in (-1, 0) if 1971 <= day.year < 9000}
    return (date(year, 1, 1) for year in sorted(around, reverse=True))


def _next(first: date) -> date:
    return date(first.year + 1, 1, 1)


def _midnight(calendar: Calendar, day: date) -> datetime:
    return instant_on(calendar.zone, day, _MIDNIGHT).astimezone(UTC)
