"""The archive of a ticket: numbered records in a hash chain, so that a change made behind the bot's back shows.

The hash of a record is SHA-256 over the previous record's hash and the record's own canonical bytes (RFC 8785 is not needed:
msgspec writes the fields of a struct always in the same order). The chain of a ticket starts with an empty hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

import msgspec

from bot.tickets.events import AnyEvent


class Source(msgspec.Struct, frozen=True):
    """Where a step came from: the platform's message, its sender and room, as addresses."""

    message: str
    account: str
    room: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One event of one ticket as it was written. `seq` counts from 1."""

    number: int
    seq: int
    at: datetime
    event: AnyEvent
    source: Source | None = None
    hash: str = ""


_encoder = msgspec.json.Encoder()


def sealed(record: Record, previous: str) -> Record:
    """Return the record with its hash, given the hash of the one before it ("" for the first)."""
    body = _encoder.encode((record.number, record.seq, record.at, record.event, record.source))
    return msgspec.structs.replace(record, hash=hashlib.sha256(previous.encode() + body).hexdigest())


def first_break(records: Iterable[Record]) -> int | None:
    """Return the `seq` of the first record that does not follow from those before it, or None when the chain holds."""
    previous, expected = "", 1
    for record in records:
        if record.seq != expected or sealed(record, previous).hash != record.hash:
            return record.seq
        previous, expected = record.hash, expected + 1
    return None
