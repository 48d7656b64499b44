"""DingTalk as its adapter meets it: streams, the HTTP interface, and the addresses of conversations."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

CLIENT_ID, SECRET = "dingx1", "ding-s3cret"
BOT = "$:LWCP_v1:$bot"
BORN = 1_772_769_600  # 2026-03-06 12:00 in Shanghai, when the clock of these tests starts
ROBOT = "/v1.0/im/bot/messages/get"
CARD = "/v1.0/card/instances/callback"


@dataclass
class Posted:
    """A message of the bot, as DingTalk shows it."""

    room: str  # the id of a conversation or of a person
    text: str
    called: list[str]
    through: str  # session | push | card | change
    body: dict[str, Any]

    @property
    def labels(self) -> list[str]:
        """What stands on the buttons below it."""
        shown = self.body.get("cardData", {}).get("cardParamMap", {}).get("sys_full_json_obj", "{}")
        return [button["text"] for button in json.loads(shown).get("msgButtons", [])]


@dataclass
class Connection:
    """One open stream."""

    socket: web.WebSocketResponse
    ticket: str
    acks: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def sends(self, kind: str, topic: str, data: Any, number: str) -> None:
        """Send a frame down the stream."""
        headers = {
            "topic": topic,
            "messageId": number,
            "contentType": "application/json",
            "time": str(BORN * 1000),
            "appId": "a",
            "connectionId": "c",
        }
        frame = {"specVersion": "1.0", "type": kind, "headers": headers, "data": data}
        await self.socket.send_str(json.dumps(frame, ensure_ascii=False))

    async def next_ack(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            return await self.acks.get()

    async def over(self) -> None:
        async with asyncio.timeout(10):
            await self.ended.wait()


@dataclass
class DingTalkServer:
    """DingTalk: what is not acknowledged comes again on the next stream."""

    base: str = ""
    now: Callable[[], float] = lambda: BORN
    posted: asyncio.Queue[Posted] = field(default_factory=asyncio.Queue)
    connections: asyncio.Queue[Connection] = field(default_factory=asyncio.Queue)
    current: Connection | None = None
    opened: list[dict[str, Any]] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    tokens: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)  # for messages, in turn: (status, body) or "hang up"
    endpoint: str | None = None
    refuses_login: bool = False
    files: dict[str, str] = field(default_factory=dict)  # addresses by their codes
    recalled: list[str] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)  # what was made, by its number
    grants_cards: bool = True
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path == "/connect":
            return await self._stream(request)
        body = await request.json()
        if path == "/v1.0/gateway/connections/open":
            return self._open(body)
        if path == "/v1.0/oauth2/accessToken":
            if body != {"appKey": CLIENT_ID, "appSecret": SECRET}:
                return _refusal(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
            self.tokens.append(f"t-{len(self.tokens) + 1}")
            return web.json_response({"accessToken": self.tokens[-1], "expireIn": 7200})
        return self._message(request, path, body)

    # --- What people do

    def message(
        self, person: str, text: str, *, chat: str | None = "123456", **changes: Any
    ) -> dict[str, Any]:
        """Return what a stream carries of a message; privately where `chat` is None."""
        session = f"s{next(self._ids)}"
        self.sessions[session] = chat or person
        return {
            "conversationId": chat or f"cid-{person}",
            "conversationType": "2" if chat else "1",
            "conversationTitle": "support",
            "chatbotCorpId": "ding1",
            "chatbotUserId": BOT,
            "msgId": f"msg{next(self._ids)}",
            "msgtype": "text",
            "text": {"content": f" {text}"},
            "senderId": f"$:LWCP_v1:${person}",
            "senderStaffId": person,
            "senderNick": "somebody",
            "senderCorpId": "ding1",
            "isAdmin": False,
            "isInAtList": bool(chat),
            "atUsers": [{"dingtalkId": BOT}],
            "robotCode": CLIENT_ID,
            "sessionWebhook": f"{self.base}/robot/sendBySession?session={session}",
            "sessionWebhookExpiredTime": int((self.now() + 5400) * 1000),
            "createAt": int(self.now() * 1000),
            **changes,
        }

    async def says(self, body: dict[str, Any]) -> str:
        """Send a message down the current stream and return the id of its frame."""
        assert self.current is not None
        number = f"f{next(self._ids)}"
        await self.current.sends("CALLBACK", ROBOT, json.dumps(body, ensure_ascii=False), number)
        return number

    async def next_connection(self) -> Connection:
        async with asyncio.timeout(20):
            return await self.connections.get()

    async def next_posted(self) -> Posted:
        async with asyncio.timeout(10):
            return await self.posted.get()

    # --- What the bot does

    def _open(self, body: dict[str, Any]) -> web.Response:
        self.opened.append(body)
        if self.refuses_login or (body["clientId"], body["clientSecret"]) != (CLIENT_ID, SECRET):
            return _refusal(401, "authFailed", "鉴权失败")
        ticket = f"ticket-{len(self.opened)}"
        self.tickets.add(ticket)
        endpoint = self.endpoint or f"{self.base.replace('http', 'ws')}/connect"
        return web.json_response({"endpoint": endpoint, "ticket": ticket})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=401)
        self.tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket, ticket)
        self.current = connection
        await self.connections.put(connection)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await connection.acks.put(json.loads(message.data))
        connection.ended.set()
        return socket

    def _message(self, request: web.Request, path: str, body: dict[str, Any]) -> web.Response:
        if self.answers:
            answer = self.answers.pop(0)
            if answer == "hang up":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            return web.json_response(answer[1], status=answer[0])
        if path == "/robot/sendBySession":
            room = self.sessions.get(request.query["session"])
            if room is None:
                return web.json_response({"errcode": 300001, "errmsg": "session 不存在"})
            at = body["at"]
            assert at["isAtAll"] is False
            self._show(Posted(room, body["text"]["content"], at["atUserIds"], "session", body))
            return web.json_response({"errcode": 0, "errmsg": "ok"})
        if request.headers.get("x-acs-dingtalk-access-token") not in self.tokens[-1:]:
            return _refusal(401, "InvalidAuthentication", "不合法的access_token")
        if path.startswith("/v1.0/card/instances"):
            return self._card(request.method, path, body)
        if path == "/v1.0/robot/messageFiles/download":
            url = self.files.get(body["downloadCode"])
            if url is None:
                return _refusal(400, "invalid.downloadCode", "downloadCode 无效")
            return web.json_response({"downloadUrl": url})
        if path.endswith(("/groupMessages/recall", "/otoMessages/batchRecall")):
            self.recalled.extend(body["processQueryKeys"])
            return web.json_response({"successResult": body["processQueryKeys"], "failedResult": {}})
        text = json.loads(body["msgParam"])["content"]
        room = body.get("openConversationId") or body["userIds"][0]
        if room == "gone":
            return _refusal(400, "resource.not.found", "robot 不存在")
        self._show(Posted(room, text, [], "push", body))
        found: dict[str, Any] = {"processQueryKey": f"pqk{next(self._ids)}"}
        if "userIds" in body:
            found |= {
                "invalidStaffIdList": ["nobody"] if room == "nobody" else [],
                "flowControlledStaffIdList": [],
            }
        return web.json_response(found)

    def _card(self, method: str, path: str, body: dict[str, Any]) -> web.Response:
        if not self.grants_cards:
            return _refusal(
                403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "没有 Card.Instance.Write"
            )
        shown = body["cardData"]["cardParamMap"]
        assert all(isinstance(value, str) for value in shown.values())
        text = shown["markdown"].replace("  \n", "\n")
        for mark in ("\\", "`", "*", "_", "[", "]", "<", ">", "~", "|", "&", "#", "+", "=", "-"):
            text = text.replace(f"\\{mark}", mark)
        number = body["outTrackId"]
        if method == "PUT":
            if number not in self.cards:
                return _refusal(400, "param.error", "卡片不存在")
            made = {**self.cards[number], "cardData": body["cardData"]}
        else:
            assert path.endswith("/createAndDeliver")
            made = body
        self.cards[number] = made
        space = made["openSpaceId"].removeprefix("dtv1.card//")
        room = space.partition(".")[2]
        called = made.get("imGroupOpenDeliverModel", {}).get("atUserIds", {})
        self._show(Posted(room, text, list(called), "change" if method == "PUT" else "card", made))
        results = [
            {
                "spaceType": space.partition(".")[0],
                "spaceId": room,
                "success": room != "gone",
                "carrierId": f"carrier-{number}",
            }
        ]
        return web.json_response(
            {"success": True, "result": {"outTrackId": number, "deliverResults": results}}
        )

    async def presses(
        self, person: str, label: str, card: str = "", *, frame: str = "", **changes: Any
    ) -> str:
        """Press a button of a card, the latest one when nothing else is said, and return the id of the frame."""
        assert self.current is not None
        card = card or list(self.cards)[-1]
        shown = self.cards[card]["cardData"]["cardParamMap"]["sys_full_json_obj"]
        button = next(each for each in json.loads(shown)["msgButtons"] if each["text"] == label)
        assert button["request"] is True
        content = {"cardPrivateData": {"actionIds": [button["id"]], "params": button["params"]}}
        body = {
            "type": "actionCallback", "corpId": "ding1", "userId": person, "outTrackId": card, "spaceType": "IM",
            "extension": "{}", "content": json.dumps(content, ensure_ascii=False), **changes,
        }  # fmt: skip
        number = frame or f"f{next(self._ids)}"
        await self.current.sends("CALLBACK", CARD, json.dumps(body, ensure_ascii=False), number)
        return number

    def _show(self, posted: Posted) -> None:
        self.posted.put_nowait(posted)


def _refusal(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message, "requestid": "r"}, status=status)
