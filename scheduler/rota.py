"""On-call rotas: who is responsible at an instant, and when that changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from scheduler.intervals import in_utc

# No zone has ever put its clock further at once, not even across the date line.
_LARGEST_STEP = timedelta(hours=24)


class Override(msgspec.Struct, frozen=True):
    """Other people are on call from `start` up to, not including, `end`; nobody when `members` is empty."""

    start: datetime
    end: datetime
    members: tuple[str, ...]


class Leave(msgspec.Struct, frozen=True):
    """Somebody is away from `start` up to, not including, `end`, whatever the plan says."""

    person: str
    start: datetime
    end: datetime


class Rota(msgspec.Struct, frozen=True):
    """The plan by which people take turns.

    The first of `members` takes over at `starts` and hands over after every `shift`, at the time of day that `starts` has
    in `zone`, summer or winter. Before `starts` the turns are the same, counted backwards. Of overrides at the same time
    the last one written holds. `backup` stands behind whoever is on call, and takes over when all of them are on leave.
    """

    id: str
    members: tuple[str, ...]
    zone: ZoneInfo
    shift: timedelta
    starts: datetime
    overrides: tuple[Override, ...] = ()
    backup: tuple[str, ...] = ()
    leaves: tuple[Leave, ...] = ()
    name: str = ""  # what people call it
    confirm_within: timedelta | None = None  # the new shift says that it took over; None: it need not
    warn_ahead: timedelta = timedelta(days=1)  # of a stretch with nobody on call

    def __post_init__(self) -> None:
        """Refuse shifts nobody could work, and a first hand-over that is at no certain instant."""
        if self.shift < timedelta(minutes=1):
            raise ValueError(f"a shift lasts at least a minute, not {self.shift}")
        in_utc(self.starts)


@lru_cache(maxsize=64)  # in one moment many tickets ask who is on call
def on_call(rota: Rota, at: datetime) -> tuple[str, ...]:
    """Return the ids of the people on call, empty when nobody is.

    Whoever is on leave is not; when that leaves nobody it is the backup, unless an override says that nobody is on call.
    """
    instant = in_utc(at)
    planned = planned_for(rota, instant)
    present = _present(rota, planned, instant)
    return present or (_present(rota, rota.backup, instant) if planned else ())


def planned_for(rota: Rota, at: datetime) -> tuple[str, ...]:
    """Return whose turn it is by plan and overrides, on leave or not."""
    instant = in_utc(at)
    override = _override(rota, instant)
    if override is not None:
        return override.members
    if not rota.members:
        return ()
    return (rota.members[_turn(rota, instant) % len(rota.members)],)


def _present(rota: Rota, people: tuple[str, ...], instant: datetime) -> tuple[str, ...]:
    away = {leave.person for leave in rota.leaves if leave.start <= instant < leave.end}
    return tuple(person for person in people if person not in away) if away else people


def next_change(rota: Rota, at: datetime) -> datetime:
    """Return the first instant, in UTC, after `at` at which somebody else is on call.

    When nobody else ever takes over it is the next hand-over of the plan.
    """
    reached = in_utc(at)
    current = on_call(rota, reached)
    hand_over = _hand_over(rota, _turn(rota, reached) + 1)
    while edges := list(edges_after(rota, reached)):
        reached = min(edges)
        if on_call(rota, reached) != current:
            return reached
    return hand_over


def _override(rota: Rota, instant: datetime) -> Override | None:
    return next((each for each in reversed(rota.overrides) if each.start <= instant < each.end), None)


def edges_after(rota: Rota, instant: datetime) -> Iterator[datetime]:
    """Yield instants after `instant` of which the first is the first at which anything may change."""
    stretches: list[Override | Leave] = [*rota.overrides, *rota.leaves]
    for stretch in stretches:
        for edge in (in_utc(stretch.start), in_utc(stretch.end)):
            if edge > instant:
                yield edge
    # Hand-overs under an override change nothing, nor do those of somebody who takes turns alone.
    if _override(rota, instant) is None and len(set(rota.members)) > 1:
        yield _hand_over(rota, _turn(rota, instant) + 1)


def _hand_over(rota: Rota, turn: int) -> datetime:
    """Return when a turn begins: so many shifts after the first, walked on the wall clock."""
    wall = _wall(rota, rota.starts) + turn * rota.shift
    return wall.replace(tzinfo=rota.zone).astimezone(UTC)


def _turn(rota: Rota, instant: datetime) -> int:
    """Return the number of the latest turn that has begun."""
    # The wall clock says it but for the hours around a change of summer time: start beyond it and walk back.
    turn = (_wall(rota, instant) - _wall(rota, rota.starts) + _LARGEST_STEP) // rota.shift + 1
    while _hand_over(rota, turn) > instant:
        turn -= 1
    return turn


def _wall(rota: Rota, instant: datetime) -> datetime:
    return instant.astimezone(rota.zone).replace(tzinfo=None)
