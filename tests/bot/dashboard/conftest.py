"""A whole bot behind its web server, with a chat that a test speaks in and a clock that only the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.contract import (
    Capabilities,
    DeliveryFailed,
    Incoming,
    Outgoing,
    RoomKind,
)
from bot.access import Access
from bot.running import Bot
from bot.web import build
from tests.bots import assembled

START = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)  # Friday 10:00 in Shanghai
CONFIG = """
[bot]
name = "小首"
[store]
url = "sqlite:shouwen.db"
[web]
listen = "{listen}"
time_travel = {travel}
[[adapters]]
name = "web"
type = "web"
[[people]]
id = "zhang"
name = "老张"
role = "engineer"
accounts = ["web:zhang"]
[[people]]
id = "chen"
name = "陈经理"
role = "manager"
accounts = ["web:chen"]
[[customers]]
id = "yucai"
name = "育才小学"
policy = "edu"
[[customers]]
id = "shiyan"
name = "实验小学"
policy = "edu"
[[rooms]]
id = "yucai"
name = "育才群"
address = "web:group:yucai"
kind = "customer"
customer = "yucai"
duty = "duty"
on_call = "first-line"
[[rooms]]
id = "shiyan"
name = "实验群"
address = "web:group:shiyan"
kind = "customer"
customer = "shiyan"
duty = "duty"
on_call = "first-line"
[[rooms]]
id = "duty"
name = "值班群"
address = "web:group:duty"
kind = "duty"
[calendars.workday]
weekly = {{ mon-fri = ["09:00-17:30"] }}
[rotas.first-line]
members = ["zhang"]
starts = "2026-01-05 08:00"
[policies.edu]
name = "教育两级"
ladder = "standard"
default_level = "3"
[[policies.edu.levels]]
id = "1"
name = "一级·瘫痪"
keywords = ["瘫痪"]
clocks = [{{ kind = "respond", within = "5m" }}, {{ kind = "resolve", within = "4h" }}]
[[policies.edu.levels]]
id = "3"
name = "三级·个别服务"
calendar = "workday"
clocks = [{{ kind = "respond", within = "30m" }}, {{ kind = "resolve", within = "8h" }}]
[[ladders.standard]]
at = "100%"
tell = ["manager"]
"""


class HandClock:
    """Time that passes when a test says so; whoever sleeps wakes when their instant is reached."""

    def __init__(self) -> None:
        self._now = START
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep(self, length: timedelta) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + length, woken))
        await woken

    def forward(self, length: timedelta) -> None:
        self._now += length
        awake = [sleeper for sleeper in self._sleepers if sleeper[0] <= self._now]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self._now]
        for _, woken in awake:
            if not woken.done():
                woken.set_result(None)


class FakeChat:
    """A platform that keeps what the bot says, refuses rooms when told to, and takes callbacks."""

    def __init__(self, name: str = "web") -> None:
        self.name = name
        self.capabilities = Capabilities()
        self.said: list[Outgoing] = []
        self.refused: dict[str, DeliveryFailed] = {}
        self.hang_up = False

    async def incoming(self) -> AsyncIterator[Incoming]:
        nobody: tuple[Incoming, ...] = ()
        for message in nobody:
            yield message

    async def send(self, message: Outgoing) -> str:
        if message.room in self.refused:
            raise self.refused[message.room]
        self.said.append(message)
        return f"b{len(self.said)}"

    async def close(self) -> None:
        return None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.hang_up:
            raise ConnectionResetError("gone")
        body = await request.text()
        return web.json_response(
            {"method": request.method, "tail": request.match_info.get("tail", ""), "body": body}
        )


class QuietChat(FakeChat):
    """A platform that never calls."""

    handle = None  # type: ignore[assignment]


class PagedChat(FakeChat):
    """A platform with a page of its own."""

    def routes(self) -> list[web.AbstractRouteDef]:
        async def page(_: web.Request) -> web.Response:
            headers = {"Content-Security-Policy": "default-src 'none'"}
            return web.Response(text="<p>试聊</p>", content_type="text/html", headers=headers)

        return [web.get("/chat", page)]


@dataclass
class FakeHealth:
    """A health that a test sets."""

    ready: bool = True
    silence: timedelta | None = timedelta()
    ticked_at: datetime | None = START
    connections: dict[str, bool] = field(default_factory=lambda: {"web": True})

    def is_ready(self) -> bool:
        return self.ready

    def last_tick_at(self) -> datetime | None:
        return self.ticked_at

    def silent_for(self) -> timedelta | None:
        return self.silence

    def connected(self) -> Mapping[str, bool]:
        return self.connections


@dataclass
class Stand:
    """One bot with its pages and a browser. `base` is where the server listens."""

    bot: Bot
    chat: FakeChat
    clock: HandClock
    access: Access
    health: FakeHealth
    client: TestClient[Any, Any]

    def __post_init__(self) -> None:
        self._ids = count(1)

    def refusal(self, reason: str) -> DeliveryFailed:
        """Return how a platform refuses a message for good."""
        return DeliveryFailed(reason)

    async def say(self, person: str, text: str, *, room: str = "yucai", addressed: bool = False) -> None:
        """Let somebody say something; whatever follows has been sent when this returns."""
        names = {"zhang": "老张", "chen": "陈经理"}
        await self.bot.reception.receive(
            Incoming(
                room=f"web:group:{room}",
                room_kind=RoomKind.GROUP,
                sender=f"web:{person}",
                sender_name=names.get(person, person),
                message_id=f"u{next(self._ids)}",
                text=text,
                is_addressed=addressed,
            )
        )
        await self.bot.outbox.drain()

    async def pass_time(self, length: timedelta) -> None:
        """Let time pass, and everything happen that is due then."""
        self.clock.forward(length)
        await self.bot.tick(self.clock.now())
        await self.bot.outbox.drain()

    async def page(self, path: str, *, status: int = 200, **headers: str) -> str:
        """Return the text of a page."""
        answer = await self.get(path, **headers)
        assert answer.status == status
        return await answer.text()

    async def get(self, path: str, **headers: str) -> ClientResponse:
        given = {"Accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.client.get(path, headers=given, allow_redirects=False)

    async def post(
        self, path: str, data: Mapping[str, str] | Sequence[tuple[str, str]] | None = None, **headers: str
    ) -> ClientResponse:
        given = {"Accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.client.post(path, data=data, headers=given, allow_redirects=False)


class Opens(Protocol):
    """Opens a stand."""

    async def __call__(
        self,
        *,
        listen: str = "127.0.0.1:8080",
        travel: bool = True,
        chat: FakeChat | None = None,
        more: str = "",
    ) -> Stand: ...


@pytest_asyncio.fixture
async def opens(tmp_path: Path) -> AsyncIterator[Opens]:
    """Opens a bot with its pages; they are closed after the test."""
    async with AsyncExitStack() as stack:

        async def opened(
            *,
            listen: str = "127.0.0.1:8080",
            travel: bool = True,
            chat: FakeChat | None = None,
            more: str = "",
        ) -> Stand:
            clock, chat = HandClock(), chat or FakeChat()
            text = CONFIG.format(listen=listen, travel=str(travel).lower()) + more
            bot = await stack.enter_async_context(assembled(tmp_path, text, chat, clock))
            access, health = Access(bot.config.web, clock), FakeHealth()
            server = TestServer(build(bot, {chat.name: chat}, access, health))
            client: TestClient[Any, Any] = TestClient(server)
            await stack.enter_async_context(client)
            return Stand(bot, chat, clock, access, health, client)

        yield opened


@pytest_asyncio.fixture
async def stand(opens: Opens) -> Stand:
    """A bot on loopback with time travel: nobody has to log in."""
    return await opens()


@pytest.fixture
def quiet_chat() -> Callable[[], FakeChat]:
    return QuietChat


@pytest.fixture
def paged_chat() -> Callable[[], FakeChat]:
    return PagedChat
