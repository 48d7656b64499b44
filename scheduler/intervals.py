"""Stretches of time between two instants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple


class Interval(NamedTuple):
    """The time from `start` up to, not including, `end`; still running when `end` is None.

    Both ends are aware. An interval that ends before it starts is empty.
    """

    start: datetime
    end: datetime | None


def in_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC.

    Raises:
        ValueError: It is naive: guessing the zone of the host would give every host another deadline.
    """
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError(f"{instant.isoformat()} has no time zone; instants must be aware")
    return instant.astimezone(UTC)
