"""Time travel for the simulator: the bot's clock jumps from deadline to deadline until the instant asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import MovableClock
from bot.running import Bot

_PATIENCE = timedelta(seconds=2)  # of real time, for a platform that is slow while the simulated one flies


class Traveller:
    """Moves a movable clock; what falls due on the way happens at its own instant, and is said before time goes on."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self.bot: Bot | None = None  # the simulator exists before the bot that it moves

    async def forward(self, length: timedelta) -> datetime:
        """Let time pass and return the instant reached."""
        target = self._clock.now() + length
        while (due := await self._next_due()) is not None and due <= target:
            await self._reach(due)
        self._clock.move_to(target)
        return target

    async def to_next_deadline(self) -> datetime | None:
        """Let time pass until the next deadline, or return None when nothing is waiting."""
        due = await self._next_due()
        if due is not None:
            await self._reach(due)
        return due

    async def _next_due(self) -> datetime | None:
        return await self.bot.next_due_at() if self.bot else None

    async def _reach(self, due: datetime) -> None:
        self._clock.move_to(due)
        if self.bot is not None:
            await self.bot.tick(self._clock.now())
            await self.bot.outbox.settle(_PATIENCE)
