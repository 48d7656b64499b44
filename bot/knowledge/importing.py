"""Bringing FAQ files into the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from bot.beside import beside, let_go
from bot.config import Config
from bot.store.contract import Store
from bot.store.faults import StoreFault
from bot.store.knowledge_contract import KnowledgeMoved, Learning
from bot.tickets.errors import N_
from faq.entries import Entry
from faq.formats import NOTHING, Chosen, ImportPlan, Rows, UnreadableFile, plan, read
from faq.formats.customers import named_customers, named_owners

_ATTEMPTS = 50  # races are lost to somebody else's progress

_WITH_COLUMNS = N_(
    "{file}：{why}\n也可以说明哪一列是什么：shouwen faq import --column 列名=标准问法 --column 列名=答案 {file}"
)


def with_ids(rows: Rows, customers: Mapping[str, str], people: Mapping[str, str]) -> Rows:
    """Return rows with ids where files name customers and people as people do; both are given as id → name.

    A customer nobody knows makes a row faulty. Who answers for an entry may have left: that is told, and kept as it is.
    """
    return named_owners(named_customers(rows, tuple(customers.items())), people)


def rows_of(path: Path, config: Config, chosen: Chosen = NOTHING) -> Rows:
    """Return what a file has for the customers of a configuration, with what was said of its columns.

    Raises:
        StoreFault: The file as a whole cannot be read.
    """
    try:
        rows = read(path, chosen)
    except UnreadableFile as fault:
        why = fault.said(config.bot.language)
        says = _WITH_COLUMNS if fault.columns else N_("{file}：{why}")
        raise StoreFault(says, file=path.name, why=why) from fault
    return in_words_of(rows, config)


def in_words_of(rows: Rows, config: Config) -> Rows:
    """Return rows with the ids of a configuration's customers and people."""
    return with_ids(
        rows,
        {each.id: each.name for each in config.customers},
        {each.id: each.name for each in config.people},
    )


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
