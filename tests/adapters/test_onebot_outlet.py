"""What is said over a server's WebSocket arrives whole and in order, and leaves together where it is said together."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from adapters.onebot.outlet import Outlet

SIZES = (0, 1, 125, 126, 16_384, 3)


class _Counted:
    """A transport that counts what it is given at once; `is_full` is a side that does not read."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.writes = 0
        self.is_full = False

    def write(self, data: bytes) -> None:
        self.writes += 1
        self._transport.write(data)

    def get_write_buffer_size(self) -> int:
        return 1 if self.is_full else 0

    def is_closing(self) -> bool:
        return self._transport.is_closing()


async def _heard(unused_tcp_port: int, talk: Any) -> list[str]:
    """Serve one WebSocket, let `talk` speak there, and return the texts that the other side reads."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        assert request.transport is not None
        await talk(socket, _Counted(request.transport))
        await socket.close()
        return socket

    app = web.Application()
    app.router.add_get("/", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"http://127.0.0.1:{unused_tcp_port}/") as socket,
        ):
            return [frame.data async for frame in socket if frame.type is WSMsgType.TEXT]
    finally:
        await runner.cleanup()


@pytest.mark.asyncio
async def test_texts_of_every_length_arrive_whole_in_order_and_together(unused_tcp_port):
    async def talk(socket: web.WebSocketResponse, transport: Any) -> None:
        outlet = Outlet(socket, transport)
        for size in SIZES:
            await outlet.say(b"x" * size)
        assert transport.writes == 0
        await asyncio.sleep(0)
        assert transport.writes == 1
        await outlet.say(b"short")
        await outlet.say(b"x" * 200_000)  # a long one comes after it, alone
        await outlet.say(b"last")
        outlet.flush()

    heard = await _heard(unused_tcp_port, talk)
    assert [len(text) for text in heard] == [*SIZES, 5, 200_000, 4]


@pytest.mark.asyncio
async def test_whoever_does_not_keep_up_is_waited_for_and_the_order_stays(unused_tcp_port):
    async def talk(socket: web.WebSocketResponse, transport: Any) -> None:
        outlet = Outlet(socket, transport)
        await outlet.say(b"first")
        transport.is_full = True
        await outlet.say(b"second")  # through the library, after the first
        transport.is_full = False
        await outlet.say(b"third")
        outlet.flush()

    assert await _heard(unused_tcp_port, talk) == ["first", "second", "third"]


@pytest.mark.asyncio
async def test_nothing_is_said_to_a_connection_that_has_ended(unused_tcp_port):
    async def talk(socket: web.WebSocketResponse, transport: Any) -> None:
        outlet = Outlet(socket, transport)
        await socket.close()
        with pytest.raises(ConnectionError):
            await outlet.say(b"too late")

    assert await _heard(unused_tcp_port, talk) == []
