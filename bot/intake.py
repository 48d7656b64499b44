"""From adapters to the reception: messages of one person in one room in their order, everybody else's side by side."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import structlog

from adapters.contract import Adapter, Incoming, Notice, What
from bot.outbox import Outbox
from bot.reception import Reception
from bot.store.faults import StoreFault
from bot.telemetry.failing import Failures, key_of
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters
from scheduler.loop import Clock

_MOST_WAITING = 5000  # beyond this the adapters wait, and with them the platforms
_AGAIN_AFTER = timedelta(seconds=5)  # real time; the store says sooner that it saves
_MOST_TOLD = 500  # characters of a lost message in the log
_KEPT_FOR = timedelta(hours=2)  # after that people have told it somewhere else


class Intake:
    """Reads adapters and hands every message to the reception, and tells whoever waits for it when it is saved.

    A failure with one message is logged and stops no other. What the store did not take waits here until it does (`is_saving`
    says whether to try), for not every platform brings it a second time.
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
        is_saving: Callable[[], bool] = lambda: True,
        again_after: timedelta = _AGAIN_AFTER,
    ) -> None:
        self._reception = reception
        self._outbox = outbox
        self._clock = clock
        self._meters = meters
        self._journal = journal
        self._failures = failures
        self._is_saving = is_saving
        self._again_after = again_after
        self._ending = asyncio.Event()
        self._stuck: set[tuple[str, str]] = set()  # talks whose first message the store did not take
        self._talks: dict[tuple[str, str], deque[Incoming | Notice]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0  # of what was read and is not taken care of yet
        self._has_place = asyncio.Event()
        self._log = structlog.get_logger("intake")

    async def read(self, adapter: Adapter) -> None:
        """Read one adapter until it is closed."""
        async for happening in adapter.incoming():
            self._meters.received(adapter.name)
            while self._count >= _MOST_WAITING:
                self._has_place.clear()
                await self._has_place.wait()
            self._count += 1
            self._take(happening)

    @property
    def unsaved(self) -> int:
        """How many messages wait here until the store saves, with those behind them."""
        return sum(1 + len(self._talks[talk]) for talk in self._stuck)

    async def close(self) -> None:
        """Take care of everything that was read, but do not wait for a store that saves nothing."""
        self._ending.set()
        await self.drain()

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
                is_saved = await self._is_saved(happening)
            finally:  # at once, for a platform waits for it; one that brings it again meanwhile is not answered twice
                if happening.receipt is not None:
                    happening.receipt.settle(is_saved=is_saved)
            if not is_saved:
                self._stuck.add(talk)
                await self._later(happening)
                self._stuck.discard(talk)
            self._count -= 1
            if not self._has_place.is_set():
                self._has_place.set()
        del self._talks[talk]

    async def _is_saved(self, happening: Incoming | Notice) -> bool:
        """Handle a message, or keep it as one at which the program failed; False where the store took neither."""
        try:
            try:
                await self._understood(happening)
            except StoreFault:
                raise
            except Exception as fault:  # noqa: BLE001 - the next message must not suffer
                self._log.exception("message failed", action="receive_failed", **_named(happening))
                if isinstance(happening, Incoming):  # it would only fail again
                    await self._failures.message(happening, self._clock.now(), fault)
        except StoreFault as fault:
            self._log.error(
                "message not saved", action="receive_failed", reason=str(fault), **_named(happening)
            )
            return False
        return True

    async def _later(self, happening: Incoming | Notice) -> None:
        """Handle a message when the store saves again."""
        for _ in range(_KEPT_FOR // _AGAIN_AFTER):
            if await self._has_ended_meanwhile():
                break
            if self._is_saving() and await self._is_saved(happening):
                self._log.info("message saved late", action="received_late", **_named(happening))
                return
        # Nobody has it but the platform, and not every one: whoever reads the log finds what was said.
        said = happening.text[:_MOST_TOLD] if isinstance(happening, Incoming) else happening.what
        self._log.error("message lost", action="message_lost", said=said, **_named(happening))
        self._meters.failed("unsaved")

    async def _has_ended_meanwhile(self) -> bool:
        """Wait a little, unless the program ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._again_after.total_seconds()):
                await self._ending.wait()
        return self._ending.is_set()

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
