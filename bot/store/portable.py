"""Everything a store keeps, piece by piece: how it is backed up, restored and moved to another store.

Every implementation passes `tests/bot/store/test_portable.py` unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from bot.asks import Ask
from bot.lessons import Lesson
from bot.store.contract import Failure, Kept, Link, Store
from bot.store.faults import StoreFault
from bot.store.knowledge_contract import EntryChange, Uses
from bot.store.messages import Queued
from bot.tickets.errors import N_
from bot.tickets.model import Ticket
from faq.entries import Entry

COPYING = "copying:"  # what a copy remembers about itself begins with this, and is never copied
COPIED_FROM = COPYING + "from"


class SeenKey(msgspec.Struct, frozen=True):
    """A message that was handled, and when."""

    key: str
    at: datetime


class Sheet(msgspec.Struct, frozen=True):
    """One record of an archive exactly as it was hashed after the hash of the sheet before it."""

    body: str
    hash: str


class KeptFile(msgspec.Struct, frozen=True):
    """The content of a file that messages of the outbox bring, and since when it is kept."""

    digest: str
    at: datetime
    content: bytes


class KeptEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A knowledge entry with every form it has had; `entry` is None when it was removed."""

    id: str
    entry: Entry | None
    changes: tuple[EntryChange, ...]


class KeptTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket with its whole archive. `surveyed_at` is when its requester was last asked for a rating because of it."""

    ticket: Ticket
    sheets: tuple[Sheet, ...]
    next_due_at: datetime | None = None
    surveyed_at: datetime | None = None


Piece = SeenKey | Kept | KeptEntry | Uses | Lesson | Ask | Link | Queued | KeptFile | Failure | KeptTicket

_MOST_FILES = 8  # in a page: all of it is in memory at once


class Part(StrEnum):
    """The parts of a store, in the order in which they are copied.

    Files come after the messages that bring them, for the content is kept before the message.
    Tickets come last: whatever is committed while a running store is copied, what points at a ticket finds it in the copy,
    and a message that is known as handled has its effect there.
    """

    SEEN = "seen"
    KEPT = "kept"  # without what the copying itself remembers
    ENTRIES = "entries"
    USES = "uses"
    LESSONS = "lessons"
    ASKS = "asks"
    LINKS = "links"
    OUTBOX = "outbox"
    FILES = "files"
    FAILURES = "failures"
    TICKETS = "tickets"


class Archive(Protocol):
    """A store that is read through, piece by piece."""

    async def export(self, part: Part, *, after: str = "", limit: int = 500) -> Sequence[tuple[str, Piece]]:
        """Return the pieces of one part that come after a place, each with its own place; empty at the end.

        Places are the store's own words; "" is before the first. What is there from the first page to the last comes exactly
        once, however much is committed meanwhile. A ticket comes with exactly the records of its version. Messages and asks
        come in an order in which putting them back keeps the order of each room.
        """
        ...

    async def close(self) -> None:
        """Release files and connections."""
        ...


class Portable(Store, Archive, Protocol):
    """A store that can be copied into another one."""

    async def put_back(self, pieces: Sequence[Piece]) -> None:
        """Save exported pieces as they are, durably; one that is there already is replaced in its place.

        The version of the knowledge becomes that of the latest change of an entry. For a store that nobody else uses: no version is compared. A batch need not be atomic, each piece is.
        """
        ...

    async def workers(self) -> list[str]:
        """Return who serves this store right now, one short name each (host and process id); tools are no workers.

        Empty for a store that one process at a time can open: there the opener is alone.
        """
        ...


def page_size(part: Part, limit: int) -> int:
    """Return how many pieces of a part are read at once, at most `limit`."""
    return min(limit, _MOST_FILES) if part is Part.FILES else limit


def first_broken(kept: KeptTicket) -> int | None:
    """Return the place (from 1) of the first sheet that does not follow from those before it, or None when all is well.

    Looks at the bytes alone, so that an archive written by an older program holds in every newer one. An archive that ends
    before or after its ticket breaks behind its last sheet.
    """
    head = ""
    for place, sheet in enumerate(kept.sheets, 1):
        if hashlib.sha256(head.encode() + sheet.body.encode()).hexdigest() != sheet.hash:
            return place
        head = sheet.hash
    is_whole = head == kept.ticket.head and len(kept.sheets) == kept.ticket.version
    return None if is_whole else len(kept.sheets) + 1


async def refuse_half_a_copy(store: Portable) -> None:
    """Refuse a store into which something is still being copied.

    Raises:
        StoreFault: It is only half of one.
    """
    if source := (await store.kept(COPIED_FROM)).get(COPIED_FROM):
        raise StoreFault(
            N_("这个库是从 {source} 复制来的，还没复制完；请把同样的命令再运行一次。"), source=source
        )
