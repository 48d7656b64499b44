"""The pieces of a Redis store: read page by page, and put back; and what the program failed at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, assert_never

from bot.asks import Ask
from bot.lessons import Lesson
from bot.store.bodies import body_of, failure_from, lesson_from
from bot.store.contract import Failure, Kept, Link
from bot.store.digests import digest_of
from bot.store.instants import instant, milliseconds, milliseconds_up
from bot.store.knowledge_contract import EntryChange, Uses
from bot.store.messages import Queued
from bot.store.portable import COPYING, KeptEntry, KeptFile, KeptTicket, Part, Piece, SeenKey, page_size
from bot.store.redis.boxes import Boxes, kept_of
from bot.store.redis.commits import Commits
from bot.store.redis.knowledge import lesson_value, uses_value
from bot.store.redis.parts import (
    FIRST,
    ask_value,
    link_from,
    link_value,
    message_from,
    packed,
    question_from,
    queued_value,
    sheet_value,
    text,
    ticket_value,
)
from bot.store.redis.servers import Servers
from bot.store.redis.shards import Shards
from faq.entries import Entry

Placed = tuple[str, Piece]
# By part: the index that is gone through, and where the values are.
_INDEXES = {
    Part.SEEN: ("seen", ""),
    Part.ASKS: ("asks-in-order", "asks"),
    Part.LINKS: ("links", "links"),
    Part.OUTBOX: ("outbox-in-order", "outbox"),
    Part.FILES: ("files-by-time", "files"),
    Part.LESSONS: ("lessons-by-time", "lessons"),
    Part.FAILURES: ("failures-by-time", "failures"),
    Part.TICKETS: ("all", "tickets"),
}
_MERGED = (Part.OUTBOX, Part.TICKETS)  # in one order over all shards, by scores that are given once


class _Knows(Protocol):
    """What the pieces need of the rest of the store."""

    _servers: Servers
    _shards: Shards
    _commits: Commits
    _boxes: Boxes

    async def kept(self, prefix: str) -> dict[str, str]: ...

    async def uses(self) -> list[Uses]: ...

    async def entries(self) -> list[Entry]: ...

    async def entry_changes(self, after: int) -> list[EntryChange]: ...

    async def entry_history(self, id_: str) -> list[EntryChange]: ...


class RedisPieces:
    """See `bot.store.portable.Portable` for what the methods promise."""

    async def export(self: _Knows, part: Part, *, after: str = "", limit: int = 500) -> Sequence[Placed]:
        limit = page_size(part, limit)
        match part:
            case Part.KEPT:
                found = [
                    Kept(*pair) for pair in (await self.kept("")).items() if not pair[0].startswith(COPYING)
                ]
                return [(kept.key, kept) for kept in found if kept.key > after][:limit]
            case Part.USES:
                return [(uses.entry, uses) for uses in await self.uses() if uses.entry > after][:limit]
            case Part.ENTRIES:
                return await _entries(self, after, limit)
            case _ if part in _MERGED:
                return await _merged(self, part, after, limit)
            case _:
                return await _shard_by_shard(self, part, after, limit)

    async def put_back(self: _Knows, pieces: Sequence[Piece]) -> None:
        by_shard: dict[int, list[Any]] = {}
        for piece in pieces:
            shard, value = await _value(self._shards, piece)
            by_shard.setdefault(shard, []).append(value)
        numbers = [piece.ticket.number for piece in pieces if isinstance(piece, KeptTicket)]
        if numbers:
            await self._commits.note_number(max(numbers))
        for shard, values in by_shard.items():
            await self._servers.written(shard, "put", packed(values))

    async def keep_file(self: _Knows, content: bytes, at: datetime) -> str:
        digest = await digest_of(content)
        shard, value = await _value(self._shards, KeptFile(digest, at, content))
        await self._servers.written(shard, "put", packed([value]))
        return digest

    async def file(self: _Knows, digest: str) -> bytes | None:
        content: bytes | None = await self._servers.ask(self._shards.of_room(digest), "HGET", "files", digest)
        return content

    async def note_failure(self: _Knows, failure: Failure) -> None:
        shard, value = await _value(self._shards, failure)
        await self._servers.written(shard, "put", packed([value]))

    async def failures(self: _Knows, *, limit: int = 100) -> list[Failure]:
        found = await self._servers.run(
            FIRST, "listed", "failures-by-time", "failures", "down", "-inf", "+inf", limit
        )
        return [failure_from(body) for body in found]

    async def forget_failure(self: _Knows, key: str) -> None:
        await self._servers.ask(FIRST, "ZREM", "failures-by-time", key)
        await self._servers.ask(FIRST, "HDEL", "failures", key)


async def _entries(store: _Knows, after: str, limit: int) -> Sequence[Placed]:
    now = {entry.id: entry for entry in await store.entries()}
    ids = sorted({change.id for change in await store.entry_changes(0)})
    return [
        (id_, KeptEntry(id=id_, entry=now.get(id_), changes=tuple(await store.entry_history(id_))))
        for id_ in [id_ for id_ in ids if id_ > after][:limit]
    ]


async def _merged(store: _Knows, part: Part, after: str, limit: int) -> Sequence[Placed]:
    """Return a page in the order of scores; a place is the score after which to go on, in every shard."""
    rows = [
        (int(score), shard, value)
        for shard in store._shards.all()
        for _, score, value in await _page(store, shard, part, "", after, limit)
    ]
    rows.sort(key=lambda row: row[:2])
    if part is Part.TICKETS:
        return [(str(score), piece) for score, piece in await _tickets(store, rows[:limit])]
    return [
        (str(score), _piece(part, "", "", value, store._shards, shard))
        for score, shard, value in rows[:limit]
    ]


async def _tickets(store: _Knows, rows: list[tuple[int, int, Any]]) -> list[tuple[int, KeptTicket]]:
    """Return tickets with their archives, those in boxes too."""
    boxed: dict[int, list[int]] = {}
    for number, shard, value in rows:
        if value[0] is None:
            boxed.setdefault(shard, []).append(number)
    found = {number: kept_of(value) for number, _, value in rows if value[0] is not None}
    for shard, numbers in boxed.items():
        found.update(await store._boxes.many(shard, numbers))
    return sorted(found.items())


async def _shard_by_shard(store: _Knows, part: Part, after: str, limit: int) -> Sequence[Placed]:
    """Return a page of the first shard that has more; a place is the shard, the score and the member."""
    shard_text, score, member = after.split("|", 2) if after else ("0", "", "")
    for shard in range(int(shard_text), len(store._shards.all())):
        rows = await _page(store, shard, part, member, score, limit)
        if rows:
            return [
                (f"{shard}|{score}|{member}", _piece(part, member, score, value, store._shards, shard))
                for member, score, value in rows
            ]
        score = member = ""
    return []


async def _page(
    store: _Knows, shard: int, part: Part, member: str, score: str, limit: int
) -> list[tuple[str, str, Any]]:
    index, values = _INDEXES[part]
    found = await store._servers.run(shard, "export", index, values, member, score, limit)
    rows = zip(found[::3], found[1::3], found[2::3], strict=True)
    return [(key.decode(), score.decode(), value) for key, score, value in rows]


def _piece(part: Part, member: str, score: str, value: Any, shards: Shards, shard: int) -> Piece:
    match part:
        case Part.SEEN:
            return SeenKey(member, instant(int(score)))
        case Part.ASKS:
            return question_from(value)
        case Part.LINKS:
            return link_from(value)
        case Part.OUTBOX:
            return message_from(value, shards.position(shard))
        case Part.FILES:
            return KeptFile(member, instant(int(score)), value)
        case Part.LESSONS:
            return lesson_from(value)
        case Part.FAILURES:
            return failure_from(value)
        case _:
            raise ValueError(part)


async def _value(shards: Shards, piece: Piece) -> tuple[int, list[Any]]:
    """Return the shard of a piece, and the piece as the script `put` reads it."""
    match piece:
        case SeenKey():
            return shards.of_seen(piece.key), ["seen", piece.key, milliseconds(piece.at)]
        case Kept():
            return FIRST, ["kept", piece.key, piece.value]
        case KeptEntry():
            entry = False if piece.entry is None else text(body_of(piece.entry))
            return FIRST, ["entry", piece.id, entry, [_change(change) for change in piece.changes]]
        case Uses():
            return FIRST, ["uses", uses_value(piece)]
        case Lesson():
            return FIRST, ["lesson", lesson_value(piece)]
        case Ask():
            return shards.of_room(piece.room), ["ask", ask_value(piece)]
        case Link():
            return shards.of_room(piece.room), ["link", *link_value(piece)]
        case Queued():
            shard = await shards.of_message(piece.key)
            return shards.of_room(piece.room) if shard is None else shard, [
                "message",
                queued_value(piece, {}),
            ]
        case KeptFile():
            spread = shards.of_room(piece.digest)  # nothing else is said about it, so it may lie anywhere
            return spread, ["file", piece.digest, milliseconds(piece.at), text(piece.content)]
        case Failure():
            return FIRST, ["failure", piece.key, milliseconds(piece.at), text(body_of(piece))]
        case KeptTicket():
            due = None if piece.next_due_at is None else milliseconds_up(piece.next_due_at)
            surveyed = None if piece.surveyed_at is None else milliseconds(piece.surveyed_at)
            sheets = [sheet_value(sheet.body.encode(), sheet.hash) for sheet in piece.sheets]
            shard = await shards.of_new(piece.ticket)
            return shard, ["ticket", ticket_value(piece.ticket, 0, due, surveyed, sheets)]
        case _:
            assert_never(piece)


def _change(change: EntryChange) -> list[Any]:
    entry = False if change.entry is None else text(body_of(change.entry))
    return [change.version, milliseconds(change.at), entry]
