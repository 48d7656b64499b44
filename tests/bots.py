"""A whole bot on a store of its own, from the text of a configuration: one chat, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.contract import Adapter
from bot.assembly import assemble
from bot.config import load
from bot.running import Bot
from bot.store.registry import open_store
from scheduler.loop import Clock


@asynccontextmanager
async def assembled(
    folder: Path, configuration: str, chat: Adapter, clock: Clock, *, store_url: str = ""
) -> AsyncIterator[Bot]:
    """Give a bot, and close it at the end; its store is the one of the configuration unless another is named."""
    file = folder / "config.toml"
    file.write_text(configuration, encoding="utf-8")
    config = load(file, {})
    store = await open_store(store_url or config.store_url, clock.now())
    try:
        bot = await assemble(config, store, {chat.name: chat}, clock)
        try:
            yield bot
        finally:
            await bot.outbox.close()
    finally:
        await store.close()
