"""One connection to a Redis server on which commands follow each other without waiting for answers.

Whatever is ready in one round of the event loop travels together. Nothing is ever sent twice from here: whether a command may be
repeated after a cut connection is known only to whoever sent it, so it learns that the answer is lost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError, ResponseError

from bot.store.redis.places import hang_up

SILENCE_SECONDS = 5.0  # without an answer for so long the connection counts as lost


class Lost(Exception):
    """The connection ended before the answer came; the command may have been carried out."""


class Line:
    """A pipelined connection that opens by itself when something is to be sent."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[AbstractConnection]],
        *,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self._connect = connect
        self._silence_seconds = silence_seconds
        self._connection: AbstractConnection | None = None
        self._waiting: list[tuple[tuple[Any, ...], asyncio.Future[Any]]] = []
        self._sent: deque[asyncio.Future[Any]] = deque()
        self._wanted = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._answered_at = 0.0
        self._replicating: tuple[int, asyncio.Future[int]] | None = None
        self.generation = 0  # grows with every connection
        self.is_closed = False

    def send(self, *command: Any) -> asyncio.Future[Any]:
        """Send a command and give its answer.

        Raises (in the future):
            Lost: The connection ended before the answer came, or could not be opened.
            redis.exceptions.ResponseError: The server refuses the command.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        if self.is_closed:
            future.set_exception(Lost("closed"))
            return future
        if self._connection is not None and not self._waiting and not self._sent:
            self._write_now(self._connection, command, future)
            return future
        self._waiting.append((command, future))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        self._wanted.set()
        return future

    def _write_now(
        self, connection: AbstractConnection, command: tuple[Any, ...], future: asyncio.Future[Any]
    ) -> None:
        """Write the only command there is without waiting for the next round of the event loop."""
        self._replicating = None
        self._answered_at = asyncio.get_running_loop().time()
        self._sent.append(future)
        if connection._writer is not None:  # else the connection is just ending, and the answer will be lost
            connection._writer.writelines(connection.pack_command(*command))

    def replicated(self, count: int, patience_milliseconds: int) -> asyncio.Future[int]:
        """Give how many replicas have what was written on this connection so far; those who ask together share the question."""
        if self._replicating is not None and self._replicating[0] == self.generation:
            return self._replicating[1]
        future = self.send("WAIT", count, patience_milliseconds)
        self._replicating = (self.generation, future)
        return future

    async def close(self) -> None:
        """Wait for what was sent, then close."""
        pending = [future for _, future in self._waiting] + list(self._sent)
        if pending:
            await asyncio.wait(pending, timeout=self._silence_seconds)
        self.is_closed = True
        if self._worker is not None:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker
        await self._drop(Lost("closed"))

    async def _work(self) -> None:
        """Open, write and read until closed; whoever waits when that fails is told."""
        while True:
            await self._wanted.wait()
            try:
                self._connection = await self._connect()
            except (RedisError, OSError) as error:
                await self._drop(error if isinstance(error, ResponseError) else Lost(str(error)))
                continue
            except BaseException:
                await self._drop(Lost("cancelled"))
                raise
            self.generation += 1
            await self._converse(self._connection)

    async def _converse(self, connection: AbstractConnection) -> None:
        # The connection forgets it when a write is broken off, and a server that is away would keep it open for ever.
        transport = connection._writer.transport if connection._writer else None
        tasks = {
            asyncio.create_task(part)
            for part in (self._write(connection), self._read(connection), self._watch())
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            reason = next((str(task.exception()) for task in done if task.exception()), "")
        except asyncio.CancelledError:
            reason = "closed"
            raise
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if transport is not None:
                transport.abort()
            await self._drop(Lost(reason))

    async def _write(self, connection: AbstractConnection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            batch, self._waiting = self._waiting, []
            if not batch:
                continue
            if self._replicating is not None and any(future is self._replicating[1] for _, future in batch):
                self._replicating = None  # what is written from now on needs a question of its own
            if not self._sent:
                self._answered_at = loop.time()
            self._sent.extend(future for _, future in batch)
            await connection.send_packed_command(
                connection.pack_commands(command for command, _ in batch), check_health=False
            )

    async def _read(self, connection: AbstractConnection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            answer: Any
            try:
                answer = await connection.read_response(disconnect_on_error=False)
            except ResponseError as error:
                answer = error
            self._answered_at = loop.time()
            future = self._sent.popleft()
            if future.done():  # given up by whoever waited
                continue
            if isinstance(answer, ResponseError):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    async def _watch(self) -> None:
        """End when the server has been silent for too long while something was asked."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._silence_seconds / 5)
            if self._sent and loop.time() - self._answered_at > self._silence_seconds:
                raise Lost(f"no answer for {self._silence_seconds:.0f} s")

    async def _drop(self, reason: Exception) -> None:
        self._wanted.clear()
        waiting = [future for _, future in self._waiting]
        lost = [*self._sent, *waiting]
        self._sent.clear()
        self._waiting.clear()
        self._replicating = None
        for future in lost:
            if not future.done():
                future.set_exception(reason)
                future.exception()  # not everybody waits for the answer
        connection, self._connection = self._connection, None
        if connection is not None:
            await hang_up(connection)
