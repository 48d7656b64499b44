"""Points of a clock at which somebody is told: a share of its time, or so much before or after it is due."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

import msgspec

from scheduler.calendar import Calendar
from scheduler.intervals import Interval, in_utc
from scheduler.lengths import parse_length
from scheduler.mistaken import Mistaken
from scheduler.pauses import counted_between, instant_after, next_counting, union
from scheduler.targets import Target, Within, due, share_instant

_ZERO = timedelta(0)

_SHARE = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)%")
_WALL = "wall"


class Share(msgspec.Struct, frozen=True):
    """When that share of the working budget is used: 0.5 at half, 1.0 at the due instant, 1.5 half a budget later."""

    of: float

    def __post_init__(self) -> None:
        """Refuse what lies before the start."""
        if not self.of >= 0:
            raise ValueError(f"a share of a budget cannot be negative: {self.of}")


class Before(msgspec.Struct, frozen=True):
    """So much working time, or real time, before the due instant, though never before the clock starts to count."""

    length: timedelta
    is_wall: bool = False

    def __post_init__(self) -> None:
        """Refuse a length that runs the other way."""
        _refuse_negative(self.length)


class After(msgspec.Struct, frozen=True):
    """So much working time, or real time, after the due instant."""

    length: timedelta
    is_wall: bool = False

    def __post_init__(self) -> None:
        """Refuse a length that runs the other way."""
        _refuse_negative(self.length)


At = Share | Before | After


def _refuse_negative(length: timedelta) -> None:
    if length < _ZERO:
        raise ValueError(f"a distance from the due instant cannot be negative: {length}")


def parse_at(text: str) -> At:
    """Return the point of a clock written as `50%`, `-15m` (before it is due) or `+30m` (after; the sign may be left out).

    Lengths are working time of the clock's calendar; with `wall` behind them, as in `+30m wall`, they are real time.

    Raises:
        ValueError: The text is something else; the message says what was found and what is expected.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).lower().split()).replace("−", "-")
    share = _SHARE.fullmatch(folded)
    if share:
        return Share(float(Decimal(share[1]) / 100))
    written, is_wall = folded.removesuffix(_WALL), folded.endswith(_WALL)
    try:
        length = parse_length(
            written.removeprefix("-") if written.startswith("-") else written.removeprefix("+")
        )
    except ValueError as mistake:
        raise Mistaken(
            f"时点“{text}”看不懂，应写成 50%、-15m（到期前）或 +30m（到期后），按钟表时间走的写 +30m wall",
            f"moment “{text}” makes no sense, write it as 50%, -15m (before it is due) or +30m (after), +30m wall by the clock on the wall",
        ) from mistake
    return Before(length, is_wall) if written.startswith("-") else After(length, is_wall)


def instant_at(
    point: At, calendar: Calendar, start: datetime, target: Target, pauses: Sequence[Interval]
) -> datetime | None:
    """Return the instant, in UTC, at which a point is reached, or None while an open pause prevents it.

    Pauses later than that instant do not move it. A point before the due instant is reached in working time: at opening
    rather than at the closing before. Real time runs on in a pause, but what falls into one waits for its end.
    """
    match point:
        case Share(of):
            return share_instant(target, calendar, start, pauses, of)
        case After(length, is_wall):
            due_at = due(target, calendar, start, pauses)
            if due_at is None:
                return None
            if is_wall:
                return outside(due_at + length, pauses)
            return instant_after(calendar, due_at, length, pauses)
        case Before(length, is_wall):
            return _before(length, is_wall, calendar, start, target, pauses)
        case _:
            assert_never(point)


def _before(
    length: timedelta,
    is_wall: bool,
    calendar: Calendar,
    start: datetime,
    target: Target,
    pauses: Sequence[Interval],
) -> datetime | None:
    begin = in_utc(start)
    due_at = due(target, calendar, begin, pauses)
    if is_wall and due_at is not None:
        return outside(max(due_at - length, min(begin, due_at)), pauses)
    # A length of working time alone says without its due instant, which an open pause may hide, when a point is reached.
    if isinstance(target, Within) and not is_wall:
        whole = target.length
    elif due_at is None:
        return None
    else:
        whole = counted_between(calendar, begin, due_at, pauses)
    if not length:
        return due_at
    reached = instant_after(calendar, begin, whole - length, pauses)
    counting = None if reached is None else next_counting(calendar, reached, pauses)
    return counting if counting is None or due_at is None else min(counting, due_at)


def is_ahead(point: At) -> bool:
    """Say whether a point is reached before the clock is due."""
    return isinstance(point, Before) or (isinstance(point, Share) and point.of < 1)


def outside(at: datetime, pauses: Sequence[Interval]) -> datetime | None:
    """Return the first instant from `at` on that is not inside a pause; None when that pause is still open."""
    stop = next(
        (stop for stop in union(pauses) if stop.start < at and (stop.end is None or at < stop.end)), None
    )
    return at if stop is None else stop.end
