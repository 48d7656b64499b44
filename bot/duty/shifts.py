"""Shifts of a rota as they were lived: who was called to relieve whom, whether they did, and which gaps were warned of.

Pure: what was said about a rota is one small value, which time and people turn into the next one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from scheduler.duty import RollCall, gaps, next_roll_call
from scheduler.intervals import Interval, in_utc
from scheduler.rota import Rota, on_call

HORIZON = timedelta(days=8)  # how far ahead changes and gaps are looked for


class Shift(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said about one rota so far. `confirm_by` is None when nobody is waited for."""

    changed_at: datetime  # the latest change of shift that was looked at
    leaving: tuple[str, ...] = ()  # who is called until somebody takes over
    coming: tuple[str, ...] = ()
    confirm_by: datetime | None = None
    is_missed: bool = False  # it was said that nobody took over
    warned_until: datetime | None = None  # the end of the latest gap that was warned of


class Called(msgspec.Struct, frozen=True):
    """A shift ends: those who come were asked to take over by an instant, from those who are called until then."""

    call: RollCall
    leaving: tuple[str, ...]
    confirm_by: datetime


class NotTaken(msgspec.Struct, frozen=True):
    """Nobody took over in time; those who should have left are still called."""

    leaving: tuple[str, ...]
    coming: tuple[str, ...]
    changed_at: datetime


class Warned(msgspec.Struct, frozen=True):
    """Nobody is on call in a stretch of time that is near; `is_open` when no end of it is in sight."""

    gap: Interval
    is_open: bool


Happening = Called | NotTaken | Warned


def begun(now: datetime) -> Shift:
    """Return the state of a rota that was never looked at: whoever is on duty is."""
    return Shift(changed_at=in_utc(now))


def passed(rota: Rota, shift: Shift, now: datetime) -> tuple[Shift, list[Happening]]:
    """Return what the time up to `now` brings about. After a downtime only the latest change of shift is called."""
    at, happened = in_utc(now), list[Happening]()
    for step in (_called, _not_taken, _warned):
        shift, event = step(rota, shift, at)
        happened.extend([event] if event else [])
    return shift, happened


def taken_over(shift: Shift) -> Shift:
    """Return the state once somebody of the new shift has said that they took over."""
    return replace(shift, confirm_by=None, is_missed=False, leaving=())


def held(rota: Rota, shift: Shift | None) -> tuple[str, ...]:
    """Return who is called instead of whom the plan says; empty when the plan holds."""
    if shift is None or rota.confirm_within is None or shift.confirm_by is None:
        return ()
    return shift.leaving


def called_now(rota: Rota, shift: Shift | None, now: datetime) -> tuple[str, ...]:
    """Return who is called at `now`: by plan, or those whom nobody has relieved."""
    return held(rota, shift) or on_call(rota, now)


def next_look(rota: Rota, shift: Shift, now: datetime) -> datetime | None:
    """Return when a rota next has something to say, in UTC, or None when that is beyond the horizon."""
    at = in_utc(now)
    instants: list[datetime | None] = [None if shift.is_missed else shift.confirm_by]
    if rota.confirm_within is not None:
        call = next_roll_call(rota, shift.changed_at, at + HORIZON)
        instants.append(call.at if call else None)
    gap = _next_gap(rota, shift, at, at + HORIZON)
    instants.append(max(gap.start - rota.warn_ahead, at) if gap else None)
    return min((instant for instant in instants if instant is not None), default=None)


def _called(rota: Rota, shift: Shift, at: datetime) -> tuple[Shift, Called | None]:
    if rota.confirm_within is None:
        return shift, None
    latest, since = None, shift.changed_at
    while (call := next_roll_call(rota, since, at + timedelta.resolution)) is not None:
        latest, since = call, call.at
    if latest is None:
        return shift, None
    leaving = held(rota, shift) or latest.leaving
    moved = replace(
        shift, changed_at=latest.at, leaving=(), coming=latest.coming, confirm_by=None, is_missed=False
    )
    if not latest.coming or not leaving or set(latest.coming) == set(leaving):
        return moved, None  # nobody comes, or nobody is relieved
    confirm_by = max(latest.at, at) + rota.confirm_within
    return replace(moved, leaving=leaving, confirm_by=confirm_by), Called(latest, leaving, confirm_by)


def _not_taken(rota: Rota, shift: Shift, at: datetime) -> tuple[Shift, NotTaken | None]:  # noqa: ARG001 - as its neighbours
    if shift.confirm_by is None or shift.is_missed or at < shift.confirm_by:
        return shift, None
    return replace(shift, is_missed=True), NotTaken(shift.leaving, shift.coming, shift.changed_at)


def _warned(rota: Rota, shift: Shift, at: datetime) -> tuple[Shift, Warned | None]:
    # Most looks find nothing near, and need not know what comes in a week.
    if _next_gap(rota, shift, at, at + rota.warn_ahead + timedelta.resolution) is None:
        return shift, None
    end = at + HORIZON
    gap = _next_gap(rota, shift, at, end)
    if gap is None or gap.start - rota.warn_ahead > at:
        return shift, None
    until = gap.end or end
    return replace(shift, warned_until=until), Warned(gap, is_open=until >= end)


def _next_gap(rota: Rota, shift: Shift, at: datetime, end: datetime) -> Interval | None:
    """Return the first gap that was not warned of; one that was goes on until its end was reached."""
    seen = shift.warned_until
    return next((gap for gap in gaps(rota, at, end) if seen is None or gap.start >= seen), None)
