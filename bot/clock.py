"""The only reader of the wall clock."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Real time. Instants are in UTC and whole milliseconds, which is what stores keep."""

    def now(self) -> datetime:
        """Return the current instant."""
        return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)

    monotonic = staticmethod(time.monotonic)  # seconds that never run backwards

    async def sleep(self, length: timedelta) -> None:
        """Wait for a length of real time."""
        await asyncio.sleep(length.total_seconds())


class MovableClock:
    """Real time plus an offset that only grows, for the simulator's time travel."""

    def __init__(self, real: SystemClock) -> None:
        self._real = real
        self._offset = timedelta()
        self.monotonic = real.monotonic  # seconds of real time; read several times for every message

    def now(self) -> datetime:
        """Return the simulated instant."""
        return self._real.now() + self._offset

    def move_to(self, instant: datetime) -> None:
        """Make `instant` the current one, unless it is past already."""
        self._offset += max(instant - self.now(), timedelta())

    async def sleep(self, length: timedelta) -> None:
        """Wait for a length of real time."""
        await self._real.sleep(length)


class StillClock:
    """A clock that stands until it is moved: time in a replayed conversation."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the instant it was last moved to."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Make `instant` the current one.

        Raises:
            ValueError: It lies in the past.
        """
        if instant < self._now:
            raise ValueError(f"time cannot run backwards, from {self._now} to {instant}")
        self._now = instant

    def monotonic(self) -> float:
        """Return the simulated instant in seconds."""
        return self._now.timestamp()

    async def sleep(self, length: timedelta) -> None:  # noqa: ARG002 - the wait that never is
        """Return at once: in a replay only the conversation moves the clock."""
        await asyncio.sleep(0)
