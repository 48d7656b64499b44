"""The QQ open platform as its adapter meets it: token, API, gateway, and whoever calls the webhook.

Events are the models of `nonebot-adapter-qq`, and what the adapter sends is read by them, so that no mistake of ours can
agree with itself. `test_qq_counterpart.py` shows that the platform played here is one that a published framework can use.
"""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp import WSMsgType, web
from nonebot.adapters.qq import Adapter
from nonebot.adapters.qq.models import (
    Dispatch,
    GroupQQMessage,
    Hello,
    Identify,
    MessageKeyboard,
    MessageReference,
    Resume,
    UserQQMessage,
)

APP_ID = "102000000"
SECRET = "DG5g3B4j9X2KOErG"
BOT_OPENID = "42F7B0TB0T"
NOON = 1_772_769_600  # 2026-03-06 12:00 in Shanghai, when the clock of these tests starts

_WORD_JOINER = "\u2060"
_CALL = re.compile(r'<qqbot-at-user id="([^"]+)" />|<@!?([^<>\s]+)>')
_EVERYBODY = re.compile(r"<qqbot-at-everyone\s*/?>|@everyone", re.IGNORECASE)
_URL = re.compile(r"https?://")

Reply = tuple[int, dict[str, Any]]


def refusal(code: int, status: int = 400) -> Reply:
    return status, {"err_code": code, "message": "a text that nobody may rely on", "trace_id": "t-1"}


@dataclass(frozen=True)
class Posted:
    """A message as the platform took it."""

    openid: str
    is_group: bool
    body: dict[str, Any]

    @property
    def markup(self) -> str:
        return self.body["markdown"]["content"] if self.body["msg_type"] == 2 else self.body["content"]

    @property
    def text(self) -> str:
        """What people see: without escapes of markdown, and calls as `@openid`."""
        text = self.markup
        assert not _EVERYBODY.search(text), "everybody would be called"
        if self.body["msg_type"] == 2:
            text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
        return _CALL.sub(lambda call: f"@{call[1] or call[2]}", text).replace(_WORD_JOINER, "")

    @property
    def called(self) -> list[str]:
        return [long or short for long, short in _CALL.findall(self.markup)]

    @property
    def buttons(self) -> list[tuple[str, str]]:
        keyboard = MessageKeyboard.model_validate(self.body["keyboard"]) if "keyboard" in self.body else None
        rows = keyboard.content.rows if keyboard and keyboard.content else []
        return [(b.render_data.label, b.action.data) for row in rows or [] for b in row.buttons or []]


@dataclass
class GatewaySession:
    """A session of the gateway, over all its connections."""

    id: str
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))
    sent: list[dict[str, Any]] = field(default_factory=list)  # what a resume sends again
    socket: web.WebSocketResponse | None = None


class OpenPlatform:
    """The platform for one application: what it takes and refuses is what its documents say."""

    def __init__(self) -> None:
        self.base = ""  # set once it is served
        self.token_number = itertools.count(1)
        self.tokens: list[str] = []  # those that are good
        self.tokens_given = 0
        self.token_answer: Callable[[], Reply] | None = None
        self.token_gate = asyncio.Event()  # closed: whoever asks for a token waits
        self.token_gate.set()
        self.answer: Callable[[Posted], Reply | None] | None = None  # None: by the rules
        self.may_push: set[str] = set()
        self.grants_markdown = True
        self.refuses_links = False
        self.bot_states: dict[str, dict[str, Any]] = {}
        self.refuses_our_address = False
        self.logins_left = 1000
        self.reset_after = 0
        self.heartbeat_interval = 41_250
        self.acks_heartbeats = True
        self.login_answer: Callable[[web.WebSocketResponse, dict[str, Any]], Any] | None = None
        self.posted: asyncio.Queue[Posted] = asyncio.Queue()
        self.refused: list[tuple[Posted, int]] = []
        self.acknowledged: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self.heartbeats: asyncio.Queue[Any] = asyncio.Queue()
        self.logins: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()  # identify | resume
        self.ready = asyncio.Condition()
        self.times_ready = 0
        self.session: GatewaySession | None = None
        self.sockets: list[web.WebSocketResponse] = []
        self._answerable: dict[str, set[int]] = {}  # msg_id to the msg_seq that were used
        self._ids = itertools.count(1)
        self._sessions: dict[str, GatewaySession] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/app/getAppAccessToken":
            return await self._give_token(request)
        if request.path == "/websocket":
            return await self._serve_gateway(request)
        given = request.headers.get("Authorization", "")
        if not given.startswith("QQBot ") or given.removeprefix("QQBot ") not in self.tokens:
            return web.json_response(refusal(11244, 401)[1], status=401)
        if self.refuses_our_address:
            said = {
                "message": "接口访问源IP不在白名单",
                "code": 11298,
                "err_code": 40023002,
                "trace_id": "t-1",
            }
            return web.json_response(said, status=401)
        status, body = await self._call(request)
        if isinstance(body, str):  # of whoever stands in between
            return web.Response(status=status, text=body)
        return web.json_response(body, status=status)

    # --- what people do ---

    async def group_says(
        self,
        group: str,
        member: str,
        text: str,
        *,
        name: str = "",
        calls_bot: bool = True,
        sees_all: bool = False,
        **more: Any,
    ) -> str:
        """Say something in a group. `sees_all`: the owner lets the bot see every message."""
        number = f"ROBOT1.0_{next(self._ids)}"
        mentions = more.pop("mentions", [])
        if sees_all and calls_bot:
            text = f"<@{BOT_OPENID}> {text}"
            mentions = [called(BOT_OPENID, "小首", is_you=True), *mentions]
        data = GroupQQMessage.model_validate(
            {
                "id": number,
                "content": text if sees_all else f" {text}",
                "timestamp": "2026-03-06T12:00:00+08:00",
                "author": {
                    "id": member,
                    "member_openid": member,
                    "bot": False,
                    "member_role": "member",
                    "username": name or None,
                },
                "mentions": mentions or None,
                "message_type": 0,
                "message_scene": {"source": "default", "ext": [f"msg_idx=REFIDX_{number}"]},
                **more,
            }
        ).model_dump(mode="json", exclude_none=True)
        self._answerable[number] = set()
        kind = "GROUP_MESSAGE_CREATE" if sees_all else "GROUP_AT_MESSAGE_CREATE"
        await self.emit(kind, {**data, "group_id": group, "group_openid": group})
        return number

    async def privately_says(self, user: str, text: str, **more: Any) -> str:
        number = f"ROBOT1.0_{next(self._ids)}"
        data = UserQQMessage.model_validate(
            {
                "id": number,
                "content": text,
                "timestamp": "2026-03-06T12:00:00+08:00",
                "author": {"id": user, "user_openid": user},
                "message_scene": {"source": "default", "ext": [f"msg_idx=REFIDX_{number}"]},
                **more,
            }
        ).model_dump(mode="json", exclude_none=True)
        self._answerable[number] = set()
        await self.emit("C2C_MESSAGE_CREATE", data)
        return number

    async def emit(self, kind: str, data: dict[str, Any], *, event: str = "") -> dict[str, Any]:
        """Send an event to the session that is there, or keep it until somebody resumes."""
        assert self.session is not None
        envelope = self.event(kind, data, event=event, number=next(self.session.numbers))
        self.session.sent.append(envelope)
        if self.session.socket is not None:
            await self.session.socket.send_json(envelope)
        return envelope

    def event(self, kind: str, data: dict[str, Any], *, event: str = "", number: int = 1) -> dict[str, Any]:
        """Return an envelope, and let it be answered as an event."""
        event = event or f"{kind}:{next(self._ids)}"
        self._answerable[event] = set()
        model = Dispatch(opcode=0, data=data, sequence=number, type=kind, id=event)
        return model.model_dump(mode="json", by_alias=True)

    def forgets(self, number: str) -> None:
        """Let the time for answers to a message run out."""
        del self._answerable[number]

    # --- what happens to the bot ---

    async def next_posted(self) -> Posted:
        async with asyncio.timeout(10):
            return await self.posted.get()

    async def next_login(self) -> tuple[str, dict[str, Any]]:
        async with asyncio.timeout(10):
            return await self.logins.get()

    async def was_ready(self, times: int) -> None:
        async with asyncio.timeout(10), self.ready:
            await self.ready.wait_for(lambda: self.times_ready >= times)

    def is_cut(self) -> None:
        """Lose the connection without a word."""
        assert self.session is not None
        assert self.session.socket is not None
        socket, self.session.socket = self.session.socket, None
        transport = socket._req.transport
        assert transport is not None
        transport.abort()

    async def closes(self, code: int) -> None:
        assert self.session is not None
        assert self.session.socket is not None
        socket, self.session.socket = self.session.socket, None
        await socket.close(code=code)

    # --- the inside ---

    async def _give_token(self, request: web.Request) -> web.Response:
        asked = await request.json()
        await self.token_gate.wait()
        self.tokens_given += 1
        if self.token_answer is not None:
            status, body = self.token_answer()
            return web.json_response(body, status=status)
        if asked != {"appId": APP_ID, "clientSecret": SECRET}:
            return web.json_response({"code": 100016, "message": f"invalid appid or secret {asked}"})
        self.tokens = [*self.tokens[-1:], f"t0ken-{next(self.token_number)}"]
        return web.json_response({"access_token": self.tokens[-1], "expires_in": "7200"})

    async def _call(self, request: web.Request) -> Reply:
        if request.path == "/gateway/bot":
            limit = {
                "total": 1000,
                "remaining": self.logins_left,
                "reset_after": self.reset_after,
                "max_concurrency": 1,
            }
            url = f"{self.base.replace('http', 'ws')}/websocket"
            return 200, {"url": url, "shards": 1, "session_start_limit": limit}
        if found := re.fullmatch(r"/interactions/(.+)", request.path):
            assert request.method == "PUT"
            await self.acknowledged.put((found[1], await request.json()))
            return 200, {}
        if found := re.fullmatch(r"/v2/groups/([^/]+)/bot_state", request.path):
            state = self.bot_states.get(found[1])
            return (200, state) if state is not None else refusal(11253, 403)
        if found := re.fullmatch(r"/v2/(groups|users)/([^/]+)/messages", request.path):
            return await self._post(Posted(found[2], found[1] == "groups", await request.json()))
        return 404, {}

    async def _post(self, message: Posted) -> Reply:
        reply = self.answer(message) if self.answer is not None else None
        status, body = reply if reply is not None else self._by_the_rules(message)
        if status == 200 and not body:  # taken, and nothing said
            await asyncio.Event().wait()
        if status >= 300:
            self.refused.append((message, body.get("err_code", status)))
        else:
            await self.posted.put(message)
        return status, body

    def _by_the_rules(self, message: Posted) -> Reply:
        body = message.body
        assert body["msg_type"] in (0, 2)
        if body["msg_type"] == 2 and not self.grants_markdown:
            return refusal(40034090)
        if self.refuses_links and _URL.search(message.markup):
            return refusal(40054010)
        if "message_reference" in body:
            MessageReference.model_validate(body["message_reference"])
        source = body.get("msg_id") or body.get("event_id")
        if source is None:
            if message.openid not in self.may_push:
                return refusal(40034105)
        elif source not in self._answerable:
            return refusal(40034005)
        else:
            used = self._answerable[source]
            number = body.get("msg_seq", 1)
            if number in used:
                return refusal(40054005)
            if len(used) >= (5 if message.is_group else 4):
                return refusal(40034128)
            used.add(number)
        number = next(self._ids)
        return 200, {
            "id": f"ROBOT1.0_out{number}",
            "timestamp": "2026-03-06T12:00:01+08:00",
            "ext_info": {"ref_idx": f"REFIDX_out{number}"},
        }

    async def _serve_gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        hello = Hello.model_validate({"opcode": 10, "data": {"heartbeat_interval": self.heartbeat_interval}})
        await socket.send_str(hello.model_dump_json(by_alias=True))
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._hear(socket, json.loads(frame.data))
        if self.session is not None and self.session.socket is socket:
            self.session.socket = None
        return socket

    async def _hear(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["op"] == 1:
            await self.heartbeats.put(frame["d"])
            if self.acks_heartbeats:
                await socket.send_json({"op": 11})
            return
        assert frame["op"] in (2, 6)
        kind = "identify" if frame["op"] == 2 else "resume"
        model = (Identify if kind == "identify" else Resume).model_validate(frame)
        await self.logins.put((kind, frame["d"]))
        if self.login_answer is not None:
            await self.login_answer(socket, frame)
        elif model.data.token.removeprefix("QQBot ") not in self.tokens or " " not in model.data.token:
            await socket.send_json({"op": 9, "d": False})
        elif kind == "identify":
            await self._begin(socket)
        else:
            await self._go_on(socket, frame["d"])

    async def _begin(self, socket: web.WebSocketResponse) -> None:
        self.session = GatewaySession(f"session-{next(self._ids)}", socket=socket)
        self._sessions[self.session.id] = self.session
        user = {"id": "1234567", "username": "小首", "bot": True}
        ready = {"version": 1, "session_id": self.session.id, "user": user, "shard": [0, 1]}
        await socket.send_json({"op": 0, "s": next(self.session.numbers), "t": "READY", "d": ready})
        await self._is_ready()

    async def _go_on(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        session = self._sessions.get(data["session_id"])
        if session is None:
            await socket.send_json({"op": 9, "d": False})
            return
        session.socket, self.session = socket, session
        for envelope in [each for each in session.sent if each["s"] > data["seq"]]:
            await socket.send_json(envelope)
        await socket.send_json({"op": 0, "s": next(session.numbers), "t": "RESUMED", "d": ""})
        await self._is_ready()

    async def _is_ready(self) -> None:
        async with self.ready:
            self.times_ready += 1
            self.ready.notify_all()


def called(openid: str, name: str, *, is_you: bool = False) -> dict[str, Any]:
    """Return somebody as the list of mentions has them."""
    return {
        "scope": "single",
        "bot": is_you,
        "id": openid,
        "is_you": is_you,
        "member_openid": openid,
        "username": name,
    }


def reading(secret: str = SECRET) -> Any:
    """Return nonebot's adapter for one bot, as far as keys and signatures go."""
    bot = SimpleNamespace(bot_info=SimpleNamespace(secret=secret))
    adapter = object.__new__(Adapter)
    return SimpleNamespace(bot=bot, adapter=adapter, key=adapter._get_ed25519_key(bot))


class WebhookCaller:
    """The platform when it calls: events are signed with nonebot's key."""

    def __init__(self, url: str, client: aiohttp.ClientSession) -> None:
        self.url = url
        self._client = client

    async def calls(
        self,
        envelope: dict[str, Any] | bytes,
        *,
        at: float = NOON,
        secret: str = SECRET,
        **headers: str,
    ) -> tuple[int, dict[str, Any]]:
        """Call with an event; return status and answer. `headers` replace those of an honest call."""
        body = envelope if isinstance(envelope, bytes) else json.dumps(envelope, ensure_ascii=False).encode()
        timestamp = str(int(at))
        honest = {
            "X-Bot-Appid": APP_ID,
            "X-Signature-Timestamp": timestamp,
            "X-Signature-Ed25519": reading(secret).key.sign(timestamp.encode() + body).hex(),
            "Content-Type": "application/json",
        }
        sent = {**honest, **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self._client.post(
            self.url, data=io.BytesIO(body), headers={name: value for name, value in sent.items() if value}
        ) as response:
            text = await response.text()
            return response.status, json.loads(text) if text.startswith("{") else {"text": text}
