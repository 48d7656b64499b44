"""Which adapters this worker runs: each connection in one place at a time, spread evenly, and moved when a worker goes.

A worker that has an adapter's lease reads the platform and sends to it. When it dies the lease ends after ten seconds and
another worker opens the connection; when it ends in good order, at once.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import structlog

from adapters.contract import Adapter, HasPages
from bot.intake import Intake
from bot.running import Bot
from bot.store.faults import StoreFault

_EVERY_SECONDS = 1.0
_PATIENCE = timedelta(seconds=2)  # for messages that are being sent


class Roster:
    """Starts and ends the adapters of one worker. `adapters` is everybody's view of them: a new connection takes its place there."""

    def __init__(
        self, bot: Bot, adapters: dict[str, Adapter], intake: Intake, remake: Callable[[str], Adapter]
    ) -> None:
        self._bot = bot
        self._adapters = adapters
        self._intake = intake
        self._remake = remake
        self._readers: dict[str, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._waits_for_store = False
        self._log = structlog.get_logger("roster")

    def wake(self) -> None:
        """Look at once, because another worker queued something or gave something back."""
        self._woken.set()

    async def run(self) -> None:
        """Go on until cancelled, or until an adapter fails: half a bot is worse than none."""
        while True:
            try:
                await self.look()
                self._waits_for_store = False
            except StoreFault as fault:
                if not self._waits_for_store:  # once: it looks every second
                    self._log.warning(
                        "the roster waits for the store", action="roster_fault", reason=str(fault)
                    )
                self._waits_for_store = True
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_SECONDS):
                    await self._woken.wait()
            self._woken.clear()

    async def look(self) -> None:
        """Take what is free and this worker's share, give back what is more, and take up what others have queued."""
        self._raise_failures()
        share = math.ceil(len(self._adapters) / max(1, await self._bot.store.alive()))
        mine = [name for name in self._adapters if self._bot.store.term(name)]
        for name in self._adapters:
            is_read = name in self._readers
            if name not in mine and (is_read or len(mine) < share):
                if await self._bot.store.hold(name):
                    mine.append(name)
                elif is_read:
                    await self._end(name)
        for name in mine[share:]:
            await self.give_back(name)
        for name in mine[:share]:
            if name not in self._readers:
                self._begin(name)
        await self._bot.outbox.look()

    async def give_back(self, name: str) -> None:
        """Let another worker run an adapter, after what is on its way."""
        await self._bot.outbox.leave(name)
        await self._end(name)
        await self._bot.store.let_go(name)

    async def close(self) -> None:
        """End every adapter in good order; what they have said is taken care of."""
        for name in list(self._readers):
            await self._bot.outbox.leave(name)
            await self._adapters[name].close()
        await asyncio.gather(*self._readers.values(), return_exceptions=True)
        self._readers.clear()
        await self._intake.close()

    def _begin(self, name: str) -> None:
        self._log.info("adapter starts here", action="adapter_started", adapter=name)
        self._readers[name] = asyncio.create_task(self._intake.read(self._adapters[name]))

    async def _end(self, name: str) -> None:
        """Close a connection and put a new one, not yet opened, in its place."""
        reader = self._readers.pop(name, None)
        if reader is None:
            return
        self._log.info("adapter ends here", action="adapter_ended", adapter=name)
        adapter = self._adapters[name]
        if isinstance(adapter, HasPages):  # the server knows its pages by this object
            reader.cancel()
        else:
            await adapter.close()
            self._adapters[name] = self._remake(name)
            self._bot.outbox.change(self._adapters[name])
        await asyncio.gather(reader, return_exceptions=True)

    def _raise_failures(self) -> None:
        for reader in self._readers.values():
            if reader.done() and not reader.cancelled():
                reader.result()  # a console that has read its last line ends without a fault
