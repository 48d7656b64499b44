"""Notes of deliveries: gathered for a moment and written together, because nobody waits for them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.delivery.pace import Pace
from bot.delivery.quotas import Quotas
from bot.store.contract import Change, Kept, Store
from bot.store.faults import LeaseLost, StoreFault
from bot.store.messages import Delivered
from scheduler.loop import Clock

QUOTAS = "quota:"  # + adapter / quota / room: how much of it is used
PACES = "pace:"  # + room or adapter: until when its bucket is used up
_STORE_PATIENCE = timedelta(seconds=5)
# How long deliveries are gathered before they are noted, so that answers do not wait behind a durable write for each.
# What was said in these moments before a crash is said again, with a mark.
_GATHERING = 0.05  # seconds


class Notes:
    """Of one adapter: what has arrived, and how much of the platform's pace is used up."""

    def __init__(self, adapter: str, store: Store, clock: Clock, pace: Pace, quotas: Quotas) -> None:
        self._adapter = adapter
        self._store = store
        self._clock = clock
        self._pace = pace
        self._quotas = quotas
        self._waiting: list[Delivered] = []
        self._writing: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()  # somebody waits for the notes
        self._log = structlog.get_logger("outbox").bind(adapter=adapter)

    @property
    def task(self) -> asyncio.Task[None] | None:
        """What is being written, for those who wait for it."""
        return self._writing

    def hurry(self) -> None:
        """Write without gathering from now on."""
        self._hurry.set()

    def relax(self) -> None:
        """Gather again."""
        self._hurry.clear()

    def add(self, delivered: Delivered) -> None:
        """Note a delivery together with those that happen meanwhile."""
        self._waiting.append(delivered)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    def platform_id(self, key: str) -> str | None:
        """Return what the platform calls a message whose delivery is not written yet."""
        return next((note.platform_id for note in self._waiting if note.key == key), None)

    async def _write(self) -> None:
        try:
            while self._waiting:
                # Real time, whatever the bot's clock says: this is about writes, not about people.
                with suppress(TimeoutError):
                    async with asyncio.timeout(_GATHERING):
                        await self._hurry.wait()
                await self._write_now()
        finally:
            self._writing = None

    async def _write_now(self) -> None:
        notes = list(self._waiting)
        try:
            await self._store.note_delivered(notes)
            await self._remember_pace()
        except LeaseLost:
            # Whoever has it now takes these for possibly delivered, and marks them when they are sent again.
            self._log.warning("deliveries came too late to be noted", action="lease_lost", count=len(notes))
        except StoreFault:
            self._log.exception("cannot note deliveries", action="outbox_store_fault")
            if not self._hurry.is_set():
                await self._clock.sleep(_STORE_PATIENCE)
                return
        del self._waiting[: len(notes)]

    async def _remember_pace(self) -> None:
        filled = self._pace.filled(self._adapter, self._clock.now())
        kept = [Kept(PACES + name, at.isoformat() if at else "") for name, at in filled.items()]
        used = self._quotas.changed(self._clock.now())
        kept += [Kept(f"{QUOTAS}{self._adapter}/{name}", counts) for name, counts in used.items()]
        if kept:
            await self._store.commit(Change(at=self._clock.now(), kept=tuple(kept)))
