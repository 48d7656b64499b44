"""Work windows: when work may be done at a customer's, such as at night or on days without lessons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from scheduler.calendar import Calendar, Span, Window, window_span
from scheduler.intervals import Interval, in_utc
from scheduler.mistaken import Mistaken
from scheduler.windows import DAY
from scheduler.workdays import is_working_day

_ZERO = timedelta(0)
_WHOLE_DAY = Window(_ZERO, DAY)
_DAYTIME = Window(timedelta(hours=9), timedelta(hours=18))
_LOOKS_AHEAD_DAYS = 400


class WorkWindows(msgspec.Struct, frozen=True):
    """Between which hours of every day work may be done, and whether also all through days without work.

    `calendar` says which days those are: it is the customer's. Over midnight a window goes on into the next day, whatever
    day that is. On days without work slots are offered within `daytime`, though all hours are allowed.
    """

    calendar: Calendar
    windows: tuple[Window, ...]
    non_working_days: bool = True
    daytime: Window = _DAYTIME

    def __post_init__(self) -> None:
        """Refuse windows in which nothing may ever be done."""
        if not self.windows and not self.non_working_days:
            raise Mistaken(
                "可作业时段一段也没有：应写 windows，或 non_working_days = true",
                "work may never be done: write windows, or non_working_days = true",
            )


def is_allowed(rule: WorkWindows, start: datetime, end: datetime) -> bool:
    """Return whether work may be done all the way from `start` to `end`."""
    begin, finish = in_utc(start), in_utc(end)
    return begin <= finish and any(
        stretch.start <= begin and stretch.end is not None and finish <= stretch.end
        for stretch in allowed_stretches(rule, begin - 2 * DAY, finish + 2 * DAY)
    )


def allowed_stretches(rule: WorkWindows, start: datetime, end: datetime) -> Iterator[Interval]:
    """Yield when work may be done from `start` to `end`: in UTC, in order, merged, cut at both ends."""
    begin, finish = in_utc(start), in_utc(end)
    held: Span | None = None
    for opens, closes in _spans(rule, begin, finish):
        if held is not None and opens <= held[1]:
            held = held[0], max(held[1], closes)
            continue
        if held is not None:
            yield Interval(*held)
        held = opens, closes
    if held is not None:
        yield Interval(*held)


def _spans(rule: WorkWindows, begin: datetime, finish: datetime) -> list[Span]:
    first, last = _local(rule, begin) - DAY, _local(rule, finish)
    days = (first + step * DAY for step in range((last - first).days + 1))
    cut = ((max(opens, begin), min(closes, finish)) for day in days for opens, closes in _day(rule, day))
    return sorted((opens, closes) for opens, closes in cut if opens < closes)


def _day(rule: WorkWindows, day: date) -> Iterator[Span]:
    for window in rule.windows:
        yield window_span(rule.calendar, day, window)
    if rule.non_working_days and not is_working_day(rule.calendar, day):
        yield window_span(rule.calendar, day, _WHOLE_DAY)


def _local(rule: WorkWindows, at: datetime) -> date:
    return at.astimezone(rule.calendar.zone).date()


def next_slots(rule: WorkWindows, after: datetime, length: timedelta) -> tuple[Interval, ...]:
    """Return up to two slots of that length to offer, the earlier first: in the hours of a day, and on a day without work.

    None when work that long fits in nowhere within a year.

    Raises:
        ValueError: The length is not above zero.
    """
    if length <= _ZERO:
        raise ValueError(f"作业时间应大于 0，不是 {length}")
    begin = in_utc(after)
    hours = next(_fitting(rule, begin, length, of_hours=True), None)
    free = next(_fitting(rule, begin, length, of_hours=False), None) if rule.non_working_days else None
    found = {slot for slot in (hours, free) if slot is not None}
    return tuple(sorted(found, key=lambda slot: slot.start))


def _fitting(rule: WorkWindows, begin: datetime, length: timedelta, *, of_hours: bool) -> Iterator[Interval]:
    first = _local(rule, begin) - DAY
    for step in range(_LOOKS_AHEAD_DAYS):
        day = first + step * DAY
        if of_hours:
            spans = [window_span(rule.calendar, day, window) for window in rule.windows]
        elif is_working_day(rule.calendar, day):
            spans = []
        else:
            spans = [window_span(rule.calendar, day, rule.daytime)]
        for opens, closes in sorted(spans):
            start = max(opens, begin)
            if start + length <= closes:
                yield Interval(start, start + length)
