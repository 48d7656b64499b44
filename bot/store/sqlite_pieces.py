"""The pieces of a SQLite store: read page by page, and put back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, assert_never

import msgspec

from bot.asks import Ask
from bot.store.bodies import ask_from, body_of, entry_from, failure_from, queued_from, ticket_from
from bot.store.contract import Failure, Link, Queued
from bot.store.instants import instant, milliseconds, milliseconds_up
from bot.store.portable import KeptTicket, Part, Piece, SeenKey, Sheet
from bot.store.sqlite_statements import Row, Statement, ask_row, outgoing_row, ticket_row
from faq.knowledge import Entry

Placed = tuple[str, Piece]
Rows = Callable[[str, Row], list[tuple[Any, ...]]]

_record = msgspec.json.Decoder(tuple[int, int, datetime, msgspec.Raw, msgspec.Raw])


def page(
    connection: sqlite3.Connection, queries: Mapping[str, str], part: Part, after: str, limit: int
) -> list[Placed]:
    """Return the pieces of one part that come after a place, with their places.

    Raises:
        sqlite3.Error: The database cannot be read.
        ValueError: The place is none of ours.
    """
    return list(
        _PAGES[part](lambda query, row: connection.execute(queries[query], row).fetchall(), after, limit)
    )


def putting(pieces: Iterable[Piece], queries: Mapping[str, str]) -> list[Statement]:
    """Return what saves pieces as they are."""
    return [Statement(queries[query], row) for piece in pieces for query, row in _rows_of(piece)]


def _seen(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for key, at in rows("export_seen", (after, limit)):
        yield key, SeenKey(key, instant(at))


def _entries(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for entry_id, body in rows("export_entries", (after, limit)):
        yield entry_id, entry_from(body)


def _asks(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for position, body, outcome in rows("export_asks", (int(after or 0), limit)):
        yield str(position), ask_from(body, outcome)


def _links(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    room, message = msgspec.json.decode(after, type=tuple[str, str]) if after else ("", "")
    for found in rows("export_links", (room, message, limit)):
        yield msgspec.json.encode(found[:2]).decode(), Link(*found)


def _outbox(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for position, body in rows("export_outbox", (int(after or 0), limit)):
        yield str(position), queued_from(body, position)


def _failures(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for key, body in rows("export_failures", (after, limit)):
        yield key, failure_from(body)


def _tickets(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    found = rows("export_tickets", (int(after or 0), limit))
    if not found:
        return
    records = rows("export_records", (found[0][0], found[-1][0]))
    sheets = {
        number: tuple(Sheet(body, chain) for _, body, chain in group)
        for number, group in groupby(records, key=lambda record: record[0])
    }
    for number, body, next_due_at, surveyed_at in found:
        yield (
            str(number),
            KeptTicket(
                ticket=ticket_from(body),
                sheets=sheets.get(number, ()),
                next_due_at=None if next_due_at is None else instant(next_due_at),
                surveyed_at=None if surveyed_at is None else instant(surveyed_at),
            ),
        )


_PAGES: dict[Part, Callable[[Rows, str, int], Iterator[Placed]]] = {
    Part.SEEN: _seen,
    Part.ENTRIES: _entries,
    Part.ASKS: _asks,
    Part.LINKS: _links,
    Part.OUTBOX: _outbox,
    Part.FAILURES: _failures,
    Part.TICKETS: _tickets,
}


def _rows_of(piece: Piece) -> Sequence[tuple[str, Row]]:
    match piece:
        case SeenKey():
            return [("put_seen", (piece.key, milliseconds(piece.at)))]
        case Entry():
            return [("put_entry", (piece.id, body_of(piece)))]
        case Ask():
            return [("put_ask", ask_row(piece))]
        case Link():
            return [("put_link", (piece.room, piece.message, piece.ticket, piece.outgoing))]
        case Queued():
            return [("put_outgoing", outgoing_row(piece))]
        case Failure():
            return [("put_failure", (piece.key, milliseconds(piece.at), body_of(piece)))]
        case KeptTicket():
            return [*_rows_of_ticket(piece)]
        case _:
            assert_never(piece)


def _rows_of_ticket(kept: KeptTicket) -> Iterator[tuple[str, Row]]:
    number = kept.ticket.number
    due = None if kept.next_due_at is None else milliseconds_up(kept.next_due_at)
    surveyed = None if kept.surveyed_at is None else milliseconds(kept.surveyed_at)
    yield "put_ticket", ticket_row(kept.ticket, due, surveyed)
    yield "forget_records", (number,)
    for sheet in kept.sheets:
        _, seq, at, _, _ = _record.decode(sheet.body)
        yield "add_record", (number, seq, milliseconds(at), sheet.body.encode(), sheet.hash)
