"""From adapters to the reception: messages of one person in one room in their order, everybody else's side by side."""

from __future__ import annotations

import asyncio
from collections import deque

import structlog

from adapters.contract import Adapter, Incoming, Notice, What
from bot.failing import Failures, key_of
from bot.journal import Journal
from bot.metrics import Meters
from bot.outbox import Outbox
from bot.reception import Reception
from bot.store.contract import StoreFault
from scheduler.loop import Clock

_MOST_WAITING = 5000  # beyond this the adapters wait, and with them the platforms


class Intake:
    """Reads adapters and hands every message to the reception, and tells whoever waits for it when it is saved.

    A failure with one message is logged and stops no other.
    """

    def __init__(
        self,
        reception: Reception,
        outbox: Outbox,
        *,
        clock: Clock,
        meters: Meters,
        journal: Journal,
        failures: Failures,
    ) -> None:
        self._reception = reception
        self._outbox = outbox
        self._clock = clock
        self._meters = meters
        self._journal = journal
        self._failures = failures
        self._talks: dict[tuple[str, str], deque[Incoming | Notice]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_MOST_WAITING)
        self._log = structlog.get_logger("intake")

    async def read(self, adapter: Adapter) -> None:
        """Read one adapter until it is closed."""
        async for happening in adapter.incoming():
            self._meters.received(adapter.name)
            await self._room.acquire()
            self._take(happening)

    async def drain(self) -> None:
        """Wait until everything that was read has been taken care of."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _take(self, happening: Incoming | Notice) -> None:
        if isinstance(happening, Incoming):
            self._outbox.heard(happening.room)
            talk = (happening.room, happening.sender)
        else:
            if happening.what is What.UNMUTED:
                self._outbox.heard(happening.room)
            talk = (happening.room, happening.account)
        queue = self._talks.get(talk)
        if queue is not None:
            queue.append(happening)
            return
        self._talks[talk] = deque((happening,))
        task = asyncio.create_task(self._serve(talk))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, talk: tuple[str, str]) -> None:
        queue = self._talks[talk]
        while queue:
            happening = queue.popleft()
            is_saved = False
            try:
                await self._understood(happening)
                is_saved = True
            except StoreFault:  # the platform brings it again, where it does
                self._log.exception("message not saved", action="receive_failed", **_named(happening))
            except Exception as fault:  # noqa: BLE001 - the next message must not suffer; this one would only fail again
                self._log.exception("message failed", action="receive_failed", **_named(happening))
                is_saved = await self._put_aside(happening, fault)
            finally:
                if happening.receipt is not None:
                    happening.receipt.settle(is_saved=is_saved)
                self._room.release()
        del self._talks[talk]

    async def _put_aside(self, happening: Incoming | Notice, fault: Exception) -> bool:
        """Keep a message at which the program failed; False when even that could not be saved."""
        if isinstance(happening, Incoming):
            try:
                await self._failures.message(happening, self._clock.now(), fault)
            except StoreFault:
                self._log.exception("failure not saved", action="failure_lost", **_named(happening))
                return False
        return True

    async def _understood(self, happening: Incoming | Notice) -> None:
        if isinstance(happening, Incoming):
            if self._journal.is_on:
                self._journal.received(key_of(happening), happening.sender)
            await self._reception.receive(happening)
            await self._failures.is_well(happening)
        else:
            await self._reception.noticed(happening)


def _named(happening: Incoming | Notice) -> dict[str, str]:
    return {"room": happening.room, "message": happening.message_id}
