"""Targets: by when a promise must be kept, in each of the ways in which contracts say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import assert_never
from zoneinfo import ZoneInfo

import msgspec

from scheduler.calendar import Calendar, add_working_time, always, working_time_between
from scheduler.intervals import Interval, in_utc
from scheduler.mistaken import Mistaken
from scheduler.pauses import instant_after, union
from scheduler.windows import DAY
from scheduler.workdays import day_ends, instant_on, local_day

_ZERO = timedelta(0)
_MOST_DAYS = 5_000  # thirteen years: more is a slip of the finger


class Within(msgspec.Struct, frozen=True):
    """So much working time of the calendar."""

    length: timedelta

    def __post_init__(self) -> None:
        """Refuse a length that runs backwards."""
        if self.length < _ZERO:
            raise Mistaken(
                f"时限不能是负的：{self.length}", f"a promise cannot take a negative time: {self.length}"
            )


class WorkingDays(msgspec.Struct, frozen=True):
    """The closing time of the n-th working day; the day of the start counts only when the contract says so."""

    count: int
    counts_report_day: bool = False

    def __post_init__(self) -> None:
        """Refuse a count that no contract has."""
        _check_count(self.count)


class CalendarDays(msgspec.Struct, frozen=True):
    """The end of the n-th day, working or not.

    When that is no working day, the next working day is meant (民法典 203), unless `ends_on_working_day` is False. A day
    ends at closing time, a day without opening hours at midnight.
    """

    count: int
    counts_report_day: bool = False
    ends_on_working_day: bool = True

    def __post_init__(self) -> None:
        """Refuse a count that no contract has."""
        _check_count(self.count)


class NthWorkingDay(msgspec.Struct, frozen=True):
    """A time of day on the n-th working day, open then or not."""

    n: int
    at: time
    counts_report_day: bool = False

    def __post_init__(self) -> None:
        """Refuse a count that no contract has."""
        _check_count(self.n)


class Instant(msgspec.Struct, frozen=True):
    """The instant that was agreed with the customer, or that an engineer has named."""

    at: datetime

    def __post_init__(self) -> None:
        """Refuse an instant of no certain zone."""
        in_utc(self.at)


Target = Within | WorkingDays | CalendarDays | NthWorkingDay | Instant


def _check_count(count: int) -> None:
    if not 1 <= count <= _MOST_DAYS:
        raise Mistaken(
            f"天数应在 1 到 {_MOST_DAYS} 之间，不是 {count}", f"expected 1 to {_MOST_DAYS} days, not {count}"
        )


def due(
    target: Target, calendar: Calendar, start: datetime, pauses: Sequence[Interval] = ()
) -> datetime | None:
    """Return the instant, in UTC, up to which the promise is kept in time; None when a pause that is open comes first.

    Working time inside a pause does not count. Of days, those do not count at whose end a pause is on. An instant is moved
    by the working time that pauses take from it; what lies inside a pause comes after it.
    """
    begin, stops = in_utc(start), union(pauses)
    match target:
        case Within(length):
            return instant_after(calendar, begin, length, stops)
        case WorkingDays() | CalendarDays() | NthWorkingDay():
            return _nth(target, calendar, begin, stops)
        case Instant(at):
            return _moved(in_utc(at), calendar, begin, stops)
        case _:
            assert_never(target)


def budget(target: Target, calendar: Calendar, start: datetime) -> timedelta:
    """Return the working time that a promise leaves when nothing pauses it."""
    if isinstance(target, Within):
        return target.length
    due_at = due(target, calendar, start)
    return working_time_between(calendar, start, due_at) if due_at is not None else _ZERO


def share_instant(
    target: Target, calendar: Calendar, start: datetime, pauses: Sequence[Interval], share: float
) -> datetime | None:
    """Return the instant, in UTC, at which that share of the time is used; 1.0 is the due instant, more comes after it.

    The time is the working time from start to due instant as it was without pauses, so that a later pause moves nothing
    that has been reached; where a promise falls wholly outside working hours it is real time. None while an open pause
    prevents it.
    """
    begin, stops = in_utc(start), union(pauses)
    if isinstance(target, Within):
        return instant_after(calendar, begin, target.length * share, stops)
    due_at = due(target, calendar, begin, stops)
    if share == 1:
        return due_at
    nominal = due(target, calendar, begin) if stops else due_at
    pace, length = _pace(calendar, begin, nominal)
    if share > 1:
        return None if due_at is None else instant_after(pace, due_at, (share - 1) * length, stops)
    reached = instant_after(pace, begin, length * share, stops)
    return reached if reached is None or due_at is None else min(reached, due_at)


def _pace(calendar: Calendar, begin: datetime, nominal: datetime | None) -> tuple[Calendar, timedelta]:
    """Return by which calendar the shares of a promise are measured, and the whole, up to the due instant without pauses."""
    length = _ZERO if nominal is None else working_time_between(calendar, begin, nominal)
    if length:
        return calendar, length
    return _always(calendar.zone), max((nominal or begin) - begin, _ZERO)


@lru_cache(maxsize=64)
def _always(zone: ZoneInfo) -> Calendar:
    return always(zone)


def _nth(
    target: WorkingDays | CalendarDays | NthWorkingDay,
    calendar: Calendar,
    begin: datetime,
    stops: tuple[Interval, ...],
) -> datetime | None:
    wanted = target.n if isinstance(target, NthWorkingDay) else target.count
    counted = 0
    for mark, may_be_due in _marks(target, calendar, begin):
        stop = _stop_at(stops, mark) if stops else None
        if stop is not None:
            if stop.end is None:
                return None
            continue
        counted += 1
        # A day counts even when its end lies before the start, but nothing is due before it starts.
        if counted >= wanted and may_be_due and mark > begin:
            return mark
    raise AssertionError("the days never end")


def _marks(
    target: WorkingDays | CalendarDays | NthWorkingDay, calendar: Calendar, begin: datetime
) -> Iterator[tuple[datetime, bool]]:
    """Yield the instants that are counted, and whether a promise may be due then."""
    first = local_day(calendar, begin)
    ends = day_ends(calendar, first if target.counts_report_day else first + DAY)
    match target:
        case WorkingDays():
            yield from ((end.at, True) for end in ends if end.is_working)
        case CalendarDays():
            yield from ((end.at, end.is_working or not target.ends_on_working_day) for end in ends)
        case NthWorkingDay(at=at):
            yield from ((instant_on(calendar.zone, end.day, at), True) for end in ends if end.is_working)
        case _:
            assert_never(target)


def _stop_at(stops: tuple[Interval, ...], mark: datetime) -> Interval | None:
    """Return the pause that is on just before an instant: of a day, what matters is whether its last moment counted."""
    return next(
        (stop for stop in stops if stop.start < mark and (stop.end is None or mark <= stop.end)), None
    )


def _moved(at: datetime, calendar: Calendar, begin: datetime, stops: tuple[Interval, ...]) -> datetime | None:
    for stop in stops:
        since = max(stop.start, begin)
        if since >= at:
            break
        if stop.end is None:
            return None
        if at <= stop.end:
            at = add_working_time(calendar, stop.end, working_time_between(calendar, since, at))
        elif begin < stop.end:
            at = add_working_time(calendar, at, working_time_between(calendar, since, stop.end))
    return at
