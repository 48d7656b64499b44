"""The knowledge in SQLite: entries with their history, their use, their vectors, and what is still to be learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from bot.beside import beside
from bot.lessons import Lesson
from bot.store.bodies import body_of, change_from, entry_from, lesson_from, uses_from
from bot.store.instants import milliseconds
from bot.store.knowledge_contract import EntryChange, KnowledgeMoved, Learning, Uses
from bot.store.sqlite.group_commit import GroupCommit
from bot.store.sqlite.queries import sqlite_queries
from bot.store.sqlite.reader import Reader
from bot.store.sqlite.statements import Row, Statement
from faq.knowledge import Entry

_MANY_ENTRIES = 50


class SqliteKnowledge:
    """See `bot.store.knowledge_contract.KnowledgeStore` for what the methods promise."""

    _reader: Reader
    _writer: GroupCommit
    _queries: Mapping[str, str]

    async def entries(self) -> list[Entry]:
        return await self._reader.listed(entry_from, self._queries["entries"])

    async def learn(self, learning: Learning) -> None:
        if len(learning.entries) > _MANY_ENTRIES:  # a file: to put it all down takes long
            statements = await beside(learning_statements, learning, self._queries)
        else:
            statements = learning_statements(learning, self._queries)
        await self._writer.submit(statements)

    async def knowledge_version(self) -> int:
        row = self._reader.first(self._queries["knowledge_version"])
        return row[0] if row else 0

    async def entry_changes(self, after: int) -> list[EntryChange]:
        return await self._reader.listed(change_from, self._queries["entry_changes"], (after,))

    async def entry_history(self, id_: str) -> list[EntryChange]:
        return await self._reader.listed(change_from, self._queries["entry_history"], (id_,))

    async def uses(self) -> list[Uses]:
        return await self._reader.listed(uses_from, self._queries["uses"])

    async def vectors(self, model: str, keys: Sequence[str]) -> dict[str, bytes]:
        return await _vectors(self._reader, model, keys)

    async def keep_vectors(self, model: str, vectors: Mapping[str, bytes]) -> None:
        statements = [Statement(self._queries["forget_vectors"], (model, model))]
        statements += [
            Statement(self._queries["keep_vector"], (model, key, body)) for key, body in vectors.items()
        ]
        await self._writer.submit(statements)

    async def lesson(self, id_: str) -> Lesson | None:
        row = self._reader.first(self._queries["lesson"], (id_,))
        return lesson_from(*row) if row else None

    async def lessons(self, kind: str, *, since: datetime | None = None) -> list[Lesson]:
        row = (kind, 0 if since is None else milliseconds(since))
        return await self._reader.listed(lesson_from, self._queries["open_lessons"], row)


async def entries_of(path: Path) -> list[Entry]:
    """Return the knowledge of a database that a bot may be using.

    Raises:
        StoreFault: The file cannot be read as our database.
    """
    reader = Reader(path)
    try:
        return await reader.listed(entry_from, sqlite_queries()["entries"])
    finally:
        await reader.close()


async def vectors_of(path: Path, model: str, keys: Sequence[str]) -> dict[str, bytes]:
    """Return vectors that a database keeps, which a bot may be using.

    Raises:
        StoreFault: The file cannot be read as our database.
    """
    reader = Reader(path)
    try:
        return await _vectors(reader, model, keys)
    finally:
        await reader.close()


def learning_statements(learning: Learning, queries: Mapping[str, str]) -> list[Statement]:
    """Return what saves a change of knowledge."""
    statements: list[Statement] = []
    add = statements.append
    if learning.entries or learning.removed:
        add(_next_version(learning, queries))
    at = milliseconds(learning.at)
    for id_ in learning.removed:
        add(Statement(queries["log_removal"], (at, id_)))
        add(Statement(queries["remove_entry"], (id_,)))
    for entry in learning.entries:
        body = body_of(entry)
        add(Statement(queries["log_entry"], (entry.id, at, body)))
        add(Statement(queries["put_entry"], (entry.id, body)))
    for lesson in learning.lessons:
        add(Statement(queries["put_lesson"], row_of_lesson(lesson)))
    for uses in learning.uses:
        add(Statement(queries["add_uses"], row_of_uses(uses)))
    return statements


def _next_version(learning: Learning, queries: Mapping[str, str]) -> Statement:
    expected = learning.expected
    if expected is None:
        return Statement(queries["next_knowledge"], ())
    return Statement(queries["next_knowledge_after"], (expected,), KnowledgeMoved, expected)


def row_of_lesson(lesson: Lesson) -> Row:
    """Return a lesson as the tables keep it."""
    kind = type(lesson.matter).__name__
    return (lesson.id, kind, milliseconds(lesson.at), lesson.outcome, body_of(lesson))


def row_of_uses(uses: Uses) -> Row:
    """Return the use of an entry as the tables keep it."""
    latest = None if uses.latest_at is None else milliseconds(uses.latest_at)
    return (uses.entry, uses.given, uses.helped, uses.failed, latest)


async def _vectors(reader: Reader, model: str, keys: Sequence[str]) -> dict[str, bytes]:
    wanted = msgspec.json.encode(keys).decode()
    return dict(await reader.listed(_pair, sqlite_queries()["vectors"], (model, wanted)))


def _pair(key: str, body: bytes) -> tuple[str, bytes]:
    return key, body
