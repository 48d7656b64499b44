"""Reading a whole store page by page, and a digest by which two stores are known to hold the same."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import NamedTuple

import msgspec

from bot.store.messages import Queued
from bot.store.portable import Archive, KeptTicket, Part, Piece, first_broken

_encoder = msgspec.json.Encoder()


class Page(NamedTuple):
    """Some pieces of one part, and the place of the last of them."""

    part: Part
    place: str
    pieces: list[Piece]


async def pages(
    archive: Archive, *, after: tuple[Part, str] | None = None, limit: int = 500
) -> AsyncIterator[Page]:
    """Yield everything a store holds, part by part, or only what comes after a place."""
    parts = list(Part)
    if after is not None:
        parts = parts[parts.index(after[0]) :]
    for part in parts:
        place = after[1] if after is not None and part is after[0] else ""
        while found := await archive.export(part, after=place, limit=limit):
            place = found[-1][0]
            yield Page(part, place, [piece for _, piece in found])


class Tally(msgspec.Struct):
    """How many pieces of each part there were, and what they said; the order in which they came makes no difference."""

    counts: dict[Part, int] = msgspec.field(default_factory=lambda: dict.fromkeys(Part, 0))
    broken: list[tuple[int, int]] = msgspec.field(
        default_factory=list
    )  # tickets whose archive does not hold, with the wrong place
    _said: dict[Part, int] = msgspec.field(default_factory=lambda: dict.fromkeys(Part, 0))

    def add(self, page: Page) -> None:
        """Count a page, and check the archives in it."""
        self.counts[page.part] += len(page.pieces)
        self._said[page.part] ^= _mixed(page.pieces)
        for piece in page.pieces:
            if isinstance(piece, KeptTicket) and (wrong := first_broken(piece)) is not None:
                self.broken.append((piece.ticket.number, wrong))

    def differing(self, other: Tally) -> list[Part]:
        """Return the parts in which two stores do not hold the same."""
        return [
            part
            for part in Part
            if (self.counts[part], self._said[part]) != (other.counts[part], other._said[part])
        ]


async def tallied(archive: Archive, as_seen: Callable[[Piece], Piece] = lambda piece: piece) -> Tally:
    """Read a whole store; `as_seen` may change pieces before they are compared with those of another."""
    tally = Tally()
    async for page in pages(archive):
        tally.add(page._replace(pieces=[as_seen(piece) for piece in page.pieces]))
    return tally


async def is_empty(archive: Archive) -> bool:
    """Say whether a store holds nothing at all."""
    return not [part for part in Part if await archive.export(part, limit=1)]


def _mixed(pieces: Iterable[Piece]) -> int:
    mixed = 0
    for piece in pieces:
        if isinstance(piece, Queued):  # its position is the store's own affair
            piece = msgspec.structs.replace(piece, position=0)
        mixed ^= int.from_bytes(hashlib.sha256(_encoder.encode(piece)).digest())
    return mixed
