"""Feishu as its adapter meets it: the HTTP interface, and whoever calls back with encrypted and signed events.

Events are encrypted with PyCryptodome, which our code does not use, so that no mistake of ours can agree with itself.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import io
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from Crypto.Cipher import AES
from Crypto.Util.Padding import pad

APP_ID, SECRET = "cli_x", "feishu-s3cret"
ENCRYPT_KEY, TOKEN = "kudryavka", "v3rify"
BOT = "ou_bot"
BORN = 1_772_769_600  # 2026-03-06 12:00 in Shanghai, when the clock of these tests starts


def sealed(plain: str, key: str = ENCRYPT_KEY, start: bytes = bytes(range(16))) -> str:
    cipher = AES.new(hashlib.sha256(key.encode()).digest(), AES.MODE_CBC, start)
    return base64.b64encode(start + cipher.encrypt(pad(plain.encode(), 16))).decode()


@dataclass
class Posted:
    """A message of the bot, as Feishu shows it."""

    id: str
    chat: str
    kind: str
    content: dict[str, Any]
    quotes: str | None
    is_edit: bool = False

    @property
    def text(self) -> str:
        """What people see: calls as `@open_id`, buttons as `[label]` below."""
        if self.kind == "post":
            lines = self.content["zh_cn"]["content"]
            return "\n".join("".join(_piece(piece) for piece in line) for line in lines)
        [shown, *more] = self.content["elements"]
        text = shown["text"]["content"]
        if shown["text"]["tag"] == "lark_md":
            text = html.unescape(re.sub(r"<at id=([^>]+)></at>", r"@\1", text))
        labels = [action["text"]["content"] for element in more for action in element["actions"]]
        return text + "".join(f"\n[{label}]" for label in labels)

    @property
    def called(self) -> list[str]:
        if self.kind == "post":
            lines = self.content["zh_cn"]["content"]
            return [piece["user_id"] for line in lines for piece in line if piece["tag"] == "at"]
        shown = self.content["elements"][0]["text"]
        return re.findall(r"<at id=([^>]+)></at>", shown["content"]) if shown["tag"] == "lark_md" else []

    def value_of(self, label: str) -> dict[str, Any]:
        """What a button carries."""
        actions = [action for element in self.content["elements"][1:] for action in element["actions"]]
        return next(action["value"] for action in actions if action["text"]["content"] == label)


def _piece(piece: dict[str, str]) -> str:
    return f"@{piece['user_id']}" if piece["tag"] == "at" else piece["text"]


Refusal = tuple[int, dict[str, Any]] | str


@dataclass
class FeishuServer:
    """The HTTP interface of Feishu."""

    posted: asyncio.Queue[Posted] = field(default_factory=asyncio.Queue)
    shown: dict[str, Posted] = field(default_factory=dict)  # by id, as they stand
    tokens: list[str] = field(default_factory=list)
    answers: list[Refusal] = field(
        default_factory=list
    )  # taken first: status and body, "hang up", "arrives, hangs up"
    me_answers: list[Refusal] = field(default_factory=list)
    uuids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    chats: set[str] = field(default_factory=lambda: {"123456", "654321"})
    left: set[str] = field(default_factory=set)  # chats that it knows and is not in
    scopes: set[str] = field(default_factory=lambda: {"im:message.group_msg", "im:message:send_as_bot"})
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/open-apis/")
        self.asked.append(f"{request.method} {path}")
        body = await request.json() if request.can_read_body else None
        if path == "auth/v3/tenant_access_token/internal":
            return self._token(body)
        if request.headers.get("Authorization") != f"Bearer {self.tokens[-1]}":
            return web.json_response({"code": 99991663, "msg": "token expired"}, status=400)
        if path == "bot/v3/info":
            if self.me_answers:
                return self._given(self.me_answers.pop(0), request)
            return web.json_response({"code": 0, "msg": "ok", "bot": {"open_id": BOT, "app_name": "小首"}})
        if path.startswith("contact/v3/users/"):
            return self._person(path.rpartition("/")[2])
        if "/resources/" in path:
            return self._file(path.rpartition("/")[2])
        if path == "application/v6/scopes":
            scopes = [{"scope_name": name, "grant_status": 1} for name in sorted(self.scopes)]
            return web.json_response({"code": 0, "data": {"scopes": scopes}})
        if path.endswith("/members/is_in_chat"):
            is_in = path.split("/")[3] not in self.left
            return web.json_response({"code": 0, "data": {"is_in_chat": is_in}})
        if path.startswith("im/v1/chats/"):
            is_in = path.rpartition("/")[2] in self.chats
            return web.json_response({"code": 0} if is_in else {"code": 230002, "msg": "bot not in chat"})
        if self.answers:
            answer = self.answers.pop(0)
            if answer == "arrives, hangs up":
                self._message(request, path, body)
                answer = "hang up"
            return self._given(answer, request)
        return self._message(request, path, body)

    async def next_posted(self) -> Posted:
        async with asyncio.timeout(10):
            return await self.posted.get()

    def _given(self, answer: Refusal, request: web.Request) -> web.Response:
        if answer == "hang up":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(answer, str):
            return web.Response(text=answer)
        status, body = answer
        headers = {"x-ogw-ratelimit-reset": "7"} if body.get("code") == 99991400 else {}
        return web.json_response(body, status=status, headers=headers)

    def _token(self, body: Any) -> web.Response:
        if body != {"app_id": APP_ID, "app_secret": SECRET}:
            return web.json_response({"code": 10014, "msg": "app secret invalid"})
        self.tokens.append(f"t-{len(self.tokens) + 1}")
        return web.json_response({"code": 0, "tenant_access_token": self.tokens[-1], "expire": 7200})

    def _person(self, number: str) -> web.Response:
        if number not in self.names:
            return web.json_response({"code": 41050, "msg": "no user authority error"}, status=400)
        return web.json_response({"code": 0, "data": {"user": {"name": self.names[number]}}})

    def _file(self, key: str) -> web.Response:
        if key not in self.files:
            return web.json_response({"code": 234003, "msg": "File not in msg."}, status=400)
        return web.Response(body=self.files[key], content_type="application/octet-stream")

    def _message(self, request: web.Request, path: str, body: Any) -> web.Response:
        number = path.removeprefix("im/v1/messages").strip("/").removesuffix("/reply")
        match request.method:
            case "PATCH" | "PUT":
                return self._edit(request.method, number, body)
            case "DELETE":
                is_gone = self.shown.pop(number, None) is None
                return web.json_response({"code": 230026 if is_gone else 0, "msg": ""})
        if body["uuid"] in self.uuids:
            return web.json_response({"code": 0, "data": {"message_id": self.uuids[body["uuid"]]}})
        if len(body["content"].encode()) > 30 * 1024:
            return web.json_response({"code": 230025, "msg": "too long"}, status=400)
        chat = body.get("receive_id", "")
        if path.endswith("/reply"):
            chat = self.shown[number].chat if number in self.shown else self.quotable.get(number, "")
        if request.query.get("receive_id_type") == "chat_id" and chat not in self.chats:
            return web.json_response(
                {"code": 230002, "msg": "Bot/User can NOT be out of the chat."}, status=400
            )
        posted = Posted(
            f"om_out{next(self._ids)}",
            chat,
            body["msg_type"],
            json.loads(body["content"]),
            number or None,
        )
        self.uuids[body["uuid"]] = posted.id
        self.shown[posted.id] = posted
        self.posted.put_nowait(posted)
        return web.json_response({"code": 0, "msg": "success", "data": {"message_id": posted.id}})

    quotable: dict[str, str] = field(default_factory=dict)  # messages of people, and where they were said

    def _edit(self, method: str, number: str, body: Any) -> web.Response:
        old = self.shown.get(number)
        if old is None or (old.kind == "interactive") != (method == "PATCH"):
            return web.json_response(
                {"code": 230001, "msg": "Your request contains an invalid request parameter."}, status=400
            )
        kind = body.get("msg_type", old.kind)
        new = Posted(number, old.chat, kind, json.loads(body["content"]), old.quotes, is_edit=True)
        self.shown[number] = new
        self.posted.put_nowait(new)
        return web.json_response({"code": 0})


class EventSender:
    """Feishu as it calls back."""

    def __init__(
        self,
        url: str,
        session: aiohttp.ClientSession,
        server: FeishuServer,
        *,
        encrypts: bool = True,
        now: Callable[[], float] = lambda: BORN,
    ) -> None:
        self.url, self.session, self.server = url, session, server
        self.encrypts, self.now = encrypts, now
        self._ids = itertools.count(1)

    def message(
        self, person: str, text: str, *, chat: str | None = "123456", **changes: Any
    ) -> dict[str, Any]:
        """Return the event of a message; in a private chat where `chat` is None."""
        number = f"om_in{next(self._ids)}"
        self.server.quotable[number] = chat or f"oc_{person}"
        said = {
            "message_id": number,
            "root_id": "",
            "parent_id": "",
            "thread_id": "",
            "chat_id": chat or f"oc_{person}",
            "chat_type": "group" if chat else "p2p",
            "message_type": "text",
            "create_time": str(int(self.now() * 1000)),
            "content": json.dumps({"text": text}, ensure_ascii=False),
            **changes,
        }
        sender = {"sender_id": {"open_id": person, "user_id": "u", "union_id": "on"}, "sender_type": "user"}
        return self.event("im.message.receive_v1", {"sender": sender, "message": said})

    def touch(self, person: str, posted: Posted, label: str) -> dict[str, Any]:
        """Return the event of a touched button."""
        return self.event(
            "card.action.trigger",
            {
                "operator": {"open_id": person, "user_id": "u", "union_id": "on"},
                "token": "c-1",
                "action": {"tag": "button", "value": posted.value_of(label)},
                "host": "im_message",
                "context": {"open_message_id": posted.id, "open_chat_id": posted.chat},
            },
        )

    def event(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        header = {
            "event_id": f"e{next(self._ids)}",
            "event_type": kind,
            "create_time": str(int(self.now() * 1000)),
            "token": TOKEN,
            "app_id": APP_ID,
            "tenant_key": "t",
        }
        return {"schema": "2.0", "header": header, "event": body}

    async def posts(self, event: Any, **headers: str) -> int:
        status, _ = await self.exchanges(event, **headers)
        return status

    async def exchanges(self, event: Any, **headers: str) -> tuple[int, bytes]:
        """Send an event as Feishu does; return status and body of the answer."""
        plain = json.dumps(event, ensure_ascii=False)
        body = json.dumps({"encrypt": sealed(plain)}) if self.encrypts else plain
        return await self.sends(body.encode(), **headers)

    async def sends(self, body: bytes, **headers: str) -> tuple[int, bytes]:
        stamp, nonce = str(int(self.now())), "n0nce"
        signature = hashlib.sha256(f"{stamp}{nonce}{ENCRYPT_KEY}".encode() + body).hexdigest()
        signed = {
            "X-Lark-Request-Timestamp": stamp,
            "X-Lark-Request-Nonce": nonce,
            "X-Lark-Signature": signature,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        async with self.session.post(self.url, data=io.BytesIO(body), headers=signed) as response:
            return response.status, await response.read()
