"""The store for several workers: Redis or Valkey, one server, behind sentinels, or a cluster.

Keys of one room lie together in one shard, and a commit that touches one shard is one script. A commit that touches several is
prepared in all of them first and then decided in one (`redis_commits`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.asks import Ask
from bot.store.bodies import record_from
from bot.store.contract import Change, Link
from bot.store.instants import instant, milliseconds
from bot.store.messages import Delivered, Queued
from bot.store.redis.boxes import Boxes
from bot.store.redis.commits import Commits
from bot.store.redis.knowledge import RedisKnowledge
from bot.store.redis.parts import (
    FIRST,
    link_from,
    member,
    message_field,
    message_from,
    question_from,
    sheet_of,
    ticket_of,
    unpacked,
)
from bot.store.redis.pieces import RedisPieces
from bot.store.redis.servers import Servers
from bot.store.redis.shards import Shards
from bot.store.redis.sharing import RedisSharing
from bot.store.sharing import Due, Lease
from bot.tickets.kinds import Status
from bot.tickets.model import Ticket
from bot.tickets.records import Record
from bot.tickets.same_words import LATEST_REPORTS, same_reports

T = TypeVar("T")
_SEEN_KEPT = timedelta(days=3)
_FILES_KEPT = timedelta(days=30)
_KEPT = timedelta(days=90)
_TIDIED_AT_ONCE = 500
_PAGE = 500  # tickets that are read at once to note when they were closed


class RedisStore(RedisKnowledge, RedisPieces, RedisSharing):
    """The store behind `redis://…`; see `bot.store.contract.Store` for what its methods promise."""

    def __init__(self, servers: Servers, shards: Shards, *, worker: str) -> None:
        """Take over servers that were found to be well; `open_redis` finds out."""
        RedisKnowledge.__init__(self, servers, channel=shards.channel, worker=worker)
        self._boxes = Boxes(servers, servers.address.pack_after)
        RedisSharing.__init__(self, servers, shards, Commits(servers, shards, worker, self._boxes), worker)

    async def commit(self, change: Change) -> None:
        await self._commits.commit(change)

    async def update_outgoing(self, messages: list[Queued], *, under: Lease | None = None) -> None:
        await self._commits.update(messages, under)

    async def update_dead(self, letters: list[Queued]) -> list[str]:
        return await self._commits.update_dead(letters)

    async def note_delivered(self, delivered: list[Delivered]) -> None:
        await self._commits.note_delivered(delivered)

    async def next_number(self, first: int) -> int:
        return await self._commits.next_number(first)

    async def is_seen(self, key: str) -> bool:
        shard = self._shards.of_seen(key)
        return await self._servers.ask(shard, "ZSCORE", "seen", key) is not None

    async def ticket(self, number: int) -> Ticket | None:
        shard = await self._shards.of_number(number)
        value = await self._servers.ask(shard, "GET", f"t:{number}")
        if value is not None:
            return ticket_of(value)
        kept = await self._boxes.one(shard, number)
        return kept.ticket if kept else None

    async def records(self, number: int) -> list[Record]:
        shard = await self._shards.of_number(number)
        found = await self._servers.ask(shard, "LRANGE", f"r:{number}", 0, -1)
        if found:
            return [record_from(body, chain) for body, chain in map(sheet_of, found)]
        kept = await self._boxes.one(shard, number)
        return [record_from(sheet.body.encode(), sheet.hash) for sheet in kept.sheets] if kept else []

    async def open_tickets(self, *, room: str | None = None, limit: int | None = None) -> list[Ticket]:
        index = "open" if room is None else f"room:{room}"
        return _by_number(await self._tickets(index, "up", "+inf", -1 if limit is None else limit))[:limit]

    async def same_reports(self, account: str, text: str, since: datetime) -> list[Ticket]:
        return same_reports(await self.tickets_of(account, limit=LATEST_REPORTS), text, since)

    async def tickets_of(self, account: str, *, limit: int = 20) -> list[Ticket]:
        found = await self._tickets(f"account:{account}", "down", "+inf", limit)
        return _by_number(found)[: -limit - 1 : -1]

    async def about(self, subject: int) -> list[Ticket]:
        return _by_number(await self._tickets(f"about:{subject}", "up", "+inf", -1))

    async def recent_tickets(self, *, limit: int = 50, before: int | None = None) -> list[Ticket]:
        found = await self._tickets("all", "down", "+inf" if before is None else f"({before}", limit)
        return _by_number(found)[: -limit - 1 : -1]

    async def closed_since(self, since: datetime) -> list[int]:
        if not await self._knows_all_ends():
            await self._note_ends()
        found = await self._in_every_shard("ZRANGE", "ended", milliseconds(since), "+inf", "BYSCORE")
        return sorted(int(number) for numbers in found for number in numbers)

    async def watched(self, *, after: int = 0, limit: int = 100) -> list[tuple[Ticket, datetime | None]]:
        rows = await self._everywhere("watched", after, limit)
        found = [(ticket_of(value), _instant(due or None)) for value, due in rows]
        return sorted(found, key=lambda row: row[0].number)[:limit]

    async def due(self, now: datetime, *, limit: int = 100) -> list[Due]:
        found = await self._everywhere("due", milliseconds(now), limit)
        rows = sorted((due, ticket.number, ticket) for due, ticket in map(self._due_ticket_of, found))
        return [Due(ticket, instant(due)) for due, _, ticket in rows[:limit]]

    async def next_due_at(self) -> datetime | None:
        found = await self._in_every_shard("ZRANGE", "due", 0, 0, "WITHSCORES")
        return min((instant(int(row[1])) for row in found if row), default=None)

    async def due_at(self, number: int) -> datetime | None:
        shard = await self._shards.of_number(number)
        return _instant(await self._servers.ask(shard, "ZSCORE", "due", member(number)))

    async def surveyed_at(self, account: str) -> datetime | None:
        found = await self._in_every_shard("HGET", "surveyed", account)
        return max((instant(int(value)) for value in found if value), default=None)

    async def link(self, room: str, message: str) -> Link | None:
        shard, field = self._shards.of_room(room), message_field(room, message)
        between = (f"[{field}\0", f"({field}\1", "BYLEX", "LIMIT", 0, 1)
        own, delivered = await asyncio.gather(
            self._servers.ask(shard, "ZRANGE", "links", *between),
            self._in_every_shard("HGET", "delivered", field),  # a message lies where it was decided
        )
        if own:
            return link_from(own[0])
        found = [unpacked(value) for value in delivered if value is not None]
        if found:
            _, ticket, outgoing = max(found, key=lambda each: int(each[0]))
            return Link(room, message, ticket or None, outgoing)
        return None

    async def open_asks(self, room: str, person: str, now: datetime) -> list[Ask]:
        shard = self._shards.of_room(room)
        index = f"open-asks:{message_field(room, person)}"
        asks = [
            question_from(value)
            for value in await self._servers.run(shard, "asks", index, f"({milliseconds(now)}")
        ]
        for ask in asks:
            self._shards.note_ask(ask.id, shard)
        return asks

    async def ask_of(self, outgoing: str) -> Ask | None:
        if not outgoing:
            return None
        found = [value for value in await self._everywhere("ask_of", outgoing) if value]
        return question_from(found[0]) if found else None

    async def answers_since(self, room: str, since: datetime) -> list[Ask]:
        shard = self._shards.of_room(room)
        return [
            question_from(value)
            for value in await self._servers.run(shard, "asks", f"answers:{room}", milliseconds(since))
        ]

    async def kept(self, prefix: str) -> dict[str, str]:
        found = await self._servers.ask(FIRST, "HGETALL", "kept")
        pairs = ((key.decode(), value.decode()) for key, value in zip(found[::2], found[1::2], strict=True))
        return dict(sorted(pair for pair in pairs if pair[0].startswith(prefix)))

    async def waiting(self, adapter: str, *, limit: int = 100) -> list[Queued]:
        return (await self._outgoing(f"waiting:{adapter}", "up", limit))[:limit]

    async def outgoing(self, key: str) -> Queued | None:
        shard = await self._shards.of_message(key)
        value = None if shard is None else await self._servers.ask(shard, "HGET", "outbox", key)
        if shard is None or value is None:
            return None
        return message_from(value, self._shards.position(shard))

    async def dead_letters(self, *, limit: int = 100) -> list[Queued]:
        return (await self._outgoing("dead", "down", limit))[: -limit - 1 : -1]

    async def said_about(self, number: int) -> list[Queued]:
        return await self._outgoing(f"said:{number}", "up", -1)

    async def tidy(self, now: datetime) -> None:
        self._due_ticket_of.cache_clear()  # what was read ahead was for seconds
        for what, before in (
            ("seen", now - _SEEN_KEPT),
            ("asks", now - _KEPT),
            ("outbox", now - _KEPT),
            ("files", now - _FILES_KEPT),
            ("lessons", now - _KEPT),
            ("failures", now - _KEPT),
        ):
            for shard in self._shards.all():
                await self._forget(shard, what, milliseconds(before))
        for shard in self._shards.all():
            await self._boxes.fill(shard, now)

    async def close(self) -> None:
        """Finish what is waiting and close the connections; closing again does nothing."""
        await self._commits.settle()
        await self.part()
        await self._servers.close()

    async def _forget(self, shard: int, what: str, before: int) -> None:
        # Step by step, so that commits in between wait for one step only.
        passed = 0
        while True:
            gone, stayed, old = await self._servers.run(shard, "tidy", what, before, passed, _TIDIED_AT_ONCE)
            passed += stayed
            if gone + stayed < _TIDIED_AT_ONCE or not gone + old:
                return

    async def _tickets(self, index: str, direction: str, highest: str, limit: int) -> list[Ticket]:
        found: list[Ticket] = []
        for shard, values in await self._by_shard("tickets", index, direction, highest, limit):
            boxed = await self._boxes.many(shard, [int(value) for value in values if value.isdigit()])
            found.extend(kept.ticket for kept in boxed.values())
            found.extend(ticket_of(value) for value in values if not value.isdigit())
        return found

    async def _knows_all_ends(self) -> bool:
        """Say whether it is noted of every ticket that is not open when it was closed; data of earlier versions has no such notes."""
        known, every, still_open = [
            sum(await self._in_every_shard("ZCARD", index)) for index in ("ended", "all", "open")
        ]
        is_all: bool = known + still_open >= every
        return is_all

    async def _note_ends(self) -> None:
        before: int | None = None
        while page := await self.recent_tickets(limit=_PAGE, before=before):
            before = page[-1].number
            for ticket in page:
                if ticket.status is Status.CLOSED:
                    shard = await self._shards.of_number(ticket.number)
                    at = milliseconds(ticket.closed_at or ticket.opened_at)
                    await self._servers.ask(shard, "ZADD", "ended", at, ticket.number)

    async def _outgoing(self, index: str, direction: str, limit: int) -> list[Queued]:
        """Return messages of every shard in the order of their positions."""
        found: list[Queued] = []
        for shard, values in await self._by_shard(
            "listed", index, "outbox", direction, "-inf", "+inf", limit
        ):
            position = self._shards.position(shard)
            messages = [message_from(value, position) for value in values]
            for message in messages:
                self._shards.note_message(message.key, shard)
            found.extend(messages)
        return sorted(found, key=lambda message: message.position)

    async def _by_shard(self, name: str, *values: Any) -> list[tuple[int, Any]]:
        shards = self._shards.all()
        return list(
            zip(shards, await _all(self._servers.run(shard, name, *values) for shard in shards), strict=True)
        )

    async def _everywhere(self, name: str, *values: Any) -> list[Any]:
        return [value for _, found in await self._by_shard(name, *values) for value in found]

    async def _in_every_shard(self, command: str, key: str, *values: Any) -> list[Any]:
        return await _all(self._servers.ask(shard, command, key, *values) for shard in self._shards.all())


async def _all(questions: Iterable[Awaitable[T]]) -> list[T]:
    """Wait for every question; without a task of its own when there is one only."""
    asked = list(questions)
    return [await asked[0]] if len(asked) == 1 else list(await asyncio.gather(*asked))


def _by_number(tickets: list[Ticket]) -> list[Ticket]:
    return sorted(tickets, key=lambda ticket: ticket.number)


def _instant(value: bytes | None) -> datetime | None:
    return None if value is None else instant(int(value))
