"""A Satori gateway as its adapter meets it. What the bot sends is read by nonebot's own parser, not by ours."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web
from nonebot.adapters.satori.element import escape, parse
from nonebot.adapters.satori.message import Message

TOKEN = "satori-s3cret"
BOT = "bot1"
BORN = 1_772_769_600  # 2026-03-06 12:00 in Shanghai, when the clock of these tests starts
FEATURES = ["message.create", "message.update", "message.delete", "user.channel.create"]


@dataclass
class Posted:
    """A message of the bot, as a reader of Satori sees it."""

    id: str
    channel: str
    text: str
    called: list[str]
    quotes: str | None
    is_edit: bool = False


def read(content: str) -> tuple[str, list[str], str | None]:
    """Return text, who is called (as `@name` in the text), and what is quoted."""
    texts: list[str] = []
    called: list[str] = []
    quotes = None
    for segment in Message.from_satori_element(parse(content)):
        if segment.type == "at":
            called.append(segment.data["id"])
            texts.append(f"@{segment.data['name']}")
        elif segment.type == "quote":
            quotes = segment.data["id"]
        else:
            texts.append(segment.data["text"])
    return "".join(texts), called, quotes


@dataclass
class Connection:
    """One connection of the bot, after its login."""

    socket: web.WebSocketResponse
    identity: dict[str, Any]
    pings: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def was_pinged(self) -> None:
        """Wait for the next ping."""
        async with asyncio.timeout(10):
            await self.pings.get()

    def cut(self) -> None:
        transport = self.socket._req.transport
        if transport is not None:
            transport.abort()


@dataclass
class Gateway:
    """A gateway: it remembers every event, and tells again what came after the number that a login names."""

    now: Callable[[], float] = lambda: BORN
    connections: asyncio.Queue[Connection] = field(default_factory=asyncio.Queue)
    current: Connection | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    posted: asyncio.Queue[Posted] = field(default_factory=asyncio.Queue)
    logins: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"sn": 0, "adapter": "x", "platform": "x", "user": {"id": BOT}, "status": 1, "features": FEATURES}
        ]
    )
    answers: list[Any] = field(default_factory=list)  # for messages, in turn: a status, a text, or "hang up"
    channels: list[str] = field(default_factory=list)  # people with whom a channel was made
    known: set[str] = field(default_factory=lambda: {"123456", "654321"})  # channels
    deleted: list[str] = field(default_factory=list)
    answers_pings: bool = True
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/satori/v1/events":
            return await self._events(request)
        headers = request.headers
        assert headers["Satori-Platform"] == headers["X-Platform"] == "x"
        assert headers["Satori-User-ID"] == headers["X-Self-ID"] == BOT
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        return self._method(request, request.path.removeprefix("/satori/v1/"), await request.json())

    # --- What people do

    def event(self, person: str, text: str, *, channel: str = "123456", **changes: Any) -> dict[str, Any]:
        """Return an event in which somebody says something; in a direct channel where it begins with `dm-`."""
        number = next(self._ids)
        content = changes.pop("content", None) or escape(text)
        return {
            "sn": number,
            "type": "message-created",
            "timestamp": int(self.now() * 1000),
            "login": {"sn": 0, "adapter": "x", "platform": "x", "user": {"id": BOT}, "status": 1},
            "channel": {"id": channel, "type": 1 if channel.startswith("dm-") else 0, "name": "support"},
            "guild": {"id": "g1"},
            "user": {"id": person, "name": "somebody"},
            "member": {"nick": "somebody"},
            "message": {"id": f"m{number}", "content": content},
            **changes,
        }

    async def says(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if self.current is not None and not self.current.socket.closed:
            await self.sends(0, event)

    async def sends(self, op: int, body: Any) -> None:
        assert self.current is not None
        await self.current.socket.send_str(json.dumps({"op": op, "body": body}, ensure_ascii=False))

    async def next_connection(self) -> Connection:
        async with asyncio.timeout(20):
            return await self.connections.get()

    async def next_posted(self) -> Posted:
        async with asyncio.timeout(10):
            return await self.posted.get()

    # --- What the bot does

    async def _events(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        frame = await socket.receive_json()
        assert frame["op"] == 3
        identity = frame["body"]
        if identity.get("token", "") != TOKEN:
            await socket.close(code=4004, message=b"invalid token")
            return socket
        self.current = Connection(socket, identity)
        await self.sends(4, {"logins": self.logins, "proxy_urls": []})
        if "sn" in identity:
            for event in self.events:
                if event["sn"] > identity["sn"]:
                    await self.sends(0, event)
        await self.connections.put(self.current)
        connection = self.current
        async for message in socket:
            if message.type is WSMsgType.TEXT and json.loads(message.data)["op"] == 1:
                connection.pings.put_nowait(None)
                if self.answers_pings:
                    await socket.send_str('{"op":2}')
        connection.is_over.set()
        return socket

    def _method(self, request: web.Request, method: str, body: dict[str, Any]) -> web.Response:
        if self.answers:
            answer = self.answers.pop(0)
            if answer == "hang up":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            return web.Response(text=answer) if isinstance(answer, str) else web.Response(status=answer)
        match method:
            case "user.channel.create":
                self.channels.append(body["user_id"])
                return web.json_response({"id": f"dm-{body['user_id']}", "type": 1})
            case "channel.get":
                is_known = body["channel_id"] in self.known
                return web.json_response({"id": body["channel_id"]}) if is_known else web.Response(status=404)
            case "message.delete":
                self.deleted.append(body["message_id"])
                return web.json_response({})
            case "message.update" | "message.create":
                text, called, quotes = read(body["content"])
                is_edit = method == "message.update"
                number = body["message_id"] if is_edit else f"out{next(self._ids)}"
                posted = Posted(number, body["channel_id"], text, called, quotes, is_edit)
                self.posted.put_nowait(posted)
                return web.json_response({} if is_edit else [{"id": number, "content": body["content"]}])
        return web.Response(status=404)
