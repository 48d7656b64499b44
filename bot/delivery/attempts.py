"""One attempt at a message, and what becomes of it: delivered, tried again later, said elsewhere, held, or given up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

import structlog
from msgspec.structs import replace

from adapters.contract import Adapter, Connects, DeliveryFailed, File, Outgoing
from adapters.powers import SendsFiles, TellsChanges, takes_file
from adapters.remembered import Remembered
from bot.delivery.notes import Notes
from bot.delivery.outgoing import because, moved_file, moved_text, named, rendered
from bot.delivery.patience import Patience
from bot.store.contract import Store
from bot.store.faults import StoreFault
from bot.store.messages import Delivered, Delivery, Queued
from bot.store.sharing import Lease
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters
from bot.tickets.errors import N_
from scheduler.loop import Clock

USEFUL = timedelta(days=2)  # after that a message that says nothing else is given up
_BACK_OFF = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=30), timedelta(minutes=2))
_STEADY = timedelta(minutes=5)
# A platform that seems to be cut off is spoken to all the same now and then: some find out that they are not only by that.
_ANYWAY = timedelta(minutes=1)
_CUT_OFF = timedelta(seconds=1)  # between two looks whether there is a connection
_MOST_UNKNOWN = 8  # attempts of which nobody knows what came of them: each may have been read
_DONE_REMEMBERED = 10_000


class Outdated(Exception):
    """What an attempt came to counts no more: the lease under which it began has ended."""


class Unnoted(Exception):
    """What became of an attempt could not be saved. `message` is as it is to be tried again, `fault` what the store said."""

    def __init__(self, message: Queued, fault: StoreFault) -> None:
        super().__init__(str(fault))
        self.message = message
        self.fault = fault


class Shelf(Protocol):
    """Where messages wait until somebody speaks in their room."""

    def hold(self, message: Queued) -> None:
        """Put a message there."""

    def unhold(self, message: Queued) -> None:
        """Take it from there, because it could not be noted."""


class Attempts:
    """Of one adapter. `elsewhere` takes messages that must be said through another one, `lost` those that are given up."""

    def __init__(
        self,
        *,
        adapter: Adapter,
        store: Store,
        clock: Clock,
        notes: Notes,
        shelf: Shelf,
        translator_at: Callable[[str], Callable[[str], str]],
        elsewhere: Callable[[Iterable[Queued]], Awaitable[None]],
        lost: Callable[[Queued], None],
        meters: Meters,
        journal: Journal,
        patience: timedelta,
    ) -> None:
        self.adapter = adapter
        self._store = store
        self._clock = clock
        self._notes = notes
        self._shelf = shelf
        self._translator_at = translator_at
        self._elsewhere = elsewhere
        self._lost = lost
        self._meters = meters
        self._journal = journal
        self._patience = Patience(patience.total_seconds())
        self._was_cut_off = False
        self._try_at: datetime | None = None  # the next attempt where there seems to be no connection
        self._shut: dict[
            str, datetime
        ] = {}  # until when a room is not to be spoken to, by the platform's word
        self._done = Remembered[str](_DONE_REMEMBERED)  # whoever tells of these once more is late
        self._log = structlog.get_logger("outbox").bind(adapter=adapter.name)
        self.usual_seconds = 0.0  # that a send takes
        self._term = 0

    def begin(self, term: int) -> None:
        """Forget what was dealt with under an earlier lease; this one has a number, and 0 is none."""
        self._term = term
        self._done = Remembered[str](_DONE_REMEMBERED)

    def is_done(self, message: Queued) -> bool:
        """Say whether a message was dealt with."""
        return message.key in self._done

    def begin_again(self, message: Queued) -> None:
        """Forget that a message was dealt with: somebody wants it tried once more."""
        self._done.forget(message.key)

    def shut_for(self, room: str, now: datetime) -> timedelta:
        """Return how long the platform does not want to hear anything for a room."""
        shut = self._shut.get(room)
        return shut - now if shut is not None else timedelta()

    @property
    def is_cut_off(self) -> bool:
        """True from a failure for want of a connection until there is one again."""
        if self._was_cut_off:
            self._was_cut_off = isinstance(self.adapter, Connects) and not self.adapter.is_connected
        return self._was_cut_off

    def cut_off_for(self, now: datetime) -> timedelta:
        """Return how long to wait before looking again for a connection; nothing where one message should be tried without."""
        if self._try_at is not None and now < self._try_at:
            return _CUT_OFF
        self._try_at = now + _ANYWAY
        return timedelta()

    async def drop(self, message: Queued, reason: str) -> None:
        """Put a message aside that is not worth sending any more."""
        await self._note(replace(message, state=Delivery.DROPPED, reason=reason))
        self._done.note(message.key)
        self._missed(message, "dropped")

    async def expire(self, message: Queued) -> None:
        """Give a message up that waited too long for a connection."""
        await self._given_up(message)
        self._done.note(message.key)

    async def refuse(self, message: Queued, failure: DeliveryFailed) -> None:
        """Say a message elsewhere, or when somebody speaks, without asking the platform, which would refuse it."""
        await self._refused(because(message, failure), failure)
        self._done.note(message.key)

    async def send(self, message: Queued) -> Queued | None:
        """Send once and return the message again when it has to be sent later.

        Raises:
            Outdated: It failed after the lease under which it began.
            Unnoted: It failed, and that could not be saved.
        """
        term = self._term
        edits = await self._edited(message.edits) if message.edits is not None else None
        if message.edits is not None and edits is None:
            await self.drop(message, N_("没有可以改的消息"))
            return None
        file = await self._file(message)
        began = self._meters.monotonic()
        try:
            outgoing = rendered(
                message,
                edits,
                self._translator_at,
                shows_pictures=self.adapter.capabilities.shows_pictures,
            )
            platform_id = await self._patience.wait(self._handed_over(message, outgoing, file))
        except DeliveryFailed as failure:
            self._check(term)
            return await self._come_to(message, failure)
        except TimeoutError:
            self._check(term)
            silence = DeliveryFailed(N_("平台没有回音"), retry_after=timedelta(seconds=30), is_unknown=True)
            return await self._come_to(message, silence)
        except Exception as fault:  # noqa: BLE001 - an adapter's mistake must not stop the messages behind this one
            self._log.exception("adapter failed", action="send_failed", key=message.key)
            self._check(term)
            mistake = f"{type(fault).__name__}: {fault}"
            unknown = DeliveryFailed(mistake, retry_after=timedelta(seconds=30), is_unknown=True)
            return await self._come_to(message, unknown)
        self.usual_seconds += (self._meters.monotonic() - began - self.usual_seconds) / 8
        self._shut.pop(message.room, None)
        self._done.note(message.key)
        self._notes.add(Delivered(message.key, platform_id))
        self._meters.delivered(self.adapter.name, self._clock.now() - message.created_at)
        if self._journal.is_on:
            self._journal.delivered(message, platform_id)
        return None

    async def cry(self, room: str, text: str) -> bool:
        """Send a text that no store knows of, once; False when it was refused."""
        outgoing = Outgoing(key=f"cry.{uuid4().hex}", room=room, text=text)
        try:
            await self._patience.wait(self.adapter.send(outgoing))
        except Exception:  # noqa: BLE001 - an adapter's own mistake is no worse than its refusal
            self._log.exception("nobody was told", action="cry_failed", room=room)
            return False
        return True

    async def _file(self, message: Queued) -> File | None:
        """Return the file that a message brings, where the platform takes it and it is still kept."""
        file = message.file
        if file is None or not takes_file(self.adapter, message.room, file.size):
            return None
        content = await self._store.file(file.digest)
        if content is None:
            return None
        return File(named(message, file, self._translator_at), content)

    def _handed_over(self, message: Queued, outgoing: Outgoing, file: File | None) -> Awaitable[str]:
        """Return what sends a message, or its file; where that cannot come it is for the fallback room, or said in words."""
        if file is not None and isinstance(self.adapter, SendsFiles):
            return self.adapter.send_file(outgoing, file)
        if message.file is not None and message.fallback is not None:
            raise DeliveryFailed(N_("这里发不了文件"))
        return self.adapter.send(outgoing)

    async def _come_to(self, message: Queued, failure: DeliveryFailed) -> Queued | None:
        """Do what follows from a failure; where it cannot be noted, at least remember that the message may have arrived.

        It may have been noted all the same, and only the answer of the store be lost: it must be noted anew that it is being sent
        before it is, or whoever takes it over believes that it never was.
        """
        try:
            return await self._failed(message, failure)
        except StoreFault as fault:
            is_unknown = message.is_unknown or failure.is_unknown
            known = replace(message, state=Delivery.QUEUED, is_unknown=is_unknown)
            raise Unnoted(known, fault) from fault

    async def _failed(self, message: Queued, failure: DeliveryFailed) -> Queued | None:
        if failure.retry_after is not None and not failure.is_unknown:
            self._was_cut_off = True
            self._try_at = self._clock.now() + _ANYWAY
            if self.is_cut_off:  # no attempt: whoever waits for a connection goes on as soon as there is one
                self._log.info("no connection", action="cut_off", key=message.key, reason=failure.reason)
                again = replace(because(message, failure), state=Delivery.QUEUED)
                await self._note(again)
                return again
        attempts = message.attempts + 1
        message = replace(because(message, failure), attempts=attempts)
        self._log.warning(
            "not delivered",
            action="delivery_failed",
            key=message.key,
            flow=message.flow,
            reason=str(failure.reason),
            attempts=attempts,
        )
        self._meters.undelivered(self.adapter.name, "failed")
        if failure.retry_after is None:
            if failure.is_unknown:  # very likely there; sending again would only repeat it
                await self._note(replace(message, state=Delivery.SENT, is_unknown=True))
                self._done.note(message.key)
                return None
            await self._refused(message, failure)
            return None
        if failure.is_unknown and attempts >= _MOST_UNKNOWN:
            await self._given_up(replace(message, is_unknown=True))
            return None
        now = self._clock.now()
        self._shut[message.room] = now + failure.retry_after
        back_off = _BACK_OFF[attempts - 1] if attempts <= len(_BACK_OFF) else _STEADY
        not_before = now + max(failure.retry_after, back_off)
        if not_before > (message.useful_until or message.created_at + USEFUL):
            await self._given_up(message)
            return None
        again = replace(
            message,
            state=Delivery.QUEUED,
            not_before=not_before,
            is_unknown=message.is_unknown or failure.is_unknown,
        )
        await self._note(again)
        return again

    async def _refused(self, message: Queued, failure: DeliveryFailed) -> None:
        """Say it elsewhere if there is such a place, or when somebody speaks; else give it up.

        A file waits for a word like the text before it: its other place is for where no file can come at all.
        """
        if failure.until_heard and (message.fallback is None or message.file is not None):
            held = replace(message, state=Delivery.HELD)
            self._shelf.hold(held)  # at once: somebody may speak while it is noted
            try:
                await self._note(held)
            except StoreFault:
                self._shelf.unhold(held)
                raise
            self._missed(held, "held")
            self._lost(held)
        else:
            await self._given_up(message)

    async def _given_up(self, message: Queued) -> None:
        """Say it in the fallback room if there is one; else it is a dead letter that the dashboard shows."""
        if message.fallback is not None and message.fallback != message.room:
            moved = replace(
                message,
                adapter=message.fallback.partition(":")[0],
                text=moved_text(message, self._translator_at(message.fallback)),
                file=moved_file(message, self._translator_at(message.fallback)),
                room=message.fallback,
                state=Delivery.QUEUED,
                fallback=None,
                quotes=None,
                not_before=None,
            )
            await self._note(moved)
            self._missed(moved, "moved")
            await self._elsewhere((moved,))
            return
        self._log.error(
            "given up", action="dead_letter", key=message.key, room=message.room, reason=message.reason
        )
        await self._note(replace(message, state=Delivery.DEAD))
        self._missed(message, "dead")
        self._lost(message)

    def _missed(self, message: Queued, outcome: str) -> None:
        """Count a message that does not reach its room, for now or for good."""
        self._meters.undelivered(self.adapter.name, outcome)
        if self._journal.is_on:
            self._journal.undelivered(message, outcome)

    async def can_change(self, key: str) -> bool:
        """Say whether the earlier message with this key could be changed now, where the platform allows it only at times."""
        if not isinstance(self.adapter, TellsChanges):
            return True
        earlier = await self._edited(key)
        return earlier is not None and self.adapter.can_change(earlier)

    async def _edited(self, key: str) -> str | None:
        """Return what the platform calls an earlier message; None when it never got there."""
        if noted_soon := self._notes.platform_id(key):
            return noted_soon
        earlier = await self._store.outgoing(key)
        return earlier.platform_id if earlier else None

    def _check(self, term: int) -> None:
        """Refuse to say what became of a message that others have in their hands by now: it may have arrived through them."""
        if term != self._term:
            raise Outdated

    async def _note(self, message: Queued) -> None:
        await self._store.update_outgoing([message], under=Lease(self.adapter.name, self._term))
