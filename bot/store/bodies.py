"""Values as the bytes that storage keeps, and back."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.asks import Ask
from bot.lessons import Lesson
from bot.store.contract import Failure
from bot.store.instants import instant
from bot.store.knowledge_contract import EntryChange, Uses
from bot.store.messages import Delivery, Queued
from bot.tickets.events import AnyEvent
from bot.tickets.model import Ticket
from bot.tickets.records import Record, Source
from faq.entries import Entry

_encoder = msgspec.json.Encoder()
_ticket = msgspec.json.Decoder(Ticket)
_record = msgspec.json.Decoder(tuple[int, int, datetime, AnyEvent, Source | None])
_ask = msgspec.json.Decoder(Ask)
_queued = msgspec.json.Decoder(Queued)
_entry = msgspec.json.Decoder(Entry)
_lesson = msgspec.json.Decoder(Lesson)
_failure = msgspec.json.Decoder(Failure)


def body_of(value: Ticket | Ask | Queued | Entry | Failure | Lesson) -> bytes:
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


def queued_from(body: bytes, position: int, state: str, platform_id: str | None) -> Queued:
    """Return a message of the outbox with the position the store gave it, and how far it has come since it was written."""
    return msgspec.structs.replace(
        _queued.decode(body), position=position, state=Delivery(state), platform_id=platform_id
    )


def entry_from(body: bytes) -> Entry:
    return _entry.decode(body)


def failure_from(body: bytes) -> Failure:
    return _failure.decode(body)


def lesson_from(body: bytes) -> Lesson:
    return _lesson.decode(body)


def change_from(version: int, id_: str, at: int, body: bytes | None) -> EntryChange:
    """Return one line of the history of knowledge; without a body the entry was removed."""
    entry = None if body is None else _entry.decode(body)
    return EntryChange(version=version, id=id_, at=instant(at), entry=entry)


def uses_from(id_: str, given: int, helped: int, failed: int, latest_at: int | None) -> Uses:
    latest = None if latest_at is None else instant(latest_at)
    return Uses(entry=id_, given=given, helped=helped, failed=failed, latest_at=latest)
