"""Waking hours: between which hours of the day people may be told something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduler.calendar import Span, wall_to_utc
from scheduler.intervals import in_utc
from scheduler.windows import DAY, Window


def awake_from(window: Window, zone: ZoneInfo, at: datetime) -> datetime:
    """Return the first instant, in UTC, from `at` on that lies in the window; `at` itself when it does."""
    instant = in_utc(at)
    return next(max(instant, opens) for opens, closes in _spans(window, zone, instant, 1) if instant < closes)


def asleep_since(window: Window, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Return the instant, in UTC, at which the window before `at` closed; None when `at` lies in the window."""
    instant = in_utc(at)
    if awake_from(window, zone, instant) == instant:
        return None
    return next(closes for _, closes in _spans(window, zone, instant, -1) if closes <= instant)


def open_until(window: Window, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Return the instant, in UTC, up to which the window that `at` lies in is open; None when it lies in none."""
    opens, closes = _span_at(window, zone, at)
    return closes if opens <= at else None


def open_since(window: Window, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Return the instant, in UTC, since which the window that `at` lies in is open; None when it lies in none."""
    opens, _ = _span_at(window, zone, at)
    return opens if opens <= at else None


def _span_at(window: Window, zone: ZoneInfo, at: datetime) -> Span:
    """Return the span that an instant lies in, or else the next."""
    instant = in_utc(at)
    return next(span for span in _spans(window, zone, instant, 1) if instant < span[1])


def _spans(window: Window, zone: ZoneInfo, instant: datetime, step: int) -> Iterator[Span]:
    """Yield what the window is open on the days around an instant, forwards or backwards."""
    # A window may have opened on the day before and still be open.
    day = instant.astimezone(zone).date() - step * DAY
    while True:
        opens, closes = wall_to_utc(zone, day, window.opens), wall_to_utc(zone, day, window.closes)
        if opens < closes:
            yield opens, closes
        day += step * DAY
