"""Values as the bytes that storage keeps, and back."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.asks import Ask
from bot.store.contract import Failure, Queued
from bot.tickets.events import AnyEvent
from bot.tickets.model import Ticket
from bot.tickets.records import Record, Source
from faq.knowledge import Entry

_encoder = msgspec.json.Encoder()
_ticket = msgspec.json.Decoder(Ticket)
_record = msgspec.json.Decoder(tuple[int, int, datetime, AnyEvent, Source | None])
_ask = msgspec.json.Decoder(Ask)
_queued = msgspec.json.Decoder(Queued)
_entry = msgspec.json.Decoder(Entry)
_failure = msgspec.json.Decoder(Failure)


def body_of(value: Ticket | Ask | Queued | Entry | Failure) -> bytes:
    """Return a value as JSON in UTF-8."""
    return _encoder.encode(value)


def body_of_record(record: Record) -> bytes:
    """Return exactly what `bot.tickets.records.sealed` hashes after the previous hash."""
    return _encoder.encode((record.number, record.seq, record.at, record.event, record.source))


def ticket_from(body: bytes) -> Ticket:
    return _ticket.decode(body)


def record_from(body: bytes, chain_hash: str) -> Record:
    number, seq, at, event, source = _record.decode(body)
    return Record(number=number, seq=seq, at=at, event=event, source=source, hash=chain_hash)


def ask_from(body: bytes, outcome: str) -> Ask:
    """Return a question with the outcome that was saved last."""
    ask = _ask.decode(body)
    return ask if ask.outcome == outcome else msgspec.structs.replace(ask, outcome=outcome)


def queued_from(body: bytes, position: int) -> Queued:
    """Return a message of the outbox with the position the store gave it."""
    return msgspec.structs.replace(_queued.decode(body), position=position)


def entry_from(body: bytes) -> Entry:
    return _entry.decode(body)


def failure_from(body: bytes) -> Failure:
    return _failure.decode(body)
