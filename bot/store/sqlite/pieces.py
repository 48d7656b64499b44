"""The pieces of a SQLite store: read page by page, and put back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, assert_never

import msgspec

from bot.asks import Ask
from bot.lessons import Lesson
from bot.store.bodies import (
    ask_from,
    body_of,
    change_from,
    entry_from,
    failure_from,
    lesson_from,
    queued_from,
    ticket_from,
    uses_from,
)
from bot.store.contract import Failure, Kept, Link
from bot.store.instants import instant, milliseconds, milliseconds_up
from bot.store.knowledge_contract import Uses
from bot.store.messages import Queued
from bot.store.portable import KeptEntry, KeptFile, KeptTicket, Part, Piece, SeenKey, Sheet, page_size
from bot.store.sqlite.knowledge import row_of_lesson, row_of_uses
from bot.store.sqlite.statements import Row, Statement, ask_row, outgoing_row, ticket_row

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
        _PAGES[part](
            lambda query, row: connection.execute(queries[query], row).fetchall(),
            after,
            page_size(part, limit),
        )
    )


def putting(pieces: Iterable[Piece], queries: Mapping[str, str]) -> list[Statement]:
    """Return what saves pieces as they are."""
    return [Statement(queries[query], row) for piece in pieces for query, row in _rows_of(piece)]


def _seen(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for key, at in rows("export_seen", (after, limit)):
        yield key, SeenKey(key, instant(at))


def _kept(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for key, value in rows("export_kept", (after, limit)):
        yield key, Kept(key, value)


def _entries(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    found = rows("export_entries", (after, limit))
    if not found:
        return
    log = rows("export_entry_log", (found[0][0], found[-1][0]))
    changes = {
        id_: tuple(change_from(*row) for row in group) for id_, group in groupby(log, key=lambda row: row[1])
    }
    for id_, body in found:
        entry = None if body is None else entry_from(body)
        yield id_, KeptEntry(id=id_, entry=entry, changes=changes[id_])


def _uses(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for row in rows("export_uses", (after, limit)):
        yield row[0], uses_from(*row)


def _lessons(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for id_, body in rows("export_lessons", (after, limit)):
        yield id_, lesson_from(body)


def _asks(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for position, body, outcome in rows("export_asks", (int(after or 0), limit)):
        yield str(position), ask_from(body, outcome)


def _links(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    room, message = msgspec.json.decode(after, type=tuple[str, str]) if after else ("", "")
    for found in rows("export_links", (room, message, limit)):
        yield msgspec.json.encode(found[:2]).decode(), Link(*found)


def _outbox(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for row in rows("export_outbox", (int(after or 0), limit)):
        message = queued_from(*row)
        yield str(message.position), message


def _files(rows: Rows, after: str, limit: int) -> Iterator[Placed]:
    for digest, at, content in rows("export_files", (after, limit)):
        yield digest, KeptFile(digest, instant(at), content)


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
    Part.KEPT: _kept,
    Part.ENTRIES: _entries,
    Part.USES: _uses,
    Part.LESSONS: _lessons,
    Part.ASKS: _asks,
    Part.LINKS: _links,
    Part.OUTBOX: _outbox,
    Part.FILES: _files,
    Part.FAILURES: _failures,
    Part.TICKETS: _tickets,
}


def _rows_of(piece: Piece) -> Sequence[tuple[str, Row]]:
    match piece:
        case SeenKey():
            return [("put_seen", (piece.key, milliseconds(piece.at)))]
        case Kept():
            return [("keep", (piece.key, piece.value))]
        case KeptEntry():
            return [*_rows_of_entry(piece)]
        case Uses():
            return [("put_uses", row_of_uses(piece))]
        case Lesson():
            return [("put_lesson", row_of_lesson(piece))]
        case Ask():
            return [("put_ask", ask_row(piece))]
        case Link():
            return [("put_link", (piece.room, piece.message, piece.ticket, piece.outgoing))]
        case Queued():
            return [("put_outgoing", outgoing_row(piece))]
        case KeptFile():
            return [("put_file", (piece.digest, milliseconds(piece.at), piece.content))]
        case Failure():
            return [("put_failure", (piece.key, milliseconds(piece.at), body_of(piece)))]
        case KeptTicket():
            return [*_rows_of_ticket(piece)]
        case _:
            assert_never(piece)


def _rows_of_entry(kept: KeptEntry) -> Iterator[tuple[str, Row]]:
    yield "forget_entry_log", (kept.id,)
    for change in kept.changes:
        body = None if change.entry is None else body_of(change.entry)
        yield "put_entry_change", (change.version, change.id, milliseconds(change.at), body)
        yield "raise_knowledge", (change.version,)
    if kept.entry is None:
        yield "remove_entry", (kept.id,)
    else:
        yield "put_entry", (kept.id, body_of(kept.entry))


def _rows_of_ticket(kept: KeptTicket) -> Iterator[tuple[str, Row]]:
    number = kept.ticket.number
    due = None if kept.next_due_at is None else milliseconds_up(kept.next_due_at)
    surveyed = None if kept.surveyed_at is None else milliseconds(kept.surveyed_at)
    yield "put_ticket", ticket_row(kept.ticket, due, surveyed)
    yield "forget_records", (number,)
    for sheet in kept.sheets:
        _, seq, at, _, _ = _record.decode(sheet.body)
        yield "add_record", (number, seq, milliseconds(at), sheet.body.encode(), sheet.hash)
