"""Ledgers: promises about many tickets together, a share that must be kept or a number that must not be exceeded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

import msgspec

from scheduler.intervals import Interval, in_utc
from scheduler.mistaken import Mistaken
from scheduler.periods import Periods, period_of


class Entry(msgspec.Struct, frozen=True):
    """One case that counts: when, what it is about (a serial number, a customer, a ticket), and how it ended.

    `excused` is why it does not count after all, such as force majeure with its evidence; empty when it counts.
    """

    at: datetime
    subject: str
    is_kept: bool = True
    excused: str = ""


class Ratio(msgspec.Struct, frozen=True):
    """At least, or at most, such a share of the cases of a period: 0.95 and more repaired in time, 0.10 and less put off."""

    id: str
    periods: Periods
    at_least: Fraction | None = None
    at_most: Fraction | None = None

    def __post_init__(self) -> None:
        """Refuse a share that is none, and a ratio without a bound or with two."""
        bounds = [bound for bound in (self.at_least, self.at_most) if bound is not None]
        if len(bounds) != 1 or not 0 <= bounds[0] <= 1:
            raise Mistaken(
                f"比例 {self.id} 应写 at_least 或 at_most 之一，在 0 到 100 之间",
                f"ratio {self.id} needs at_least or at_most, one of them, from 0 to 100",
            )


class Attainment(msgspec.Struct, frozen=True):
    """How a ratio stands in one period.

    `room` is how many more cases of the bad kind it would bear, if no other came; negative when the ratio is not attained,
    and then so many are too many. A period without cases is attained.
    """

    period: Interval
    kept: int
    total: int
    share: Fraction | None
    is_attained: bool
    room: int


def attainment(ratio: Ratio, entries: Iterable[Entry], at: datetime) -> Attainment:
    """Return how a ratio stands in the period of an instant."""
    period = period_of(ratio.periods, at)
    counted = [entry for entry in entries if not entry.excused and _is_in(period, entry.at)]
    kept, total = sum(entry.is_kept for entry in counted), len(counted)
    if ratio.at_least is not None:
        # So many cases may fail that the kept ones are still that share of them all.
        most = floor(kept / ratio.at_least) if ratio.at_least else total
        is_attained = kept >= ratio.at_least * total
        room = most - total if is_attained else kept - ceil(ratio.at_least * total)
    else:
        assert ratio.at_most is not None
        others = total - kept
        is_attained = kept <= ratio.at_most * total
        # Here the counted kind is the bad one: with so many others, so many of it are borne.
        most = floor(others * ratio.at_most / (1 - ratio.at_most)) if ratio.at_most < 1 else kept
        room = most - kept if is_attained else floor(ratio.at_most * total) - kept
    return Attainment(period, kept, total, Fraction(kept, total) if total else None, is_attained, room)


class Trips(StrEnum):
    """What a limit means: 不得超过 2 次 bears the second, 两次以上 does not."""

    ABOVE = "above"
    AT = "at"


class Quota(msgspec.Struct, frozen=True):
    """So many cases in a period; with `per_subject` of each subject by itself, such as each device by its serial number."""

    id: str
    periods: Periods
    limit: int
    trips: Trips = Trips.ABOVE
    per_subject: bool = False

    def __post_init__(self) -> None:
        """Refuse a limit that nothing can keep."""
        if self.limit < (1 if self.trips is Trips.AT else 0):
            raise Mistaken(
                f"次数 {self.id} 的上限不能是 {self.limit}", f"{self.limit} cannot be the limit of {self.id}"
            )


class Count(msgspec.Struct, frozen=True):
    """How a quota stands in one period, of one subject or of all (`subject` is empty)."""

    period: Interval
    subject: str
    used: int
    left: int
    is_exceeded: bool


def counts(quota: Quota, entries: Iterable[Entry], at: datetime) -> tuple[Count, ...]:
    """Return how a quota stands in the period of an instant: one count, or one for every subject that has a case."""
    period = period_of(quota.periods, at)
    used: dict[str, int] = {} if quota.per_subject else {"": 0}
    for entry in entries:
        if not entry.excused and _is_in(period, entry.at):
            subject = entry.subject if quota.per_subject else ""
            used[subject] = used.get(subject, 0) + 1
    borne = quota.limit if quota.trips is Trips.ABOVE else quota.limit - 1
    return tuple(
        Count(period, subject, count, max(borne - count, 0), count > borne)
        for subject, count in sorted(used.items())
    )


def _is_in(period: Interval, at: datetime) -> bool:
    instant = in_utc(at)
    return period.start <= instant and (period.end is None or instant < period.end)
