"""Bringing FAQ files into the store."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.store.contract import Store
from bot.store.knowledge_contract import Learning
from faq.formats import ImportPlan, plan, read


async def import_file(store: Store, path: Path, now: datetime, *, is_dry_run: bool = False) -> ImportPlan:
    """Import the good rows of a file and return what was, or would be, done. Importing twice changes nothing.

    Raises:
        UnreadableFile: The file as a whole cannot be read.
    """
    found = plan(await store.entries(), read(path))
    entries = (*found.new, *found.changed)
    if entries and not is_dry_run:
        await store.learn(Learning(at=now, entries=entries))
    return found


async def import_when_empty(store: Store, files: tuple[Path, ...], now: datetime) -> list[ImportPlan]:
    """Fill an empty knowledge base from the files of the configuration.

    Raises:
        UnreadableFile: One of the files cannot be read.
    """
    if await store.entries():
        return []
    return [await import_file(store, path, now) for path in files]
