"""The knowledge in Redis: entries with their history, their use, and what is still to be learned; all in the first shard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from bot.beside import beside
from bot.lessons import Lesson
from bot.store.bodies import body_of, change_from, entry_from, lesson_from, uses_from
from bot.store.instants import milliseconds
from bot.store.knowledge_contract import EntryChange, KnowledgeMoved, Learning, Uses
from bot.store.redis.parts import packed, text, unpacked
from bot.store.redis.servers import Servers
from faq.entries import Entry

SHARD = 0


class RedisKnowledge:
    """See `bot.store.knowledge_contract.KnowledgeStore` for what the methods promise."""

    def __init__(self, servers: Servers, *, channel: str, worker: str) -> None:
        self._servers = servers
        self._channel = channel
        self._worker = worker

    async def learn(self, learning: Learning) -> None:
        value = {
            "id": uuid4().hex,
            "channel": self._channel,
            "worker": self._worker,
            "at": milliseconds(learning.at),
            "entries": [[entry.id, text(body_of(entry))] for entry in learning.entries],
            "removed": learning.removed,
            "lessons": [lesson_value(lesson) for lesson in learning.lessons],
            "uses": [uses_value(uses) for uses in learning.uses],
            "expected": False if learning.expected is None else learning.expected,
        }
        answer = await self._servers.written(SHARD, "learn", packed(value))
        if answer[0] != b"OK":
            raise KnowledgeMoved(learning.expected or 0)

    async def knowledge_version(self) -> int:
        return int(await self._servers.ask(SHARD, "GET", "knowledge") or 0)

    async def entries(self) -> list[Entry]:
        bodies = await self._servers.ask(SHARD, "HVALS", "entries")
        return await beside(lambda: sorted(map(entry_from, bodies), key=lambda entry: entry.id))

    async def entry_changes(self, after: int) -> list[EntryChange]:
        found = await self._servers.run(SHARD, "entry_changes", after)
        return await beside(_changes, found)

    async def entry_history(self, id_: str) -> list[EntryChange]:
        return [
            entry_change(id_, value)
            for value in await self._servers.ask(SHARD, "LRANGE", f"history:{id_}", 0, -1)
        ]

    async def uses(self) -> list[Uses]:
        found = (unpacked(value) for value in await self._servers.ask(SHARD, "HVALS", "uses"))
        uses = [
            uses_from(id_, given, helped, failed, latest or None)
            for id_, given, helped, failed, latest in found
        ]
        return sorted(uses, key=lambda each: each.entry)

    async def vectors(self, model: str, keys: Sequence[str]) -> dict[str, bytes]:
        if not keys or await self._servers.ask(SHARD, "GET", "vectors-model") != model.encode():
            return {}
        found = await self._servers.ask(SHARD, "HMGET", "vectors", *keys)
        return {key: body for key, body in zip(keys, found, strict=True) if body is not None}

    async def keep_vectors(self, model: str, vectors: Mapping[str, bytes]) -> None:
        if await self._servers.ask(SHARD, "GET", "vectors-model") != model.encode():
            await self._servers.ask(SHARD, "DEL", "vectors")
            await self._servers.ask(SHARD, "SET", "vectors-model", model)
        if vectors:
            await self._servers.ask(
                SHARD, "HSET", "vectors", *(part for pair in vectors.items() for part in pair)
            )

    async def lesson(self, id_: str) -> Lesson | None:
        body = await self._servers.ask(SHARD, "HGET", "lessons", id_)
        return lesson_from(body) if body else None

    async def lessons(self, kind: str, *, since: datetime | None = None) -> list[Lesson]:
        lowest = "-inf" if since is None else milliseconds(since)
        found = await self._servers.run(
            SHARD, "listed", f"lessons-of:{kind}", "lessons", "up", lowest, "+inf", -1
        )
        return [lesson_from(body) for body in found]


def _changes(found: Sequence[bytes]) -> list[EntryChange]:
    return [entry_change(id_.decode(), value) for id_, value in zip(found[::2], found[1::2], strict=True)]


def entry_change(id_: str, value: bytes) -> EntryChange:
    """Return one line of a history as it is kept."""
    version, at, body = unpacked(value)
    return change_from(version, id_, at, body.encode() if body else None)


def lesson_value(lesson: Lesson) -> list[object]:
    """Return a lesson as the scripts read it."""
    kind = type(lesson.matter).__name__
    return [lesson.id, kind, milliseconds(lesson.at), lesson.outcome, text(body_of(lesson))]


def uses_value(uses: Uses) -> list[object]:
    """Return the use of an entry as the scripts read it."""
    latest = False if uses.latest_at is None else milliseconds(uses.latest_at)
    return [uses.entry, uses.given, uses.helped, uses.failed, latest]
