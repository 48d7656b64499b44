"""Several workers of one bot in one process, each with its own store on the same Redis, in the school of the conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.contract import Capabilities, Incoming, KnownPerson, Outgoing
from bot.assembly import assemble
from bot.clock import StillClock
from bot.config import Config, for_replay, load
from bot.running import Bot
from bot.store.registry import open_store
from bot.terminal.replay import CHAT, ChatAdapter

CONFIG = Path(__file__).parents[1] / "transcripts" / "school.toml"
AT = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)  # a Tuesday afternoon in Shanghai
CUSTOMERS, DUTY = "育才群", "值班群"


class Chat(ChatAdapter):
    """The chat of conversations, shared by all workers: whoever sends, it is said in the same rooms."""

    capabilities: Capabilities

    def __init__(self, config: Config, clock: StillClock) -> None:
        people = tuple(KnownPerson(f"{CHAT}:{each.name}", each.name, each.role) for each in config.people)
        super().__init__(config.bot.name, people, clock)
        self.capabilities = Capabilities(max_length=100_000)

    async def send(self, message: Outgoing) -> str:
        await asyncio.sleep(0)  # others come in between, as they do on a network
        return await super().send(message)


class Crew:
    """Workers that take turns by chance."""

    def __init__(self, bots: list[Bot], chat: Chat, clock: StillClock) -> None:
        self.bots = bots
        self.chat = chat
        self.clock = clock

    async def hear(self, worker: int, incoming: Incoming) -> None:
        """Let one worker hear a message."""
        await self.bots[worker].reception.receive(incoming)

    async def tick(self) -> None:
        """Let time pass in every worker at once."""
        await asyncio.gather(*(bot.tick(self.clock.now()) for bot in self.bots))

    async def settle(self) -> None:
        """Wait until everything is said that somebody has to say."""
        while True:  # what does not fit into memory waits in the store for the next look
            for bot in self.bots:
                await bot.outbox.look()
                await bot.outbox.drain()
            if not await self.bots[0].store.waiting(CHAT, limit=1):
                return

    def said(self, room: str) -> list[str]:
        """Return what was said in a room, in order."""
        return [said.message.text for said in self.chat.said if said.message.room == f"{CHAT}:group:{room}"]


@asynccontextmanager
async def crew(url: str, count: int, **changes: Any) -> AsyncIterator[Crew]:
    """Give `count` workers on an empty store."""
    config, clock = for_replay(load(CONFIG, {}, is_replay=True)), StillClock(AT)
    chat = Chat(config, clock)
    async with AsyncExitStack() as stack:
        bots = []
        for _ in range(count):
            store = await open_store(url, AT)
            stack.push_async_callback(store.close)
            bots.append(await assemble(config, store, {CHAT: chat}, clock))
            stack.push_async_callback(bots[-1].outbox.close)
        yield Crew(bots, chat, clock)
