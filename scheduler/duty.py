"""Duty: when nobody is on call, and the roll call at which one shift relieves the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from scheduler.intervals import Interval, in_utc
from scheduler.rota import Rota, edges_after, on_call, planned_for

_MOMENT = timedelta.resolution


class RollCall(msgspec.Struct, frozen=True):
    """A change of shift: who goes, who comes, who stands behind them. `absent` are those whose turn it is but who are away."""

    at: datetime
    leaving: tuple[str, ...]
    coming: tuple[str, ...]
    absent: tuple[str, ...]
    backup: tuple[str, ...]


class GapWarning(msgspec.Struct, frozen=True):
    """A stretch with nobody on call, and when to warn of it."""

    at: datetime
    gap: Interval


def roll_call(rota: Rota, at: datetime) -> RollCall:
    """Return who relieves whom at an instant; it is a change of shift when the two differ."""
    instant = in_utc(at)
    coming = on_call(rota, instant)
    return RollCall(
        at=instant,
        leaving=on_call(rota, instant - _MOMENT),
        coming=coming,
        absent=tuple(person for person in planned_for(rota, instant) if person not in coming),
        backup=tuple(person for person in rota.backup if person not in coming),
    )


def next_roll_call(rota: Rota, after: datetime, until: datetime) -> RollCall | None:
    """Return the first change of shift after an instant and up to another, or None."""
    at = next(_changes(rota, in_utc(after), in_utc(until)), None)
    return None if at is None else roll_call(rota, at)


def gaps(rota: Rota, start: datetime, end: datetime) -> tuple[Interval, ...]:
    """Return the stretches from `start` to `end`, in UTC and in order, in which nobody is on call."""
    begin, finish = in_utc(start), in_utc(end)
    found: list[Interval] = []
    since = begin
    for change in (*_changes(rota, begin, finish), finish):
        if since < change and not on_call(rota, since):
            found.append(Interval(since, change))
        since = change
    return tuple(found)


def warnings_ahead(rota: Rota, start: datetime, end: datetime, ahead: timedelta) -> tuple[GapWarning, ...]:
    """Return the warnings of the gaps between two instants, each so long before its gap, though not before `start`."""
    begin = in_utc(start)
    return tuple(GapWarning(max(gap.start - ahead, begin), gap) for gap in gaps(rota, begin, end))


def _changes(rota: Rota, begin: datetime, finish: datetime) -> Iterator[datetime]:
    """Yield the instants after `begin` and before `finish` at which somebody else is on call."""
    reached, current = begin, on_call(rota, begin)
    while edges := [edge for edge in edges_after(rota, reached) if edge < finish]:
        reached = min(edges)
        following = on_call(rota, reached)
        if following != current:
            yield reached
        current = following
