"""How fast a platform may be spoken to: a leaky bucket per room and one for the adapter (GCRA)."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapters.contract import Capabilities

_MINUTE = timedelta(minutes=1)
_BURST = 5  # messages that may follow each other at once before the pace counts


class Pace:
    """Says how long to wait before the next message. State is one instant per room, the theoretical arrival time of GCRA."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._room_step = _step(capabilities.per_minute_room)
        self._step = _step(capabilities.per_minute)
        self._rooms: dict[str, datetime] = {}
        self._all: datetime | None = None
        self._seen: datetime | None = None  # the latest time it was told

    def wait(self, room: str, now: datetime, *, ahead: int = 0) -> timedelta:
        """Return how long to wait before a message to a room may be sent; zero when it may be sent now.

        `ahead` is how many others will be sent to that room before it.
        """
        self._see(now)
        waits = [timedelta()]
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
        self._see(now)
        if self._room_step:
            self._rooms[room] = max(self._rooms.get(room, now), now) + self._room_step
            if len(self._rooms) > 1000:
                self._rooms = {name: at for name, at in self._rooms.items() if at > now}
        if self._step:
            self._all = max(self._all or now, now) + self._step

    def _see(self, now: datetime) -> None:
        """Begin anew when the clock of the host was put back: else a room would wait for as long as the step was."""
        if self._seen is not None and now < self._seen:
            self._rooms.clear()
            self._all = None
        self._seen = now


def _wait(arrival: datetime, step: timedelta, now: datetime, ahead: int) -> timedelta:
    return max(arrival, now) + step * (ahead - _BURST) - now


def _step(per_minute: int | None) -> timedelta | None:
    """Return the distance of messages in a steady stream; the burst is taken out of the minute's budget, never added to it."""
    return _MINUTE / max(per_minute - _BURST, 1) if per_minute else None
