"""The QQ side under load: many people in several groups who report something, over one WebSocket."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import statistics
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType, web

BOT = 10001000
GROUPS = tuple(range(700_001, 700_009))
DUTY = 700_900
DUTIES = tuple(range(DUTY, DUTY + len(GROUPS)))  # where every customer's group has a duty room of its own
PEOPLE = 4_000
ENGINEERS = 128
QUIET = 0.15  # seconds without a word, after which nothing more is to come

Socket = ClientWebSocketResponse | web.WebSocketResponse
Who = Callable[
    [int, str], tuple[int, int]
]  # the group and the account that say the message with this id and these words
_OPENED = re.compile(r"已建单 (\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round came to: messages answered a second, and the middle time one of them waited."""

    per_second: float
    p50_ms: float


def customers(message: int, _: str) -> tuple[int, int]:
    """Return one of many people in several groups."""
    person = message % PEOPLE
    return GROUPS[person % len(GROUPS)], 20_000 + person


def engineers(opened: Mapping[int, int]) -> Who:
    """Return engineers who name a ticket in its duty room; `opened` are the groups in which tickets were reported, by number."""

    def who(message: int, words: str) -> tuple[int, int]:
        group = opened.get(int(words.split()[1]), GROUPS[0])
        return DUTIES[GROUPS.index(group)], 10_001 + message % ENGINEERS

    return who


class Load:
    """Says things and waits for what answers them; every request of the bot is accepted at once."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.opened: dict[int, int] = {}  # the group in which a ticket was reported, by number
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._sent = itertools.count(-1, -1)
        self._spoke = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def round(
        self, count: int, in_flight: int, words: Callable[[int], str], who: Who = customers
    ) -> Outcome:
        """Send so many messages, never more than `in_flight` unanswered, each from another person."""
        numbers = iter(range(count))

        async def speaker() -> list[float]:
            return [await self._ask(words(number), who) for number in numbers]

        start = perf_counter()
        waits = itertools.chain(*await asyncio.gather(*(speaker() for _ in range(in_flight))))
        return Outcome(count / (perf_counter() - start), statistics.median(waits) * 1000)

    async def say(self, words: str) -> None:
        """Say something that needs no answer."""
        await self._emit(next(self._ids), words, customers)

    async def ask(self, words: str) -> None:
        """Say something and wait until it is answered."""
        await self._ask(words, customers)

    async def settle(self) -> None:
        """Wait until the bot has nothing more to say: notices of many reports reach their one room in order, after the answers."""
        with suppress(TimeoutError):
            while True:
                self._spoke.clear()
                async with asyncio.timeout(QUIET):
                    await self._spoke.wait()

    async def close(self) -> None:
        """End the connection."""
        await self._socket.close()
        await self._reader

    async def _ask(self, words: str, who: Who) -> float:
        message = next(self._ids)
        answered = asyncio.get_running_loop().create_future()
        self._waiting[str(message)] = answered
        start = perf_counter()
        await self._emit(message, words, who)
        async with asyncio.timeout(60):
            await answered
        return perf_counter() - start

    async def _emit(self, message: int, words: str, who: Who) -> None:
        group, account = who(message, words)
        event = {
            "time": 1_772_769_600,
            "self_id": BOT,
            "post_type": "message",
            "message_type": "group",
            "sub_type": "normal",
            "message_id": message,
            "group_id": group,
            "user_id": account,
            "anonymous": None,
            "message": [{"type": "text", "data": {"text": words}}],
            "raw_message": words,
            "font": 0,
            "sender": {"user_id": account, "nickname": f"老师{account}", "card": ""},
        }
        await self._socket.send_str(json.dumps(event))

    async def _read(self) -> None:
        while (frame := await self._socket.receive()).type is WSMsgType.TEXT:
            self._spoke.set()
            call = json.loads(frame.data)
            params = call.get("params", {})
            answer = {"status": "ok", "retcode": 0, "data": {"message_id": next(self._sent)}}
            await self._socket.send_str(json.dumps({**answer, "echo": call["echo"]}))
            self._hear(params.get("message") or [], params.get("group_id", 0))

    def _hear(self, message: list[dict[str, Any]], group: int) -> None:
        quoted = next((part["data"]["id"] for part in message if part["type"] == "reply"), None)
        answered = self._waiting.pop(str(quoted), None)
        if answered is not None:
            if opened := _OPENED.match(message[-1]["data"].get("text", "")):
                self.opened[int(opened[1])] = group
            answered.set_result(None)


def report(number: int) -> str:
    """Return a report that is like no other."""
    return f"报障 {number % 9 + 1} 楼 {number} 号教室的投影机不亮，老师等着上课"
