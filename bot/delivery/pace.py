"""How fast a platform may be spoken to: a leaky bucket per room and one for the adapter (GCRA)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from adapters.contract import Capabilities

_NONE = timedelta()
_MINUTE = timedelta(minutes=1)
_RESTARTING = timedelta(seconds=1)  # a bucket that is empty sooner need not be remembered
_BURST = 5  # messages that may follow each other at once before the pace counts


class Pace:
    """Says how long to wait before the next message. State is one instant per room, the theoretical arrival time of GCRA."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._room_step = _step(capabilities.per_minute_room)
        self._step = _step(capabilities.per_minute)
        self.is_unlimited = self._room_step is None and self._step is None
        self._rooms: dict[str, datetime] = {}
        self._all: datetime | None = None
        self._remembered: dict[str, datetime] = {}  # what the store was told of the buckets
        self._seen: datetime | None = None  # the latest time it was told

    def wait(self, room: str, now: datetime, *, ahead: int = 0) -> timedelta:
        """Return how long to wait before a message to a room may be sent; zero when it may be sent now.

        `ahead` is how many others will be sent to that room before it.
        """
        if self.is_unlimited:
            return _NONE
        self._see(now)
        waits = [_NONE]
        if self._room_step and (ahead or room in self._rooms):
            waits.append(_wait(self._rooms.get(room, now), self._room_step, now, ahead))
        if self._step and (ahead or self._all):
            waits.append(_wait(self._all or now, self._step, now, ahead))
        return max(waits)

    def is_scarce(self, now: datetime) -> bool:
        """Say whether the adapter's own budget is being used up, so that rooms stand in each other's way."""
        return self._step is not None and self._all is not None and self._all > now

    def take(self, room: str, now: datetime) -> None:
        """Count a message that is being sent now."""
        if self.is_unlimited:
            return
        self._see(now)
        if self._room_step:
            self._rooms[room] = max(self._rooms.get(room, now), now) + self._room_step
            if len(self._rooms) > 1000:
                self._rooms = {name: at for name, at in self._rooms.items() if at > now}
        if self._step:
            self._all = max(self._all or now, now) + self._step

    def filled(self, adapter: str, now: datetime) -> dict[str, datetime | None]:
        """Return the buckets to remember over a restart: those more than half full that have changed, and None for those forgotten.

        The bucket of the adapter itself has its name; the others that of their room.
        """
        full = {room: at for room, at in self._rooms.items() if _is_filled(at, self._room_step, now)}
        if self._all and _is_filled(self._all, self._step, now):
            full[adapter] = self._all
        changed: dict[str, datetime | None] = {
            name: at for name, at in full.items() if self._remembered.get(name) != at
        }
        changed |= dict.fromkeys(
            name for name, at in self._remembered.items() if name not in full and at <= now
        )
        for name, at in changed.items():
            if at is None:
                del self._remembered[name]
            else:
                self._remembered[name] = at
        return changed

    def restore(self, arrivals: Mapping[str, datetime], adapter: str, now: datetime) -> None:
        """Take up buckets of an earlier run; what a clock that was put back made too large is left out."""
        for name, at in arrivals.items():
            self._remembered[name] = at
            if not now < at <= now + 2 * _MINUTE:
                continue
            if name == adapter and self._step:
                self._all = max(self._all or at, at)
            elif self._room_step:
                self._rooms[name] = max(self._rooms.get(name, at), at)

    def _see(self, now: datetime) -> None:
        """Begin anew when the clock of the host was put back: else a room would wait for as long as the step was."""
        if self._seen is not None and now < self._seen:
            self._rooms.clear()
            self._all = None
        self._seen = now


def _wait(arrival: datetime, step: timedelta, now: datetime, ahead: int) -> timedelta:
    return max(arrival, now) + step * (ahead - _BURST) - now


def _is_filled(arrival: datetime, step: timedelta | None, now: datetime) -> bool:
    return step is not None and arrival - now > max(step * _BURST / 2, _RESTARTING)


def _step(per_minute: int | None) -> timedelta | None:
    """Return the distance of messages in a steady stream; the burst is taken out of the minute's budget, never added to it."""
    return _MINUTE / max(per_minute - _BURST, 1) if per_minute else None
