"""The QQ side under load: many people in several groups who report something, over one WebSocket."""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType, web

BOT = 10001000
GROUPS = tuple(range(700_001, 700_009))
DUTY = 700_900
PEOPLE = 4_000

Socket = ClientWebSocketResponse | web.WebSocketResponse


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round came to: messages answered a second, and the middle time one of them waited."""

    per_second: float
    p50_ms: float


class Load:
    """Says things and waits for what answers them; every request of the bot is accepted at once."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._sent = itertools.count(-1, -1)
        self._reader = asyncio.create_task(self._read())

    async def round(self, count: int, in_flight: int, words: Callable[[int], str]) -> Outcome:
        """Send so many messages, never more than `in_flight` unanswered, each from another person."""
        numbers = iter(range(count))

        async def speaker() -> list[float]:
            return [await self._ask(words(number)) for number in numbers]

        start = perf_counter()
        waits = itertools.chain(*await asyncio.gather(*(speaker() for _ in range(in_flight))))
        return Outcome(count / (perf_counter() - start), statistics.median(waits) * 1000)

    async def say(self, words: str) -> None:
        """Say something that needs no answer."""
        await self._emit(next(self._ids), words)

    async def ask(self, words: str) -> None:
        """Say something and wait until it is answered."""
        await self._ask(words)

    async def close(self) -> None:
        """End the connection."""
        await self._socket.close()
        await self._reader

    async def _ask(self, words: str) -> float:
        message = next(self._ids)
        answered = asyncio.get_running_loop().create_future()
        self._waiting[str(message)] = answered
        start = perf_counter()
        await self._emit(message, words)
        async with asyncio.timeout(60):
            await answered
        return perf_counter() - start

    async def _emit(self, message: int, words: str) -> None:
        person = message % PEOPLE
        event = {
            "time": 1_772_769_600,
            "self_id": BOT,
            "post_type": "message",
            "message_type": "group",
            "sub_type": "normal",
            "message_id": message,
            "group_id": GROUPS[person % len(GROUPS)],
            "user_id": 20_000 + person,
            "anonymous": None,
            "message": [{"type": "text", "data": {"text": words}}],
            "raw_message": words,
            "font": 0,
            "sender": {"user_id": 20_000 + person, "nickname": f"老师{person}", "card": ""},
        }
        await self._socket.send_str(json.dumps(event))

    async def _read(self) -> None:
        while (frame := await self._socket.receive()).type is WSMsgType.TEXT:
            call = json.loads(frame.data)
            params = call.get("params", {})
            answer = {"status": "ok", "retcode": 0, "data": {"message_id": next(self._sent)}}
            await self._socket.send_str(json.dumps({**answer, "echo": call["echo"]}))
            self._hear(params.get("message") or [])

    def _hear(self, message: list[dict[str, Any]]) -> None:
        quoted = next((part["data"]["id"] for part in message if part["type"] == "reply"), None)
        answered = self._waiting.pop(str(quoted), None)
        if answered is not None:
            answered.set_result(None)


def report(number: int) -> str:
    """Return a report that is like no other."""
    return f"报障 {number % 9 + 1} 楼 {number} 号教室的投影机不亮，老师等着上课"
