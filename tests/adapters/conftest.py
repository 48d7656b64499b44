"""Clocks, servers and the other sides of the platforms, for every test of an adapter.

**Adding a platform to the contract tests** (`test_contract.py`): write a `Platform` (below) for it, a fixture that
returns one, and add the fixture's name to `PLATFORMS`.

**Playing QQ against the whole bot**: `qq_peer` connects to a reverse WebSocket as QQ, built on the independent
`nonebot-adapter-onebot` and `websockets`. A test elsewhere takes it with
`from tests.adapters.conftest import qq_peer  # noqa: F401` in its own `conftest.py`, then:

    peer = await qq_peer(f"ws://127.0.0.1:{port}/hooks/qq", token="…")
    await peer.group_says(123456, 10001, "打印机坏了", card="王老师", calls_bot=True)
    sent = await peer.next_sent()          # answered with `ok` and an id, unless `peer.answer` says otherwise
    assert "已建单" in sent.text and sent.group_id == 123456
"""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import TestServer
from nonebot.adapters.onebot.v11 import (
    GroupMessageEvent,
    HeartbeatMetaEvent,
    LifecycleMetaEvent,
    Message,
    MessageSegment,
    PrivateMessageEvent,
)
from nonebot.adapters.onebot.v11.event import Sender, Status
from nonebot.compat import type_validate_python
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from adapters.console import ConsoleAdapter
from adapters.contract import Adapter, Incoming, KnownPerson, KnownRoom, Notice, Surroundings
from adapters.onebot import OneBotAdapter
from adapters.onebot import Settings as OneBotSettings
from adapters.qq import QQAdapter
from adapters.qq import Settings as QQSettings
from adapters.qq.signature import Seal
from adapters.registry import create
from adapters.telegram.connection import TelegramAdapter
from adapters.telegram.settings import Settings as TelegramSettings
from tests.adapters import (
    dingtalk_peers,
    feishu_peers,
    qq_peers,
    satori_peers,
    telegram_peers,
    wechat_peers,
    wecom_peers,
)
from tests.adapters.dingtalk_peers import DingTalkServer
from tests.adapters.feishu_peers import EventSender, FeishuServer
from tests.adapters.feishu_stream_peers import Connection as FeishuConnection
from tests.adapters.feishu_stream_peers import Gateway as FeishuGateway
from tests.adapters.qq_peers import OpenPlatform, WebhookCaller
from tests.adapters.satori_peers import Gateway
from tests.adapters.telegram_peers import BotApi
from tests.adapters.telegram_peers import WebhookCaller as TelegramCaller
from tests.adapters.wechat_peers import KfServer, MpSender, MpServer, Windows
from tests.adapters.wecom_peers import AibotServer, AibotSession, CallbackSender, WeComApi

PLATFORMS = (
    "onebot_reverse_platform",
    "onebot_forward_platform",
    "console_platform",
    "wecom_socket_platform",
    "wecom_callback_platform",
    "wecom_app_platform",
    "wecom_robot_platform",
    "wechat_kf_platform",
    "wechat_mp_platform",
    "dingtalk_platform",
    "feishu_platform",
    "feishu_stream_platform",
    "satori_platform",
    "qq_gateway_platform",
    "qq_webhook_platform",
    "telegram_polling_platform",
    "telegram_webhook_platform",
)
DEAF_PLATFORMS = ("wecom_robot_platform",)  # the bot speaks there and hears nothing

BOT = 10001000
GROUP = 123456
NOON = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands until it is moved; sleepers wake when their time is reached."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.lengths: list[timedelta] = []  # of everything anybody has slept or is sleeping
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._lain_down = asyncio.Condition()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, length: timedelta) -> None:
        waking = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.seconds + length.total_seconds(), waking))
        async with self._lain_down:
            self.lengths.append(length)
            self._lain_down.notify_all()
        await waking

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        due = [waking for at, waking in self._sleepers if at <= self.seconds]
        self._sleepers = [(at, waking) for at, waking in self._sleepers if at > self.seconds]
        for waking in due:
            if not waking.done():
                waking.set_result(None)

    async def slept(
        self, times: int, *, at_least: timedelta = timedelta(), below: timedelta = timedelta.max
    ) -> list[timedelta]:
        """Wait until that many sleeps of at least this length, and shorter than another, have begun; return them."""

        def long_ones() -> list[timedelta]:
            return [length for length in self.lengths if at_least <= length < below]

        async with asyncio.timeout(10), self._lain_down:
            await self._lain_down.wait_for(lambda: len(long_ones()) >= times)
        return long_ones()


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often a peer is killed: a few times, with `--long` (`make faults`) a hundred."""
    return 100 if request.config.getoption("--long", default=False) else 10


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def surroundings(clock: FakeClock) -> Callable[[str], Surroundings]:
    """Return what an adapter of a given name is surrounded by: two rooms, a contact, an engineer."""

    def of(name: str) -> Surroundings:
        return Surroundings(
            name=name,
            bot_name="小首",
            clock=clock,
            rooms=(
                KnownRoom(f"{name}:group:{GROUP}", "育才群"),
                KnownRoom(f"{name}:group:654321", "值班群"),
            ),
            people=(
                KnownPerson(f"{name}:20001", "王老师", "contact"),
                KnownPerson(f"{name}:20002", "老张", "engineer"),
            ),
            zone=ZoneInfo("Asia/Shanghai"),
        )

    return of


# --- QQ as an independent project sees it -------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """A message that the bot asked QQ to send, read by nonebot's Message."""

    action: str
    message: Message
    group_id: int | None
    user_id: int | None

    @property
    def text(self) -> str:
        return self.message.extract_plain_text()


Answer = Callable[[dict[str, Any]], dict[str, Any] | None]
NO_SUCH_ACTION = {"status": "failed", "retcode": 1404, "data": None, "wording": "不支持的API"}


@dataclass
class Archive:
    """What was said as QQ keeps it, whoever is connected; `lists` says in which groups an account is, `friends` whom it knows."""

    said: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[int, list[int]] = field(default_factory=dict)
    friends: dict[int, list[int]] = field(default_factory=dict)
    asked: int = 0

    def of(self, group_id: int, self_id: int) -> dict[str, Any]:
        self.asked += 1
        found = [{**event, "self_id": self_id} for event in self.said if event.get("group_id") == group_id]
        return {"status": "ok", "retcode": 0, "data": {"messages": found[-50:]}}

    def privately(self, user_id: int) -> dict[str, Any]:
        """Return what was said between the bot and a person, as it is told to either."""
        chat = [each for each in self.said if "group_id" not in each]
        found = [each for each in chat if user_id in (each["user_id"], each.get("target_id"))]
        return {"status": "ok", "retcode": 0, "data": {"messages": found[-50:]}}

    def groups(self, self_id: int) -> dict[str, Any]:
        listed = [{"group_id": number} for number in self.lists.get(self_id, [])]
        return {"status": "ok", "retcode": 0, "data": listed}


_MESSAGE_IDS = itertools.count(-900_001, -1)  # of all peers, as QQ gives no id twice


class QQPeer:
    """The QQ side of a reverse WebSocket: events are nonebot's models, what the bot sends is read by its Message."""

    def __init__(self, socket: ClientConnection, self_id: int) -> None:
        self.self_id = self_id
        self.answer: Answer = self._ok  # may be replaced; None leaves a call without an answer
        self.archive: Archive | None = None  # what it answers of earlier messages; None: it cannot tell
        self._socket = socket
        self._ids = _MESSAGE_IDS
        self._sent: asyncio.Queue[Sent] = asyncio.Queue()
        self._reader = asyncio.create_task(self._read())

    async def group_says(
        self,
        group_id: int,
        user_id: int,
        words: str | Message,
        *,
        card: str = "",
        nickname: str = "somebody",
        calls_bot: bool = False,
        as_string: bool = False,
        at: int = 1_772_769_600,
    ) -> int:
        """Say something in a group and return the id of the message. `as_string`: in the older CQ form."""
        message = self._message(words, calls_bot)
        event = GroupMessageEvent(
            group_id=group_id,
            message_type="group",
            **{
                **self._about(user_id, message, Sender(user_id=user_id, nickname=nickname, card=card)),
                "time": at,
            },
        )
        await self._emit(event.model_dump(mode="json"), str(message) if as_string else None)
        return event.message_id

    async def privately_says(self, user_id: int, words: str | Message, *, nickname: str = "somebody") -> int:
        message = self._message(words, False)
        sender = Sender(user_id=user_id, nickname=nickname)
        event = PrivateMessageEvent(message_type="private", **self._about(user_id, message, sender))
        await self._emit(event.model_dump(mode="json"), None)
        return event.message_id

    async def beats(self, interval_ms: int) -> None:
        event = HeartbeatMetaEvent(
            time=1,
            self_id=self.self_id,
            post_type="meta_event",
            meta_event_type="heartbeat",
            status=Status(online=True, good=True),
            interval=interval_ms,
        )
        await self._emit(event.model_dump(mode="json"), None)

    async def comes_alive(self) -> None:
        event = LifecycleMetaEvent(
            time=1,
            self_id=self.self_id,
            post_type="meta_event",
            meta_event_type="lifecycle",
            sub_type="connect",
        )
        await self._emit(event.model_dump(mode="json"), None)

    async def sends_raw(self, frame: str | bytes) -> None:
        """Send a frame as it is: for what no honest implementation would send."""
        await self._socket.send(frame)

    async def next_sent(self) -> Sent:
        """Wait for the next message of the bot."""
        async with asyncio.timeout(10):
            return await self._sent.get()

    def nothing_sent(self) -> bool:
        return self._sent.empty()

    async def closed(self) -> int | None:
        """Wait until the bot has closed the connection, and return the code."""
        async with asyncio.timeout(10):
            await self._socket.wait_closed()
        return self._socket.close_code

    def is_cut(self) -> None:
        """Lose the connection without a word."""
        self._socket.transport.abort()

    async def close(self) -> None:
        await self._socket.close()
        await self._reader

    def _about(self, user_id: int, message: Message, sender: Sender) -> dict[str, Any]:
        return {
            "time": 1_772_769_600,
            "self_id": self.self_id,
            "post_type": "message",
            "sub_type": "normal",
            "message_id": next(self._ids),
            "user_id": user_id,
            "message": message,
            "original_message": message,
            "raw_message": str(message),
            "font": 0,
            "sender": sender,
        }

    def _message(self, words: str | Message, calls_bot: bool) -> Message:
        message = Message([MessageSegment.text(words)]) if isinstance(words, str) else words
        if calls_bot:
            message = Message([MessageSegment.at(self.self_id), MessageSegment.text(" ")]) + message
        return message

    async def _emit(self, event: dict[str, Any], as_string: str | None) -> None:
        for extra in ("original_message", "to_me", "reply"):  # nonebot's own, not of the standard
            event.pop(extra, None)
        if as_string is not None:
            event["message"] = as_string
        if self.archive is not None:
            self.archive.said.append(event)
        await self._socket.send(json.dumps(event, ensure_ascii=False))

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                await self._take(json.loads(frame))
        except ConnectionClosed:
            return

    async def _take(self, call: dict[str, Any]) -> None:
        params = call["params"]
        if call["action"] == "get_group_msg_history":
            group = params["group_id"]
            told = self.archive.of(group, self.self_id) if self.archive else NO_SUCH_ACTION
            await self._socket.send(json.dumps({**told, "echo": call["echo"]}, ensure_ascii=False))
            return
        if call["action"] == "get_friend_msg_history":
            told = self.archive.privately(params["user_id"]) if self.archive else NO_SUCH_ACTION
            await self._socket.send(json.dumps({**told, "echo": call["echo"]}, ensure_ascii=False))
            return
        if call["action"] == "get_group_list":
            told = self.archive.groups(self.self_id) if self.archive else NO_SUCH_ACTION
            await self._socket.send(json.dumps({**told, "echo": call["echo"]}, ensure_ascii=False))
            return
        if call["action"] == "get_friend_list":
            known = self.archive.friends.get(self.self_id, []) if self.archive else []
            told = {"status": "ok", "retcode": 0, "data": [{"user_id": number} for number in known]}
            await self._socket.send(json.dumps({**told, "echo": call["echo"]}, ensure_ascii=False))
            return
        if "message" in params:
            message = type_validate_python(Message, params["message"])
            await self._sent.put(Sent(call["action"], message, params.get("group_id"), params.get("user_id")))
        if (answer := self.answer(call)) is not None:
            await self._socket.send(json.dumps({**answer, "echo": call["echo"]}, ensure_ascii=False))

    def _ok(self, call: dict[str, Any]) -> dict[str, Any]:
        return {"status": "ok", "retcode": 0, "data": {"message_id": next(self._ids)}}


Connect = Callable[..., Awaitable[QQPeer]]


@pytest_asyncio.fixture
async def qq_peer() -> AsyncIterator[Connect]:
    """Return a function that connects as QQ: `await qq_peer(url, self_id=…, token=…, role=…)`."""
    peers: list[QQPeer] = []

    async def connected(url: str, *, self_id: int = BOT, token: str = "", role: str = "Universal") -> QQPeer:
        headers = {"X-Self-ID": str(self_id), "X-Client-Role": role}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        peers.append(QQPeer(await connect(url, additional_headers=headers, proxy=None), self_id))
        return peers[-1]

    yield connected
    for peer in peers:
        await peer.close()


# --- QQ as a server, for forward connections ----------------------------------------------------------------------


@dataclass
class QQServer:
    """The QQ side of a forward WebSocket; a token may be refused as HTTP or, as NapCat does, in a frame."""

    token: str = ""
    refuses_in_frame: bool = False
    closes_after_refusal: bool = True
    connections: asyncio.Queue[web.WebSocketResponse] = field(default_factory=asyncio.Queue)
    calls: asyncio.Queue[tuple[web.WebSocketResponse, dict[str, Any]]] = field(default_factory=asyncio.Queue)
    attempts: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.attempts += 1
        is_right = request.headers.get("Authorization", "") == (f"Bearer {self.token}" if self.token else "")
        if not is_right and not self.refuses_in_frame:
            return web.Response(status=401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if not is_right:
            refusal = {
                "status": "failed",
                "retcode": 1403,
                "data": None,
                "message": "token验证失败",
                "echo": None,
            }
            await socket.send_json(refusal)
            if self.closes_after_refusal:
                await socket.close()
            await socket.receive()
            return socket
        await self.connections.put(socket)
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                call = json.loads(frame.data)
                if call["action"] in ("get_group_msg_history", "get_group_list", "get_status"):
                    await socket.send_json({**NO_SUCH_ACTION, "echo": call["echo"]})
                else:
                    await self.calls.put((socket, call))
        return socket

    async def next_connection(self) -> web.WebSocketResponse:
        async with asyncio.timeout(10):
            return await self.connections.get()

    async def next_call(self) -> tuple[web.WebSocketResponse, dict[str, Any]]:
        async with asyncio.timeout(10):
            return await self.calls.get()


@pytest.fixture
def qq_server() -> type[QQServer]:
    """Return what makes QQ as a server: `qq_server(token=…, refuses_in_frame=…)`."""
    return QQServer


Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Serve]:
    """Return a function that serves a handler on a free port and returns its WebSocket address."""
    servers: list[TestServer] = []

    async def at(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
        app = web.Application()
        app.router.add_route("*", "/hooks/qq", handler)
        server = TestServer(app)
        await server.start_server(shutdown_timeout=1.0)
        servers.append(server)
        return str(server.make_url("/hooks/qq").with_scheme("ws"))

    yield at
    for server in servers:
        await server.close()


class Listener:
    """Reads an adapter in the background, as the program does."""

    def __init__(self, adapter: Adapter) -> None:
        self.saves = True  # and says so
        self._heard: asyncio.Queue[Incoming] = asyncio.Queue()
        self._notices: asyncio.Queue[Notice] = asyncio.Queue()
        self.task = asyncio.create_task(self._listen(adapter))

    async def _listen(self, adapter: Adapter) -> None:
        async for happening in adapter.incoming():
            if happening.receipt is not None and self.saves:
                happening.receipt.settle(is_saved=True)
            await (self._heard if isinstance(happening, Incoming) else self._notices).put(happening)

    async def next_notice(self) -> Notice:
        async with asyncio.timeout(10):
            return await self._notices.get()

    async def next(self) -> Incoming:
        async with asyncio.timeout(10):
            return await self._heard.get()

    async def ended(self) -> None:
        async with asyncio.timeout(10):
            await self.task


@pytest_asyncio.fixture
async def listen() -> AsyncIterator[Callable[[Adapter], Listener]]:
    """Return a function that starts to read an adapter; the adapter is closed at the end."""
    started: list[tuple[Adapter, Listener]] = []

    def to(adapter: Adapter) -> Listener:
        started.append((adapter, Listener(adapter)))
        return started[-1][1]

    yield to
    for adapter, listener in started:
        await adapter.close()
        await listener.ended()


OneBot = Callable[..., OneBotAdapter]


@pytest.fixture
def onebot(surroundings: Callable[[str], Surroundings]) -> OneBot:
    """Return a function that makes a OneBot adapter named `qq` from its keys; jitter is none."""

    def made(**keys: Any) -> OneBotAdapter:
        return OneBotAdapter(OneBotSettings(**keys), surroundings("qq"), jitter=lambda: 0.0)

    return made


# --- The contract, platform by platform ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """What people see of a message of the bot."""

    room: str
    text: str  # with people called as `@name` or `@number`, as the platform shows it
    called: tuple[str, ...] = ()  # accounts that the platform notifies
    quotes: str | None = None


class Platform(Protocol):
    """A chat platform with a connected adapter, and a room `NAME:group:123456` where people talk.

    One without groups has a `room` that says where they talk instead.
    """

    adapter: Adapter
    listener: Listener

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        """Let 王老师 (20001) or 老张 (20002) say something in the room."""
        ...

    async def next_shown(self) -> Shown:
        """Wait for the bot's next message."""
        ...


_NUMBERS = {"王老师": 20001, "老张": 20002}


@dataclass
class ReversePlatform:
    adapter: OneBotAdapter
    listener: Listener
    peer: QQPeer

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        await self.peer.group_says(GROUP, _NUMBERS[person], text, card=person, calls_bot=calls_bot)

    async def next_shown(self) -> Shown:
        sent = await self.peer.next_sent()
        room = f"qq:group:{sent.group_id}" if sent.group_id else f"qq:private:{sent.user_id}"
        return _as_shown(room, [(segment.type, segment.data) for segment in sent.message])


def _as_shown(room: str, segments: list[tuple[str, dict[str, str]]]) -> Shown:
    names = {str(number): name for name, number in _NUMBERS.items()}
    called = tuple(f"qq:{data['qq']}" for kind, data in segments if kind == "at")
    quotes = next((data["id"] for kind, data in segments if kind == "reply"), None)
    text = "".join(
        data["text"] if kind == "text" else f"@{names.get(data['qq'], data['qq'])}"
        for kind, data in segments
        if kind in ("text", "at")
    )
    return Shown(room, text, called, quotes)


@pytest_asyncio.fixture
async def onebot_reverse_platform(
    onebot: OneBot, serve: Serve, qq_peer: Connect, listen: Callable[[Adapter], Listener]
) -> ReversePlatform:
    adapter = onebot(access_token="s3cret", self_id=str(BOT))
    url = await serve(adapter.handle)
    return ReversePlatform(adapter, listen(adapter), await qq_peer(url, token="s3cret"))


@dataclass
class ForwardPlatform:
    adapter: OneBotAdapter
    listener: Listener
    server: QQServer
    socket: web.WebSocketResponse
    ids: Iterator[int]

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        segments: list[dict[str, Any]] = [{"type": "text", "data": {"text": text}}]
        if calls_bot:
            segments.insert(0, {"type": "at", "data": {"qq": str(BOT)}})
        await self.socket.send_json(
            {
                "time": 1_772_769_600,
                "self_id": BOT,
                "post_type": "message",
                "message_type": "group",
                "sub_type": "normal",
                "message_id": next(self.ids),
                "group_id": GROUP,
                "user_id": _NUMBERS[person],
                "anonymous": None,
                "message": segments,
                "sender": {"nickname": "somebody", "card": person},
            }
        )

    async def next_shown(self) -> Shown:
        socket, call = await self.server.next_call()
        data = {"message_id": next(self.ids)}
        await socket.send_json({"status": "ok", "retcode": 0, "data": data, "echo": call["echo"]})
        params = call["params"]
        room = f"qq:group:{params['group_id']}"
        return _as_shown(room, [(segment["type"], segment["data"]) for segment in params["message"]])


@pytest_asyncio.fixture
async def onebot_forward_platform(
    onebot: OneBot, serve: Serve, listen: Callable[[Adapter], Listener]
) -> ForwardPlatform:
    server = QQServer(token="s3cret")
    adapter = onebot(mode="forward", url=await serve(server.handle), access_token="s3cret")
    listener = listen(adapter)
    return ForwardPlatform(adapter, listener, server, await server.next_connection(), itertools.count(1))


class Screen(io.StringIO):
    """A screen that tells when something was printed."""

    def __init__(self) -> None:
        super().__init__()
        self.printed: asyncio.Queue[str] = asyncio.Queue()

    def write(self, text: str) -> int:
        self.printed.put_nowait(text)
        return super().write(text)

    async def next(self) -> str:
        async with asyncio.timeout(10):
            return await self.printed.get()


@dataclass
class ConsolePlatform:
    adapter: ConsoleAdapter
    listener: Listener
    screen: Screen
    keyboard: int

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        self.types(f"育才群 {person} > {'@小首 ' if calls_bot else ''}{text}\n")

    def types(self, text: str) -> None:
        os.write(self.keyboard, text.encode())

    async def next_shown(self) -> Shown:
        printed = await self.screen.next()
        while " < " not in printed:
            printed = await self.screen.next()
        place, _, text = printed.removesuffix("\n").partition(" < ")
        room = {"育才群": f"{self.adapter.name}:group:{GROUP}"}.get(place, place)
        return Shown(room, text.replace("\n    ", "\n"))


@pytest_asyncio.fixture
async def console_platform(
    surroundings: Callable[[str], Surroundings], listen: Callable[[Adapter], Listener]
) -> AsyncIterator[ConsolePlatform]:
    keyboard_out, keyboard_in = os.pipe()

    def read() -> bytes:
        chunk = os.read(keyboard_out, 65_536)
        if not chunk:
            os.close(keyboard_out)
        return chunk

    screen = Screen()
    adapter = ConsoleAdapter(surroundings("console"), read=read, screen=screen)
    yield ConsolePlatform(adapter, listen(adapter), screen, keyboard_in)
    os.close(keyboard_in)  # the reading thread sees the end


# --- WeCom --------------------------------------------------------------------------------------------------------

Host = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
Made = Callable[..., Any]


@pytest_asyncio.fixture
async def host() -> AsyncIterator[Host]:
    """Return a function that serves a handler at every path of a free port and returns `http://HOST:PORT`."""
    servers: list[TestServer] = []

    async def at(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        server = TestServer(app)
        await server.start_server(shutdown_timeout=1.0)
        servers.append(server)
        return str(server.make_url("/")).removesuffix("/")

    yield at
    for server in servers:
        await server.close()


@pytest_asyncio.fixture
async def client() -> AsyncIterator[ClientSession]:
    """An HTTP client of whoever calls back."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
def wecom(surroundings: Callable[[str], Surroundings]) -> Made:
    """Return a function that makes a WeCom adapter of a type (`wecom-app`, …) from its keys, with its name `wecom`."""

    def made(type_name: str, **keys: Any) -> Any:
        callback = {"token": wecom_peers.TOKEN, "aes_key": wecom_peers.AES_KEY}
        login = {"bot_id": wecom_peers.BOT_ID, "secret": wecom_peers.BOT_SECRET}
        app = {"corp_id": wecom_peers.CORP, "agent_id": wecom_peers.AGENT, "secret": "app-s3cret", **callback}
        defaults: dict[str, dict[str, Any]] = {
            "wecom-aibot": callback if keys.get("mode") == "callback" else login,
            "wecom-app": app,
            "wecom-robot": {},
        }
        return create(type_name, {**defaults[type_name], **keys}, surroundings("wecom"))

    return made


@dataclass
class SocketPlatform:
    adapter: Adapter
    listener: Listener
    session: AibotSession

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        # Whether it is meant or not: in a group the robot hears only what calls it.
        await self.session.says(str(_NUMBERS[person]), f"@小首 {text}")

    async def next_shown(self) -> Shown:
        frame = await self.session.next_sent()
        body = frame["body"]
        is_answer = frame["cmd"] == "aibot_respond_msg"
        chat = self.session.chats[frame["headers"]["req_id"]] if is_answer else body["chatid"]
        if body["msgtype"] == "template_card":
            return Shown(f"wecom:group:{chat}", wecom_peers.card_shown(body["template_card"]))
        return _as_read(chat, wecom_peers.said_in(body))


def _as_read(chat: str, markdown: str) -> Shown:
    text = wecom_peers.shown(markdown)
    called = tuple(f"wecom:{user}" for user in wecom_peers.calls_in(markdown))
    for name, number in _NUMBERS.items():
        text = text.replace(f"<@{number}>", f"@{name}")
    return Shown(f"wecom:group:{chat}", text, called)


@pytest_asyncio.fixture
async def wecom_socket_platform(
    wecom: Made, host: Host, listen: Callable[[Adapter], Listener]
) -> SocketPlatform:
    server = AibotServer()
    adapter = wecom("wecom-aibot", url=(await host(server.handle)).replace("http", "ws"))
    listener = listen(adapter)
    session = await server.next_session()
    # Only when the answer to a message is known to have been read is the answer to the login, too.
    await session.says("20001", "@小首 在吗")
    await listener.next()
    return SocketPlatform(adapter, listener, session)


@dataclass
class CallbackPlatform:
    adapter: Adapter
    listener: Listener
    sender: CallbackSender
    api: WeComApi
    base: str

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        url = f"{self.base}/cgi-bin/aibot/response?response_code=x"
        assert await self.sender.aibot_says(str(_NUMBERS[person]), f"@小首 {text}", url=url) == 200

    async def next_shown(self) -> Shown:
        posted = await self.api.next_posted()
        if posted.body["msgtype"] == "template_card":
            return Shown("wecom:group:123456", wecom_peers.card_shown(posted.body["template_card"]))
        return _as_read("123456", posted.body["markdown"]["content"])


@pytest_asyncio.fixture
async def wecom_callback_platform(
    wecom: Made, host: Host, client: ClientSession, listen: Callable[[Adapter], Listener]
) -> CallbackPlatform:
    api = WeComApi()
    base = await host(api.handle)
    adapter = wecom("wecom-aibot", mode="callback", api_base=base)
    sender = CallbackSender(await host(adapter.handle), client, receiver="")
    return CallbackPlatform(adapter, listen(adapter), sender, api, base)


@dataclass
class AppPlatform:
    adapter: Adapter
    listener: Listener
    sender: CallbackSender
    api: WeComApi
    room: str = "wecom:private:20001"

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        text = f"@小首 {text}" if calls_bot else text
        assert await self.sender.app_says(str(_NUMBERS[person]), text) == 200

    async def next_shown(self) -> Shown:
        body = (await self.api.next_posted()).body
        is_card = body["msgtype"] == "template_card"
        text = wecom_peers.card_shown(body["template_card"]) if is_card else body["text"]["content"]
        return Shown(f"wecom:private:{body['touser']}", text)


@pytest_asyncio.fixture
async def wecom_app_platform(
    wecom: Made, host: Host, client: ClientSession, listen: Callable[[Adapter], Listener]
) -> AppPlatform:
    api = WeComApi()
    adapter = wecom("wecom-app", api_base=await host(api.handle))
    return AppPlatform(adapter, listen(adapter), CallbackSender(await host(adapter.handle), client), api)


@dataclass
class RobotPlatform:
    adapter: Adapter
    listener: Listener
    api: WeComApi

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        raise AssertionError("a group robot hears nothing")

    async def next_shown(self) -> Shown:
        text = (await self.api.next_posted()).body["text"]
        called = tuple(f"wecom:{user}" for user in text.get("mentioned_list", ()))
        return Shown(f"wecom:group:{GROUP}", text["content"], called)


@pytest_asyncio.fixture
async def wecom_robot_platform(
    wecom: Made, host: Host, listen: Callable[[Adapter], Listener]
) -> RobotPlatform:
    api = WeComApi()
    adapter = wecom("wecom-robot", webhook=f"{await host(api.handle)}/cgi-bin/webhook/send?key=k3y")
    return RobotPlatform(adapter, listen(adapter), api)


# --- WeChat -------------------------------------------------------------------------------------------------------


@dataclass
class KfPlatform:
    adapter: Adapter
    listener: Listener
    server: KfServer
    room: str = "kf:private:20001"

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        # The bot is said to talk to one person only, whoever asks.
        await self.server.says("20001", f"@小首 {text}" if calls_bot else text)

    async def next_shown(self) -> Shown:
        posted = await self.server.next_posted()
        return Shown(f"kf:private:{posted.body['touser']}", wechat_peers.seen_text(posted.body))


@pytest_asyncio.fixture
async def kf(
    surroundings: Callable[[str], Surroundings], host: Host, client: ClientSession, clock: FakeClock
) -> AsyncIterator[Made]:
    """Return a function that makes an adapter of customer service named `kf` and its server, from its keys."""
    made: list[Adapter] = []

    async def make(server: KfServer | None = None, **keys: Any) -> tuple[Any, KfServer]:
        server = server or KfServer()
        server.windows.now = clock.monotonic
        callback = {"token": wecom_peers.TOKEN, "aes_key": wecom_peers.AES_KEY}
        base = {"corp_id": wecom_peers.CORP, "secret": "kf-s3cret", "api_base": await host(server.handle)}
        made.append(create("wechat-kf", {**base, **callback, **keys}, surroundings("kf")))
        server.sender = CallbackSender(await host(made[-1].handle), client)
        return made[-1], server

    yield make
    for adapter in made:
        await adapter.close()


@pytest_asyncio.fixture
async def wechat_kf_platform(kf: Made, listen: Callable[[Adapter], Listener]) -> KfPlatform:
    adapter, server = await kf()
    return KfPlatform(adapter, listen(adapter), server)


@dataclass
class MpPlatform:
    adapter: Adapter
    listener: Listener
    server: MpServer
    sender: MpSender
    room: str = "mp:private:20001"

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        self.server.windows.opened("20001")
        assert await self.sender.follower_says("20001", f"@小首 {text}" if calls_bot else text) == 200

    async def next_shown(self) -> Shown:
        posted = await self.server.next_posted()
        return Shown(f"mp:private:{posted.body['touser']}", wechat_peers.seen_text(posted.body))


@pytest_asyncio.fixture
async def wechat_mp_platform(
    surroundings: Callable[[str], Surroundings],
    host: Host,
    client: ClientSession,
    clock: FakeClock,
    listen: Callable[[Adapter], Listener],
) -> MpPlatform:
    server = MpServer(windows=Windows(clock.monotonic))
    keys = {
        "app_id": wechat_peers.APP,
        "secret": "mp-s3cret",
        "token": wecom_peers.TOKEN,
        "aes_key": wecom_peers.AES_KEY,
        "api_base": await host(server.handle),
    }
    adapter = create("wechat-mp", keys, surroundings("mp"))
    sender = MpSender(await host(adapter.handle), client, receiver=wechat_peers.APP)
    return MpPlatform(adapter, listen(adapter), server, sender)


# --- Feishu -------------------------------------------------------------------------------------------------------


@dataclass
class FeishuPlatform:
    adapter: Adapter
    listener: Listener
    server: FeishuServer
    sender: EventSender

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        called = [{"key": "@_user_1", "id": {"open_id": feishu_peers.BOT}, "name": "simbot"}]
        more = {"mentions": called} if calls_bot else {}
        text = f"@_user_1 {text}" if calls_bot else text
        assert await self.sender.posts(self.sender.message(str(_NUMBERS[person]), text, **more)) == 200

    async def next_shown(self) -> Shown:
        posted = await self.server.next_posted()
        text = posted.text
        for name, number in _NUMBERS.items():
            text = text.replace(f"@{number}", f"@{name}")
        called = tuple(f"feishu:{number}" for number in posted.called)
        return Shown(f"feishu:group:{posted.chat}", text, called, posted.quotes)


@pytest_asyncio.fixture
async def feishu(
    surroundings: Callable[[str], Surroundings], host: Host, client: ClientSession, clock: FakeClock
) -> AsyncIterator[Made]:
    """Return a function that makes an adapter named `feishu`, its server and whoever calls back, from its keys."""
    made: list[Adapter] = []

    async def make(server: FeishuServer | None = None, **keys: Any) -> tuple[Any, FeishuServer, EventSender]:
        server = server or FeishuServer()
        login = {"app_id": feishu_peers.APP_ID, "secret": feishu_peers.SECRET}
        proof = {"encrypt_key": feishu_peers.ENCRYPT_KEY, "verification_token": feishu_peers.TOKEN}
        all_keys = {**login, **proof, "api_base": await host(server.handle), **keys}
        made.append(create("feishu", all_keys, surroundings("feishu")))
        sender = EventSender(
            await host(made[-1].handle),
            client,
            server,
            encrypts=bool(all_keys["encrypt_key"]),
            now=lambda: feishu_peers.BORN + clock.monotonic(),
        )
        return made[-1], server, sender

    yield make
    for adapter in made:
        await adapter.close()


@pytest_asyncio.fixture
async def feishu_platform(feishu: Made, listen: Callable[[Adapter], Listener]) -> FeishuPlatform:
    adapter, server, sender = await feishu()
    return FeishuPlatform(adapter, listen(adapter), server, sender)


@dataclass
class FeishuStreamPlatform(FeishuPlatform):
    connection: FeishuConnection

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        called = [{"key": "@_user_1", "id": {"open_id": feishu_peers.BOT}, "name": "simbot"}]
        more = {"mentions": called} if calls_bot else {}
        text = f"@_user_1 {text}" if calls_bot else text
        await self.connection.brings(self.sender.message(str(_NUMBERS[person]), text, **more))


@pytest_asyncio.fixture
async def feishu_stream_platform(
    feishu: Made, host: Host, listen: Callable[[Adapter], Listener]
) -> FeishuStreamPlatform:
    gateway = FeishuGateway()
    gateway.base = await host(gateway.handle)
    keys = {"mode": "websocket", "encrypt_key": "", "verification_token": "", "api_base": gateway.base}
    adapter, server, sender = await feishu(gateway.server, **keys)
    listener = listen(adapter)
    return FeishuStreamPlatform(adapter, listener, server, sender, await gateway.next_connection())


# --- DingTalk -----------------------------------------------------------------------------------------------------


@dataclass
class DingTalkPlatform:
    adapter: Adapter
    listener: Listener
    server: DingTalkServer

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        # Whether it is meant or not: in a group the robot hears only what calls it.
        await self.server.says(self.server.message(str(_NUMBERS[person]), text))

    async def next_shown(self) -> Shown:
        posted = await self.server.next_posted()
        text = posted.text
        for name, number in _NUMBERS.items():
            text = text.replace(f"@{number}", f"@{name}")
        text += "".join(f"[{label}]" for label in posted.labels)
        called = tuple(f"dingtalk:{number}" for number in posted.called)
        return Shown(f"dingtalk:group:{posted.room}", text, called)


@pytest_asyncio.fixture
async def dingtalk(
    surroundings: Callable[[str], Surroundings], host: Host, clock: FakeClock
) -> AsyncIterator[Made]:
    """Return a function that makes an adapter named `dingtalk` and its server, from its keys."""
    made: list[Adapter] = []

    async def make(server: DingTalkServer | None = None, **keys: Any) -> tuple[Any, DingTalkServer]:
        if server is None:
            server = DingTalkServer(now=lambda: dingtalk_peers.BORN + clock.monotonic())
            server.base = await host(server.handle)
        login = {"client_id": dingtalk_peers.CLIENT_ID, "secret": dingtalk_peers.SECRET}
        bases = {"api_base": server.base, "webhook_base": server.base}
        made.append(create("dingtalk", {**login, **bases, **keys}, surroundings("dingtalk")))
        return made[-1], server

    yield make
    for adapter in made:
        await adapter.close()


@pytest_asyncio.fixture
async def dingtalk_platform(dingtalk: Made, listen: Callable[[Adapter], Listener]) -> DingTalkPlatform:
    adapter, server = await dingtalk()
    listener = listen(adapter)
    await server.next_connection()
    async with asyncio.timeout(10):
        while not adapter.is_connected:  # noqa: ASYNC110 - the server knows of it first
            await asyncio.sleep(0)
    return DingTalkPlatform(adapter, listener, server)


# --- Satori -------------------------------------------------------------------------------------------------------


@dataclass
class SatoriPlatform:
    adapter: Adapter
    listener: Listener
    gateway: Gateway

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        event = self.gateway.event(str(_NUMBERS[person]), text)
        if calls_bot:
            content = f'<at id="{satori_peers.BOT}" name="bot"/> {event["message"]["content"]}'
            event["message"]["content"] = content
        await self.gateway.says(event)

    async def next_shown(self) -> Shown:
        posted = await self.gateway.next_posted()
        called = tuple(f"satori:{number}" for number in posted.called)
        return Shown(f"satori:group:{posted.channel}", posted.text, called, posted.quotes)


@pytest_asyncio.fixture
async def satori(
    surroundings: Callable[[str], Surroundings], host: Host, clock: FakeClock
) -> AsyncIterator[Made]:
    """Return a function that makes an adapter named `satori` and its gateway, from its keys."""
    made: list[Adapter] = []

    async def make(gateway: Gateway | None = None, **keys: Any) -> tuple[Any, Gateway]:
        gateway = gateway or Gateway(now=lambda: satori_peers.BORN + clock.monotonic())
        login = {"url": f"{await host(gateway.handle)}/satori", "token": satori_peers.TOKEN}
        made.append(create("satori", {**login, **keys}, surroundings("satori")))
        return made[-1], gateway

    yield make
    for adapter in made:
        await adapter.close()


@pytest_asyncio.fixture
async def satori_platform(satori: Made, listen: Callable[[Adapter], Listener]) -> SatoriPlatform:
    adapter, gateway = await satori()
    listener = listen(adapter)
    await gateway.next_connection()
    # Only when an event is known to have been read is what the gateway said at the start, too.
    await gateway.says(gateway.event("20001", "在吗"))
    await listener.next()
    return SatoriPlatform(adapter, listener, gateway)


# --- QQ's own platform for bots -----------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def qq_open(host: Host) -> OpenPlatform:
    """The QQ open platform, served."""
    platform = OpenPlatform()
    platform.base = await host(platform.handle)
    return platform


@pytest_asyncio.fixture
async def qq_bot(surroundings: Callable[[str], Surroundings], qq_open: OpenPlatform) -> AsyncIterator[Made]:
    """Return a function that makes an adapter named `qq` for the platform, closed at the end; jitter is none."""
    made: list[QQAdapter] = []

    def make(**keys: Any) -> QQAdapter:
        platform = {"api_base": qq_open.base, "token_url": f"{qq_open.base}/app/getAppAccessToken"}
        settings = QQSettings(app_id=qq_peers.APP_ID, **{"secret": qq_peers.SECRET, **platform, **keys})
        seal = Seal(settings.secret) if settings.mode == "webhook" else None
        made.append(QQAdapter(settings, surroundings("qq"), jitter=lambda: 0.0, seal=seal))
        return made[-1]

    yield make
    for adapter in made:
        await adapter.close()


@dataclass
class QQGatewayPlatform:
    adapter: QQAdapter
    listener: Listener
    open: OpenPlatform

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        # Whether it is meant or not: as long as the owner allows no more, the bot hears only what calls it.
        await self.open.group_says(str(GROUP), str(_NUMBERS[person]), text, name=person)

    async def next_shown(self) -> Shown:
        return _as_posted(await self.open.next_posted())


def _as_posted(posted: qq_peers.Posted) -> Shown:
    text = posted.text + "".join(f"\n[{label}]" for label, _ in posted.buttons)
    for name, number in _NUMBERS.items():
        text = text.replace(f"@{number}", f"@{name}")
    return Shown(f"qq:group:{posted.openid}", text, tuple(f"qq:{openid}" for openid in posted.called))


@pytest_asyncio.fixture
async def qq_gateway_platform(
    qq_bot: Made, qq_open: OpenPlatform, listen: Callable[[Adapter], Listener]
) -> QQGatewayPlatform:
    adapter = qq_bot()
    listener = listen(adapter)
    await qq_open.was_ready(1)
    return QQGatewayPlatform(adapter, listener, qq_open)


@dataclass
class QQWebhookPlatform:
    adapter: QQAdapter
    listener: Listener
    open: OpenPlatform
    caller: WebhookCaller

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        await self.open.group_says(str(GROUP), str(_NUMBERS[person]), text, name=person, sees_all=True)
        assert self.open.session is not None
        assert await self.caller.calls(self.open.session.sent[-1]) == (200, {"op": 12, "d": 0})

    async def next_shown(self) -> Shown:
        return _as_posted(await self.open.next_posted())


@pytest_asyncio.fixture
async def qq_webhook_platform(
    qq_bot: Made,
    qq_open: OpenPlatform,
    host: Host,
    client: ClientSession,
    listen: Callable[[Adapter], Listener],
) -> QQWebhookPlatform:
    adapter = qq_bot(mode="webhook")
    qq_open.session = qq_peers.GatewaySession("webhook")
    caller = WebhookCaller(f"{await host(adapter.handle)}/hooks/qq", client)
    return QQWebhookPlatform(adapter, listen(adapter), qq_open, caller)


@pytest.fixture(params=[name for name in PLATFORMS if name not in DEAF_PLATFORMS])
def hearing_platform(request: pytest.FixtureRequest) -> Platform:
    """Every platform in turn on which people can be heard."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> Platform:
    """Every platform in turn."""
    return request.getfixturevalue(request.param)


# --- Telegram -----------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def bot_api() -> AsyncIterator[BotApi]:
    """Telegram's server, listening."""
    api = BotApi()
    await api.start()
    yield api
    await api.stop()


@pytest.fixture
def telegram(surroundings: Callable[[str], Surroundings], bot_api: BotApi) -> Made:
    """Return a function that makes a Telegram adapter named `tg`, from its keys, for the server; jitter is none."""

    def made(
        *, around: Surroundings | None = None, save_within_seconds: float = 4.0, **keys: Any
    ) -> TelegramAdapter:
        settings = TelegramSettings(**{"token": telegram_peers.TOKEN, "base_url": bot_api.base_url, **keys})
        return TelegramAdapter(
            settings,
            around or surroundings("tg"),
            jitter=lambda: 0.0,
            save_within_seconds=save_within_seconds,
        )

    return made


@dataclass
class PollingPlatform:
    adapter: Adapter
    listener: Listener
    api: BotApi

    async def says(self, person: str, text: str, *, calls_bot: bool = False) -> None:
        await self.happens(self.api.said(_NUMBERS[person], person, text, calls_bot=calls_bot))

    async def happens(self, update: dict[str, Any]) -> None:
        await self.api.happens(update)

    async def next_shown(self) -> Shown:
        sent = await self.api.next_sent()
        return Shown(
            f"tg:group:{sent.chat}",
            sent.text + "".join(f" [{label}]" for label in sent.labels),
            tuple(f"tg:{user}" for user in sent.called),
            str(sent.answers.message_id) if sent.answers else None,
        )


@pytest_asyncio.fixture
async def telegram_polling_platform(
    telegram: Made, bot_api: BotApi, listen: Callable[[Adapter], Listener]
) -> PollingPlatform:
    adapter = telegram()
    return PollingPlatform(adapter, listen(adapter), bot_api)


@dataclass
class CalledPlatform(PollingPlatform):
    caller: TelegramCaller

    async def happens(self, update: dict[str, Any]) -> None:
        assert await self.caller.brings(update) == 200


@pytest_asyncio.fixture
async def telegram_webhook_platform(
    telegram: Made,
    bot_api: BotApi,
    host: Host,
    client: ClientSession,
    listen: Callable[[Adapter], Listener],
) -> CalledPlatform:
    adapter = telegram(
        mode="webhook", url="https://bot.example.com/hooks/tg", secret_token=telegram_peers.SECRET
    )
    listener = listen(adapter)
    await bot_api.called("setWebhook")
    caller = TelegramCaller(f"{await host(adapter.handle)}/hooks/tg", client)
    return CalledPlatform(adapter, listener, bot_api, caller)
