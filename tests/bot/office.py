"""A service company with fifty engineers: one bot on a real store, and the chat in which people speak to it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clock import StillClock
from bot.running import Bot
from bot.terminal.replay import ChatAdapter, address
from bot.tickets import events as e
from bot.tickets.archive import folded
from bot.tickets.model import Ticket
from bot.tickets.records import first_break

START = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)  # Monday 10:00 in Shanghai
MINUTE = timedelta(minutes=1)
ENGINEERS = [f"工程师{number:02}" for number in range(1, 51)]
CUSTOMER, OTHER_CUSTOMER, DUTY = "育才群", "实验群", "值班群"

CONFIG = """
[tickets]
most_per_person = 30

[[people]]
id = "chen"
name = "陈经理"
role = "manager"

[[customers]]
id = "yucai"
name = "育才小学"
policy = "edu"

[[rooms]]
id = "yucai"
name = "育才群"
kind = "customer"
customer = "yucai"
duty = "duty"
on_call = "first-line"

[[customers]]
id = "shiyan"
name = "实验小学"
policy = "edu"

[[rooms]]
id = "shiyan"
name = "实验群"
kind = "customer"
customer = "shiyan"
duty = "duty"
on_call = "first-line"

[[rooms]]
id = "duty"
name = "值班群"
kind = "duty"

[rotas.first-line]
members = ["e01", "e02"]
shift = "1d"
take_over_within = "15m"
starts = 2026-03-01T08:00:00

[[ladders.standard]]
at = "50%"
tell = ["on_call"]

[[ladders.standard]]
at = "100%"
tell = ["manager"]
repeat = "15m"

[policies.edu]
name = "教育"
ladder = "standard"

[[policies.edu.levels]]
id = "3"
name = "三级·个别服务"
clocks = [ { kind = "respond", within = "20m" }, { kind = "resolve", within = "8h" } ]
"""


class JumpingClock(StillClock):
    """A clock that may be put back, as the clock of a host may."""

    def jump(self, by: timedelta) -> None:
        """Move it, in either direction."""
        self._now += by


class RefusingOnce:
    """A store that refuses one of its methods once; which one, may be said later."""

    def __init__(self, store: Any, refused: str = "") -> None:
        self._store = store
        self.refused = refused

    def __getattr__(self, name: str) -> Any:
        if name == self.refused:
            self.refused = ""
            raise OSError("the disk is away")
        return getattr(self._store, name)


class Office:
    """A bot on a store, and the chat in which people speak to it."""

    def __init__(self, bot: Bot, chat: ChatAdapter, clock: JumpingClock) -> None:
        self.bot = bot
        self.chat = chat
        self.clock = clock
        self.store = bot.store

    async def hear(self, room: str, person: str, text: str, *, times: int = 1) -> None:
        """Let the bot hear a message, so many times at once."""
        heard = self.chat.heard(room, person, text)
        await asyncio.gather(*(self.bot.reception.receive(heard) for _ in range(times)))
        await self.bot.outbox.drain()

    async def tick(self) -> None:
        await self.bot.tick(self.clock.now())
        await self.bot.outbox.drain()

    def said(self, room: str) -> list[str]:
        """Return what the bot has said in a room since the last time somebody asked, and forget it."""
        texts = [each.message.text for each in self.chat.said if each.message.room == address(room)]
        self.chat.said = [each for each in self.chat.said if each.message.room != address(room)]
        return texts

    async def ticket(self, number: int = 1001) -> Ticket:
        """Return a ticket, which is what its archive says."""
        ticket = await self.store.ticket(number)
        assert ticket is not None
        records = await self.store.records(number)
        assert first_break(records) is None
        assert folded(records) == ticket
        assert ticket.version == len(records)
        return ticket

    async def events(self, number: int = 1001) -> list[e.AnyEvent]:
        return [record.event for record in await self.store.records(number)]
