"""What has come in and waits for the bot; whoever put it there can wait until it was taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from adapters.contract import Incoming

MOST_WAITING: Final = 1000


class Inbox:
    """A queue with an end. Telegram keeps an update until it hears that we have it, so nothing is confirmed earlier."""

    def __init__(self) -> None:
        self.is_closed = False
        self._queue: asyncio.Queue[tuple[Incoming, asyncio.Event] | None] = asyncio.Queue()

    @property
    def is_full(self) -> bool:
        """True while more would only fill memory."""
        return self._queue.qsize() >= MOST_WAITING

    def put(self, message: Incoming) -> asyncio.Event:
        """Take a message and return what is set as soon as the bot has taken it."""
        taken = asyncio.Event()
        self._queue.put_nowait((message, taken))
        return taken

    def close(self) -> None:
        """End the reading after what is already there; harmless when repeated."""
        if not self.is_closed:
            self.is_closed = True
            self._queue.put_nowait(None)

    async def messages(self) -> AsyncIterator[Incoming]:
        """Yield messages, oldest first, until the end."""
        while (item := await self._queue.get()) is not None:
            message, taken = item
            yield message
            taken.set()  # the bot has come back for the next one
