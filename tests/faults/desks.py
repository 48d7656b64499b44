"""A whole bot on a store of its own, with one chat and a wall clock that a test sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from adapters.contract import Capabilities, Incoming, RoomKind
from bot.tickets.events import Escalated
from bot.tickets.records import first_break
from tests.bots import assembled

START = datetime(2026, 3, 6, 1, tzinfo=UTC)  # Friday 09:00 in Shanghai
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
CONFIG = """
[store]
url = "sqlite:store.db"
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
id = "school"
name = "育才小学"
policy = "edu"
[[rooms]]
id = "yucai"
name = "育才群"
address = "web:group:yucai"
kind = "customer"
customer = "school"
duty = "duty"
[[rooms]]
id = "duty"
name = "值班群"
address = "web:group:duty"
kind = "duty"
[policies.edu]
name = "教育"
ladder = "standard"
[[policies.edu.levels]]
id = "1"
name = "一级"
clocks = [{ kind = "respond", within = "3h" }, { kind = "resolve", within = "12h" }]
[[ladders.standard]]
at = "50%"
tell = ["owner"]
[[ladders.standard]]
at = "100%"
tell = ["manager"]
[[ladders.standard]]
at = "120%"
tell = ["manager"]
"""


class WallClock:
    """The time of the wall, which may be set wrong; `passed` is what really passed."""

    def __init__(self) -> None:
        self.passed, self.wrong = timedelta(), timedelta()

    def now(self) -> datetime:
        return START + self.passed + self.wrong

    def monotonic(self) -> float:
        return self.passed.total_seconds()

    async def sleep(self, length: timedelta) -> None:
        raise AssertionError("nothing waits here")


class Chat:
    name = "web"
    capabilities = Capabilities()

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    async def send(self, message) -> str:
        self.said.append((message.room, message.text))
        return f"p{len(self.said)}"

    def incoming(self):
        raise NotImplementedError

    async def close(self) -> None:
        return None


class Case:
    def __init__(self, bot, chat, clock):
        self.bot, self.chat, self.clock, self._ids = bot, chat, clock, count(1)

    async def says(self, person, text, room="yucai"):
        await self.bot.reception.receive(
            Incoming(
                room=f"web:group:{room}",
                room_kind=RoomKind.GROUP,
                sender=f"web:{person}",
                sender_name=person,
                message_id=f"u{next(self._ids)}",
                text=text,
            )
        )
        await self.bot.outbox.drain()

    async def passes(self, length, step=5 * MINUTE):
        end = self.clock.passed + length
        while self.clock.passed < end:
            self.clock.passed += step
            await self.bot.tick(self.clock.now())
        await self.bot.outbox.drain()

    async def rungs(self):
        """Return how often each rung of each promise of each ticket was noted, told or skipped."""
        noted = Counter()
        for ticket in await self.bot.store.recent_tickets(limit=1000):
            archive = await self.bot.store.records(ticket.number)
            assert first_break(archive) is None
            for record in archive:
                if isinstance(record.event, Escalated) and not record.event.is_repeat:
                    for rung in (record.event.rung, *record.event.skipped):
                        noted[ticket.number, record.event.clock, record.event.begins, rung] += 1
        return noted


@asynccontextmanager
async def desk(folder: Path, store_url: str = "") -> AsyncIterator[Case]:
    """Open a bot in a folder and close it at the end; its store is a database in the folder unless another is named."""
    clock, chat = WallClock(), Chat()
    async with assembled(folder, CONFIG, chat, clock, store_url=store_url) as bot:
        yield Case(bot, chat, clock)
