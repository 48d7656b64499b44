"""What a change says to SQLite: statements in order, and how each is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from bot.asks import Ask
from bot.store.bodies import body_of, body_of_record
from bot.store.contract import AlreadySeen, Change, Conflict, Queued, Saved
from bot.store.instants import milliseconds, milliseconds_up

Row = tuple[int | str | bytes | None, ...]


class Statement(msgspec.Struct, frozen=True, gc=False):
    """One query with its values. `refusal` is raised when it changes no row; None: then nothing is wrong."""

    sql: str
    row: Row
    refusal: Exception | None = None


def saving(change: Change, queries: Mapping[str, str]) -> list[Statement]:
    """Return what saves a change.

    Raises:
        ValueError: The records of a ticket do not continue what is expected to be saved.
    """
    return list(_saving(change, queries))


def delivering(messages: Iterable[Queued], queries: Mapping[str, str]) -> list[Statement]:
    """Return what saves the state of messages of the outbox."""
    return [
        Statement(
            queries["save_outgoing"],
            _outgoing_row(message),
            ValueError(f"no message {message.key} in the outbox"),
        )
        for message in messages
    ]


def _saving(change: Change, queries: Mapping[str, str]) -> Iterator[Statement]:
    if change.seen is not None:
        row = (change.seen, milliseconds(change.at))
        yield Statement(queries["remember_seen"], row, AlreadySeen(change.seen))
    for saved in change.tickets:
        yield from _saving_ticket(saved, queries)
    for message in change.outgoing:
        yield Statement(queries["add_outgoing"], _outgoing_row(message))
    for ask in change.asks:
        yield Statement(queries["put_ask"], _ask_row(ask))
    for closed in change.closed_asks:
        yield Statement(queries["close_ask"], (closed.outcome, closed.id))
    for link in change.links:
        yield Statement(queries["put_link"], (link.room, link.message, link.ticket, link.outgoing))
    for entry_id in change.removed_entries:
        yield Statement(queries["remove_entry"], (entry_id,))
    for entry in change.entries:
        yield Statement(queries["put_entry"], (entry.id, body_of(entry)))


def _saving_ticket(saved: Saved, queries: Mapping[str, str]) -> Iterator[Statement]:
    check_continues(saved)
    row, number = _ticket_row(saved), saved.ticket.number
    if saved.expected_version == 0:
        yield Statement(queries["add_ticket"], (*row, number), Conflict(number))
    else:
        yield Statement(queries["save_ticket"], (*row, number, saved.expected_version), Conflict(number))
    for record in saved.records:
        yield Statement(
            queries["add_record"],
            (number, record.seq, milliseconds(record.at), body_of_record(record), record.hash),
        )


def check_continues(saved: Saved) -> None:
    """Refuse records that would break the archive of the ticket.

    Raises:
        ValueError: A number, a `seq`, the version or the head does not fit.
    """
    ticket, first = saved.ticket, saved.expected_version + 1
    if ticket.version != saved.expected_version + len(saved.records):
        raise ValueError(
            f"ticket {ticket.number}: version {ticket.version} is not {saved.expected_version} and {len(saved.records)} records"
        )
    if ticket.version == 0:
        raise ValueError(f"ticket {ticket.number} has no record that opens it")
    for seq, record in enumerate(saved.records, first):
        if (record.number, record.seq) != (ticket.number, seq):
            raise ValueError(
                f"ticket {ticket.number}: record {record.number}/{record.seq} stands where {ticket.number}/{seq} belongs"
            )
    if saved.records and saved.records[-1].hash != ticket.head:
        raise ValueError(f"ticket {ticket.number}: its head is not the hash of its latest record")


def _ticket_row(saved: Saved) -> Row:
    ticket = saved.ticket
    return (
        ticket.version,
        ticket.head,
        ticket.status.value,
        ticket.room,
        ticket.account,
        ticket.subject,
        _up(saved.next_due_at),
        _down(ticket.survey.asked_at if ticket.survey else None),
        body_of(ticket),
    )


def _outgoing_row(message: Queued) -> Row:
    return (
        message.adapter,
        message.room,
        message.state.value,
        message.ticket,
        milliseconds(message.created_at),
        message.platform_id,
        body_of(message),
        message.key,
    )


def _ask_row(ask: Ask) -> Row:
    return (
        ask.room,
        ask.person,
        type(ask.about).__name__,
        ask.outgoing,
        milliseconds(ask.asked_at),
        milliseconds_up(ask.expires_at),
        ask.outcome,
        body_of(ask),
        ask.id,
    )


def _up(at: datetime | None) -> int | None:
    return None if at is None else milliseconds_up(at)


def _down(at: datetime | None) -> int | None:
    return None if at is None else milliseconds(at)
