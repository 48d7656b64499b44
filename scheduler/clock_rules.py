"""Rules of clocks: what a policy promises, from which event on, what keeps it, stops it and ends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter

import msgspec

from scheduler.history import MISSED, REPORTED
from scheduler.mistaken import Mistaken
from scheduler.plans import Plan
from scheduler.targets import Target

_ZERO = timedelta(0)
NEVER_PAUSED = frozenset({"respond"})


class Every(msgspec.Struct, frozen=True):
    """A beat after every length of working time, counted from the start or, off the grid, from the latest word."""

    length: timedelta
    keeps_grid: bool = True

    def __post_init__(self) -> None:
        """Refuse a beat without time between."""
        if self.length <= _ZERO:
            raise Mistaken(
                f"间隔应大于 0，不是 {self.length}", f"expected a length greater than zero, not {self.length}"
            )


Beats = Every | Plan


class Alternative(msgspec.Struct, frozen=True):
    """What a contract lets the customer agree to instead; `calendar` is empty for that of the clock."""

    target: Target
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One promise of a policy.

    It counts from the first event of `starts`, in their order of preference, that has happened (`occurred` before `reported`: from
    when the fault occurred, if that is known). With `after` it is owed only once that has happened too: `missed:resolve`
    makes it a chain. `restarts` counts from the latest start, not the first. The earliest event of `fulfilled_by` keeps it.
    `cancelled_by` ends it with nothing owed, and so does closing the ticket, unless it `outlives_ticket`.

    `target` is None when only an agreement says by when; else an agreement replaces it, one with the customer's consent when
    `needs_consent`. `alternative` is what the contract lets the customer agree to. With `beats` it has no target: it is owed
    anew at every beat until it is cancelled.

    `stops_for` are the reasons of pauses in which it stands still. What would be due before it was owed at all is due `grace` of
    working time later. From the share `warn_at` on it is in danger.
    """

    id: str
    kind: str
    calendar: str
    fulfilled_by: tuple[str, ...]
    target: Target | None = None
    beats: Beats | None = None
    starts: tuple[str, ...] = (REPORTED,)
    after: str = ""
    restarts: bool = False
    cancelled_by: tuple[str, ...] = ()
    stops_for: frozenset[str] = frozenset()
    alternative: Alternative | None = None
    needs_consent: bool = True
    outlives_ticket: bool = False
    grace: timedelta = _ZERO
    warn_at: float = 0.8
    ladder: str = ""
    begins_with_report: bool = field(init=False, compare=False)  # and the report neither keeps nor ends it

    def __post_init__(self) -> None:
        """Refuse what contradicts itself or what no policy may promise."""
        begins = REPORTED in self.starts and not self.after
        over = (*self.fulfilled_by, *self.cancelled_by)
        object.__setattr__(self, "begins_with_report", begins and REPORTED not in over)
        if not self.starts or not self.fulfilled_by:
            raise Mistaken(
                f"时限 {self.id} 应写明从什么算起、做到什么算数",
                f"clock {self.id} must say what it counts from and what keeps it",
            )
        if self.target is not None and self.beats is not None:
            raise Mistaken(
                f"时限 {self.id} 只能写一种：到期时刻，或者每隔多久一次",
                f"clock {self.id} is due once or again and again, not both",
            )
        if self.beats is not None and not self.cancelled_by:
            raise Mistaken(
                f"时限 {self.id} 每隔一段时间一次，应写明到什么时候为止（until）",
                f"clock {self.id} comes again and again and must say until when (until)",
            )
        if self.kind in NEVER_PAUSED and self.stops_for:
            raise Mistaken(
                f"时限 {self.id}：首次响应从不暂停", f"clock {self.id}: a first response never pauses"
            )
        if self.grace < _ZERO or not 0 <= self.warn_at <= 1:
            raise Mistaken(
                f"时限 {self.id}：宽限不能是负的，预警应在 0 到 1 之间",
                f"clock {self.id}: grace cannot be negative, and the warning lies between 0 and 1",
            )

    def minds(self, event: str) -> bool:
        """Say whether it makes a difference to this clock that an event has happened."""
        return (
            event in self.starts or event == self.after or event in (*self.fulfilled_by, *self.cancelled_by)
        )


def in_order(rules: Iterable[ClockRule]) -> tuple[ClockRule, ...]:
    """Return the rules so that whatever starts when another is missed comes after it.

    Raises:
        ValueError: Two have the same id, one waits for a clock that does not exist, or they wait for each other in a circle.
    """
    named: dict[str, ClockRule] = {}
    for rule in rules:
        if rule.id in named:
            raise Mistaken(
                f"时限 {rule.id} 写了两次；同一种时限有几个时，各写一个 id",
                f"clock {rule.id} stands twice; with several of a kind give each an id",
            )
        named[rule.id] = rule
    unknown = [
        f"{rule.id} → {other}" for rule in named.values() for other in _waits_for(rule) if other not in named
    ]
    if unknown:
        raise Mistaken(
            f"没有所等的时限：{'、'.join(unknown)}",
            f"waits for a clock that there is not: {', '.join(unknown)}",
        )
    waits: Mapping[str, set[str]] = {rule.id: set(_waits_for(rule)) for rule in named.values()}
    try:
        return tuple(named[name] for name in TopologicalSorter(waits).static_order())
    except CycleError as circle:
        chain = " → ".join(circle.args[1])
        raise Mistaken(
            f"时限互相等待，没有尽头：{chain}", f"clocks wait for each other for ever: {chain}"
        ) from circle


def _waits_for(rule: ClockRule) -> Iterator[str]:
    for event in (*rule.starts, rule.after):
        if event.startswith(MISSED):
            yield event.removeprefix(MISSED)
