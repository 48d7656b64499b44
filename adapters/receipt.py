"""What the bot says about a message once everything that follows from it is saved."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Receipt:
    """The bot's word about one message that came in: everything that follows from it is saved, or could not be.

    An adapter whose platform waits for an answer, or brings again what was not answered, puts one into its `Incoming` and answers
    when it is settled. It never waits for longer than the platform does.
    """

    __slots__ = ("_is_saved", "_settled")

    def __init__(self) -> None:
        self._settled = asyncio.Event()
        self._is_saved = False

    @property
    def is_settled(self) -> bool:
        """True once the bot has said it."""
        return self._settled.is_set()

    @property
    def is_saved(self) -> bool:
        """True once everything is saved; what is not saved should be brought again."""
        return self._is_saved

    def settle(self, *, is_saved: bool) -> None:
        """Say how it went; only the first word counts."""
        if not self.is_settled:
            self._is_saved = is_saved
            self._settled.set()

    async def wait(self, seconds: float) -> bool:
        """Return whether everything is saved; False also when that is not known in this (real) time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._settled.wait()
        return self._is_saved
