"""What adapters find is asked of the bot that runs, else found here, and always said in the asker's language."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.contract import Finding
from adapters.wording import say
from bot.delivery.quota_words import Warned
from bot.telemetry.run_file import Running
from bot.terminal.command_line import voice_of
from bot.terminal.examining import FINDINGS, FindingsPage, Found, asked, examined, merged

pytestmark = pytest.mark.asyncio
_SECOND = timedelta(seconds=1)


class Fake:
    """An adapter as far as it is examined."""

    def __init__(self, name: str, *findings: Finding, fault: Exception | None = None) -> None:
        self.name, self._findings, self._fault = name, findings, fault

    async def examine(self) -> list[Finding]:
        if self._fault is not None:
            raise self._fault
        return list(self._findings)


class Silent:
    name = "silent"

    async def examine(self) -> list[Finding]:
        await asyncio.Event().wait()
        return []


class Plain:
    name = "plain"


async def test_everybody_is_examined_and_nobody_waits_for_ever():
    adapters = [
        Fake("qq", Finding(say("连接"), False, say("{key}", key="x"))),
        Silent(),
        Plain(),
        Fake("broken", fault=KeyError("s3cret")),
    ]
    found = await examined(adapters, timedelta(milliseconds=20), voice_of("en"))
    assert [(each.adapter, each.is_well) for each in found] == [
        ("qq", False),
        ("silent", False),
        ("plain", True),
        ("broken", False),
    ]
    assert found[0].subject == "Connection"
    assert "s3cret" not in repr(found)


async def test_the_running_bot_tells_of_the_adapters_that_it_runs():
    adapters = {"qq": Fake("qq", Finding(say("连接"), True, say("已登录"))), "tg": Fake("tg")}
    app = web.Application()
    app.add_routes(FindingsPage(adapters, lambda name: name == "qq").routes())
    server = TestServer(app)
    await server.start_server()
    try:
        running = Running(str(server.make_url("")).rstrip("/"), "t")
        assert await asked(running, voice_of("en")) == [Found("qq", "Connection", True, "Logged in")]
        assert await asked(running, voice_of("zh")) == [Found("qq", "连接", True, "已登录")]
    finally:
        await server.close()
    assert await asked(running, voice_of("zh")) is None


async def test_the_word_of_the_running_bot_is_shown_to_nobody_it_is_sent_on_to():
    asked_elsewhere = []

    async def elsewhere(request):
        asked_elsewhere.append(request.headers.get("Authorization"))
        return web.json_response([])

    async def send_on(_):
        raise web.HTTPTemporaryRedirect(there.make_url("/"))

    there, here = web.Application(), web.Application()
    there.add_routes([web.get("/", elsewhere)])
    here.add_routes([web.get(FINDINGS, send_on)])
    there, here = TestServer(there), TestServer(here)
    await there.start_server()
    await here.start_server()
    try:
        running = Running(str(here.make_url("")).rstrip("/"), "t0ken")
        assert await asked(running, voice_of("zh")) is None
    finally:
        await here.close()
        await there.close()
    assert asked_elsewhere == []


async def test_in_a_language_that_nobody_speaks_it_is_told_in_chinese():
    app = web.Application()
    app.add_routes(
        FindingsPage({"qq": Fake("qq", Finding(say("连接"), True, say("已登录")))}, lambda _: True).routes()
    )
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(FINDINGS, params={"language": "xx"})
        assert [each["subject"] for each in await answer.json(content_type=None)] == ["连接"]


async def test_the_running_bot_tells_of_quotas_that_are_nearly_used_up():
    adapters = {"qq": Fake("qq", Finding(say("连接"), True, say("已登录")))}
    told = [Warned("qq", "育才群：…", True), Warned("tg", "elsewhere", True)]
    app = web.Application()
    app.add_routes(FindingsPage(adapters, lambda _: True, lambda _: told).routes())
    server = TestServer(app)
    await server.start_server()
    try:
        running = Running(str(server.make_url("")).rstrip("/"), "t")
        found = await asked(running, voice_of("zh"))
        assert found is not None
        assert found[1:] == [Found("qq", "发送额度", False, "育才群：…")]
    finally:
        await server.close()


async def test_what_the_running_bot_says_counts_more_and_the_order_is_that_of_the_configuration():
    told = [Found("b", "x", True, "running")]
    own = [Found("b", "x", False, "here"), Found("a", "y", True, "here")]
    assert [(each.subject, each.says) for each in merged(told, own, ("a", "b"))] == [
        ("a · y", "here"),
        ("b · x", "running"),
    ]


async def test_the_address_is_one_of_the_api():
    assert FINDINGS.startswith("/api/v1/")
