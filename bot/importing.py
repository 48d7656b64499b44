"""Bringing FAQ files into the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from bot.beside import beside, let_go
from bot.config import Config, Customer
from bot.store.contract import Store, StoreFault
from bot.store.knowledge_contract import KnowledgeMoved, Learning
from bot.tickets.errors import N_
from faq.entries import Entry
from faq.formats import ImportPlan, Rows, UnreadableFile, plan, read
from faq.formats.customers import named_customers

_ATTEMPTS = 50  # races are lost to somebody else's progress


def for_customers(rows: Rows, customers: Sequence[Customer]) -> Rows:
    """Return rows whose customers are ids; files may name them as people do. Whoever is not known makes a row faulty."""
    return named_customers(rows, [(each.id, each.name) for each in customers])


def rows_of(path: Path, config: Config) -> Rows:
    """Return what a file has for the customers of a configuration.

    Raises:
        StoreFault: The file as a whole cannot be read.
    """
    try:
        rows = read(path)
    except UnreadableFile as fault:
        why = fault.said(config.bot.language)
        raise StoreFault(N_("{file}：{why}"), file=path.name, why=why) from fault
    return for_customers(rows, config.customers)


async def import_file(store: Store, path: Path, config: Config, now: datetime) -> ImportPlan:
    """Import the good rows of a file and return what was done. Importing twice changes nothing.

    Raises:
        StoreFault: The file as a whole cannot be read.
    """
    return await import_rows(store, rows_of(path, config), path.name, "", now)


async def import_rows(store: Store, rows: Rows, name: str, by: str, now: datetime) -> ImportPlan:
    """Import rows that were read from a file of this name; the history says whose import it was."""
    for _ in range(_ATTEMPTS):
        version = await store.knowledge_version()
        known = await store.entries()
        found, entries = await beside(_planned, known, rows, name, by, now)
        try:
            if entries:
                await store.learn(Learning(at=now, entries=entries, expected=version))
        except KnowledgeMoved:
            continue
        return found
    raise RuntimeError(f"the knowledge was changed by others {_ATTEMPTS} times in a row")


def _planned(
    known: list[Entry], rows: Rows, name: str, by: str, now: datetime
) -> tuple[ImportPlan, tuple[Entry, ...]]:
    """Return what rows come to and the entries to save: long work, for a thread. What was `known` is let go here too."""
    found = plan(known, rows)
    let_go(known)
    changed = (*found.new, *found.changed)
    return found, tuple(replace(entry, changed_by=by, changed_at=now, reason=name) for entry in changed)


async def import_when_empty(store: Store, config: Config, now: datetime) -> list[ImportPlan]:
    """Fill an empty knowledge base from the files of the configuration.

    Raises:
        StoreFault: One of the files cannot be read.
    """
    if await store.entries():
        return []
    return [await import_file(store, path, config, now) for path in config.faq.files]
