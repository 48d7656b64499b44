"""What the bot asks of a store: reads, and one atomic commit.

Every implementation passes `tests/bot/store/test_contract.py` unchanged.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec

from bot.asks import Ask
from bot.store.knowledge_contract import KnowledgeStore
from bot.store.messages import Delivered, Queued
from bot.store.sharing import Due as Due
from bot.store.sharing import Lease, SharedStore
from bot.tickets.model import Ticket
from bot.tickets.records import Record


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket to save with the records that are new. `expected_version` is 0 for a new ticket.

    The room, the account and the subject that a ticket was opened with are found as they were then: they never change.
    """

    ticket: Ticket
    expected_version: int
    records: tuple[Record, ...]
    next_due_at: datetime | None


def check_continues(saved: Saved) -> None:
    """Refuse records that would break the archive of the ticket.

    Raises:
        ValueError: A number, a `seq`, the version or the head does not fit.
    """
    ticket, seq = saved.ticket, saved.expected_version
    for record in saved.records:
        seq += 1
        if record.seq != seq or record.number != ticket.number:
            raise ValueError(
                f"record {record.number}/{record.seq} stands where {ticket.number}/{seq} belongs"
            )
    if ticket.version != seq:
        raise ValueError(f"ticket {ticket.number}: version {ticket.version}, but {seq} records")
    if seq == 0:
        raise ValueError(f"ticket {ticket.number} has no record that opens it")
    if saved.records and saved.records[-1].hash != ticket.head:
        raise ValueError(f"ticket {ticket.number}: its head is not the hash of its latest record")


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A message or a deadline at which the program failed: a fault of ours, kept until somebody has looked at it.

    `key` is that of the message in `seen`, or `due:NUMBER` for a ticket. `message` is the incoming message as JSON, so that it
    can be tried again with a mended program; empty for a deadline.
    """

    key: str
    at: datetime
    room: str = ""
    person: str = ""
    text: str = ""
    ticket: int | None = None
    trace: str = ""
    message: str = ""
    attempts: int = 1


class ClosedAsk(msgspec.Struct, frozen=True):
    """An ask that is answered, replaced or void, and what came of it."""

    id: str
    outcome: str


class Link(msgspec.Struct, frozen=True):
    """A message of a platform that belongs to a ticket or asks a question (`outgoing` is the key of the bot's message)."""

    room: str
    message: str
    ticket: int | None = None
    outgoing: str = ""


class Kept(msgspec.Struct, frozen=True):
    """Something small that is remembered under a name until it is changed; an empty `value` forgets it."""

    key: str
    value: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one message or one deadline brings about, saved together or not at all.

    `seen` is the key of the message that caused it. An ask of a known `id` replaces it; the person and the room stay.
    """

    at: datetime
    seen: str | None = None
    tickets: tuple[Saved, ...] = ()
    outgoing: tuple[Queued, ...] = ()
    asks: tuple[Ask, ...] = ()
    closed_asks: tuple[ClosedAsk, ...] = ()
    links: tuple[Link, ...] = ()
    kept: tuple[Kept, ...] = ()


class Store(KnowledgeStore, SharedStore, Protocol):
    """Reads see every commit that has returned. Instants are aware and in UTC, to the millisecond."""

    async def commit(self, change: Change) -> None:
        """Save a change durably, all or nothing.

        Raises:
            AlreadySeen: `seen` was committed before.
            Conflict: A ticket has not its `expected_version`.
        """
        ...

    async def next_number(self, first: int) -> int:
        """Return a ticket number nobody else was given: at least `first`, above every saved ticket."""
        ...

    async def is_seen(self, key: str) -> bool: ...

    async def ticket(self, number: int) -> Ticket | None: ...

    async def records(self, number: int) -> list[Record]:
        """Return the archive of a ticket, oldest first; empty for an unknown number."""
        ...

    async def open_tickets(self, *, room: str | None = None, limit: int | None = None) -> list[Ticket]:
        """Return tickets that are not closed, of one room or of all, by number; of more than `limit` those with the lowest."""
        ...

    async def tickets_of(self, account: str, *, limit: int = 20) -> list[Ticket]:
        """Return the tickets a requester opened, newest first, closed ones included."""
        ...

    async def same_reports(self, account: str, text: str, since: datetime) -> list[Ticket]:
        """Return the tickets a requester opened at or after an instant with the same words, newest first, of their latest 5."""
        ...

    async def about(self, subject: int) -> list[Ticket]:
        """Return the tickets whose subject is this ticket (callbacks), by number."""
        ...

    async def recent_tickets(self, *, limit: int = 50, before: int | None = None) -> list[Ticket]:
        """Return tickets of every status, highest number first, below `before` when given."""
        ...

    async def closed_since(self, since: datetime) -> list[int]:
        """Return the numbers of the tickets that are closed since an instant, or since later, by number."""
        ...

    async def watched(self, *, after: int = 0, limit: int = 100) -> list[tuple[Ticket, datetime | None]]:
        """Return tickets that are not closed, by number above `after`, each with its saved `next_due_at`."""
        ...

    async def due(self, now: datetime, *, limit: int = 100) -> list[Due]:
        """Return tickets whose `next_due_at` is not after `now`, earliest first, then by number."""
        ...

    async def next_due_at(self) -> datetime | None: ...

    async def due_at(self, number: int) -> datetime | None:
        """Return the saved `next_due_at` of one ticket."""
        ...

    async def surveyed_at(self, account: str) -> datetime | None:
        """Return when this requester was last asked for a rating."""
        ...

    async def link(self, room: str, message: str) -> Link | None:
        """Return what a platform's message belongs to: links of commits and delivered messages of the outbox."""
        ...

    async def open_asks(self, room: str, person: str, now: datetime) -> list[Ask]:
        """Return the questions one person may answer in one room, newest first."""
        ...

    async def ask_of(self, outgoing: str) -> Ask | None:
        """Return the question that a message of the bot asked, open or not."""
        ...

    async def answers_since(self, room: str, since: datetime) -> list[Ask]:
        """Return the asks of kind `Answered` of a room asked at or after an instant, newest first, closed ones included."""
        ...

    async def kept(self, prefix: str) -> dict[str, str]:
        """Return what is remembered under keys that begin with `prefix`, by key."""
        ...

    async def keep_file(self, content: bytes, at: datetime) -> str:
        """Keep the content of a file durably and return its digest; the same content is kept once, and its time begins anew."""
        ...

    async def file(self, digest: str) -> bytes | None:
        """Return the content of a file, or None when it is not kept (any more)."""
        ...

    async def waiting(self, adapter: str, *, limit: int = 100) -> list[Queued]:
        """Return queued, held and sending messages of one adapter in the order of their commits."""
        ...

    async def update_outgoing(self, messages: list[Queued], *, under: Lease | None = None) -> None:
        """Save the state of messages of the outbox (found by `key`), durably. A delivered one links its platform id.

        `under` is the lease of whoever sends them: after it somebody else knows better what became of them.

        Raises:
            LeaseLost: That lease has ended; nothing was saved.
            MovedAway: A message is none of its adapter's any more; nothing was saved.
        """
        ...

    async def update_dead(self, letters: list[Queued]) -> list[str]:
        """Save what is to become of dead letters, durably, and return the keys of those for which it was saved.

        One that is dead no more, or died again with `is_unknown` other than here, stays as it is: somebody else decided meanwhile.
        """
        ...

    async def note_delivered(self, delivered: list[Delivered]) -> None:
        """Note durably that messages of the outbox arrived: each is `SENT` and linked by its platform id.

        As `update_outgoing`, for what happens most often: nothing but the state and the platform id changes.
        """
        ...

    async def outgoing(self, key: str) -> Queued | None: ...

    async def dead_letters(self, *, limit: int = 100) -> list[Queued]:
        """Return messages that were given up, newest first."""
        ...

    async def said_about(self, number: int) -> list[Queued]:
        """Return the messages of the outbox that belong to a ticket, oldest first."""
        ...

    async def note_failure(self, failure: Failure) -> None:
        """Keep what could not be handled, durably; one of the same key is replaced."""
        ...

    async def failures(self, *, limit: int = 100) -> list[Failure]:
        """Return what could not be handled, newest first (by `at`, then by `key`)."""
        ...

    async def forget_failure(self, key: str) -> None:
        """Let go of a failure that was dealt with; nothing happens when there is none."""
        ...

    async def tidy(self, now: datetime) -> None:
        """Forget seen keys after 3 days; files after 30; closed or expired asks, delivered messages, lessons and failures after 90;
        in small steps."""
        ...

    async def close(self) -> None:
        """Finish what is waiting and release files and connections."""
        ...
