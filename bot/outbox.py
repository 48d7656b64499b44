"""The outbox: the only place from which anything is sent.

One sender per adapter, so that a dead platform silences nobody else; in it one queue per room, so that a room reads the
messages in the order in which they were decided, while rooms do not wait for each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

import structlog
from msgspec.structs import replace

from adapters.contract import Adapter
from adapters.powers import takes_file
from bot.delivery.quotas import Quotas
from bot.delivery.sender import Sender
from bot.store.contract import Store
from bot.store.messages import Delivery, Queued
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters
from scheduler.loop import Clock

_SEND_PATIENCE = timedelta(seconds=90)  # real time; adapters with a time-out of their own are faster


class Outbox:
    """Delivers what was committed. `deliver` takes messages that are saved already; `recover` those of an earlier run.

    `translator_at` gives the translator for the room at an address: the mark of what is sent again is all the outbox says itself.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        adapters: Mapping[str, Adapter],
        translator_at: Callable[[str], Callable[[str], str]],
        *,
        meters: Meters | None = None,
        journal: Journal | None = None,
        send_patience: timedelta = _SEND_PATIENCE,
    ) -> None:
        self.on_loss: Callable[[Queued], None] = lambda _: None  # called when a message is given up
        self.on_hold: Callable[[Queued], None] = lambda _: None  # … or waits for somebody to speak
        self._store = store
        meters, journal = meters or Meters(clock.monotonic), journal or Journal(is_on=False)
        self._senders = {
            name: Sender(
                adapter, store, clock, translator_at, self._moved, self._lost, meters, journal, send_patience
            )
            for name, adapter in adapters.items()
        }
        self._log = structlog.get_logger("outbox")

    def _lost(self, message: Queued) -> None:
        (self.on_hold if message.state is Delivery.HELD else self.on_loss)(message)

    def can_edit(self, adapter: str) -> bool:
        """Say whether a platform lets the bot change what it has said."""
        sender = self._senders.get(adapter)
        return sender is not None and sender.adapter.capabilities.can_edit

    def takes_file(self, adapter: str, room: str, size: int) -> bool:
        """Say whether a file of so many bytes can be sent to a room."""
        sender = self._senders.get(adapter)
        return sender is not None and takes_file(sender.adapter, room, size)

    def quotas(self) -> Mapping[str, Quotas]:
        """Return what of each platform's quotas is used, by adapter."""
        return {name: sender.quotas for name, sender in self._senders.items()}

    def is_near(self, adapter: str, room: str) -> bool:
        """Say whether a message to this room would be handed to its platform within moments.

        Such a message is committed as `SENDING`: one durable write less on the way of an answer, at the price that after a crash
        it counts as possibly delivered.
        """
        sender = self._senders.get(adapter)
        return sender is not None and sender.is_near(room)

    async def recover(self) -> None:
        """Take up what an earlier run has left, for every adapter that no other worker sends for."""
        for name in self._senders:
            await self._store.hold(name)
        await self.look()

    async def look(self) -> None:
        """Take up what other workers have queued, and at the beginning of a lease everything that waits."""
        for sender in self._senders.values():
            await sender.look()

    def change(self, adapter: Adapter) -> None:
        """Send through another connection to the same platform from now on."""
        self._senders[adapter.name].change(adapter)

    async def leave(self, adapter: str) -> None:
        """Stop sending for an adapter, after what is on its way; what is not sent waits for the next holder of the lease."""
        await self._senders[adapter].leave()

    def heard(self, room: str) -> None:
        """Say what was held for a room, now that somebody has spoken there."""
        sender = self._senders.get(room.partition(":")[0])
        if sender is not None:
            sender.release(room)

    def deliver(self, messages: Iterable[Queued]) -> None:
        """Send messages that were just committed, each in its room's order; those of other workers' adapters are theirs."""
        for message in messages:
            if sender := self._sender_of(message):
                sender.take(message)

    async def cry(self, room: str, text: str) -> bool:
        """Say at once, and once, that the store saves nothing: kept nowhere, for there is nowhere to keep it. False: it was not said."""
        sender = self._senders.get(room.partition(":")[0])
        return sender is not None and await sender.cry(room, text)

    async def _moved(self, messages: Iterable[Queued]) -> None:
        """Send messages that could not be said where they should have been."""
        for message in messages:
            sender = self._sender_of(message)
            if sender is not None and sender.is_ours:
                await sender.put_again(message)
            elif sender is not None:
                sender.take(message)

    def _sender_of(self, message: Queued) -> Sender | None:
        sender = self._senders.get(message.adapter)
        if sender is None:
            self._log.error(
                "no adapter for message", action="undeliverable", room=message.room, key=message.key
            )
        return sender

    async def retry(self, *keys: str) -> int:
        """Try dead letters once more, oldest first, and return how many there were. Of two who ask at once one does it."""
        again = await self._decide(keys, _once_more)
        await self._moved(again)
        return len(again)

    async def put_aside(self, *keys: str) -> int:
        """Let go of dead letters that nobody needs any more, and return how many there were."""
        gone = await self._decide(keys, lambda letter: replace(letter, state=Delivery.DROPPED))
        for letter in gone:
            self._log.info("put aside", action="letter_put_aside", key=letter.key, room=letter.room)
        return len(gone)

    async def _decide(self, keys: Iterable[str], end: Callable[[Queued], Queued]) -> list[Queued]:
        """Save what becomes of dead letters, and return those about which nobody else, here or in another worker, was quicker."""
        letters = [end(letter) for letter in await self._dead(keys)]
        saved = set(await self._store.update_dead(letters))
        return [letter for letter in letters if letter.key in saved]

    async def _dead(self, keys: Iterable[str]) -> list[Queued]:
        found = [message for key in keys if (message := await self._store.outgoing(key)) is not None]
        dead = [message for message in found if message.state is Delivery.DEAD]
        return sorted(dead, key=lambda message: (message.created_at, message.key))

    async def drain(self) -> None:
        """Wait until everything that can be sent now has been sent and noted."""
        await asyncio.gather(*(sender.drain() for sender in self._senders.values()))

    async def settle(self, patience: timedelta) -> None:
        """Wait like `drain`, but not for a platform that does not answer in this (real) time."""
        waiting = asyncio.ensure_future(self.drain())
        await asyncio.wait({waiting}, timeout=patience.total_seconds())
        waiting.cancel()

    async def close(self) -> None:
        """Stop sending; what is not sent stays in the store."""
        await asyncio.gather(*(sender.close() for sender in self._senders.values()))


def _once_more(letter: Queued) -> Queued:
    """Return a dead letter as it is tried again: from the beginning, and marked where an earlier attempt may have arrived."""
    return replace(
        letter,
        state=Delivery.QUEUED,
        attempts=0,
        not_before=None,
        useful_until=None,
        reason="",
        reason_made="",
    )
