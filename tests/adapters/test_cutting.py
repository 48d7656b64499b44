"""A connection that is cut ends for whoever reads it, whatever event loop the program runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from adapters.cutting import cut
from bot.event_loop import loop_factory

# Those that there are here; on Windows both are asyncio's own.
LOOPS = {"asyncio": None, "of the program": loop_factory()}


@pytest.mark.parametrize("name", LOOPS)
def test_whoever_reads_a_connection_that_is_cut_sees_its_end(name: str) -> None:
    factory: Callable[[], asyncio.AbstractEventLoop] | None = LOOPS[name]
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_cut())


async def _cut() -> None:
    over = asyncio.Event()

    async def silent(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await over.wait()  # it reads nothing and says nothing
        return socket

    app = web.Application()
    app.router.add_get("/", silent)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        reading = asyncio.create_task(socket.receive())
        await asyncio.sleep(0)
        cut(socket)
        async with asyncio.timeout(5):
            assert (await reading).type in (WSMsgType.CLOSED, WSMsgType.CLOSE, WSMsgType.ERROR)
        cut(socket)  # harmless when repeated
        over.set()
    await runner.cleanup()
