"""What a change says to SQLite: statements in order, and how each is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum, auto

import msgspec

from bot.asks import Ask
from bot.store.bodies import body_of, body_of_record
from bot.store.contract import Change, Saved, check_continues
from bot.store.faults import AlreadySeen, Conflict, NotQueued
from bot.store.instants import milliseconds, milliseconds_up
from bot.store.messages import Delivered, Queued
from bot.tickets.model import Ticket

Row = tuple[int | str | bytes | None, ...]


class Turn(IntEnum):
    """When a statement is said among those of a batch.

    Rows that are only added, and tickets of which each is saved by one change, do not care what other changes do, so those of
    many changes are said with one call, parents before their children. What looks at what is there keeps its place.
    """

    SEEN = auto()
    TICKET = auto()
    SAVED_TICKET = auto()  # each by one change at most, or only one of them finds the version it expects
    RECORD = auto()
    OUTGOING = auto()
    LINK = auto()
    IN_PLACE = auto()
    DELIVERED = auto()  # of messages that were added by earlier batches


class Statement(msgspec.Struct, frozen=True, gc=False):
    """One query with its values. If it changes no row, `refusal` is raised with `refused`; None: nothing is wrong then."""

    sql: str
    row: Row
    refusal: type[Exception] | None = None
    refused: int | str = ""
    turn: Turn = Turn.IN_PLACE


def saving(change: Change, queries: Mapping[str, str]) -> list[Statement]:
    """Return what saves a change.

    Raises:
        ValueError: The records of a ticket do not continue what is expected to be saved.
    """
    statements: list[Statement] = []
    add = statements.append
    if change.seen is not None:
        row = (change.seen, milliseconds(change.at))
        add(Statement(queries["remember_seen"], row, AlreadySeen, change.seen, Turn.SEEN))
    for saved in change.tickets:
        check_continues(saved)
        add(_saving_ticket(saved, queries))
        for record in saved.records:
            body = body_of_record(record)
            row_of_record = (record.number, record.seq, milliseconds(record.at), body, record.hash)
            add(Statement(queries["add_record"], row_of_record, turn=Turn.RECORD))
    for message in change.outgoing:
        add(Statement(queries["add_outgoing"], outgoing_row(message), turn=Turn.OUTGOING))
    for ask in change.asks:
        add(Statement(queries["put_ask"], ask_row(ask)))
    for closed in change.closed_asks:
        add(Statement(queries["close_ask"], (closed.outcome, closed.id)))
    for link in change.links:
        row_of_link = (link.room, link.message, link.ticket, link.outgoing)
        add(Statement(queries["put_link"], row_of_link, turn=Turn.LINK))
    for kept in change.kept:
        add(
            Statement(queries["keep"], (kept.key, kept.value))
            if kept.value
            else Statement(queries["forget_kept"], (kept.key,))
        )
    return statements


def noting(delivered: Iterable[Delivered], queries: Mapping[str, str]) -> list[Statement]:
    """Return what notes that messages of the outbox have arrived."""
    sql = queries["note_delivered"]
    return [
        Statement(sql, (each.key, each.platform_id), NotQueued, each.key, Turn.DELIVERED)
        for each in delivered
    ]


def delivering(messages: Iterable[Queued], queries: Mapping[str, str]) -> list[Statement]:
    """Return what saves the state of messages of the outbox."""
    sql = queries["save_outgoing"]
    return [Statement(sql, outgoing_row(message), NotQueued, message.key) for message in messages]


def deciding(letter: Queued, queries: Mapping[str, str]) -> Statement:
    """Return what saves the end of a dead letter; it changes no row when somebody else has decided about it."""
    return Statement(queries["save_dead"], (*outgoing_row(letter), letter.is_unknown))


def _saving_ticket(saved: Saved, queries: Mapping[str, str]) -> Statement:
    ticket, survey = saved.ticket, saved.ticket.survey
    row = ticket_row(
        ticket,
        None if saved.next_due_at is None else milliseconds_up(saved.next_due_at),
        None if survey is None or survey.asked_at is None else milliseconds(survey.asked_at),
    )
    if saved.expected_version == 0:
        return Statement(queries["add_ticket"], row, Conflict, ticket.number, Turn.TICKET)
    return Statement(
        queries["save_ticket"], (*row, saved.expected_version), Conflict, ticket.number, Turn.SAVED_TICKET
    )


def ticket_row(ticket: Ticket, next_due_at: int | None, surveyed_at: int | None) -> Row:
    """Return a ticket as the tables keep it."""
    return (
        ticket.version,
        ticket.head,
        ticket.status,
        ticket.room,
        ticket.account,
        ticket.subject,
        next_due_at,
        surveyed_at,
        body_of(ticket),
        ticket.number,
    )


def outgoing_row(message: Queued) -> Row:
    """Return a message of the outbox as the tables keep it."""
    return (
        message.adapter,
        message.room,
        message.state,
        message.ticket,
        milliseconds(message.created_at),
        message.platform_id,
        body_of(message),
        message.key,
    )


def ask_row(ask: Ask) -> Row:
    """Return a question as the tables keep it."""
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
