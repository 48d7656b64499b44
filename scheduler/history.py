"""What has happened to one ticket, as far as its clocks care: events, pauses, agreements."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from scheduler.intervals import Interval, in_utc
from scheduler.pauses import Stops, union
from scheduler.targets import Target

REPORTED = "reported"
RESOLVED = "resolved"
REOPENED = "reopened"
MISSED = "missed:"  # before the id of a clock: the event that it was not kept in time


class Pause(msgspec.Struct, frozen=True):
    """A stretch in which work waits, and for what; `end` is None while it lasts."""

    start: datetime
    end: datetime | None
    reason: str


class Agreement(msgspec.Struct, frozen=True):
    """Another target for one clock, agreed with the customer or named by the engineer.

    `consent` is the id of the message in which the customer said yes; empty where nobody had to. `calendar` is the one the
    target counts by; empty for that of the clock.
    """

    clock: str
    target: Target
    made_at: datetime
    consent: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Everything that happened so far; order and repetition make no difference.

    `events` maps a name (`reported`, `occurred`, `claimed`, `responded`, `dispatched`, `arrived`, `resolved`, `reopened` …) to the
    instants at which it happened. What was `resolved` before it was `reopened` does not count; the time between is a pause, which
    whoever makes the history adds. That the ticket was reported when it was opened need not be said.
    """

    opened_at: datetime
    events: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    closed_at: datetime | None = None
    _stops: dict[frozenset[str], Stops] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )  # as they were asked for
    # What promises came to by all of it, by their ids: whoever works that out keeps it here.
    readings: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    _others: dict[tuple[str, datetime], History] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    latest_at: datetime = field(init=False, compare=False, repr=False)  # nothing happened after it

    @property
    def is_only_reported(self) -> bool:
        """True while nothing has happened but the report."""
        return len(self.events) == 1 and not self.pauses and not self.agreements and self.closed_at is None

    def __post_init__(self) -> None:
        """Keep events in order, each once, where nobody can change them."""
        ordered = {name: _in_order(ats) for name, ats in self.events.items()} if self.events else {}
        ordered.setdefault(REPORTED, (in_utc(self.opened_at),))
        object.__setattr__(self, "events", MappingProxyType(ordered))
        latest = max([ats[-1] for ats in ordered.values() if ats])
        if self.closed_at is not None:
            latest = max(latest, self.closed_at)
        for agreement in self.agreements:
            latest = max(latest, agreement.made_at)
        object.__setattr__(self, "latest_at", latest)

    def instants(self, names: Iterable[str], until: datetime) -> tuple[datetime, ...]:
        """Return when any of these events happened up to an instant, in order; a solution that did not last never did."""
        found = [ats for name in names if (ats := self._standing(name, until))]
        if len(found) <= 1:  # nearly always: nothing need be merged
            return tuple(found[0]) if found else ()
        return tuple(sorted(set().union(*found)))

    def _standing(self, name: str, until: datetime) -> Sequence[datetime]:
        ats = _up_to(self.events.get(name, ()), until)
        if ats and name == RESOLVED:
            reopened = _up_to(self.events.get(REOPENED, ()), until)
            return ats[bisect_right(ats, reopened[-1]) :] if reopened else ats
        return ats

    def first(self, name: str, until: datetime) -> datetime | None:
        """Return when an event happened for the first time, or None."""
        ats = self._standing(name, until)
        return ats[0] if ats else None

    def last(self, name: str, until: datetime) -> datetime | None:
        """Return when an event happened for the last time, or None."""
        ats = self._standing(name, until)
        return ats[-1] if ats else None

    def stops(self, reasons: frozenset[str]) -> Stops:
        """Return the time in which a clock stands still that stops for these reasons; most clocks of a ticket share them."""
        found = self._stops.get(reasons)
        if found is None:
            mine = (pause for pause in self.pauses if pause.reason in reasons)
            found = self._stops[reasons] = union([Interval(pause.start, pause.end) for pause in mine])
        return found

    def agreed(self, clock: str, until: datetime) -> tuple[Agreement, ...]:
        """Return what was agreed for a clock, the earliest first; of the same instant, in the order in which it was noted."""
        if not self.agreements:
            return ()
        mine = [each for each in self.agreements if each.clock == clock and in_utc(each.made_at) <= until]
        return tuple(dict.fromkeys(sorted(mine, key=lambda each: in_utc(each.made_at))))

    def with_event(self, name: str, at: datetime) -> History:
        """Return the same history in which something happened as well."""
        found = self._others.get((name, at))
        if found is None:
            happened = {**self.events, name: (*self.events.get(name, ()), at)}
            found = self._others[name, at] = replace(self, events=happened)
        return found


def _in_order(ats: Sequence[datetime]) -> tuple[datetime, ...]:
    return (in_utc(ats[0]),) if len(ats) == 1 else tuple(sorted({in_utc(at) for at in ats}))


def _up_to(ats: Sequence[datetime], until: datetime) -> Sequence[datetime]:
    return ats if not ats or ats[-1] <= until else ats[: bisect_right(ats, until)]
