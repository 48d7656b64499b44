"""Escalation ladders: whom to tell, at which instants of a clock, and which rung is due now."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

from scheduler.calendar import Calendar
from scheduler.clocks import instant_of
from scheduler.intervals import Interval, in_utc
from scheduler.lengths import parse_length
from scheduler.pauses import counted_between, instant_after, next_counting

_ZERO = timedelta(0)
_SHARE = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)%")


@dataclass(frozen=True, slots=True)
class Share:
    """When that share of the working budget is used: 0.5 at half, 1.0 at the due instant, 1.5 half a budget later."""

    of: float

    def __post_init__(self) -> None:
        """Refuse what lies before the start."""
        if not self.of >= 0:
            raise ValueError(f"a share of a budget cannot be negative: {self.of}")


@dataclass(frozen=True, slots=True)
class Before:
    """So much working time before the due instant, though never before the clock starts to count."""

    length: timedelta

    def __post_init__(self) -> None:
        """Refuse a length that runs the other way."""
        _refuse_negative(self.length)


@dataclass(frozen=True, slots=True)
class After:
    """So much working time after the due instant."""

    length: timedelta

    def __post_init__(self) -> None:
        """Refuse a length that runs the other way."""
        _refuse_negative(self.length)


At = Share | Before | After


def _refuse_negative(length: timedelta) -> None:
    if length < _ZERO:
        raise ValueError(f"a distance from the due instant cannot be negative: {length}")


def parse_at(text: str) -> At:
    """Return the point of a clock written as `50%`, `-15m` (before it is due) or `+30m` (after; the sign may be left out).

    Raises:
        ValueError: The text is something else; the message says what was found and what is expected.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split()).replace("−", "-")
    share = _SHARE.fullmatch(folded)
    if share:
        return Share(float(Decimal(share[1]) / 100))
    try:
        length = parse_length(
            folded.removeprefix("-") if folded.startswith("-") else folded.removeprefix("+")
        )
    except ValueError as mistake:
        raise ValueError(f"时点“{text}”看不懂，应写成 50%、-15m（到期前）或 +30m（到期后）") from mistake
    return Before(length) if folded.startswith("-") else After(length)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: when, whom to tell, and after how much working time to tell them again."""

    at: At
    tell: tuple[str, ...]
    repeat: timedelta | None = None

    def __post_init__(self) -> None:
        """Refuse a repetition without a pause between."""
        if self.repeat is not None and self.repeat <= _ZERO:
            raise ValueError(f"a rung repeats after some time, not after {self.repeat}")


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in the order they are climbed, as written: the last is the highest."""

    id: str
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Fired:
    """A rung was told; `at` is the instant it was scheduled for, not the one it was late to."""

    rung: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Escalation:
    """The one rung to tell now.

    `rung_at` is the instant it was scheduled for; `late` is the real time since. `skipped` are lower rungs that were due
    as well and are passed over.
    """

    rung: int
    rung_at: datetime
    skipped: tuple[int, ...]
    late: timedelta
    is_repeat: bool


def latest(firings: Iterable[Fired]) -> dict[int, datetime]:
    """Return the latest scheduled instant of every rung that has fired, as `due` and `next_rung` take it."""
    fired: dict[int, datetime] = {}
    for firing in firings:
        fired[firing.rung] = max(firing.at, fired.get(firing.rung, firing.at))
    return fired


def rung_instant(
    rung: Rung, calendar: Calendar, start: datetime, budget: timedelta, pauses: Sequence[Interval]
) -> datetime | None:
    """Return the instant, in UTC, at which a rung is reached, or None while an open pause prevents it.

    Pauses later than that instant do not move it. A rung before the due instant is reached in working time: at opening
    rather than at the closing before.
    """
    match rung.at:
        case Share(of):
            return instant_of(calendar, start, budget, pauses, of)
        case After(length):
            return instant_after(calendar, start, budget + length, pauses)
        case Before(length):
            reached = instant_after(calendar, start, budget - length, pauses)
            if reached is None or not length:
                return reached
            return next_counting(calendar, reached, pauses)
        case _:
            assert_never(rung.at)


def due(
    ladder: Ladder,
    calendar: Calendar,
    start: datetime,
    budget: timedelta,
    pauses: Sequence[Interval],
    fired: Mapping[int, datetime],
    repeats: bool,
    now: datetime,
) -> Escalation | None:
    """Return the highest rung to tell at `now`, or None when nobody need be told.

    A ladder only climbs: once a rung has fired, the rungs below it never fire for the first time any more. When no higher
    rung is due, one that has fired or was passed over is told again every `repeat` of working time since its own instant,
    while `repeats`; what was missed meanwhile becomes one repetition. A pause keeps quiet what it comes before, not what was reached
    before it. `fired` maps a rung to the scheduled instant of its latest firing.
    """
    at = in_utc(now)
    instants = [rung_instant(rung, calendar, start, budget, pauses) for rung in ladder.rungs]
    highest = max(fired, default=-1)
    reached = [
        (index, instant)
        for index, instant in enumerate(instants)
        if index > highest and instant is not None and instant <= at
    ]
    if reached:
        *lower, (rung, rung_at) = reached
        return Escalation(rung, rung_at, tuple(index for index, _ in lower), at - rung_at, is_repeat=False)
    if not repeats:
        return None
    for rung, first, every, floor in sorted(_repeating(ladder, instants, fired), reverse=True):
        told = counted_between(calendar, first, floor, pauses) // every
        count = counted_between(calendar, first, at, pauses) // every
        again_at = instant_after(calendar, first, count * every, pauses)
        if count > told and again_at is not None:
            return Escalation(rung, again_at, (), at - again_at, is_repeat=True)
    return None


def next_rung(
    ladder: Ladder,
    calendar: Calendar,
    start: datetime,
    budget: timedelta,
    pauses: Sequence[Interval],
    fired: Mapping[int, datetime],
    repeats: bool,
) -> datetime | None:
    """Return the first instant, in UTC, at which `due` has something to say; None when nothing is left or a pause is open.

    It may lie in the past, when that has not been told yet.
    """
    instants = [rung_instant(rung, calendar, start, budget, pauses) for rung in ladder.rungs]
    highest = max(fired, default=-1)
    upcoming = [instant for index, instant in enumerate(instants) if index > highest]
    if repeats:
        for _, first, every, floor in _repeating(ladder, instants, fired):
            told = counted_between(calendar, first, floor, pauses) // every
            upcoming.append(instant_after(calendar, first, (told + 1) * every, pauses))
    return min((instant for instant in upcoming if instant is not None), default=None)


def _repeating(
    ladder: Ladder, instants: Sequence[datetime | None], fired: Mapping[int, datetime]
) -> Iterator[tuple[int, datetime, timedelta, datetime]]:
    """Yield the rungs that repeat by now: index, own instant, every how much, and up to when they are done.

    What a higher rung has told since counts as told: at one instant one rung speaks. A rung that was passed over for a
    higher one repeats too; else a ladder whose top rung speaks once would fall silent after a downtime.
    """
    for index, (rung, first) in enumerate(zip(ladder.rungs, instants, strict=True)):
        floor = max((at for higher, at in fired.items() if higher >= index), default=None)
        if rung.repeat is None or first is None or floor is None:
            continue
        if index in fired or first <= floor:
            yield index, first, rung.repeat, floor
