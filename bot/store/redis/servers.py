"""The servers behind a Redis store: lines to them, and patience when one of them is away.

Everything sent from here may be sent again after a cut reply: reads, scripts that know what they did already (a commit by its id),
and notes that say the same twice. redis-py's own retries stay switched off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from redis.exceptions import (
    AskError,
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from bot.store.faults import StoreFault
from bot.store.redis.line import SILENCE_SECONDS, Line, Lost
from bot.store.redis.places import Places, Server, Unreachable, connected, places_of
from bot.store.redis.scripts import script
from bot.store.redis.url import Address
from bot.tickets.errors import N_

T = TypeVar("T")
_PATIENCE_SECONDS = 60.0
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0
_REPLICAS_MILLISECONDS = 2000
# The server is there and will be well again, or another one is its successor. Anything else it refuses is our mistake.
_PASSING = (AskError, BusyLoadingError, ClusterDownError, MasterDownError, ReadOnlyError, TryAgainError)
_SILENT = N_("Redis {address} 已有 {seconds} 秒没有回音（{error}）；请检查服务器和网络。")
_REFUSALS = {
    "MISCONF": N_("Redis {address} 写不进磁盘（{error}）；请检查它的磁盘空间和日志。"),
    "NOREPLICAS": N_(
        "Redis {address} 的副本不够（{error}）；请检查副本，或调小服务器的 min-replicas-to-write。"
    ),
}


class Servers:
    """Sends commands and scripts to the server of a shard, as often as it takes."""

    def __init__(self, address: Address, prefix: Callable[[int], str]) -> None:
        """Take over an address whose servers were found to be well; see `redis_examined`."""
        self.address = address
        self._prefix = prefix
        self.places: Places = places_of(address)
        self._lines: dict[Server, Line] = {}
        self._finding: asyncio.Task[None] | None = None
        self._lost: dict[str, float] = {}  # since when nothing is heard from the server of these prefixes
        self._standing_in_the_way: StoreFault | None = None  # of those, as the latest of them said
        self._is_full: StoreFault | None = None
        self.patience_seconds = _PATIENCE_SECONDS
        self.silence_seconds = SILENCE_SECONDS
        self._log = structlog.get_logger("store")

    @property
    def is_reachable(self) -> bool:
        """False while nothing is heard from a server."""
        return not self._lost

    @property
    def trouble(self) -> StoreFault | None:
        """Why nothing can be saved; None while it can."""
        return self._is_full or (self._standing_in_the_way if self._lost else None)

    def took_something(self) -> None:
        """Note that something was written that takes memory."""
        if self._is_full is not None:
            self._is_full = None
            self._log.info("the store has memory again", action="store_back", server=str(self.address))

    async def run(self, shard: int, name: str, *values: Any) -> Any:
        """Run a script in a shard and return its answer.

        Raises:
            StoreFault: The server refuses, or was away for too long.
        """
        return await self.run_at(self._prefix(shard), name, *values)

    def sent(self, shard: int, name: str, *values: Any) -> asyncio.Future[Any]:
        """Send a script to a shard once, and give its answer or whatever stands in the way, without patience.

        Raises:
            Unreachable: Nobody knows which server has the shard.
        """
        prefix = self._prefix(shard)
        return self._line(self.places.of(prefix)).send("EVALSHA", script(name).sha, 1, prefix, *values)

    async def run_at(self, prefix: str, name: str, *values: Any) -> Any:
        """Run a script where the keys that begin with a prefix live, and return its answer."""
        return await self.patiently(prefix, lambda: self._script(prefix, name, values))

    async def ask(self, shard: int, command: str, key: str, *values: Any) -> Any:
        """Run one command on a key of a shard (named without the prefix) and return its answer."""
        prefix = self._prefix(shard)
        return await self.ask_at(prefix, command, prefix + key, *values)

    async def ask_at(self, prefix: str, *command: Any) -> Any:
        """Run one command where the keys that begin with a prefix live."""
        return await self.patiently(prefix, lambda: self._line(self.places.of(prefix)).send(*command))

    async def written(self, shard: int, name: str, *values: Any) -> Any:
        """Run a script like `run`, and come back when as many replicas as the settings want have what it wrote."""
        if not self.address.wait_replicas:
            return await self.run(shard, name, *values)
        prefix = self._prefix(shard)
        return await self.patiently(prefix, lambda: self._replicated(prefix, name, values))

    async def patiently(self, prefix: str, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until the server of a prefix has done it; what stands in the way is logged once, and so is its end."""
        loop = asyncio.get_running_loop()
        began, pause = loop.time(), _SHORTEST_PAUSE
        while True:
            try:
                answer = await attempt()
            except OutOfMemoryError as error:
                raise self._filled_up() from error
            except (Lost, Unreachable, *_PASSING) as error:
                fault = self._missed(prefix, error)
                if loop.time() - began > self.patience_seconds:
                    raise fault from error
            except ResponseError as error:
                if str(error).startswith(("MISCONF", "NOREPLICAS", "MOVED")):
                    fault = self._missed(prefix, error)
                    if loop.time() - began > self.patience_seconds:
                        raise fault from error
                else:
                    raise StoreFault(
                        N_("Redis 拒绝了操作（{error}）；请检查帐号的权限和服务器的版本。"), error=error
                    ) from error
            else:
                if self._lost:
                    self._found_again(prefix)
                return answer
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            await self._find()

    async def close(self) -> None:
        """Wait for what was sent, then close every line."""
        await asyncio.gather(*(line.close() for line in self._lines.values()))

    def _line(self, server: Server) -> Line:
        line = self._lines.get(server)
        if line is None:
            line = self._lines[server] = Line(
                lambda: connected(self.address, server), silence_seconds=self.silence_seconds
            )
        return line

    async def _script(self, prefix: str, name: str, values: tuple[Any, ...]) -> Any:
        line, wanted = self._line(self.places.of(prefix)), script(name)
        try:
            return await line.send("EVALSHA", wanted.sha, 1, prefix, *values)
        except NoScriptError:  # a server that was started again, or a new master
            return await line.send("EVAL", wanted.source, 1, prefix, *values)

    async def _replicated(self, prefix: str, name: str, values: tuple[Any, ...]) -> Any:
        answer = await self._script(prefix, name, values)
        line = self._line(self.places.of(prefix))
        generation = line.generation
        count = await line.replicated(self.address.wait_replicas, _REPLICAS_MILLISECONDS)
        # A connection opened in between has written nothing, so its WAIT says nothing.
        if line.generation != generation or count < self.address.wait_replicas:
            raise Lost(f"{count} of {self.address.wait_replicas} replicas have it")
        return answer

    async def _find(self) -> None:
        """Ask anew where the shards are; who asks at the same time shares the answer."""
        if self._finding is None:
            self._finding = asyncio.create_task(self.places.find())
            self._finding.add_done_callback(self._was_found)
        try:
            await asyncio.shield(self._finding)
        except (Unreachable, StoreFault):
            return  # the next attempt says what is wrong

    def _was_found(self, task: asyncio.Task[None]) -> None:
        self._finding = None
        if not task.cancelled():
            task.exception()

    def _filled_up(self) -> StoreFault:
        fault = StoreFault(N_("Redis 的内存用完了，这次的改动没有保存；请加大 maxmemory，或换更大的服务器。"))
        if self._is_full is None:
            self._log.error("the store is full", action="store_full", server=str(self.address))
        self._is_full = fault
        return fault

    def _missed(self, prefix: str, error: Exception) -> StoreFault:
        """Note that a server does not do what it should, and return what that is called."""
        is_first = not self._lost
        since = self._lost.setdefault(prefix, asyncio.get_running_loop().time())
        seconds = f"{asyncio.get_running_loop().time() - since:.0f}"
        template = next(
            (words for begin, words in _REFUSALS.items() if str(error).startswith(begin)), _SILENT
        )
        fault = StoreFault(template, address=self.address, seconds=seconds, error=error)
        self._standing_in_the_way = fault
        if is_first:
            self._log.warning(
                "the store does not answer", action="store_lost", server=str(self.address), reason=str(error)
            )
        return fault

    def _found_again(self, prefix: str) -> None:
        """Note that the server of a prefix answers. Another one of its cluster may still be away."""
        lost_at, server = min(self._lost.values()), self._server_of(prefix)
        for each in [each for each in self._lost if each == prefix or self._server_of(each) == server]:
            del self._lost[each]
        if not self._lost:
            self._log.info(
                "the store answers again",
                action="store_back",
                server=str(self.address),
                seconds=round(asyncio.get_running_loop().time() - lost_at, 1),
            )

    def _server_of(self, prefix: str) -> Server | None:
        try:
            return self.places.of(prefix)
        except Unreachable:
            return None
