"""How workers share a Redis store: leases of adapters that are kept by themselves, claims on what is due, and what is heard of others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

import structlog
from redis.exceptions import RedisError

from bot.store.claims import CLAIMED_SECONDS
from bot.store.faults import LeaseLost, StoreFault
from bot.store.instants import instant, milliseconds
from bot.store.messages import Queued
from bot.store.redis.commits import Commits
from bot.store.redis.parts import FIRST, due_ticket_of, message_from
from bot.store.redis.places import Unreachable, connected, hang_up
from bot.store.redis.servers import Servers
from bot.store.redis.shards import Shards
from bot.store.sharing import Due, Wake
from bot.tickets.model import Ticket

SILENT_MILLISECONDS = 8_000  # a worker that says nothing for so long is gone
_LEASE_SECONDS = 10.0
_RENEWED_EVERY_SECONDS = 3.0
_CLAIM_MILLISECONDS = int(CLAIMED_SECONDS * 1000)
_PING_EVERY_SECONDS = 20.0
_RECONNECT_SECONDS = 1.0
_FAREWELL_SECONDS = 2.0
_MOST_DUE = 1_500  # tickets that are remembered as they were read, some kilobytes each


class RedisSharing:
    """See `bot.store.sharing.SharedStore` for what the methods promise."""

    def __init__(self, servers: Servers, shards: Shards, commits: Commits, worker: str) -> None:
        self.worker = worker
        self._servers = servers
        self._shards = shards
        self._commits = commits
        self._until: dict[
            str, float
        ] = {}  # by adapter, in the event loop's time: when the lease may have ended
        self._wanted: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_alive = False
        # A ticket that comes to be due is read several times with the same body: ahead, then when it is due.
        self._due_ticket_of = lru_cache(maxsize=_MOST_DUE)(due_ticket_of)
        self._log = structlog.get_logger("store").bind(worker=worker)

    @property
    def trouble(self) -> StoreFault | None:
        return self._servers.trouble

    async def free_bytes(self) -> int | None:
        return None  # it is the server's memory that counts, and the servers tell when it is used up

    async def workers(self) -> list[str]:
        return [name.decode() for name in await self._servers.run(FIRST, "worker", "", SILENT_MILLISECONDS)]

    async def alive(self) -> int:
        self._is_alive = True
        workers = await self._servers.run(FIRST, "worker", self.worker, SILENT_MILLISECONDS)
        self._servers.took_something()
        return len(workers)

    async def hold(self, adapter: str) -> bool:
        self._wanted.add(adapter)
        if len(self._wanted) == 1 and not any(task.get_name() == "leases" for task in self._tasks):
            self._tasks.append(asyncio.create_task(self._keep(), name="leases"))
        if self.term(adapter):
            return True
        is_held = await self._take(adapter)
        if not is_held:
            self._wanted.discard(adapter)
        return is_held

    async def let_go(self, adapter: str) -> None:
        self._wanted.discard(adapter)
        if self._lose(adapter):
            await self._servers.run(
                FIRST, "lease", "release", adapter, self.worker, 0, self._shards.channel, 0
            )

    def term(self, adapter: str) -> int:
        until = self._until.get(adapter)
        if until is None or asyncio.get_running_loop().time() >= until:
            return 0
        return int(self._commits.fences.get(adapter, 0))

    async def news(self, adapter: str, taken: Sequence[str], *, limit: int = 200) -> list[Queued]:
        fence = self._commits.fences.get(adapter)
        if fence is None:
            raise LeaseLost(adapter)
        found: list[Queued] = []
        for shard in self._shards.all():
            answer = await self._servers.run(shard, "news", adapter, fence, limit, *taken)
            if answer[0] != b"OK":
                self._lose(adapter)
                raise LeaseLost(adapter)
            position = self._shards.position(shard)
            for value in answer[1]:
                found.append(message_from(value, position))
                self._shards.note_message(found[-1].key, shard)
        return sorted(found, key=lambda message: message.position)[:limit]

    async def claim_due(self, now: datetime, *, limit: int = 100) -> list[Due]:
        found: list[tuple[int, Ticket]] = []
        for shard in self._shards.all():
            values = await self._servers.run(
                shard, "claim", milliseconds(now), limit - len(found), _CLAIM_MILLISECONDS
            )
            found.extend(map(self._due_ticket_of, values))
            if len(found) >= limit:
                break
        found.sort(key=lambda row: (row[0], row[1].number))
        return [Due(ticket, instant(due)) for due, ticket in found]

    def listen(self, heard: Callable[[Wake, str], None]) -> None:
        self._tasks.append(asyncio.create_task(self._listen(heard)))

    async def part(self) -> None:
        """Give everything back and say good-bye."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._servers.patience_seconds = _FAREWELL_SECONDS
        with suppress(StoreFault):
            for adapter in list(self._until):
                await self.let_go(adapter)
            if self._is_alive:
                self._is_alive = False
                await self._servers.run(FIRST, "worker", self.worker, 0)

    async def _take(self, adapter: str, seen: int = 0) -> bool:
        """Take or keep a lease. A new one is made known to every shard before it counts; `seen` is a number it must be above."""
        asked_at = asyncio.get_running_loop().time()  # the server counts from later on
        length, channel = int(_LEASE_SECONDS * 1000), self._shards.channel
        token, holder = await self._servers.written(
            FIRST, "lease", "take", adapter, self.worker, length, channel, seen
        )
        if not token:
            if self._lose(adapter):
                self._log.warning(
                    "another worker sends now", action="lease_lost", adapter=adapter, holder=holder.decode()
                )
            return False
        fence = str(token)
        if self._commits.fences.get(adapter) != fence:
            for shard in self._shards.all():
                (known,) = await self._servers.written(shard, "fence", adapter, fence)
                if known > token:  # the server that counts was put back
                    return await self._take(adapter, known)
            self._commits.fences[adapter] = fence
            self._log.info("this worker sends now", action="lease_taken", adapter=adapter, term=token)
        self._until[adapter] = asked_at + _LEASE_SECONDS
        return True

    def _lose(self, adapter: str) -> bool:
        self._commits.fences.pop(adapter, None)
        return self._until.pop(adapter, None) is not None

    async def _keep(self) -> None:
        """Renew leases well before they end."""
        told: set[str] = set()  # adapters of which the log knows that their lease cannot be renewed
        while True:
            await asyncio.sleep(_RENEWED_EVERY_SECONDS)
            for adapter in list(self._wanted):
                try:
                    if not await self._take(adapter):
                        self._wanted.discard(adapter)
                    told.discard(adapter)
                except StoreFault as fault:
                    if adapter not in told:  # once: it is tried every three seconds
                        self._log.warning(
                            "a lease cannot be renewed",
                            action="lease_fault",
                            adapter=adapter,
                            reason=str(fault),
                        )
                    told.add(adapter)

    async def _listen(self, heard: Callable[[Wake, str], None]) -> None:
        while True:
            try:
                await self._hear(heard)
            except (RedisError, OSError, Unreachable):
                await asyncio.sleep(_RECONNECT_SECONDS)  # polling goes on meanwhile

    async def _hear(self, heard: Callable[[Wake, str], None]) -> None:
        connection = await connected(self._servers.address, self._servers.places.all()[0])
        try:
            await connection.send_command("SUBSCRIBE", self._shards.channel)
            while True:
                answer = await connection.read_response(timeout=_PING_EVERY_SECONDS)
                if answer is None:
                    await connection.send_command("PING")
                elif answer[0] == b"message":
                    worker, kind, what = answer[2].decode().split(" ", 2)
                    if worker != self.worker:
                        heard(Wake(kind), what)
        finally:
            await hang_up(connection)
