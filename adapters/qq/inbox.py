"""Messages that wait to be read: in order, and not without limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from adapters.contract import Incoming

MOST_WAITING: Final = 10_000


class Inbox:
    """A queue with a limit that can be closed; what is in it is still read after that."""

    def __init__(self, limit: int = MOST_WAITING) -> None:
        self._queue: asyncio.Queue[Incoming | None] = asyncio.Queue()
        self._places = asyncio.Semaphore(limit)

    @property
    def is_full(self) -> bool:
        """True while whoever puts something in has to wait."""
        return self._places.locked()

    async def put(self, message: Incoming) -> None:
        """Add a message, as soon as there is room."""
        await self._places.acquire()
        self._queue.put_nowait(message)

    def close(self) -> None:
        """Let the reader end after what is in it."""
        self._queue.put_nowait(None)

    async def messages(self) -> AsyncIterator[Incoming]:
        """Yield messages until it is closed."""
        while (message := await self._queue.get()) is not None:
            self._places.release()
            yield message
