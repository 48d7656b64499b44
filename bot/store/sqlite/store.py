"""The embedded store: one SQLite file, one writer that commits for many, readers beside it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import msgspec

from bot.asks import Ask
from bot.store.askers import Askers
from bot.store.bodies import (
    ask_from,
    record_from,
    ticket_from,
)
from bot.store.claims import Claim, Claims
from bot.store.contract import Change, Link
from bot.store.faults import StoreFault
from bot.store.instants import instant, milliseconds
from bot.store.latest import Latest
from bot.store.lockfile import LockFile
from bot.store.portable import KeptTicket, Part, Piece
from bot.store.reporters import Reporters
from bot.store.sharing import Alone, Due
from bot.store.sqlite.file import Migration, free_beside, known_migrations, open_for_writing
from bot.store.sqlite.group_commit import GroupCommit
from bot.store.sqlite.holding import locked, refuse_second_name
from bot.store.sqlite.knowledge import SqliteKnowledge
from bot.store.sqlite.outbox import SqliteOutbox
from bot.store.sqlite.pieces import page, putting
from bot.store.sqlite.queries import sqlite_queries
from bot.store.sqlite.reader import Reader
from bot.store.sqlite.statements import Statement, saving
from bot.tickets.model import Ticket
from bot.tickets.records import Record
from bot.tickets.same_words import LATEST_REPORTS, same_reports

_SEEN_KEPT = timedelta(days=3)
_FILES_KEPT = timedelta(days=30)
_KEPT = timedelta(days=90)
_TIDIED_AT_ONCE = 500
_ABOVE_ALL_NUMBERS = 2**63 - 1
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_LOOKED_AT_AT_START = 10  # of the latest tickets
_LAST_CHARACTER = "\U0010ffff"
_MOST_DUE = 1_500  # tickets that are remembered as they were read, some kilobytes each


class SqliteStore(SqliteKnowledge, SqliteOutbox, Alone):
    """The store behind `sqlite:PATH`; see `bot.store.contract.Store` for what its methods promise."""

    def __init__(self, path: Path, lock: LockFile, connection: sqlite3.Connection) -> None:
        """Take over an open database; `open_sqlite` makes one."""
        super().__init__()
        self.path = path
        self._lock = lock
        self._connection = connection
        self._reader = Reader(path)
        self._writer = GroupCommit(connection, path)
        self._queries = sqlite_queries()
        self._last_number = self._highest_number()  # nobody else writes while the lock is held
        self._reporters = Reporters(self._latest_report())
        self._askers = Askers(self._reader.rows(self._queries["askers"]))
        self._latest = Latest()
        self._claims = Claims()
        # A ticket that comes to be due is read several times with the same body: ahead, then when it is due.
        self._ticket_from = lru_cache(maxsize=_MOST_DUE)(ticket_from)
        self._is_closed = False

    @property
    def trouble(self) -> StoreFault | None:
        return self._writer.trouble

    async def free_bytes(self) -> int | None:
        return await asyncio.to_thread(free_beside, self.path)

    async def alive(self) -> int:
        if self._writer.trouble is not None:
            with suppress(StoreFault):
                await self._writer.submit((Statement(self._queries["try_to_save"], ()),))
                await self._writer.submit((Statement(self._queries["forget_the_try"], ()),))
        return 1

    async def commit(self, change: Change) -> None:
        for saved in change.tickets:
            if saved.expected_version == 0:
                self._last_number = max(self._last_number, saved.ticket.number)
                self._reporters.note(saved.ticket)
        for ask in change.asks:
            self._askers.note(ask)
        future = self._writer.submit(saving(change, self._queries))
        if change.tickets:
            self._latest.follow(future, change.tickets)
        try:
            await future
        except StoreFault:
            self._claims.let_all_go()
            raise
        self._claims.let_go(saved.ticket.number for saved in change.tickets)

    async def next_number(self, first: int) -> int:
        self._last_number = max(first, self._last_number + 1)
        return self._last_number

    async def is_seen(self, key: str) -> bool:
        return self._reader.first(self._queries["is_seen"], (key,)) is not None

    async def ticket(self, number: int) -> Ticket | None:
        if latest := self._latest.ticket(number):
            return latest
        row = self._reader.first(self._queries["ticket"], (number,))
        return ticket_from(*row) if row else None

    async def records(self, number: int) -> list[Record]:
        return await self._reader.listed(record_from, self._queries["records"], (number,))

    async def open_tickets(self, *, room: str | None = None, limit: int | None = None) -> list[Ticket]:
        most = -1 if limit is None else limit
        if room is None:
            return await self._reader.listed(ticket_from, self._queries["open_tickets"], (most,))
        return await self._reader.listed(ticket_from, self._queries["open_tickets_of_room"], (room, most))

    async def tickets_of(self, account: str, *, limit: int = 20) -> list[Ticket]:
        # At once: these are few, and a thread would cost more than it spares the event loop.
        rows = self._reader.rows(self._queries["tickets_of_account"], (account, limit))
        return [ticket_from(*row) for row in rows]

    async def same_reports(self, account: str, text: str, since: datetime) -> list[Ticket]:
        if not self._reporters.may_have(account, text, since):
            return []
        return same_reports(await self.tickets_of(account, limit=LATEST_REPORTS), text, since)

    async def about(self, subject: int) -> list[Ticket]:
        return await self._reader.listed(ticket_from, self._queries["tickets_about"], (subject,))

    async def recent_tickets(self, *, limit: int = 50, before: int | None = None) -> list[Ticket]:
        below = _ABOVE_ALL_NUMBERS if before is None else before
        return await self._reader.listed(ticket_from, self._queries["recent_tickets"], (below, limit))

    async def closed_since(self, since: datetime) -> list[int]:
        second = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        rows = await self._reader.listed(_closing, self._queries["closed_since"], (second,))
        return sorted(number for number, closed_at in rows if closed_at >= since)

    async def watched(self, *, after: int = 0, limit: int = 100) -> list[tuple[Ticket, datetime | None]]:
        return await self._reader.listed(_watched, self._queries["watched"], (after, limit))

    async def due(self, now: datetime, *, limit: int = 100) -> list[Due]:
        return await self._due_but(now, (), limit)

    async def claim_due(self, now: datetime, *, limit: int = 100) -> list[Due]:
        moment = asyncio.get_running_loop().time()
        found = await self._due_but(now, self._claims.held(moment), limit)
        self._claims.give((Claim(each.ticket.number, milliseconds(each.at)) for each in found), moment)
        return found

    async def _due_but(self, now: datetime, others: Sequence[Claim], limit: int) -> list[Due]:
        row = (milliseconds(now), msgspec.json.encode(others).decode(), limit)
        return await self._reader.listed(self._due, self._queries["due_tickets"], row)

    def _due(self, body: bytes, at: int) -> Due:
        return Due(self._ticket_from(body), instant(at))

    async def next_due_at(self) -> datetime | None:
        return _instant(self._reader.first(self._queries["next_due_at"]))

    async def due_at(self, number: int) -> datetime | None:
        return _instant(self._reader.first(self._queries["due_at"], (number,)))

    async def surveyed_at(self, account: str) -> datetime | None:
        return _instant(self._reader.first(self._queries["surveyed_at"], (account,)))

    async def link(self, room: str, message: str) -> Link | None:
        row = self._reader.first(self._queries["link"], (room, message)) or self._reader.first(
            self._queries["delivered_link"], (room, message)
        )
        return Link(room, message, *row) if row else None

    async def open_asks(self, room: str, person: str, now: datetime) -> list[Ask]:
        row = (room, person, milliseconds(now))
        if not self._askers.may_have(*row):
            return []
        return [ask_from(*found) for found in self._reader.rows(self._queries["open_asks"], row)]

    async def ask_of(self, outgoing: str) -> Ask | None:
        row = self._reader.first(self._queries["ask_of_outgoing"], (outgoing,))
        return ask_from(*row) if row else None

    async def answers_since(self, room: str, since: datetime) -> list[Ask]:
        row = (room, milliseconds(since))
        return await self._reader.listed(ask_from, self._queries["answers_since"], row)

    async def kept(self, prefix: str) -> dict[str, str]:
        return dict(self._reader.rows(self._queries["kept"], (prefix, prefix + _LAST_CHARACTER)))

    async def export(self, part: Part, *, after: str = "", limit: int = 500) -> list[tuple[str, Piece]]:
        return await self._reader.at_once(lambda view: page(view, self._queries, part, after, limit))

    async def put_back(self, pieces: Sequence[Piece]) -> None:
        numbers = [piece.ticket.number for piece in pieces if isinstance(piece, KeptTicket)]
        self._last_number = max([self._last_number, *numbers])
        for piece in pieces:
            if isinstance(piece, Ask):
                self._askers.note(piece)
            elif isinstance(piece, KeptTicket):
                self._reporters.note(piece.ticket)
        await self._writer.submit(putting(pieces, self._queries))
        self._latest.forget()

    async def workers(self) -> list[str]:
        return []  # the lock is held

    async def tidy(self, now: datetime) -> None:
        self._ticket_from.cache_clear()  # what was read ahead was for seconds
        self._latest.forget()
        await self._forget("forget_seen", now - _SEEN_KEPT)
        await self._forget("forget_asks", now - _KEPT)
        await self._forget("forget_outgoing", now - _KEPT)
        await self._forget("forget_files", now - _FILES_KEPT)
        await self._forget("forget_failures", now - _KEPT)
        await self._forget("forget_lessons", now - _KEPT)

    async def close(self) -> None:
        """Finish what is waiting and release the files; closing again does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        await self._writer.close()
        await self._reader.close()
        await asyncio.to_thread(_end, self._connection)
        self._lock.release()

    def _highest_number(self) -> int:
        row = self._reader.first(self._queries["highest_number"])
        return row[0] or 0 if row else 0

    def _latest_report(self) -> datetime:
        # Numbers are given in the order of time, but not to the second.
        rows = self._reader.rows(self._queries["recent_tickets"], (_ABOVE_ALL_NUMBERS, _LOOKED_AT_AT_START))
        return max((ticket_from(*found).opened_at for found in rows), default=_BEGINNING)

    async def _forget(self, query: str, before: datetime) -> None:
        # Step by step, so that commits in between wait for one step only.
        statement = Statement(self._queries[query], (milliseconds(before), _TIDIED_AT_ONCE))
        while await self._writer.submit([statement]) == _TIDIED_AT_ONCE:
            pass


async def open_sqlite(
    path: Path, now: datetime, *, migrations: Sequence[Migration] | None = None
) -> SqliteStore:
    """Open or create a database; `migrations` stands for those of this program.

    Raises:
        StoreFault: The file cannot be used, or another process has it open.
    """
    lock = await asyncio.to_thread(locked, path)
    try:
        await asyncio.to_thread(refuse_second_name, path)
        connection = await asyncio.to_thread(open_for_writing, path, now, migrations or known_migrations())
        return SqliteStore(path, lock, connection)
    except BaseException:
        lock.release()
        raise


def _end(connection: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):  # on a full disk the log stays, and the next one reads it
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _watched(body: bytes, due_at: int | None) -> tuple[Ticket, datetime | None]:
    return ticket_from(body), None if due_at is None else instant(due_at)


def _closing(number: int, closed_at: str) -> tuple[int, datetime]:
    return number, datetime.fromisoformat(closed_at)


def _instant(row: tuple[int | None, ...] | None) -> datetime | None:
    return None if row is None or row[0] is None else instant(row[0])
