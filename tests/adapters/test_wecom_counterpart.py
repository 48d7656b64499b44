"""The server of these tests beside a published SDK: what it accepts and sends is what that SDK sends and understands.

`wecom-aibot-sdk` is not ours and is written after the platform's own. It talks to the same server as our adapter, and both
say the same things in the same frames.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from wecom_aibot_sdk import WSClient

from adapters.contract import Outgoing
from tests.adapters.wecom_peers import BOT_ID, BOT_SECRET, AibotServer

pytestmark = pytest.mark.asyncio


class Quiet:
    """Takes what the SDK logs and keeps what it complains about."""

    def __init__(self) -> None:
        self.complaints: list[tuple[Any, ...]] = []

    def debug(self, *_: Any) -> None: ...

    def info(self, *_: Any) -> None: ...

    def warn(self, *words: Any) -> None:
        self.complaints.append(words)

    def error(self, *words: Any) -> None:
        self.complaints.append(words)


def without_ids(frame: dict[str, Any]) -> dict[str, Any]:
    body = {**frame["body"]}
    if "stream" in body:
        body["stream"] = {**body["stream"], "id": "…"}
    return {"cmd": frame["cmd"], "keys": sorted(frame), "headers": sorted(frame["headers"]), "body": body}


async def by_the_sdk(url: str, server: AibotServer) -> list[dict[str, Any]]:
    """Let the SDK log in, hear a message, answer it, and say something of its own; return its frames."""
    log, heard = Quiet(), asyncio.Queue()
    client = WSClient(BOT_ID, BOT_SECRET, ws_url=url, logger=log, ws_options={"proxy": None})
    client.on("message.text", heard.put_nowait)
    await client.connect()
    session = await server.next_session()
    await session.says("zhang", "@小首 打不开")
    async with asyncio.timeout(10):
        frame = await heard.get()
        assert frame["body"]["text"]["content"] == "@小首 打不开"
        assert (await client.reply_stream(frame, "s-1", "重启", finish=True))["errcode"] == 0
        body = {"msgtype": "markdown", "markdown": {"content": "已建单 1001"}}
        assert (await client.send_message("123456", body))["errcode"] == 0
    frames = [await session.next_sent() for _ in range(2)]
    await client.disconnect()
    await session.over()
    assert log.complaints == []
    return frames


async def by_us(url: str, server: AibotServer, wecom, listen) -> list[dict[str, Any]]:
    adapter = wecom("wecom-aibot", url=url)
    listener = listen(adapter)
    session = await server.next_session()
    await session.says("zhang", "@小首 打不开")
    question = await listener.next()
    await adapter.send(Outgoing("a", question.room, "重启", quotes=question.message_id))
    await adapter.send(Outgoing("b", question.room, "已建单 1001"))
    return [await session.next_sent() for _ in range(2)]


async def test_a_published_sdk_and_our_adapter_say_the_same_in_the_same_frames(host, wecom, listen):
    server = AibotServer()
    url = (await host(server.handle)).replace("http", "ws")
    theirs = await by_the_sdk(url, server)
    ours = await by_us(url, server, wecom, listen)
    assert [without_ids(frame) for frame in ours] == [without_ids(frame) for frame in theirs]
    first, second = server.logins
    assert first["body"] == second["body"]
    assert (first["cmd"], sorted(first)) == (second["cmd"], sorted(second))


async def test_a_published_sdk_understands_the_server_throwing_it_out(host):
    server = AibotServer()
    url = (await host(server.handle)).replace("http", "ws")
    log, gone = Quiet(), asyncio.Event()
    client = WSClient(BOT_ID, BOT_SECRET, ws_url=url, logger=log, ws_options={"proxy": None})
    client.on("event.disconnected_event", lambda _: gone.set())
    await client.connect()
    session = await server.next_session()
    event = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
    await session.tells("aibot_event_callback", "e-1", event)
    await asyncio.wait_for(gone.wait(), 10)
    await session.over()
    await client.disconnect()


async def test_a_published_sdk_is_refused_with_a_wrong_secret(host):
    server = AibotServer()
    url = (await host(server.handle)).replace("http", "ws")
    log, refused = Quiet(), asyncio.Event()
    client = WSClient(BOT_ID, "wrong", ws_url=url, logger=log, ws_options={"proxy": None})
    client.on("error", lambda _: refused.set())
    await client.connect()
    await asyncio.wait_for(refused.wait(), 10)
    await client.disconnect()
    assert any("Authentication failed" in str(words) for words in log.complaints)
