"""What has come in and waits for the bot; never more than memory can hold."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from typing import Any, Final

from adapters.contract import Incoming, Notice
from adapters.receipt import Receipt

MOST_WAITING: Final = 10_000


class Inbox:
    """A queue with an end and a limit, filled by whoever hears the platform and read by `incoming`.

    What was put is read also after the end.
    """

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self.is_closed = False
        self._most_waiting = most_waiting
        self._queue: deque[Incoming | Notice | None] = deque()
        self._has_more = asyncio.Event()
        self._has_place = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How much has come in that nobody has read."""
        return len(self._queue)

    @property
    def is_full(self) -> bool:
        """True while more would only fill memory."""
        return len(self._queue) >= self._most_waiting

    def put(self, happening: Incoming | Notice) -> bool:
        """Take what has come in; False when too much is waiting or nobody will read it any more."""
        if self.is_closed or self.is_full:
            return False
        self._add(happening)
        return True

    def put_for_receipt(self, happening: Incoming | Notice) -> Receipt | None:
        """Take what has come in and return what the bot settles once it is saved; None when there is no place for it."""
        receipt = Receipt()
        return receipt if self.put(replace(happening, receipt=receipt)) else None

    async def put_when_free(self, happening: Incoming | Notice) -> None:
        """Take what has come in as soon as there is a place for it."""
        while self.is_full:
            self._has_place.clear()
            await self._has_place.wait()
        self._add(happening)

    def close(self) -> None:
        """End the reading after what is already there; harmless when repeated."""
        if not self.is_closed:
            self.is_closed = True
            self._add(None)

    async def messages(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what came in, oldest first, until the end."""
        while True:
            while not self._queue:
                self._has_more.clear()
                await self._has_more.wait()
            happening = self._queue.popleft()
            if happening is None:
                return
            if not self._has_place.is_set():
                self._has_place.set()
            yield happening

    def _add(self, happening: Incoming | Notice | None) -> None:
        self._queue.append(happening)
        if len(self._queue) == 1:  # else the reader is awake already
            self._has_more.set()

    async def fed_by(self, work: Coroutine[Any, Any, Any]) -> AsyncIterator[Incoming | Notice]:
        """Yield what came in while `work` fills it. When that ends the reading ends too, with its mistake if it made one."""
        working = asyncio.create_task(work)
        working.add_done_callback(lambda _: self.close())
        try:
            async for happening in self.messages():
                yield happening
            if working.done() and not working.cancelled():
                working.result()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
