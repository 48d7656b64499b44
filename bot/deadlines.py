"""Deadlines: takes tickets that are due, batch by batch, in the order of their instants; one that fails stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import msgspec
import structlog
from msgspec.structs import replace

from bot.delivery.storm_watch import StormWatch
from bot.drafts import Draft, Drafts
from bot.due_batches import Batch, DueBatches, kept_of
from bot.filing import Filing
from bot.follow_ups import FollowUps
from bot.foresight import Foresight
from bot.store.contract import Due, Store
from bot.store.faults import Conflict, StoreFault
from bot.telemetry.failing import Failures
from bot.telemetry.metrics import Meters
from bot.tickets.storms import listed

_AT_ONCE = 200  # due tickets taken in one go


class _Saving(msgspec.Struct, frozen=True):
    """A batch on its way into the store."""

    batch: Batch
    task: asyncio.Task[bool]


class Deadlines:
    """Takes tickets that are due. Failures are noted and stop no other ticket."""

    def __init__(
        self,
        *,
        store: Store,
        filing: Filing,
        follow_ups: FollowUps,
        drafts: Drafts,
        meters: Meters,
        failures: Failures,
    ) -> None:
        self._store = store
        self._filing = filing
        self._drafts = drafts
        self._meters = meters
        self._failures = failures
        self._storms = StormWatch(store, filing.rules)
        self._foresight = Foresight(store=store, filing=filing, drafts=drafts)
        self._batches = DueBatches(
            store=store,
            filing=filing,
            follow_ups=follow_ups,
            drafts=drafts,
            storms=self._storms,
            foresight=self._foresight,
        )
        self._log = structlog.get_logger("desk")

    async def tick(self, now: datetime) -> None:
        """Let time pass: take every ticket that is due at `now`, and say what follows, one list per room.

        While a batch is decided and saved the next one is fetched; it is decided while that one is being saved.
        """
        taken: set[int] = set()
        while (first := await self._store.next_due_at()) is not None and first <= now:
            known = len(taken)
            await self._take_all(now, taken)
            if len(taken) == known:
                break  # what is left was tried already, or belongs to another process
        await self._tell_gathered(now)

    async def _take_all(self, now: datetime, taken: set[int]) -> None:
        """Take what is due, but for what comes to be due by it."""
        saving: _Saving | None = None
        fetched = await self._fetched(now, taken)
        fetching: asyncio.Task[list[Due]] | None = None
        if fetched:
            await self._storms.begin()
        try:
            while fetched or saving is not None:
                taken.update(each.ticket.number for each in fetched)
                fetching = asyncio.create_task(self._fetched(now, taken))
                if fetched:
                    self._meters.late(fetched[0].at, now)
                    saving = await self._take_due(fetched, now, saving)
                elif saving is not None:
                    earlier, saving = saving, None
                    await self._is_saved(earlier, now)
                fetched = await fetching
        finally:  # where the store failed meanwhile nobody waits for these any more
            left = [task for task in (fetching, saving.task if saving else None) if task is not None]
            await asyncio.gather(*left, return_exceptions=True)
            self._storms.end()

    async def _fetched(self, now: datetime, taken: Collection[int]) -> list[Due]:
        """Return the next tickets that are due, without those that were taken: they are tried once."""
        claimed = await self._store.claim_due(now, limit=_AT_ONCE)
        return [each for each in claimed if each.ticket.number not in taken]

    async def _take_due(self, due: list[Due], now: datetime, earlier: _Saving | None) -> _Saving | None:
        """Decide about tickets together, and begin to save them once those before them are saved."""
        batch = await self._decided(due, now, earlier.batch if earlier else None)
        if earlier is not None and not await self._is_saved(earlier, now) and batch is not None:
            batch = await self._decided(due, now, None)  # what it was built upon is not so
        if batch is None:
            await self._one_by_one(due, now)
            return None
        return self._saving(batch, now)

    async def _decided(self, due: list[Due], now: datetime, before: Batch | None) -> Batch | None:
        """Return what becomes of tickets together; None when one of them cannot be decided about."""
        try:
            return await self._batches.decided(due, now, before)
        except StoreFault:
            raise
        except Exception:  # noqa: BLE001 - the tickets are taken again one by one, and the one at fault is named there
            self._storms.end()
            self._log.info(
                "due tickets are taken one by one", action="tick_retry", count=len(due), exc_info=True
            )
            return None

    async def _is_saved(self, saving: _Saving, now: datetime) -> bool:
        """Wait until a batch is saved; where it cannot be as it is, its tickets are taken again, and it is False."""
        try:
            await saving.task
        except StoreFault:
            raise
        except Conflict as overtaken:
            self._storms.end()
            await self._without(overtaken.number, saving.batch.due, now)
        except Exception:  # noqa: BLE001 - as in `_decided`
            self._storms.end()
            self._log.info("due tickets are taken one by one", action="tick_retry", exc_info=True)
            await self._one_by_one(saving.batch.due, now)
        else:
            return True
        return False

    async def _without(self, number: int, due: Sequence[Due], now: datetime) -> None:
        """Take tickets again of which somebody else has changed one meanwhile: that one as it is now, the others together."""
        self._log.info("due ticket changed meanwhile", action="tick_conflict", ticket=number)
        others = [each for each in due if each.ticket.number != number]
        if len(others) < len(due):
            await self._alone(number, now)
        batch = await self._decided(others, now, None) if 0 < len(others) < len(due) else None
        if batch is None:
            await self._one_by_one(others, now)
        else:
            await self._is_saved(self._saving(batch, now), now)

    async def _one_by_one(self, due: Sequence[Due], now: datetime) -> None:
        """One ticket must not stop the others."""
        for each in due:
            await self._alone(each.ticket.number, now)

    async def _alone(self, number: int, now: datetime) -> None:
        try:
            ticket = await self._store.ticket(number)
            due_at = await self._store.due_at(number)
            if ticket is not None and due_at is not None and due_at <= now:
                await self._saved(await self._batches.decided([Due(ticket, due_at)], now), now)
        except Conflict:
            self._log.info("due ticket changed meanwhile", action="tick_conflict", ticket=number)
        except StoreFault:
            raise
        except Exception as fault:  # noqa: BLE001 - it stays due, is given again after a while, and the dashboard says why
            self._log.exception("deadline failed", action="tick_failed", ticket=number)
            await self._failures.deadline(number, now, fault)
        else:
            await self._failures.is_kept(number)

    def _saving(self, batch: Batch, now: datetime) -> _Saving:
        return _Saving(batch, asyncio.create_task(self._saved(batch, now)))

    async def _saved(self, batch: Batch, now: datetime) -> bool:
        saved = list(batch.saved.values())
        return await self._filing.commit(saved, batch.drafts, None, at=now, kept=kept_of(batch))

    async def look_ahead(self, now: datetime, goes_on: Callable[[], bool]) -> None:
        """Work out what the deadlines of the next seconds come to, as long as nothing else is to be done."""
        await self._foresight.look(now, goes_on)

    def next_list_at(self, now: datetime) -> datetime | None:
        """Return when gathered notices are said next, or None."""
        return self._storms.next_at(now)

    async def _tell_gathered(self, now: datetime) -> None:
        """Say what was gathered while a duty room was told enough, once there is room again."""
        await self._storms.load()
        for room_id, load in self._storms.ready(now).items():
            tickets = [await self._store.ticket(number) for number in load.gathered]
            known = [each for each in tickets if each is not None]
            drafts: list[Draft] = []
            if known:
                speaker = self._drafts.voices(known[0], now, None).duty
                message = listed(load, known, speaker, self._filing.rules)
                key = f"{room_id}.{known[0].number}.{known[0].version}.{len(known)}.list"
                drafts = [
                    Draft(replace(draft.queued, key=key, ticket=None))
                    for draft in self._drafts.of_ticket([message] if message else [], known[0], now, None)
                ]
            await self._filing.commit(
                [],
                drafts,
                None,
                at=now,
                kept=(self._storms.told(room_id, now),),
                seen=f"storm.{room_id}.{load.gathered[0]}.{load.arrival}",
            )
