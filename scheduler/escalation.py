"""Escalation ladders: whom to tell, at which instants of a clock, and which rung is due now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import msgspec

from scheduler.calendar import Calendar, Window
from scheduler.intervals import Interval, in_utc
from scheduler.pace import RAREST, Pace
from scheduler.pauses import Stops, counted_between, instant_after, union
from scheduler.points import After, At, Before, Share, instant_at, is_ahead, outside, parse_at
from scheduler.targets import Target, Within
from scheduler.waking import awake_from

__all__ = [
    "After",
    "At",
    "Before",
    "Escalation",
    "Fired",
    "Ladder",
    "Rung",
    "Share",
    "due",
    "is_ahead",
    "latest",
    "left_out",
    "next_rung",
    "parse_at",
    "rung_instant",
]

_ZERO = timedelta(0)


class Rung(msgspec.Struct, frozen=True):
    """One step of a ladder: when, whom to tell, and after how much working time to tell them again.

    They are told again more and more rarely, up to every `rarest`, as `scheduler.pace` says; None leaves it to who climbs. What
    falls outside `waking` is said when these hours begin; None leaves it to the ladder.
    """

    at: At
    tell: tuple[str, ...]
    repeat: timedelta | None = None
    waking: Window | None = None
    rarest: timedelta | None = None

    def __post_init__(self) -> None:
        """Refuse a repetition without a pause between."""
        if self.repeat is not None and self.repeat <= _ZERO:
            raise ValueError(f"a rung repeats after some time, not after {self.repeat}")


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in the order they are climbed, as written: the last is the highest.

    `waking` are the hours, in the zone of the clock's calendar, in which people may be told; None is any hour.
    """

    id: str
    rungs: tuple[Rung, ...]
    waking: Window | None = None
    at_once: tuple[int, ...] = field(init=False, compare=False)  # reached with the very start of a clock
    begins_with_first: bool = field(init=False, compare=False)  # the rung written first is told first
    # The share of the time at which the ladder begins, where nothing else can come before it.
    first_share: float | None = field(init=False, compare=False)
    climbs: bool = field(init=False, compare=False)  # no rung is reached before the one written before it

    def __post_init__(self) -> None:
        """Look at the rungs once what every clock asks about them."""
        shares = [rung.at.of if isinstance(rung.at, Share) else None for rung in self.rungs]
        object.__setattr__(self, "at_once", tuple(index for index, of in enumerate(shares) if of == 0))
        # At any hour: waking hours put off some rungs and not others.
        is_any_hour = bool(self.rungs) and self.waking is None and self.rungs[0].waking is None
        first = shares[0] if is_any_hour else None
        is_first = first is not None and all(of is not None and of >= first for of in shares)
        object.__setattr__(self, "begins_with_first", is_first)
        is_plain = is_first and not self.at_once
        object.__setattr__(self, "first_share", first if is_plain else None)
        is_never_put_off = self.waking is None and all(rung.waking is None for rung in self.rungs)
        of = [share for share in shares if share is not None]
        climbs = is_never_put_off and len(of) == len(shares) and of == sorted(of)
        object.__setattr__(self, "climbs", climbs)


class Fired(msgspec.Struct, frozen=True):
    """A rung was told; `at` is the instant it was scheduled for, not the one it was late to."""

    rung: int
    at: datetime


class Escalation(msgspec.Struct, frozen=True):
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
    rung: Rung,
    calendar: Calendar,
    start: datetime,
    target: Target | timedelta,
    pauses: Sequence[Interval],
    waking: Window | None = None,
) -> datetime | None:
    """Return the instant, in UTC, at which a rung is told, or None while an open pause prevents it.

    Pauses later than that instant do not move it. `waking` are the hours of its ladder. A bare length of time is one of
    working time.
    """
    aim = Within(target) if isinstance(target, timedelta) else target
    return _told_at(rung, calendar, start, aim, union(pauses), waking)


@lru_cache(maxsize=1024)  # until something happens to a ticket it is looked at again and again
def _told_at(
    rung: Rung, calendar: Calendar, start: datetime, aim: Target, pauses: Stops, waking: Window | None
) -> datetime | None:
    reached = instant_at(rung.at, calendar, start, aim, pauses)
    hours = rung.waking or waking
    return reached if reached is None or hours is None else _awake(hours, calendar, reached, pauses)


def _awake(
    hours: Window, calendar: Calendar, reached: datetime, pauses: Sequence[Interval]
) -> datetime | None:
    """Return when people may be told what was reached: in waking hours, and not in a pause that began meanwhile."""
    said = awake_from(hours, calendar.zone, reached)
    while said != reached:
        resumed = outside(said, pauses)
        if resumed is None:
            return None
        reached, said = said, awake_from(hours, calendar.zone, resumed)
    return said


class _Climb(NamedTuple):
    """A ladder beside the clock it climbs. What the calendar says of a rung is reckoned when somebody looks at it."""

    ladder: Ladder
    calendar: Calendar
    start: datetime
    target: Target | timedelta
    pauses: Sequence[Interval]
    rarest: timedelta = RAREST
    afresh_at: datetime | None = None

    def at(self, index: int) -> datetime | None:
        """Return when a rung is told, as `rung_instant` does."""
        ladder = self.ladder
        return rung_instant(
            ladder.rungs[index], self.calendar, self.start, self.target, self.pauses, ladder.waking
        )

    def reached(self, above: int, at: datetime) -> list[tuple[int, datetime]]:
        """Return the rungs above one that are reached by an instant, and when each was."""
        found = []
        for index in range(above + 1, len(self.ladder.rungs)):
            instant = self.at(index)
            if instant is not None and instant <= at:
                found.append((index, instant))
            elif instant is not None and self.ladder.climbs:
                break  # those behind it come later still
        return found

    def upcoming(self, above: int) -> list[tuple[int, datetime]]:
        """Return the rungs above one that may be told next, reached or not."""
        found = []
        for index in range(above + 1, len(self.ladder.rungs)):
            instant = self.at(index)
            if instant is not None:
                found.append((index, instant))
                if self.ladder.climbs:
                    break
        return found


def due(
    ladder: Ladder,
    calendar: Calendar,
    start: datetime,
    target: Target | timedelta,
    pauses: Sequence[Interval],
    fired: Mapping[int, datetime],
    repeats: bool,
    now: datetime,
    rarest: timedelta = RAREST,
    afresh_at: datetime | None = None,
) -> Escalation | None:
    """Return the highest rung to tell at `now`, or None when nobody need be told.

    A ladder only climbs: once a rung has fired, the rungs below it never fire for the first time any more. When no higher
    rung is due, one that has fired or was passed over is told again at its pace, in working time since its own instant,
    while `repeats`; what was missed meanwhile becomes one repetition, and what would come a moment after it is left out. A pause keeps quiet what it comes before, not what was reached
    before it. Nothing is said outside waking hours, however late it is. `fired` maps a rung to the scheduled instant of its
    latest firing. `rarest` is the longest pause between repetitions where a rung does not say it; from
    `afresh_at` on, when somebody else came to answer for it, they begin at their first pace again.
    """
    at = in_utc(now)
    climb = _Climb(ladder, calendar, start, target, pauses, rarest, afresh_at)
    reached = climb.reached(max(fired, default=-1), at)
    # After a downtime something may be late at an hour at which it must not be said; then it waits on.
    sayable = [found for found in reached if _is_awake(ladder, found[0], calendar, at)]
    if sayable:
        rung, rung_at = sayable[-1]
        skipped = tuple(index for index, _ in reached if index < rung)
        return Escalation(rung, rung_at, skipped, at - rung_at, is_repeat=False)
    if not repeats or not fired:
        return None
    for rung, first, pace, floor in sorted(_repeating(climb, fired), reverse=True):
        if not _is_awake(ladder, rung, calendar, at):
            continue
        hours = ladder.rungs[rung].waking or ladder.waking
        told = pace.told(counted_between(calendar, first, floor, pauses))
        again_at = _latest_repeat(hours, calendar, first, pace, pauses, told, at)
        if again_at is not None:
            return Escalation(rung, again_at, (), at - again_at, is_repeat=True)
    return None


def _is_awake(ladder: Ladder, rung: int, calendar: Calendar, at: datetime) -> bool:
    hours = ladder.rungs[rung].waking or ladder.waking
    return hours is None or awake_from(hours, calendar.zone, at) == at


def _latest_repeat(
    hours: Window | None,
    calendar: Calendar,
    first: datetime,
    pace: Pace,
    pauses: Sequence[Interval],
    told: int,
    at: datetime,
) -> datetime | None:
    """Return the instant of the latest repetition up to `at` that was not told yet, or None."""
    count = pace.count(counted_between(calendar, first, at, pauses))
    while count > told:
        latest = _said_again(hours, calendar, first, pace, pauses, count)
        if latest is not None and latest <= at:
            before = (
                _said_again(hours, calendar, first, pace, pauses, count - 1) if count - 1 > told else None
            )
            # What the night put off to the morning leaves out what would come a moment after it.
            is_left_out = before and pace.told(counted_between(calendar, first, before, pauses)) >= count
            return before if is_left_out else latest
        count -= 1  # it sleeps into a pause: what came before that night may still be owed
    return None


def _said_again(
    hours: Window | None,
    calendar: Calendar,
    first: datetime,
    pace: Pace,
    pauses: Sequence[Interval],
    count: int,
) -> datetime | None:
    """Return when the repetition of that count is said: what falls into the night, in the morning; None where a pause is open."""
    reached = instant_after(calendar, first, pace.after(count), pauses)
    return _awake(hours, calendar, reached, pauses) if hours and reached else reached


def next_rung(
    ladder: Ladder,
    calendar: Calendar,
    start: datetime,
    target: Target | timedelta,
    pauses: Sequence[Interval],
    fired: Mapping[int, datetime],
    repeats: bool,
    now: datetime | None = None,
    rarest: timedelta = RAREST,
    afresh_at: datetime | None = None,
) -> datetime | None:
    """Return the first instant, in UTC, at which `due` has something to say; None when nothing is left or a pause is open.

    It may lie in the past, when that has not been told yet. With `now`, what is late and may not be said at this hour has
    its instant when people wake.
    """
    if not fired and ladder.begins_with_first:
        # Most tickets are answered before their first rung: the others need not be computed to know which comes first.
        return rung_instant(ladder.rungs[0], calendar, start, target, pauses)
    climb = _Climb(ladder, calendar, start, target, pauses, rarest, afresh_at)
    upcoming = climb.upcoming(max(fired, default=-1))
    if repeats and fired:
        for index, first, pace, floor in _repeating(climb, fired):
            hours = ladder.rungs[index].waking or ladder.waking
            told = pace.told(counted_between(calendar, first, floor, pauses))
            said = _said_again(hours, calendar, first, pace, pauses, told + 1)
            if said is not None:
                upcoming.append((index, said))
    return min(
        (_not_at_night(ladder, index, calendar, instant, now) for index, instant in upcoming), default=None
    )


def left_out(
    ladder: Ladder,
    calendar: Calendar,
    start: datetime,
    target: Target | timedelta,
    pauses: Sequence[Interval],
    fired: Mapping[int, datetime],
    count: int,
    rarest: timedelta = RAREST,
    afresh_at: datetime | None = None,
) -> timedelta | None:
    """Return the working time in which so many repetitions at their first pace are left out, and one at the pace of now.

    None where nothing repeats; of several rungs the longest.
    """
    climb = _Climb(ladder, calendar, start, target, pauses, rarest, afresh_at)
    return max(
        (
            max(count * pace.every, pace.pause(pace.count(counted_between(calendar, first, floor, pauses))))
            for _, first, pace, floor in _repeating(climb, fired)
        ),
        default=None,
    )


def _not_at_night(
    ladder: Ladder, rung: int, calendar: Calendar, instant: datetime, now: datetime | None
) -> datetime:
    hours = ladder.rungs[rung].waking or ladder.waking
    if hours is None or now is None or instant > now:
        return instant
    at = in_utc(now)
    awake = awake_from(hours, calendar.zone, at)
    return instant if awake == at else awake


def _repeating(
    climb: _Climb, fired: Mapping[int, datetime]
) -> Iterator[tuple[int, datetime, Pace, datetime]]:
    """Yield the rungs that repeat by now: index, own instant, how often, and up to when they are done.

    What a higher rung has told since counts as told: at one instant one rung speaks, and none a moment after another. A rung that was passed over for a
    higher one repeats too; else a ladder whose top rung speaks once would fall silent after a downtime.
    """
    for index, rung in enumerate(climb.ladder.rungs):
        if rung.repeat is None:
            continue
        pace = Pace(rung.repeat, rung.rarest or climb.rarest)
        floor = max((at for higher, at in fired.items() if higher >= index), default=None)
        first = climb.at(index) if floor is not None else None
        if floor is not None and first is not None and (index in fired or first <= floor):
            yield index, max(first, in_utc(climb.afresh_at or first)), pace, floor
