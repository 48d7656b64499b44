"""WeCom as its adapters meet it: the server of the long connection, the HTTP interface, and whoever sends callbacks.

Callbacks are sealed by `wechatpy` and markdown is read by `markdown-it-py`, so that no mistake of ours can agree with
itself. `test_wecom_counterpart.py` shows that the server of the long connection is one that a published SDK can use.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import wechatpy.crypto
import xmltodict
from aiohttp import WSMsgType, web
from markdown_it import MarkdownIt

TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
CORP = "wx5823bf96d3bd56c7"
AGENT = 218
BOT_ID = "AIBxyz"
BOT_SECRET = "s3cret"
BORN = 1_772_769_600  # 2026-03-06 12:00 in Shanghai, when the clock of these tests starts

_WEDGE = "\u200b"


def shown(markdown: str) -> str:
    """Return what a reader of CommonMark with tables and strikethrough sees; markup is named, so that no test misses it."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    blocks: list[str] = []
    for token in reader.parse(markdown):
        if token.type == "inline":
            blocks.append("".join(_inline(child) for child in token.children or ()))
        elif not token.type.startswith("paragraph"):
            blocks.append(f"[{token.type}]")
    return "\n\n".join(blocks).replace(_WEDGE, "")


def _inline(token: Any) -> str:
    if token.type == "text":
        return token.content
    return "\n" if token.type in ("softbreak", "hardbreak") else f"[{token.type}]"


def calls_in(markdown: str) -> list[str]:
    """Return who is called: what a client finds that looks for `<@…>` before it reads anything else."""
    return re.findall(r"<@([^<>\s]+)>", markdown)


def card_shown(card: dict[str, Any]) -> str:
    """Return what a reader of a card sees, its buttons below; a card that WeCom would not take fails the test."""
    assert card["card_type"] == "button_interaction"
    assert re.fullmatch(r"[0-9A-Za-z_@-]{1,128}", card["task_id"])
    keys = [button["key"] for button in card["button_list"]]
    assert len(keys) <= 6
    assert len(set(keys)) == len(keys)
    assert all(0 < len(key.encode()) <= 1024 for key in keys)
    words = [card[key] for key in ("main_title", "sub_title_text") if key in card]
    words = [each["title"] if isinstance(each, dict) else each for each in words]
    assert words
    assert all(words)
    return "\n".join([*words, *(f"[{button['text']}]" for button in card["button_list"])])


def said_in(body: dict[str, Any]) -> str:
    """Return the markdown of a message, answered or pushed."""
    return str(body["stream" if body["msgtype"] == "stream" else "markdown"]["content"])


# --- The long connection ------------------------------------------------------------------------------------------

Acknowledge = Callable[[dict[str, Any]], dict[str, Any] | None]


@dataclass
class AibotSession:
    """One connection of a robot; frames that need no thought are acknowledged by itself."""

    socket: web.WebSocketResponse
    acknowledge: Acknowledge
    answers_pings: bool = True
    pings: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    sent: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    chats: dict[str, str] = field(default_factory=dict)  # by the id of the frame that told of a message
    presses_open: dict[str, str] = field(default_factory=dict)  # cards by the frame that told of a press
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def says(
        self,
        user: str,
        text: str,
        *,
        chat: str | None = "123456",
        msgid: str | None = None,
        **more: Any,
    ) -> str:
        """Say something in a group, or privately where `chat` is None; return the id of the message."""
        number = next(self._ids)
        body = {
            "msgid": msgid or f"CAIQ{number}",
            "aibotid": BOT_ID,
            "chattype": "group" if chat else "single",
            "from": {"userid": user},
            "create_time": BORN,
            "response_url": "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=x",
            "msgtype": "text",
            "text": {"content": text},
            **({"chatid": chat} if chat else {}),
            **more,
        }
        await self.tells("aibot_msg_callback", f"req-{number}", body)
        self.chats[f"req-{number}"] = chat or user
        return str(body["msgid"])

    async def presses(
        self, user: str, card: dict[str, Any], label: str, *, chat: str | None = "123456", at: str = ""
    ) -> str:
        """Press a button of a card; return the id of the frame that tells of it."""
        number = at or str(next(self._ids))
        key = next(button["key"] for button in card["button_list"] if button["text"] == label)
        body = {
            "msgid": f"PRESS{number}",
            "aibotid": BOT_ID,
            "chattype": "group" if chat else "single",
            "from": {"userid": user, "corpid": CORP},
            "create_time": BORN,
            "msgtype": "event",
            "event": {
                "eventtype": "template_card_event",
                "template_card_event": {
                    "card_type": card["card_type"],
                    "event_key": key,
                    "task_id": card["task_id"],
                },
            },
            **({"chatid": chat} if chat else {}),
        }
        self.presses_open[f"press-{number}"] = card["task_id"]
        await self.tells("aibot_event_callback", f"press-{number}", body)
        return f"press-{number}"

    async def tells(self, cmd: str, req_id: str, body: Any) -> None:
        await self.socket.send_json({"cmd": cmd, "headers": {"req_id": req_id}, "body": body})

    async def next_sent(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            return await self.sent.get()

    async def next_ping(self) -> str:
        async with asyncio.timeout(10):
            return await self.pings.get()

    async def over(self) -> None:
        async with asyncio.timeout(10):
            await self.ended.wait()

    async def run(self) -> None:
        async for message in self.socket:
            if message.type is not WSMsgType.TEXT:
                break
            await self._take(json.loads(message.data))

    async def _take(self, frame: dict[str, Any]) -> None:
        cmd, req_id = frame["cmd"], frame["headers"]["req_id"]
        if cmd == "ping":
            await self.pings.put(req_id)
            if not self.answers_pings:
                return
            answer: dict[str, Any] | None = {"errcode": 0, "errmsg": "ok"}
        else:
            await self.sent.put(frame)
            answer = self.acknowledge(frame) or None
        if answer is not None:
            await self.socket.send_json({"headers": {"req_id": req_id}, **answer})


@dataclass
class AibotServer:
    """WeCom's end of the long connection. A new login throws out the one before."""

    sessions: asyncio.Queue[AibotSession] = field(default_factory=asyncio.Queue)
    logins: list[dict[str, Any]] = field(default_factory=list)
    attempts: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    acknowledge: Acknowledge | None = None  # None in its place: what WeCom would say
    answers_login: bool = True
    refusal: dict[str, Any] = field(default_factory=lambda: {"errcode": 40001, "errmsg": "invalid secret"})
    always_refuses: bool = False
    tasks: set[str] = field(default_factory=set)  # numbers of cards, each of which may come once
    refuses_cards: bool = False
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # name and content by media id
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        session = AibotSession(socket, lambda frame: self._judge(session, frame))
        try:
            if await self._log_in(session):
                await self.sessions.put(session)
                await session.run()
        finally:
            session.ended.set()
        return socket

    async def next_session(self) -> AibotSession:
        async with asyncio.timeout(10):
            return await self.sessions.get()

    async def _log_in(self, session: AibotSession) -> bool:
        self.attempts.put_nowait(len(self.logins))
        frame = await session.socket.receive_json()
        self.logins.append(frame)
        right = {"bot_id": BOT_ID, "secret": BOT_SECRET}
        is_right = frame["cmd"] == "aibot_subscribe" and frame["body"] == right and not self.always_refuses
        answer = {"errcode": 0, "errmsg": "ok"} if is_right else self.refusal
        if not self.answers_login:
            await session.socket.receive()
            return False
        await session.socket.send_json({"headers": frame["headers"], **answer})
        if not is_right:
            await session.socket.receive()
        return is_right

    def _judge(self, session: AibotSession, frame: dict[str, Any]) -> dict[str, Any] | None:
        if self.acknowledge is not None:
            return self.acknowledge(frame)
        cmd, body = frame["cmd"], frame["body"]
        if cmd == "aibot_respond_msg" and frame["headers"]["req_id"] not in session.chats:
            return {"errcode": 846605, "errmsg": "invalid req_id"}
        if cmd.startswith("aibot_upload"):
            return self._take_piece(cmd, body)
        if cmd == "aibot_respond_update_msg":
            task = session.presses_open.pop(frame["headers"]["req_id"], "")
            is_it = (
                body["response_type"] == "update_template_card" and body["template_card"]["task_id"] == task
            )
            return {"errcode": 0 if is_it else 846605, "errmsg": "invalid req_id"}
        if body["msgtype"] == "template_card":
            return self._take_card(body["template_card"])
        if body["msgtype"] == "file":
            is_there = body["file"]["media_id"] in self.files
            return {"errcode": 0 if is_there else 40007, "errmsg": "invalid media_id"}
        content = json.dumps(body, ensure_ascii=False)
        if body["msgtype"] not in ("stream", "markdown") or len(content.encode()) > 20_480 + 400:
            return {"errcode": 40008, "errmsg": "invalid message type"}
        return {"errcode": 0, "errmsg": "ok"}

    def _take_card(self, card: dict[str, Any]) -> dict[str, Any]:
        card_shown(card)
        if self.refuses_cards or card["task_id"] in self.tasks:
            return {"errcode": 40058, "errmsg": "invalid template_card"}
        self.tasks.add(card["task_id"])
        return {"errcode": 0, "errmsg": "ok"}

    def _take_piece(self, cmd: str, body: dict[str, Any]) -> dict[str, Any]:
        if cmd.endswith("init"):
            number = f"up-{len(self.uploads)}"
            self.uploads[number] = {**body, "pieces": {}}
            return {"errcode": 0, "errmsg": "ok", "body": {"upload_id": number}}
        upload = self.uploads[body["upload_id"]]
        if cmd.endswith("chunk"):
            piece = base64.b64decode(body["base64_data"], validate=True)
            assert len(piece) <= 512 * 1024
            upload["pieces"][body["chunk_index"]] = piece
            return {"errcode": 0, "errmsg": "ok"}
        content = b"".join(upload["pieces"][index] for index in range(upload["total_chunks"]))
        is_whole = len(content) == upload["total_size"] and upload["md5"] == hashlib.md5(content).hexdigest()
        media = f"media-{len(self.files)}"
        self.files[media] = (upload["filename"], content)
        told = {"type": upload["type"], "media_id": media, "created_at": "1767225600"}
        return {"errcode": 0 if is_whole else 40009, "errmsg": "", "body": told}


# --- The HTTP interface -------------------------------------------------------------------------------------------


@dataclass
class Posted:
    """A request of the bot, as the HTTP interface got it."""

    path: str
    query: dict[str, str]
    body: Any


@dataclass
class WeComApi:
    """The HTTP interface of WeCom: tokens, messages of an application, webhooks, answers to callbacks."""

    posted: asyncio.Queue[Posted] = field(default_factory=asyncio.Queue)
    tokens: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)  # taken first: a dict, a status, or "hang up"
    on_its_own: tuple[
        str, ...
    ] = ()  # ends of paths that the bot may ask for at any time: no answer of `answers` is for them
    token_answer: dict[str, Any] | None = None
    token_asked: asyncio.Event = field(default_factory=asyncio.Event)
    token_may_go: asyncio.Event | None = None
    seen: set[tuple[str, str]] = field(default_factory=set)  # what the check for duplicates knows
    delivered: list[Posted] = field(default_factory=list)
    is_stopped: bool = False  # the application
    files: dict[str, bytes] = field(default_factory=dict)  # by their ids
    codes: dict[str, str] = field(default_factory=dict)  # card by the code with which it can be changed once
    refuses_cards: bool = False
    unseen: set[str] = field(default_factory=set)  # people whom the application may not see
    sent: bytes = b""  # the latest request as it came

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path.endswith(("/gettoken", "/stable_token")):
            return await self._token(request)
        self.sent = await request.read()
        body = await request.json() if request.method == "POST" else None
        posted = Posted(path, dict(request.query), body)
        if path.endswith("/media/get") and not self.answers:
            if posted.query["access_token"] not in self.tokens[-1:]:
                return web.json_response({"errcode": 42001, "errmsg": "access_token expired"})
            content = self.files.get(posted.query["media_id"])
            missing = {"errcode": 40007, "errmsg": "invalid media_id"}
            return web.Response(body=content) if content is not None else web.json_response(missing)
        if self.answers and not path.endswith(self.on_its_own):
            answer = self.answers.pop(0)
            if answer == "arrives, hangs up":
                self._deliver(posted)
                answer = "hang up"
            if answer == "hang up":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            if isinstance(answer, int):
                return web.Response(status=answer, text="<html>")
            if isinstance(answer, str):
                return web.Response(text=answer)
            return web.json_response(answer)
        return web.json_response(self._judge(posted))

    async def next_posted(self) -> Posted:
        async with asyncio.timeout(10):
            return await self.posted.get()

    def _judge(self, posted: Posted) -> dict[str, Any]:
        if "access_token" in posted.query and posted.query["access_token"] not in self.tokens[-1:]:
            return {"errcode": 42001, "errmsg": "access_token expired"}
        if posted.path.endswith("/agent/get"):
            return {"errcode": 0, "errmsg": "ok", "name": "首问", "close": int(self.is_stopped)}
        if posted.path.endswith("/user/get"):
            is_seen = posted.query["userid"] not in self.unseen
            return {"errcode": 0, "errmsg": "ok"} if is_seen else {"errcode": 60011, "errmsg": "no privilege"}
        if posted.path.endswith("/update_template_card"):
            return self._change(posted)
        if posted.body["msgtype"] == "template_card":
            return self._take_card(posted)
        text = (posted.body.get("text") or posted.body.get("markdown"))["content"]
        if posted.body["msgtype"] == "text" and len(text.encode()) > 2048:
            return {"errcode": 45002, "errmsg": "content size out of limit"}
        if not text:
            return {"errcode": 44004, "errmsg": "empty content"}
        self._deliver(posted)
        return {"errcode": 0, "errmsg": "ok", "msgid": f"msg-{len(self.delivered)}", "invaliduser": ""}

    def code_for(self, task: str) -> str:
        """Return a new code with which a card can be changed once."""
        code = f"code-{len(self.codes)}"
        self.codes[code] = task
        return code

    def _take_card(self, posted: Posted) -> dict[str, Any]:
        card = posted.body["template_card"]
        card_shown(card)
        if self.refuses_cards or card["task_id"] in self.codes.values():
            return {"errcode": 40058, "errmsg": "invalid template_card"}
        self._deliver(posted)
        more = {"response_code": self.code_for(card["task_id"])} if "touser" in posted.body else {}
        return {"errcode": 0, "errmsg": "ok", "msgid": f"msg-{len(self.delivered)}", **more}

    def _change(self, posted: Posted) -> dict[str, Any]:
        task = self.codes.pop(posted.body["response_code"], "")
        if task != posted.body["template_card"]["task_id"] or not posted.body["userids"]:
            return {"errcode": 40058, "errmsg": "invalid response_code"}
        self._deliver(posted)
        return {"errcode": 0, "errmsg": "ok"}

    def _deliver(self, posted: Posted) -> None:
        if posted.body.get("enable_duplicate_check"):
            key = (posted.body["touser"], posted.body["text"]["content"])
            if key in self.seen:
                return
            self.seen.add(key)
        self.delivered.append(posted)
        self.posted.put_nowait(posted)

    async def _token(self, request: web.Request) -> web.Response:
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        number = self.tokens[-1]
        self.token_asked.set()
        if self.token_may_go is not None:
            await self.token_may_go.wait()
        answer = self.token_answer or {"errcode": 0, "access_token": number, "expires_in": 7200}
        return web.json_response(answer)


# --- Callbacks ----------------------------------------------------------------------------------------------------


class CallbackSender:
    """WeCom as it calls back: messages sealed by wechatpy, posted to one address."""

    def __init__(self, url: str, session: aiohttp.ClientSession, *, receiver: str = CORP) -> None:
        self.url = url
        self.session = session
        self._receiver = receiver
        self._ids = itertools.count(1)

    async def app_says(self, user: str, text: str, **changes: str) -> int:
        """Let a member write to the application; return the status of the answer."""
        return await self.posts_xml(self.app_message(user, text, **changes))

    def app_message(self, user: str, text: str, **changes: str) -> str:
        fields = {
            "ToUserName": CORP,
            "FromUserName": user,
            "CreateTime": str(BORN),
            "MsgType": "text",
            "Content": text,
            "MsgId": str(4561255354251345929 + next(self._ids)),
            "AgentID": str(AGENT),
            **changes,
        }
        return xmltodict.unparse({"xml": {k: v for k, v in fields.items() if v}}, full_document=False)

    async def app_presses(self, user: str, card: dict[str, Any], label: str, code: str = "") -> int:
        """Let a member press a button of a card of the application."""
        key = next(button["key"] for button in card["button_list"] if button["text"] == label)
        fields = {
            "Content": "", "MsgId": "", "MsgType": "event", "Event": "template_card_event", "EventKey": key,
            "TaskId": card["task_id"], "CardType": card["card_type"], "ResponseCode": code,
        }  # fmt: skip
        return await self.posts_xml(self.app_message(user, "", **fields))

    async def aibot_presses(
        self, user: str, card: dict[str, Any], label: str, *, url: str = ""
    ) -> tuple[int, Any]:
        """Let somebody press a button of the robot's card; return the status and the opened answer, None when it is empty."""
        key = next(button["key"] for button in card["button_list"] if button["text"] == label)
        told = {"card_type": card["card_type"], "event_key": key, "task_id": card["task_id"]}
        message = {
            "msgid": f"PRESS{next(self._ids)}", "aibotid": BOT_ID, "chatid": "123456", "chattype": "group",
            "from": {"userid": user}, "create_time": BORN, "response_url": url, "msgtype": "event",
            "event": {"eventtype": "template_card_event", "template_card_event": told},
        }  # fmt: skip
        body, query = self.sealed(json.dumps(message, ensure_ascii=False))
        encrypt = xmltodict.parse(body)["xml"]["Encrypt"]
        async with self.session.post(self.url, json={"encrypt": encrypt}, params=query) as response:
            content = await response.read()
            return response.status, self.opened(json.loads(content)) if content else None

    def opened(self, answer: dict[str, Any]) -> Any:
        """Return what an answer to a callback says, opened by wechatpy."""
        crypto = wechatpy.crypto.WeChatCrypto(TOKEN, AES_KEY, self._receiver)
        envelope = xmltodict.unparse({"xml": {"ToUserName": "", "Encrypt": answer["encrypt"]}})
        return json.loads(
            crypto.decrypt_message(
                envelope, answer["msgsignature"], str(answer["timestamp"]), answer["nonce"]
            )
        )

    async def posts_xml(self, document: str, *, at: int = BORN, nonce: str = "n1") -> int:
        body, query = self.sealed(document, at=at, nonce=nonce)
        return await self.posts(body, query)

    async def posts_json(self, message: dict[str, Any], *, at: int = BORN) -> int:
        body, query = self.sealed(json.dumps(message, ensure_ascii=False), at=at)
        encrypt = xmltodict.parse(body)["xml"]["Encrypt"]
        return await self.posts(json.dumps({"encrypt": encrypt}), query)

    async def aibot_says(self, user: str, text: str, *, url: str = "", **more: Any) -> int:
        """Let somebody call the robot in the group; `url` is where it may be answered."""
        message = {
            "msgid": f"CAIQ{next(self._ids)}",
            "aibotid": BOT_ID,
            "chatid": "123456",
            "chattype": "group",
            "from": {"userid": user},
            "create_time": BORN,
            "response_url": url,
            "msgtype": "text",
            "text": {"content": text},
            **more,
        }
        return await self.posts_json(message)

    def sealed(self, message: str, *, at: int = BORN, nonce: str = "n1") -> tuple[str, dict[str, str]]:
        crypto = wechatpy.crypto.WeChatCrypto(TOKEN, AES_KEY, self._receiver)
        envelope = crypto.encrypt_message(message, nonce, str(at))
        signature = xmltodict.parse(envelope)["xml"]["MsgSignature"]
        return envelope, {"msg_signature": signature, "timestamp": str(at), "nonce": nonce}

    async def posts(self, body: str | bytes, query: dict[str, str]) -> int:
        content = body.encode() if isinstance(body, str) else body
        async with self.session.post(self.url, data=io.BytesIO(content), params=query) as response:
            assert await response.read() == b""  # whoever is turned away learns nothing
            return response.status

    async def verifies(self, echo: str, *, at: int = BORN) -> tuple[int, bytes]:
        body, query = self.sealed(echo, at=at)
        query["echostr"] = xmltodict.parse(body)["xml"]["Encrypt"]
        async with self.session.get(self.url, params=query) as response:
            return response.status, await response.read()
