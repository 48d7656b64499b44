"""From adapters to the reception: messages of one person in one room in their order, everybody else's side by side."""

from __future__ import annotations

import asyncio
from collections import deque

import structlog

from adapters.contract import Adapter, Incoming
from bot.outbox import Outbox
from bot.reception import Reception

_MOST_WAITING = 5000  # beyond this the adapters wait, and with them the platforms


class Intake:
    """Reads adapters and hands every message to the reception. A failure with one message is logged and stops no other."""

    def __init__(self, reception: Reception, outbox: Outbox) -> None:
        self._reception = reception
        self._outbox = outbox
        self._talks: dict[tuple[str, str], deque[Incoming]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_MOST_WAITING)
        self._log = structlog.get_logger("intake")

    async def read(self, adapter: Adapter) -> None:
        """Read one adapter until it is closed."""
        async for incoming in adapter.incoming():
            await self._room.acquire()
            self._take(incoming)

    async def drain(self) -> None:
        """Wait until everything that was read has been taken care of."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _take(self, incoming: Incoming) -> None:
        self._outbox.heard(incoming.room)
        talk = (incoming.room, incoming.sender)
        queue = self._talks.get(talk)
        if queue is not None:
            queue.append(incoming)
            return
        self._talks[talk] = deque((incoming,))
        task = asyncio.create_task(self._serve(talk))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, talk: tuple[str, str]) -> None:
        queue = self._talks[talk]
        while queue:
            incoming = queue.popleft()
            try:
                await self._reception.receive(incoming)
            except Exception:  # noqa: BLE001 - the next message must not suffer; the platform's redelivery tries this one again
                self._log.exception(
                    "message failed", action="receive_failed", room=incoming.room, message=incoming.message_id
                )
            finally:
                self._room.release()
        del self._talks[talk]
