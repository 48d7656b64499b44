"""Feishu's end of the long connection. Its frames are written and read by Google's protobuf from the schema of the published SDK.

The official `lark-oapi` is too heavy to be installed with the tests (104 MB, and an older `websockets`); version 1.7.5 was run by hand
against this server, and `test_feishu_stream.py` has frames that its own code wrote.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from tests.adapters.feishu_peers import APP_ID, SECRET, FeishuServer

SERVICE = 33554678

_REQUIRED, _OPTIONAL, _REPEATED = 2, 1, 3
_UINT64, _INT32, _STRING, _MESSAGE, _BYTES = 4, 5, 9, 11, 12


def _schema() -> Any:
    schema = descriptor_pb2.FileDescriptorProto(name="pbbp2.proto", package="pbbp2", syntax="proto2")
    header = schema.message_type.add(name="Header")
    for number, name in enumerate(("key", "value"), 1):
        header.field.add(name=name, number=number, type=_STRING, label=_REQUIRED)
    frame = schema.message_type.add(name="Frame")
    for number, (name, kind, label) in enumerate(
        (
            ("SeqID", _UINT64, _REQUIRED),
            ("LogID", _UINT64, _REQUIRED),
            ("service", _INT32, _REQUIRED),
            ("method", _INT32, _REQUIRED),
            ("headers", _MESSAGE, _REPEATED),
            ("payload_encoding", _STRING, _OPTIONAL),
            ("payload_type", _STRING, _OPTIONAL),
            ("payload", _BYTES, _OPTIONAL),
            ("LogIDNew", _STRING, _OPTIONAL),
        ),
        1,
    ):
        more = {"type_name": ".pbbp2.Header"} if kind == _MESSAGE else {}
        frame.field.add(name=name, number=number, type=kind, label=label, **more)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(schema)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("pbbp2.Frame"))


Frame = _schema()


def frame(method: int, payload: bytes | None = None, /, **headers: str) -> bytes:
    made = Frame(SeqID=7, LogID=1 << 63, service=SERVICE, method=method, LogIDNew="20260306ABC")
    for key, value in headers.items():
        made.headers.add(key=key, value=value)
    if payload is not None:
        made.payload = payload
    return bytes(made.SerializeToString())


@dataclass
class Connection:
    """One long connection of an application."""

    socket: web.WebSocketResponse
    answers_pings: bool
    acks: asyncio.Queue[tuple[str, int]] = field(default_factory=asyncio.Queue)  # id of the frame, code
    pings: asyncio.Queue[int] = field(default_factory=asyncio.Queue)  # service
    pong: dict[str, int] | None = None
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def brings(
        self, event: Any, *, pieces: int = 1, order: tuple[int, ...] = (), number: str = ""
    ) -> str:
        """Send an event in so many frames, in any order; return the id by which it is acknowledged."""
        content = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        number = number or f"m{next(self._ids)}"
        size = -(-len(content) // pieces)
        for index in order or range(pieces):
            headers = {
                "type": "event",
                "message_id": number,
                "trace_id": "t",
                "sum": str(pieces),
                "seq": str(index),
            }
            await self.socket.send_bytes(frame(1, content[index * size : (index + 1) * size], **headers))
        return number

    async def next_ack(self) -> tuple[str, int]:
        async with asyncio.timeout(10):
            return await self.acks.get()

    async def next_ping(self) -> int:
        async with asyncio.timeout(10):
            return await self.pings.get()

    async def run(self) -> None:
        async for message in self.socket:
            if message.type is not WSMsgType.BINARY:
                break
            heard = Frame.FromString(message.data)
            headers = {each.key: each.value for each in heard.headers}
            if heard.method == 0:
                assert headers == {"type": "ping"}
                self.pings.put_nowait(heard.service)
                if self.answers_pings:
                    payload = json.dumps(self.pong).encode() if self.pong else None
                    await self.socket.send_bytes(frame(0, payload, type="pong"))
                continue
            assert (heard.SeqID, heard.LogID, heard.service, heard.LogIDNew) == (
                7,
                1 << 63,
                SERVICE,
                "20260306ABC",
            )
            assert headers["biz_rt"].isdecimal()
            self.acks.put_nowait((headers["message_id"], json.loads(heard.payload)["code"]))


@dataclass
class Gateway:
    """The HTTP interface of Feishu, and where it says to connect to."""

    server: FeishuServer = field(default_factory=FeishuServer)
    base: str = ""
    connections: asyncio.Queue[Connection] = field(default_factory=asyncio.Queue)
    refusals: list[dict[str, Any]] = field(default_factory=list)  # taken first by who asks where to connect
    asked: int = 0
    address: str = ""  # to name another one
    config: dict[str, int] = field(
        default_factory=lambda: {
            "ReconnectCount": -1,
            "ReconnectInterval": 120,
            "ReconnectNonce": 30,
            "PingInterval": 90,
        }
    )
    answers_pings: bool = True

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/callback/ws/endpoint":
            return web.json_response(self._endpoint(await request.json()))
        if request.path == "/ws/v2":
            return await self._connect(request)
        return await self.server.handle(request)

    async def next_connection(self) -> Connection:
        async with asyncio.timeout(10):
            return await self.connections.get()

    def _endpoint(self, body: dict[str, str]) -> dict[str, Any]:
        self.asked += 1
        if self.refusals:
            return self.refusals.pop(0)
        if body != {"AppID": APP_ID, "AppSecret": SECRET}:
            return {"code": 514, "msg": "auth failed"}
        query = f"device_id=d{self.asked}&service_id={SERVICE}&access_key=k3y&ticket=t1cket"
        address = self.address or f"{self.base.replace('http', 'ws')}/ws/v2"
        return {"code": 0, "msg": "", "data": {"URL": f"{address}?{query}", "ClientConfig": self.config}}

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        assert request.query["service_id"] == str(SERVICE)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket, self.answers_pings)
        self.connections.put_nowait(connection)
        await connection.run()
        return socket
