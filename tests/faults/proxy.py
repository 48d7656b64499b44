"""A small proxy before each server that cuts connections in the middle of an answer, or makes them slow."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from tests.redis_servers import Cluster, Server


class Proxy:
    """Listens on a port and hands everything on. `cuts` is how many connections it still cuts."""

    def __init__(self, behind: int, chance: random.Random, port: int = 0) -> None:
        self._behind = behind
        self._chance = chance
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self.cuts = 0
        self.were_cut = 0
        self.delay_seconds = 0.0
        self.port = port

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.current_task()
        assert serving is not None
        self._serving.add(serving)
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        ways = {
            asyncio.create_task(self._hand_on(reader, there_writer, is_answer=False)),
            asyncio.create_task(self._hand_on(there_reader, writer, is_answer=True)),
        }
        self._tasks |= ways
        _, others = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            other.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        self._tasks -= ways
        for end in (writer, there_writer):
            end.transport.abort()
            with suppress(OSError):
                await end.wait_closed()

    async def _hand_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self.delay_seconds:
                    await asyncio.sleep(self._chance.random() * self.delay_seconds)
                if is_answer and self.cuts and self._chance.random() < 0.2:
                    self.cuts -= 1
                    self.were_cut += 1
                    writer.write(data[: self._chance.randrange(len(data))])
                    await writer.drain()
                    return
                writer.write(data)
                await writer.drain()


class Network:
    """The proxies before a server, or before every node of a cluster."""

    def __init__(self, proxies: list[Proxy], url: str) -> None:
        self.proxies = proxies
        self.url = url

    def cut(self, count: int) -> None:
        """Cut so many connections from now on."""
        for proxy in self.proxies:
            proxy.cuts = -(-count // len(self.proxies)) if count else 0

    def slow_down(self, seconds: float) -> None:
        """Delay everything by up to so many seconds, each way."""
        for proxy in self.proxies:
            proxy.delay_seconds = seconds

    @property
    def were_cut(self) -> int:
        return sum(proxy.were_cut for proxy in self.proxies)


@asynccontextmanager
async def network(server: Server | Cluster, chance: random.Random) -> AsyncIterator[Network]:
    """Stand between whoever opens the URL and the servers."""
    ports = await asyncio.to_thread(server.fronts) if isinstance(server, Cluster) else [0]
    async with AsyncExitStack() as stack:
        proxies = []
        for node, port in zip(server.nodes, ports, strict=True):
            proxies.append(Proxy(node.port, chance, port))
            await proxies[-1].start()
            stack.push_async_callback(proxies[-1].close)
        servers = ",".join(f"127.0.0.1:{proxy.port}" for proxy in proxies)
        yield Network(proxies, f"redis{'+cluster' * isinstance(server, Cluster)}://{servers}")
