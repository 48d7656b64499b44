"""When work at a customer's may be done, when they are told of it, and until when they may ask for another time."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.tickets.rules import Policy, Rules
from bot.tickets.speaker import clock_of
from scheduler.calendar import Window, window_span
from scheduler.intervals import Interval
from scheduler.waking import asleep_since, awake_from, open_since, open_until
from scheduler.work_windows import WorkWindows, allowed_stretches, is_allowed, next_slots
from scheduler.workdays import instant_on, local_day

_DAY = timedelta(days=1)
_BEFORE_NIGHT = timedelta(minutes=30)
_LONGEST_MEANT = timedelta(hours=2)  # nobody asks for another time this shortly before


class Schedule(msgspec.Struct, frozen=True):
    """Work that may be done: when it is announced, until when it may be moved, by when it must be undone if it fails."""

    at: datetime
    until: datetime
    announce_at: datetime
    movable_until: datetime
    latest_at: datetime | None


class Refusal(msgspec.Struct, frozen=True):
    """Why work may not be done then, and up to two times at which it may."""

    is_outside: bool  # of the hours the contract allows; else the customer could not be told in time
    proposals: tuple[Interval, ...]


def scheduled(
    at: datetime,
    until: datetime,
    *,
    policy: Policy | None,
    quiet: Window | None,
    now: datetime,
    rules: Rules,
) -> Schedule | Refusal:
    """Return how work from `at` to `until` is planned in a room with such quiet hours, or what to do instead."""
    window = policy.work_window if policy else None
    earliest = _earliest(now, quiet, rules)
    if window is not None and not is_allowed(window, at, until):
        return Refusal(True, next_slots(window, max(at, earliest), until - at))
    if at < earliest:
        length = until - at
        later = next_slots(window, earliest, length) if window else (Interval(earliest, earliest + length),)
        return Refusal(False, later)
    return Schedule(
        at=at,
        until=until,
        announce_at=_announced_at(at, now, quiet, rules),
        movable_until=_movable_until(at, now, rules),
        latest_at=_latest(window, at, until) if window else None,
    )


def _earliest(now: datetime, quiet: Window | None, rules: Rules) -> datetime:
    """Return the first instant of which a customer can still be told in time; nobody is told at night."""
    told_at = awake_from(rules.survey.waking, rules.zone, now)
    told_at = (open_until(quiet, rules.zone, told_at) if quiet else None) or told_at
    at = told_at + rules.maintenance.notice
    return at if at == at.replace(minute=0, second=0, microsecond=0) else _next_hour(at)


def _next_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _announced_at(at: datetime, now: datetime, quiet: Window | None, rules: Rules) -> datetime:
    """Return when the notice begins, or the evening before when that is at night."""
    planned = at - rules.maintenance.notice
    closed = asleep_since(rules.survey.waking, rules.zone, planned)
    planned = closed - _BEFORE_NIGHT if closed else planned
    if quiet is not None and open_until(quiet, rules.zone, planned) is not None:
        planned = (open_since(quiet, rules.zone, planned) or planned) - _BEFORE_NIGHT
    return max(now, planned)


def _movable_until(at: datetime, now: datetime, rules: Rules) -> datetime:
    day = at.astimezone(rules.zone).date()
    same_day = instant_on(rules.zone, day, rules.maintenance.movable_until)
    if same_day <= at - _LONGEST_MEANT:
        return same_day
    day_before = instant_on(rules.zone, day - _DAY, rules.maintenance.movable_until)
    return day_before if day_before > now else at - _LONGEST_MEANT


def _latest(window: WorkWindows, at: datetime, until: datetime) -> datetime | None:
    """Return by when everything works again: the end of that night, or of the stretch; None when it is the end of the work."""
    ends = [stretch.end for stretch in allowed_stretches(window, at, until + 7 * _DAY) if stretch.end]
    ends.extend(_closings(window, until))
    later = [end for end in ends if end >= until]
    latest = min(later, default=until)
    return latest if latest > until else None


def _closings(window: WorkWindows, until: datetime) -> list[datetime]:
    first = local_day(window.calendar, until) - _DAY
    return [
        window_span(window.calendar, first + step * _DAY, each)[1]
        for step in range(3)
        for each in window.windows
    ]


def hours_of(window: WorkWindows) -> tuple[str, ...]:
    """Return the allowed hours of a day as people write them."""
    return tuple(f"{clock_of(each.opens % _DAY)}–{clock_of(each.closes % _DAY)}" for each in window.windows)
