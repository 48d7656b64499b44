"""What has come in and waits for the bot; never more than memory can hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from adapters.contract import Incoming

MOST_WAITING: Final = 10_000


class Inbox:
    """A queue with an end, filled by whoever hears the platform and read by `incoming`."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self.is_closed = False
        self._most_waiting = most_waiting
        self._queue: asyncio.Queue[Incoming | None] = asyncio.Queue()

    def put(self, message: Incoming) -> bool:
        """Take a message; False when too many are waiting or nobody will read it any more."""
        if self.is_closed or self._queue.qsize() >= self._most_waiting:
            return False
        self._queue.put_nowait(message)
        return True

    def close(self) -> None:
        """End the reading after what is already there; harmless when repeated."""
        if not self.is_closed:
            self.is_closed = True
            self._queue.put_nowait(None)

    async def messages(self) -> AsyncIterator[Incoming]:
        """Yield messages, oldest first, until the end."""
        while (message := await self._queue.get()) is not None:
            yield message
