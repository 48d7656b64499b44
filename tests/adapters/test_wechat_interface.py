"""Requests to the HTTP interface of WeCom go where the configuration says, and nowhere else."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta

import pytest
from aiohttp import web
from yarl import URL

from adapters.contract import DeliveryFailed
from adapters.server import Server
from adapters.wechat.interface import Interface

pytestmark = pytest.mark.asyncio


class Elsewhere:
    """A server that nobody should ask."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        return web.json_response({"errcode": 0, "errmsg": "ok"})


async def test_a_redirection_is_not_followed(host):
    elsewhere = Elsewhere()
    other = await host(elsewhere.handle)

    async def redirecting(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(f"{other}/?key=k3y")

    server = Interface(await host(redirecting), "企业微信")
    with pytest.raises(DeliveryFailed, match="307") as failed:
        await server.post("cgi-bin/message/send", {"access_token": "t0ken"}, {})
    await server.close()
    assert elsewhere.asked == []
    assert failed.value.retry_after is None
    assert "t0ken" not in failed.value.reason


async def test_another_server_is_not_asked(host):
    elsewhere = Elsewhere()
    other = await host(elsewhere.handle)
    server = Interface("https://qyapi.weixin.qq.com", "企业微信")
    with pytest.raises(DeliveryFailed, match="不是配置里的"):
        await server.request("POST", URL(f"{other}/x"), {})
    await server.close()
    assert elsewhere.asked == []


async def test_a_base_with_a_path_keeps_it(host):
    elsewhere = Elsewhere()
    server = Interface(f"{await host(elsewhere.handle)}/wecom/", "企业微信")
    assert (await server.get("cgi-bin/gettoken", {"corpid": "a&b"})).code == 0
    await server.close()
    assert elsewhere.asked == ["/wecom/cgi-bin/gettoken?corpid=a%26b"]
    assert server.server_time is not None


async def test_nothing_is_asked_after_the_end(host):
    elsewhere = Elsewhere()
    server = Interface(await host(elsewhere.handle), "企业微信")
    await server.close()
    await server.close()
    with pytest.raises(DeliveryFailed):
        await server.get("x", {})
    assert elsewhere.asked == []


async def test_a_server_that_falls_silent_is_given_up(host):
    silent = asyncio.Event()

    async def handle(request: web.Request) -> web.Response:
        await silent.wait()
        return web.Response()

    server = Interface(await host(handle), "企业微信", patience_seconds=0.05)
    with pytest.raises(DeliveryFailed) as failed:
        await server.post("x", {}, {})
    silent.set()
    await server.close()
    assert failed.value.is_unknown
    assert failed.value.retry_after


async def test_a_server_that_takes_no_connection_has_not_got_anything():
    """Behind a dead line nobody refuses. What a robot of a group says is taken for delivered when its answer is lost, and this is none."""
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    port = full.getsockname()[1]
    waiting = []
    for _ in range(3):  # nobody accepts them, and no more fit in
        waiting.append(socket.socket())
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(("127.0.0.1", port))
    server = Server(f"http://127.0.0.1:{port}", "企业微信", patience_seconds=0.4)
    with pytest.raises(DeliveryFailed) as failed:
        await server.request("POST", server.address("send"), {})
    assert (failed.value.is_unknown, failed.value.retry_after) == (False, timedelta(seconds=5))
    await server.close()
    for each in (full, *waiting):
        each.close()


async def test_an_answer_that_somebody_in_between_did_not_wait_for_is_unknown(host):
    async def late(_: web.Request) -> web.Response:
        return web.Response(status=504)

    server = Server(await host(late), "企业微信")
    with pytest.raises(DeliveryFailed) as failed:
        await server.request("POST", server.address("send"), {})
    assert failed.value.is_unknown
    await server.close()
