"""How a change is saved in Redis, once and whole.

In one shard it is one script, known by the id of the commit, so that sending it again after a cut reply has no further effect.
In several shards every part is checked and locked first (`prepare`), except that of the deciding shard; its commit decides, and the
others follow (`apply`). A process that dies in between leaves locks; whoever meets one asks the deciding shard, which from then on
knows the answer for good: done, or never to be done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar
from uuid import uuid4

from msgspec.structs import replace
from redis.exceptions import RedisError

from bot.store.contract import Change
from bot.store.faults import AlreadySeen, Conflict, LeaseLost, MovedAway, NotQueued, StoreFault
from bot.store.instants import milliseconds
from bot.store.messages import Delivered, Delivery, Queued
from bot.store.redis.boxes import Boxes
from bot.store.redis.line import Lost
from bot.store.redis.parts import Part, Whereabouts, packed, parts_of, queued_value
from bot.store.redis.places import Unreachable
from bot.store.redis.servers import Servers
from bot.store.redis.shards import Shards
from bot.store.sharing import Lease
from bot.tickets.errors import N_

T = TypeVar("T")
M = TypeVar("M", Queued, Delivered)
# A prepared change as old as this is looked after by whoever it is in the way of.
_ABANDONED_MILLISECONDS = 3000
_PAUSE_SECONDS = 0.02
_ATTEMPTS = 500


class Commits:
    """Saves changes and the state of messages."""

    def __init__(self, servers: Servers, shards: Shards, worker: str, boxes: Boxes) -> None:
        self._servers = servers
        self._boxes = boxes
        self._shards = shards
        self._worker = worker
        self._highest = 0  # number known to be taken
        self._running: set[asyncio.Future[Any]] = set()
        self._is_closed = False
        self.fences: dict[str, str] = {}  # by adapter: the number of the lease this worker has

    async def commit(self, change: Change) -> None:
        """Save a change; giving up the wait for it does not take it back."""
        self._check_open()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._running.add(done)  # `settle` waits for it
        try:
            await self._saved(change)
        finally:
            self._running.discard(done)
            done.set_result(None)

    async def _saved(self, change: Change) -> None:
        where = await self._whereabouts(change)
        parts = parts_of(change, where, self._blank(change))
        is_simple = len(parts) == 1 and self._servers.is_reachable and not self._servers.address.wait_replicas
        if is_simple and await self._is_saved_at_once(change, where, parts):
            return
        await asyncio.shield(self._begun(self._commit(change, where, parts)))

    async def _is_saved_at_once(self, change: Change, where: Whereabouts, parts: dict[int, Part]) -> bool:
        """Send a change of one shard without a task of its own, as goes well nearly always; what does not is sent again."""
        ((shard, part),) = parts.items()
        try:
            answer = await self._servers.sent(shard, "commit", "commit", packed(part))
        except asyncio.CancelledError:
            self._begun(
                self._commit(change, where, parts)
            )  # whoever waited has gone; it is saved all the same
            raise
        except (Lost, Unreachable, RedisError):
            return False
        if answer[0] != b"OK":
            return False
        self._note(change, shard)
        return True

    async def update(self, messages: list[Queued], under: Lease | None) -> None:
        """Save how far messages have come."""
        if messages:
            await self._finished(self._update(messages, under))

    async def update_dead(self, letters: list[Queued]) -> list[str]:
        """Save what becomes of dead letters and return the keys of those that still were."""
        return await self._finished(self._update(letters, None, of_dead=True)) if letters else []

    async def note_delivered(self, delivered: list[Delivered]) -> None:
        """Note that messages arrived."""
        if delivered:
            await self._finished(self._note_delivered(delivered))

    async def next_number(self, first: int) -> int:
        """Return a number nobody else was given."""
        self._check_open()
        # Also on a server that came back without its last second.
        number = int(await self._servers.run(0, "number", max(first, self._highest + 1)))
        self._highest = max(self._highest, number)
        return number

    async def note_number(self, number: int) -> None:
        """Give no number up to this one any more."""
        if number > self._highest:  # it was not given by `next_number`
            await self._servers.run(0, "number", 0, number)
            self._highest = number

    async def settle(self) -> None:
        """Wait for what is being saved; nothing more is taken."""
        self._is_closed = True
        while self._running:
            await asyncio.wait(self._running)

    def _check_open(self) -> None:
        if self._is_closed:
            raise StoreFault(N_("数据库已关闭，不能再保存。"))

    async def _finished(self, saving: Coroutine[Any, Any, T]) -> T:
        if self._is_closed:
            saving.close()
            self._check_open()
        return await asyncio.shield(self._begun(saving))

    def _begun(self, saving: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(saving)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever gave up does not ask

    async def _whereabouts(self, change: Change) -> Whereabouts:
        highest = max(
            (saved.ticket.number for saved in change.tickets if not saved.expected_version), default=0
        )
        await self.note_number(highest)
        homes = {saved.ticket.number: await self._shards.of_saved(saved) for saved in change.tickets}
        asks = {ask.id: self._shards.of_room(ask.room) for ask in change.asks}
        for closed in change.closed_asks:
            if closed.id not in asks:
                asks[closed.id] = await self._shards.of_ask(closed.id) or 0
        return Whereabouts(
            self._shards.of_room,
            self._shards.of_seen,
            lambda saved: homes[saved.ticket.number],
            asks.__getitem__,
            self.fences,
        )

    async def _commit(self, change: Change, where: Whereabouts, parts: dict[int, Part]) -> None:
        """Save the parts of a change, as often as it takes; the first of them may have been sent before."""
        for _ in range(_ATTEMPTS):
            answer = await self._save(parts)
            match answer[0]:
                case b"OK":
                    self._note(change, next(iter(parts), 0))
                    return
                case b"FENCED":
                    change = self._unfenced(change, answer[1].decode())
                case b"LOCKED" | b"ABORTED":
                    await asyncio.sleep(_PAUSE_SECONDS)
                case b"CONFLICT" if await self._boxes.take_out(
                    await self._shards.of_number(answer[1]), answer[1]
                ):
                    pass  # closed long ago, and now somebody writes to it again
                case _:
                    raise _refusal(answer, change)
            parts = parts_of(change, where, self._blank(change))
        raise StoreFault(N_("Redis 里有一笔没有了结的改动挡着，这次没有保存；请运行 shouwen doctor。"))

    def _blank(self, change: Change) -> Any:
        id_, at = uuid4().hex, milliseconds(change.at)
        return lambda: Part(id=id_, channel=self._shards.channel, worker=self._worker, at=at)

    async def _save(self, parts: dict[int, Part]) -> list[Any]:
        if len(parts) == 1:
            ((shard, part),) = parts.items()
            return await self._sent(shard, "commit", packed(part))
        deciding, *others = parts
        prepared: list[int] = []
        for shard in others:
            answer = await self._sent(shard, "prepare", packed(parts[shard]), deciding)
            if answer[0] != b"OK":
                break
            prepared.append(shard)
        else:
            answer = await self._sent(deciding, "commit", packed(parts[deciding])) if parts else [b"OK"]
        ending = "apply" if answer[0] == b"OK" else "abort"
        await asyncio.gather(*(self._sent(shard, ending, parts[shard].id) for shard in prepared))
        return answer

    async def _sent(self, shard: int, mode: str, *values: Any) -> list[Any]:
        answer: list[Any] = await self._servers.written(shard, "commit", mode, *values)
        if answer[0] == b"LOCKED" and answer[3] > _ABANDONED_MILLISECONDS:
            await self._resolve(shard, answer[1], int(answer[2]))
        return answer

    async def _resolve(self, shard: int, id_: bytes, deciding: int) -> None:
        """End a change that somebody prepared and did not finish."""
        verdict = await self._servers.written(deciding, "commit", "resolve", id_)
        ending = "apply" if verdict[0] == b"COMMITTED" else "abort"
        await self._servers.written(shard, "commit", ending, id_)

    def _note(self, change: Change, shard: int) -> None:
        for message in change.outgoing:
            self._shards.note_message(message.key, shard)
        for ask in change.asks:
            self._shards.note_ask(ask.id, self._shards.of_room(ask.room))

    def _unfenced(self, change: Change, adapter: str) -> Change:
        """Leave messages to whoever has the lease of an adapter that this worker has lost."""
        self.fences.pop(adapter, None)
        outgoing = tuple(
            replace(message, state=Delivery.QUEUED)
            if message.adapter == adapter and message.state is Delivery.SENDING
            else message
            for message in change.outgoing
        )
        return replace(change, outgoing=outgoing)

    async def _update(
        self, messages: list[Queued], under: Lease | None, *, of_dead: bool = False
    ) -> list[str]:
        """Save messages, and return the keys of those dead letters for which it was done."""
        # What is for somebody else to send is news, also where that is this worker: an answer that is lost leaves it waiting for nobody.
        fences = {under.adapter: str(under.term)} if under else {}
        saved: list[str] = []
        for shard, group in (await self._by_shard(messages)).items():
            value = {
                "channel": self._shards.channel,
                "worker": self._worker,
                "under": (under.adapter, str(under.term)) if under else False,
                "of_dead": [message.is_unknown for message in group] if of_dead else False,
                "messages": [queued_value(message, fences) for message in group],
            }
            answer = await self._servers.written(shard, "update", packed(value))
            _check(answer)
            saved += [key.decode() for key in answer[1:]]
        return saved

    async def _note_delivered(self, delivered: list[Delivered]) -> None:
        for shard, group in (await self._by_shard(delivered)).items():
            notes = [[note.key, note.platform_id] for note in group]
            value = {"fences": self.fences, "notes": notes}
            _check(await self._servers.written(shard, "delivered", packed(value)))

    async def _by_shard(self, messages: Iterable[M]) -> dict[int, list[M]]:
        by_shard: dict[int, list[M]] = {}
        for message in messages:
            shard = await self._shards.of_message(message.key)
            if shard is None:
                raise NotQueued(message.key)
            by_shard.setdefault(shard, []).append(message)
        return by_shard


def _check(answer: list[Any]) -> None:
    """Raise what is wrong with an update of the outbox."""
    if answer[0] == b"UNKNOWN":
        raise NotQueued(answer[1].decode())
    if answer[0] == b"FENCED":
        raise LeaseLost(answer[1].decode())
    if answer[0] == b"MOVED":
        raise MovedAway(answer[1].decode())


def _refusal(answer: list[Any], change: Change) -> Exception:
    match answer[0]:
        case b"SEEN":
            return AlreadySeen(change.seen or "")
        case b"CONFLICT":
            return Conflict(answer[1])
        case _:
            return ValueError(f"a message of the key {answer[1].decode()} is in the outbox already")
