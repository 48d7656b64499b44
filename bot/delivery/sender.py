"""The sender of one adapter: a queue per room, in the platform's pace, while this worker has the adapter's lease."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from adapters.contract import Adapter, DeliveryFailed
from bot.delivery.attempts import USEFUL, Attempts, Outdated, Unnoted
from bot.delivery.notes import PACES, QUOTAS, Notes
from bot.delivery.pace import Pace
from bot.delivery.quotas import Quotas, Spent, calls
from bot.delivery.room_queues import RoomQueues, most_urgent_first
from bot.store.contract import Store
from bot.store.faults import LeaseLost, MovedAway, StoreFault
from bot.store.messages import Delivery, Queued
from bot.store.sharing import Lease
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters
from bot.tickets.errors import N_
from scheduler.loop import Clock

_STORE_PATIENCE = timedelta(seconds=5)
_CLAIMED_AT_ONCE = 16
# Seconds of sending. What is claimed and not sent when the program dies is marked for nothing; what is not claimed with its commit
# costs a second write, when rooms are busiest.
_CLAIMED_FOR = 0.5
_MOST_QUEUED = 5000  # of one adapter in memory; what others queue beyond that waits in the store
_NEWS = 200  # taken up at once
_LEAVING = timedelta(seconds=5)
_WORTH_WAITING = timedelta(minutes=1)  # for room in a quota; a ping that would wait longer is said elsewhere
_LOOK_AGAIN = timedelta(seconds=5)  # whether there is room in a quota, or something more urgent has come


class Sender:
    """Of one adapter. `elsewhere` takes messages that must be said through another one, `lost` those that are given up or held."""

    def __init__(
        self,
        adapter: Adapter,
        store: Store,
        clock: Clock,
        translator_at: Callable[[str], Callable[[str], str]],
        elsewhere: Callable[[Iterable[Queued]], Awaitable[None]],
        lost: Callable[[Queued], None],
        meters: Meters,
        journal: Journal,
        send_patience: timedelta,
    ) -> None:
        self._store = store
        self._clock = clock
        self._queues = RoomQueues()
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._silent: set[str] = (
            set()
        )  # rooms where nobody has spoken since the attempt that runs there began
        self._pace = Pace(adapter.capabilities)
        self.quotas = Quotas(adapter.capabilities)
        self._notes = Notes(adapter.name, store, clock, self._pace, self.quotas)
        self._log = structlog.get_logger("outbox").bind(adapter=adapter.name)
        self._name = adapter.name
        self._term = 0  # of the lease under which the queues were filled
        self._taken: list[str] = []  # keys that are news no more, to be told with the next look
        self._early: list[Queued] = []  # committed under a lease whose queues are not filled yet
        self._has_left = False  # in good order, though the lease may not be given back yet
        self._left: list[Queued] = []  # claimed by their commit, and not taken: this worker had left
        self._attempts = Attempts(
            adapter=adapter,
            store=store,
            clock=clock,
            notes=self._notes,
            shelf=self,
            translator_at=translator_at,
            elsewhere=elsewhere,
            lost=lost,
            meters=meters,
            journal=journal,
            patience=send_patience,
        )

    @property
    def adapter(self) -> Adapter:
        """The connection to the platform."""
        return self._attempts.adapter

    def change(self, adapter: Adapter) -> None:
        """Send through another connection from now on."""
        self._attempts.adapter = adapter

    @property
    def is_ours(self) -> bool:
        """True while this worker sends for the adapter, and nobody else."""
        return self._term != 0 and self._store.term(self._name) == self._term

    async def look(self) -> None:
        """Take up what is new. What an earlier holder was sending may have arrived, so it is marked as sent again."""
        term = self._store.term(self._name)
        if not term:
            self._early.clear()  # whoever has the lease next finds them
            return
        if term != self._term:
            arrivals = await self._store.kept(
                f"{PACES}{self._name}"
            )  # of whoever sent before, here or elsewhere
            used = await self._store.kept(f"{QUOTAS}{self._name}/")
            if self._store.term(self._name) != term:
                return
            self._begin(term)
            self._has_left = False
            self._remember(arrivals)
            self.quotas.restore(
                {name.removeprefix(f"{QUOTAS}{self._name}/"): counts for name, counts in used.items()},
                self._clock.now(),
            )
        for room, queue in self._queues:  # left when the lease seemed to have ended, and had not
            if queue and room not in self._workers:
                self._workers[room] = asyncio.create_task(self._serve(room))
        try:
            while len(self._queues) < _MOST_QUEUED and self.is_ours:
                taken, self._taken = self._taken, []
                news = await self._store.news(self._name, taken, limit=_NEWS)
                if not news:
                    break
                await self._take_up(news)
        except LeaseLost:
            self._lose(term)
            return
        early, self._early = self._early, []
        for message in early:
            self.take(message)

    def take(self, message: Queued) -> None:
        """Queue a message that was committed, unless it has come by another way already."""
        if self.is_ours:
            if message.key not in self._queues and not self._attempts.is_done(message):
                self.put((message,))
        elif self._store.term(self._name) and not self._has_left:
            self._early.append(message)  # the lease is newer than the queues: older messages come first
        elif message.state is Delivery.SENDING:
            self._left.append(message)  # it was committed while this worker left

    async def cry(self, room: str, text: str) -> bool:
        """Say something past the queues and the store. Whoever sent last does so, for a lease may have ended with the store."""
        return self._term != 0 and await self._attempts.cry(room, text)

    async def leave(self) -> None:
        """Stop, after what is being sent at the moment."""
        self._term, self._has_left = 0, True
        self._notes.hurry()
        tasks = self._tasks()
        if tasks:
            await asyncio.wait(tasks, timeout=_LEAVING.total_seconds())
        self._notes.relax()
        await self._give_back(set(self._workers))
        self._begin(0)

    async def _give_back(self, busy: set[str]) -> None:
        """Note that what was claimed was not sent, so that whoever sends next says it without the mark.

        What was being sent when it had to stop, the first message of a busy room, may have arrived: that stays as it is.
        """
        queued = [message for room, queue in self._queues for message in list(queue)[room in busy :]]
        unsent = [
            replace(message, state=Delivery.QUEUED)
            for message in (*queued, *self._left)
            if message.state is Delivery.SENDING
        ]
        self._left.clear()
        if unsent and (term := self._store.term(self._name)):  # else the next holder has them already
            try:
                await self._store.update_outgoing(unsent, under=Lease(self._name, term))
            except (StoreFault, LeaseLost, MovedAway) as fault:
                self._log.info("cannot give messages back", action="not_given_back", reason=str(fault))

    def _lose(self, term: int) -> None:
        """Forget the queues of a lease that has ended, unless they were filled under another one since: that is told late."""
        if self._term == term:
            self._begin(0)

    def _begin(self, term: int) -> None:
        """Forget the queues of an earlier term."""
        self._queues.clear()
        self._taken.clear()
        if term:
            self._left.clear()  # they wait in the store, and are news of this lease
        self._attempts.begin(term)
        self._term = term

    async def _take_up(self, news: list[Queued]) -> None:
        term = self._term
        fresh = [
            message
            for message in news
            if message.key not in self._queues and not await self._is_over(message)
        ]
        unknown = {
            message.key: replace(message, state=Delivery.QUEUED, is_unknown=True)
            for message in fresh
            if message.state is Delivery.SENDING
        }
        if unknown:
            # What cannot be noted now is noted when it is claimed; until then the store says what is as true.
            with suppress(StoreFault, MovedAway):
                await self._store.update_outgoing(list(unknown.values()), under=Lease(self._name, self._term))
        if self._term != term:
            return  # another may have sent them since; they are news of the lease that began
        for message in fresh:
            if message.key in self._queues or self._attempts.is_done(message):
                continue  # it has come by another way meanwhile
            if message.state is Delivery.HELD:
                self._queues.hold(message)
            else:
                self.put((unknown.get(message.key, message),))
        # Last: what is told as taken is news no more, so it must be in the queues by then.
        self._taken.extend(message.key for message in news)

    async def _is_over(self, message: Queued) -> bool:
        """Say whether a message was dealt with. One that waits all the same is tried once more, by somebody on another worker."""
        if not self._attempts.is_done(message):
            return False
        now = await self._store.outgoing(message.key)
        if now is None or now.state is not Delivery.QUEUED:
            return True
        self._attempts.begin_again(message)
        return False

    def is_near(self, room: str) -> bool:
        if not self.is_ours:
            return False
        ahead = self._queues.length(room)
        if ahead >= self._at_once() or (ahead and self._queues.of(room)[0].not_before is not None):
            return False
        if self._pace.is_unlimited and not self.quotas.are_kept:
            return True
        now = self._clock.now()
        if self.quotas.spent(room, now, is_urgent=False, is_push=True) is not None:
            return False
        return self._pace.wait(room, now, ahead=ahead) == timedelta()

    def put(self, messages: Iterable[Queued]) -> None:
        for message in messages:
            self._queues.add(message)
            if message.room not in self._workers:
                self._workers[message.room] = asyncio.create_task(self._serve(message.room))

    async def put_again(self, message: Queued) -> None:
        """Queue a message that was moved here or is tried once more, unless it has come as news already."""
        if not await self._is_over(message) and not self._queues.is_queued(message):
            self.put((message,))

    def hold(self, message: Queued) -> None:
        self._queues.hold(message)

    def unhold(self, message: Queued) -> None:
        self._queues.unhold(message)

    def release(self, room: str) -> None:
        self.quotas.heard(room)
        self._silent.discard(room)
        self.put(self._queues.unheld(room))

    async def drain(self) -> None:
        self._notes.hurry()
        try:
            while self._workers or self._notes.task:
                tasks = self._tasks()
                await asyncio.wait(tasks)
        finally:
            self._notes.relax()

    def _tasks(self) -> list[asyncio.Task[None]]:
        """Return what is being sent and noted."""
        return [*self._workers.values(), *([self._notes.task] if self._notes.task else [])]

    async def close(self) -> None:
        busy = set(self._workers)
        for task in self._workers.values():
            task.cancel()
        await asyncio.gather(*self._workers.values(), return_exceptions=True)
        await self._give_back(busy)
        self._notes.hurry()
        if self._notes.task:
            await self._notes.task

    async def _serve(self, room: str) -> None:
        queue = self._queues.of(room)
        try:
            while queue and self.is_ours:
                term = self._term
                try:
                    await self._advance(queue)
                except LeaseLost:
                    self._log.warning("another worker sends now", action="lease_lost")
                    self._lose(term)
                except MovedAway as moved:  # by an attempt of which nobody heard how it was noted
                    self._queues.let_go(room, moved.key)
                except Outdated:  # it is served anew, if it is ours to serve
                    self._log.info("an attempt ended after its lease", action="attempt_outdated", room=room)
                except (
                    StoreFault
                ):  # what is not noted cannot be sent; the messages wait until the store is back
                    self._log.exception("cannot note deliveries", action="outbox_store_fault", room=room)
                    await self._clock.sleep(_STORE_PATIENCE)
        finally:
            del self._workers[room]
            self._queues.close(room)

    async def _advance(self, queue: deque[Queued]) -> None:
        """Deal with the first message of a room: send it, put it off, or drop it."""
        first, term = queue[0], self._term
        if first.edits is not None and not await self._attempts.can_change(first.edits):
            # Before the platform's pace is asked, so that what nobody will see takes nothing of it.
            await self._attempts.drop(first, N_("平台现在不让改"))
            self._finish(queue, first, None)
            return
        now = self._clock.now()
        if spent := self.quotas.forbidding(first, self.adapter, now):
            await self._go_without(queue, first, spent)
            return
        if not await self._is_due(first, now):
            self._finish(queue, first, None)
            return
        if queue and queue[0].state is not Delivery.SENDING and self.is_ours:
            await self._claim(queue)
        if (
            queue and self.is_ours and self._term == term
        ):  # else the lease went meanwhile, and the messages with it
            first = queue[0]
            self._silent.add(first.room)
            try:
                self._finish(queue, first, await self._attempts.send(first))
            except Unnoted as unnoted:
                if self._term == term:  # else it stands there anew, as the store had it
                    self._finish(queue, first, unnoted.message)
                raise unnoted.fault from unnoted
            if first.room not in self._silent:  # a refusal for want of a word is over already
                self._queues.go_on(first.room, self._queues.unheld(first.room))

    def _finish(self, queue: deque[Queued], message: Queued, after: Queued | None) -> None:
        """Take a message from the head of its queue, or put there what became of it."""
        if self._queues.finish(message.room, message, after) and after is not None:
            most_urgent_first(queue)

    async def _is_due(self, message: Queued, now: datetime) -> bool:
        """Wait for the platform's pace and the message's own time; False when it is no longer worth sending."""
        while True:
            if message.useful_until is not None and now > message.useful_until:
                await self._attempts.drop(message, message.reason or N_("过时"))
                return False
            # Where the platform's minute is scarce, who only tells lets those go first who call.
            yields = not message.is_urgent and self._pace.is_scarce(now)
            ahead = self._urgent_elsewhere(message.room) if yields else 0
            wait = self._pace.wait(message.room, now, ahead=ahead)
            is_cut_off = self._attempts.is_cut_off
            if is_cut_off and now > message.created_at + USEFUL:
                await self._attempts.expire(message)
                return False
            if message.not_before is not None:
                wait = max(wait, message.not_before - now)
            wait = max(wait, self._attempts.shut_for(message.room, now))
            if is_cut_off and wait <= timedelta():
                wait = self._attempts.cut_off_for(now)
            if wait <= timedelta():
                self._pace.take(message.room, now)  # at once: other rooms look at the same minute
                self.quotas.count(message, self.adapter, now)
                return True
            await self._clock.sleep(wait)
            now = self._clock.now()

    async def _go_without(self, queue: deque[Queued], message: Queued, spent: Spent) -> None:
        """Deal with a message for which there is no room: what calls somebody is said elsewhere at once, the rest waits or is dropped."""
        now = self._clock.now()
        if message.useful_until is not None and now > message.useful_until:
            await self._attempts.drop(message, N_("过时"))
        elif now > message.created_at + USEFUL:
            await self._attempts.expire(message)
        elif spent.wait is None:
            await self._attempts.refuse(message, DeliveryFailed(spent.why, until_heard=True))
        elif calls(message) and message.fallback is not None and spent.wait > _WORTH_WAITING:
            await self._attempts.refuse(message, DeliveryFailed(spent.why))
        else:
            await self._clock.sleep(min(spent.wait, _LOOK_AGAIN))
            if queue and not calls(queue[0]):
                most_urgent_first(queue, calls)
            return
        self._finish(queue, message, None)

    def _urgent_elsewhere(self, room: str) -> int:
        return sum(message.is_urgent for name, queue in self._queues if name != room for message in queue)

    def _at_once(self) -> int:
        """Return how many messages of a room may be noted as being sent: few where the platform takes its time."""
        if self._attempts.usual_seconds * _CLAIMED_AT_ONCE <= _CLAIMED_FOR:
            return _CLAIMED_AT_ONCE
        return max(1, int(_CLAIMED_FOR / self._attempts.usual_seconds))

    async def _claim(self, queue: deque[Queued]) -> None:
        """Note durably that the next messages of a room are about to be sent, a few at a time: one write serves them all."""
        count = min(len(queue), self._at_once())
        claimed = [replace(queue[index], state=Delivery.SENDING) for index in range(count)]
        term = self._term
        await self._store.update_outgoing(claimed, under=Lease(self._name, term))
        if self._term == term:  # else the queue was filled anew meanwhile
            for index, message in enumerate(claimed):
                queue[index] = message

    def _remember(self, kept: Mapping[str, str]) -> None:
        """Take up the buckets of an earlier run, or of the worker that sent before: together they stay within the platform's pace."""
        arrivals = {key.removeprefix(PACES): datetime.fromisoformat(at) for key, at in kept.items()}
        self._pace.restore(arrivals, self.adapter.name, self._clock.now())
