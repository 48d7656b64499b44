"""Closed tickets that nobody has touched for a while: many to a box, made small together, each still found by its number.

Redis keeps everything in memory, and most tickets of a desk are closed ones. What tickets say to each other is alike, so that a box of them
takes a seventh of the room. The hashes of records are not kept: they follow from the bodies, and end in the head the ticket keeps.
A ticket that is written to again is taken out of its box first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.store.bodies import body_of, ticket_from
from bot.store.instants import instant, milliseconds
from bot.store.portable import KeptTicket, Sheet
from bot.store.redis.parts import member, packed, sheet_of, sheet_value, text, ticket_of, ticket_value
from bot.store.redis.servers import Servers
from bot.store.redis.squeezing import restored_box, squeezed_box

BOX = 64  # numbers of tickets that share a box
_MOST_BOXES = 500  # filled in one go; the next hour goes on
_LOOKED_AT = 2000


class Boxed(msgspec.Struct, frozen=True, array_like=True):
    """One ticket in a box: its body and those of its records, exactly as they were hashed."""

    number: int
    body: bytes
    sheets: list[bytes]
    surveyed_at: int | None

    def chained(self) -> list[tuple[bytes, str]]:
        """Return the bodies of the records with the hashes that follow from them."""
        found, head = [], ""
        for body in self.sheets:
            head = hashlib.sha256(head.encode() + body).hexdigest()
            found.append((body, head))
        return found

    def kept(self) -> KeptTicket:
        """Return the ticket with its archive."""
        return KeptTicket(
            ticket=ticket_from(self.body),
            sheets=tuple(Sheet(body.decode(), chain) for body, chain in self.chained()),
            surveyed_at=None if self.surveyed_at is None else instant(self.surveyed_at),
        )


def kept_of(value: Sequence[Any]) -> KeptTicket:
    """Return a ticket that lies in no box, as the scripts `closed` and `export` answer it."""
    body, due, surveyed, sheets = value
    return KeptTicket(
        ticket=ticket_of(body),
        sheets=tuple(Sheet(text_.decode(), chain) for text_, chain in map(sheet_of, sheets)),
        next_due_at=instant(int(due)) if due else None,
        surveyed_at=instant(int(surveyed)) if surveyed else None,
    )


_decoder = msgspec.msgpack.Decoder(list[Boxed])


class Boxes:
    """The boxes of all shards. Tickets closed for longer than `after` are put into them; None: never."""

    def __init__(self, servers: Servers, after: timedelta | None) -> None:
        self._servers = servers
        self._after = after

    async def one(self, shard: int, number: int) -> KeptTicket | None:
        """Return a ticket, wherever it lies; None when there is none."""
        value = await self._servers.run(shard, "closed", number, number // BOX)
        if value[0] is not None:
            return kept_of(value)
        inside = _decoder.decode(restored_box(value[1])) if value[1] else []
        return next((each.kept() for each in inside if each.number == number), None)

    async def many(self, shard: int, numbers: Collection[int]) -> dict[int, KeptTicket]:
        """Return tickets that lay in boxes a moment ago."""
        wanted, found = set(numbers), {}
        for box in sorted({number // BOX for number in wanted}):
            _, inside = await self._box(shard, box)
            found.update({each.number: each.kept() for each in inside if each.number in wanted})
        for number in wanted - found.keys():  # taken out meanwhile
            if (kept := await self.one(shard, number)) is not None:
                found[number] = kept
        return found

    async def take_out(self, shard: int, number: int) -> bool:
        """Put a ticket back where tickets are that people work on; False when it is in no box."""
        while True:
            before, inside = await self._box(shard, number // BOX)
            kept = next((each for each in inside if each.number == number), None)
            if kept is None:
                return False
            rest = [each for each in inside if each.number != number]
            sheets = [sheet_value(body, chain) for body, chain in kept.chained()]
            value = ticket_value(ticket_from(kept.body), 1, None, kept.surveyed_at, sheets)
            answer = await self._written("unbox", shard, number // BOX, before, rest, value)
            if answer[0] == b"OK":
                return True

    async def fill(self, shard: int, now: datetime) -> int:
        """Put tickets of one shard into boxes, a box at a time, and return how many."""
        if self._after is None:
            return 0
        before = milliseconds(now - self._after)
        members = await self._servers.ask(
            shard, "ZRANGE", "closed", "-inf", f"({before}", "BYSCORE", "LIMIT", 0, _LOOKED_AT
        )
        by_box: dict[int, list[int]] = {}
        for number in sorted(map(int, members)):
            by_box.setdefault(number // BOX, []).append(number)
        return sum(
            [await self._fill(shard, box, numbers) for box, numbers in list(by_box.items())[:_MOST_BOXES]]
        )

    async def _fill(self, shard: int, box: int, numbers: list[int]) -> int:
        before, inside = await self._box(shard, box)
        fresh: list[Boxed] = []
        members = []
        for number in numbers:
            answer = await self._servers.run(shard, "closed", number, box)
            if answer[0] is None or answer[1]:
                continue  # it is in the box, or somebody is to look at it once more: it must not keep the others out
            value, _, surveyed, sheets = answer
            ticket, pairs = ticket_of(value), list(map(sheet_of, sheets))
            boxed = Boxed(
                number, body_of(ticket), [body for body, _ in pairs], int(surveyed) if surveyed else None
            )
            # An archive that does not hold stays as it is, hashes and all: it must show for good where it breaks.
            if boxed.chained() == pairs and len(pairs) == ticket.version and pairs[-1][1] == ticket.head:
                fresh.append(boxed)
                members.append([number, ticket.version, member(number)])
        names = {each.number for each in fresh}
        rest = [each for each in inside if each.number not in names]
        if not fresh:
            return 0
        answer = await self._written("box", shard, box, before, sorted([*rest, *fresh], key=_number), members)
        return len(fresh) if answer[0] == b"OK" else 0

    async def _box(self, shard: int, box: int) -> tuple[str, list[Boxed]]:
        """Return the digest of a box and what is in it; an empty digest means that there is none."""
        value = await self._servers.ask(shard, "GET", f"box:{box}")
        if value is None:
            return "", []
        return hashlib.sha1(value, usedforsecurity=False).hexdigest(), _decoder.decode(restored_box(value))

    async def _written(
        self, name: str, shard: int, box: int, before: str, inside: list[Boxed], value: object
    ) -> list[bytes]:
        blob = squeezed_box(msgspec.msgpack.encode(inside)) if inside else b""
        asked: Mapping[str, object] = {"box": box, "before": before, "blob": text(blob), "value": value}
        answer: list[bytes] = await self._servers.written(shard, name, packed(asked))
        return answer


def _number(boxed: Boxed) -> int:
    return boxed.number
