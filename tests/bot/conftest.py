"""Opens the office of `office.py` for every test of a bot on a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest_asyncio

from adapters.contract import KnownPerson
from bot.assembly import assemble
from bot.config import Config, for_replay, load
from bot.store.registry import open_store
from bot.terminal.replay import CHAT, ChatAdapter
from tests.bot.office import CONFIG, CUSTOMER, DUTY, ENGINEERS, START, JumpingClock, Office


@pytest_asyncio.fixture
async def offices(tmp_path: Path) -> AsyncIterator[Any]:
    """Opens bots that share one store, one clock and one chat; each may see the store through something else."""
    file = tmp_path / "office.toml"
    people = "".join(
        f'[[people]]\nid = "e{name[-2:]}"\nname = "{name}"\nrole = "engineer"\n' for name in ENGINEERS
    )
    file.write_text(people + CONFIG, encoding="utf-8")
    config = for_replay(load(file, {}, is_replay=True))
    clock = JumpingClock(START)
    chat = ChatAdapter(
        "小首", tuple(KnownPerson(f"{CHAT}:{p.name}", p.name, p.role) for p in config.people), clock
    )
    async with AsyncExitStack() as stack:
        store = await open_store(f"sqlite:{tmp_path / 'office.db'}", START)
        stack.push_async_callback(store.close)

        async def opened(
            seen_as: Any = lambda store: store, other: Config | None = None, **parts: Any
        ) -> Office:
            bot = await assemble(other or config, seen_as(store), {CHAT: chat}, clock, **parts)
            stack.push_async_callback(bot.outbox.close)
            return Office(bot, chat, clock)

        yield opened


@pytest_asyncio.fixture
async def office(offices: Any) -> Office:
    return await offices()


@pytest_asyncio.fixture
async def reported(office: Office) -> Office:
    """An office with ticket 1001, which nobody has claimed."""
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    office.said(CUSTOMER)
    office.said(DUTY)
    return office
