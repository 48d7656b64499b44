"""Which shard a room, a ticket, a message or a question lies in.

A shard is a hash tag, so that all its keys live on one server of a cluster. Rooms are spread by a checksum of their address;
everything written for a room lies in its shard. A ticket's shard is noted under its number, one byte each, so that numbers stay short.
Where messages and questions lie is remembered by this process while it needs it, and asked of every shard otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar
from zlib import crc32

from bot.store.contract import Saved
from bot.store.redis.servers import Servers
from bot.tickets.model import Ticket

K = TypeVar("K")
_STRETCH = 1 << 16  # numbers whose homes lie in one key
_REMEMBERED = 50_000
PREFIX = "shouwen"


def prefix_of(shard: int) -> str:
    """Return what every key of a shard begins with."""
    return f"{PREFIX}:{{{shard}}}:"


class Shards:
    """The shards of one store, a fixed number of them."""

    def __init__(self, servers: Servers, count: int) -> None:
        self._servers = servers
        self._count = count
        self._homes: dict[int, int] = {}
        self._messages: dict[str, int] = {}
        self._asks: dict[str, int] = {}
        self.channel = f"{PREFIX}:wake:{servers.address.database}"  # channels do not belong to a database

    def all(self) -> Sequence[int]:
        """Return every shard."""
        return range(self._count)

    def of_room(self, address: str) -> int:
        """Return the shard of a room."""
        return crc32(address.encode()) % self._count

    async def of_number(self, number: int) -> int:
        """Return the shard of a ticket; of one that nobody opened, any."""
        if self._count == 1:
            return 0
        home = self._homes.get(number)
        if home is None:
            prefix, place = _stretch(number)
            found = await self._servers.ask_at(prefix, "GETRANGE", f"{prefix}homes", place, place)
            if not found or found == b"\0":
                return await self._searched(number)
            home = found[0] - 1
            _note(self._homes, number, home)
        return home

    def of_seen(self, key: str) -> int:
        """Return the shard of a handled message: that of its room, which stands first in its key."""
        return self.of_room(key.partition("|")[0])

    async def of_saved(self, saved: Saved) -> int:
        """Return the shard of a ticket that is to be saved."""
        if saved.expected_version:
            return await self.of_number(saved.ticket.number)
        return await self.of_new(saved.ticket)

    async def of_new(self, ticket: Ticket) -> int:
        """Return the shard of a ticket whose number may be new: it then gets that of its room, for good."""
        number = ticket.number
        if self._count == 1 or number in self._homes:
            return await self.of_number(number)
        return await self._settled(number, self.of_room(ticket.address or ticket.room))

    async def of_message(self, key: str) -> int | None:
        """Return the shard of a message of the outbox, None when there is no such message."""
        return await self._found(self._messages, "outbox", key)

    async def of_ask(self, id_: str) -> int | None:
        """Return the shard of a question, None when there is no such question."""
        return await self._found(self._asks, "asks", id_)

    def note_message(self, key: str, shard: int) -> None:
        """Remember where a message lies."""
        if self._count > 1:
            _note(self._messages, key, shard)

    def note_ask(self, id_: str, shard: int) -> None:
        """Remember where a question lies."""
        if self._count > 1:
            _note(self._asks, id_, shard)

    def position(self, shard: int) -> Callable[[int], int]:
        """Return what makes the position of a message in a shard one in the whole store."""
        return (lambda position: position) if self._count == 1 else (lambda position: position * 256 + shard)

    async def _searched(self, number: int) -> int:
        """Return the shard that has a ticket though its home is not noted: the node of that note came back without its last second."""
        there = await asyncio.gather(
            *(self._servers.ask(shard, "EXISTS", f"t:{number}") for shard in self.all())
        )
        if 1 not in there:
            return 0
        return await self._settled(number, there.index(1))

    async def _settled(self, number: int, wanted: int) -> int:
        """Note the home of a ticket, unless one is noted, and return it."""
        prefix, place = _stretch(number)
        found = await self._servers.run_at(prefix, "home", place, bytes((wanted + 1,)))
        _note(self._homes, number, found[0] - 1)
        return int(found[0] - 1)

    async def _found(self, known: dict[str, int], key: str, field: str) -> int | None:
        if self._count == 1:
            return 0
        if field in known:
            return known[field]
        found = await asyncio.gather(
            *(self._servers.ask(shard, "HEXISTS", key, field) for shard in self.all())
        )
        if 1 not in found:
            return None
        _note(known, field, found.index(1))
        return found.index(1)


def _stretch(number: int) -> tuple[str, int]:
    stretch, place = divmod(number, _STRETCH)
    return f"{PREFIX}:{{n{stretch}}}:", place


def _note(known: dict[K, int], key: K, shard: int) -> None:
    if len(known) >= _REMEMBERED:
        for old in list(known)[: _REMEMBERED // 10]:
            del known[old]
    known[key] = shard
