"""The dead-man switch: an address is called while ticks pass, and not when they have stopped."""

from __future__ import annotations

import socket
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from bot.configuration.model import MonitoringConfig
from bot.watch.dead_man import DeadMan

pytestmark = pytest.mark.asyncio


async def test_it_calls_while_ticks_pass_and_tells_what_was_answered() -> None:
    called: list[str] = []
    statuses = [200, 500, 302]

    async def answer(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response(status=statuses.pop(0), headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    is_alive = True
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        dead_man = DeadMan(MonitoringConfig(str(server.make_url("/secret"))), lambda: is_alive)
        with capture_logs() as logs:
            assert [await dead_man.call(session) for _ in range(3)] == [True, False, True]
            is_alive = False
            assert await dead_man.call(session) is False
    assert called == ["/secret"] * 3  # redirections are not followed
    assert [log["action"] for log in logs] == ["ping_failed", "ticks_stopped"]
    assert "secret" not in str(logs)


async def test_an_address_that_does_not_answer_is_told_without_it() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/secret"
    async with aiohttp.ClientSession() as session:
        with capture_logs() as logs:
            assert await DeadMan(MonitoringConfig(url), lambda: True).call(session) is False
    assert [log["action"] for log in logs] == ["ping_failed"]
    assert "secret" not in str(logs)


async def test_without_an_address_nobody_is_called() -> None:
    await DeadMan(MonitoringConfig("", timedelta(minutes=1)), lambda: True).run()  # returns at once
