"""What a change says to Redis: one part per shard, each a value that the script `commit` understands.

A shard is named by the room a message was written in, so that what is asked, linked and seen there lies together with the tickets
of that room. Nothing is ever `None` in a part: Lua ends its arrays there, so what is missing is `False`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from bot.asks import Answered, Ask
from bot.store.bodies import ask_from, body_of, body_of_record, queued_from, ticket_from
from bot.store.contract import Change, Link, Saved, check_continues
from bot.store.instants import milliseconds, milliseconds_up
from bot.store.messages import Queued
from bot.store.redis.squeezing import restored, squeezed
from bot.tickets.kinds import Status
from bot.tickets.model import Ticket

FIRST = 0  # the shard of knowledge, numbers, leases, and of what is kept under names
_HASH_BYTES = 32
_WIDTH = 16  # members of the index of deadlines have this many digits, so that their order is that of numbers
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()

Missing = bool  # always False
Value = list[Any]


class Part(msgspec.Struct, kw_only=True, gc=False):
    """What is saved together in one shard; fields as the script reads them."""

    id: str
    channel: str
    worker: str
    at: int
    is_shared: bool = False  # other shards belong to the change too
    seen: str | Missing = False
    tickets: list[Value] = []
    outgoing: list[Value] = []
    asks: list[Value] = []
    closed: list[Value] = []
    links: list[Value] = []
    kept: list[Value] = []


class Whereabouts(msgspec.Struct, frozen=True):
    """How a change finds its shards."""

    of_room: Callable[[str], int]
    of_seen: Callable[[str], int]
    of_ticket: Callable[[Saved], int]
    of_ask: Callable[[str], int]  # by the id of the question
    fences: Mapping[str, str]  # by adapter: the leases this worker holds


def parts_of(change: Change, where: Whereabouts, blank: Callable[[], Part]) -> dict[int, Part]:
    """Return the parts of a change by shard; the first one is where it is decided.

    Raises:
        ValueError: The records of a ticket do not continue what is expected to be saved.
    """
    parts: dict[int, Part] = {}

    def part(shard: int) -> Part:
        if shard not in parts:
            parts[shard] = blank()
        return parts[shard]

    for saved in change.tickets:
        check_continues(saved)
        part(where.of_ticket(saved)).tickets.append(_saved(saved))
    if change.seen is not None:
        part(where.of_seen(change.seen)).seen = change.seen
    for ask in change.asks:
        part(where.of_room(ask.room)).asks.append(ask_value(ask))
    for closed in change.closed_asks:
        part(where.of_ask(closed.id)).closed.append([closed.id, closed.outcome])
    for link in change.links:
        part(where.of_room(link.room)).links.append(link_value(link))
    for kept in change.kept:
        part(FIRST).kept.append([kept.key, kept.value])
    if change.outgoing:
        first = next(iter(parts.values()), None) or part(where.of_room(change.outgoing[0].room))
        first.outgoing = [queued_value(message, where.fences) for message in change.outgoing]
    if len(parts) > 1:
        for each in parts.values():
            each.is_shared = True
    return parts


def queued_value(message: Queued, fences: Mapping[str, str]) -> Value:
    """Return a message of the outbox as the scripts `commit` and `update` read it.

    It carries the number of the lease under which this worker sends for its adapter; without one somebody else will.
    """
    return [
        message.key,
        message.adapter,
        message.state,
        False if message.ticket is None else message.ticket,
        message.room,
        False if message.platform_id is None else message.platform_id,
        milliseconds(message.created_at),
        text(body_of(message)),
        fences.get(message.adapter, False),
    ]


def packed(value: object) -> bytes:
    """Return a value as MessagePack."""
    return _encoder.encode(value)


def unpacked(value: bytes) -> Any:
    """Return the value of MessagePack."""
    return _decoder.decode(value)


def text(value: bytes) -> msgspec.Raw:
    """Return bytes as the MessagePack of a string: the reader in the server knows no other bytes, and minds none in it."""
    return msgspec.Raw(b"\xdb" + len(value).to_bytes(4, "big") + value)


def member(number: int) -> str:
    """Return how a ticket stands in the index of deadlines."""
    return f"{number:0{_WIDTH}d}"


def message_field(room: str, message: str) -> str:
    """Return the name of a platform's message in the hashes of links."""
    return f"{room}\0{message}"


def ticket_of(value: bytes) -> Ticket:
    """Return a ticket as it is kept: its version, a line end, its body made small."""
    return ticket_from(restored(value[value.index(b"\n") + 1 :]))


def due_ticket_of(value: bytes) -> tuple[int, Ticket]:
    """Return a ticket that stands after its deadline, and the deadline in milliseconds."""
    due, _, rest = value.partition(b" ")
    return int(due), ticket_of(rest)


def sheet_of(value: bytes) -> tuple[bytes, str]:
    """Return the body and the hash of a record as it is kept."""
    return restored(value[_HASH_BYTES:]), value[:_HASH_BYTES].hex()


def sheet_value(body: bytes, chain: str) -> msgspec.Raw:
    """Return a record as it is kept: its hash, then exactly what was hashed, made small."""
    return text(bytes.fromhex(chain) + squeezed(body))


def message_from(value: bytes, position: Callable[[int], int]) -> Queued:
    """Return a message of the outbox as it is kept; `position` makes its place in a shard one in the whole store."""
    found = unpacked(value)
    return queued_from(found[7].encode(), position(found[0]), found[2], found[5] or None)


def question_from(value: bytes) -> Ask:
    """Return a question as it is kept."""
    found = unpacked(value)
    return ask_from(found[7].encode(), found[1])


def link_from(value: bytes) -> Link:
    """Return a link as it is kept."""
    room, message, packed_value = value.split(b"\0", 2)
    ticket, outgoing = unpacked(packed_value)
    return Link(room.decode(), message.decode(), ticket or None, outgoing)


def link_value(link: Link) -> Value:
    """Return the name and the value of a link."""
    value = packed([False if link.ticket is None else link.ticket, link.outgoing])
    return [message_field(link.room, link.message), text(value)]


def ticket_value(
    ticket: Ticket, expected: int, due: int | None, surveyed: int | None, sheets: list[msgspec.Raw]
) -> Value:
    """Return a ticket as the scripts read it."""
    return [
        ticket.number,
        expected,
        ticket.version,
        ticket.room,
        ticket.status is not Status.CLOSED,
        ticket.account,
        False if ticket.subject is None else ticket.subject,
        False if due is None else due,
        False if surveyed is None else surveyed,
        text(squeezed(body_of(ticket))),
        sheets,
        member(ticket.number),
        _closed(ticket),
    ]


def _closed(ticket: Ticket) -> int | Missing:
    if ticket.status is not Status.CLOSED:
        return False
    return milliseconds(ticket.closed_at or ticket.opened_at)


def _saved(saved: Saved) -> Value:
    survey = saved.ticket.survey
    return ticket_value(
        saved.ticket,
        saved.expected_version,
        None if saved.next_due_at is None else milliseconds_up(saved.next_due_at),
        None if survey is None or survey.asked_at is None else milliseconds(survey.asked_at),
        [sheet_value(body_of_record(record), record.hash) for record in saved.records],
    )


def ask_value(ask: Ask) -> Value:
    """Return a question as the scripts read it."""
    return [
        ask.id,
        ask.room,
        ask.person,
        isinstance(ask.about, Answered),
        ask.outgoing,
        milliseconds(ask.asked_at),
        milliseconds_up(ask.expires_at),
        ask.outcome,
        text(body_of(ask)),
    ]
