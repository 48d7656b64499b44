"""Reading connections: single rows at once, lists in a thread of their own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bot.beside import let_go, short_turns
from bot.store.faults import StoreFault
from bot.store.sqlite.file import open_for_reading
from bot.store.sqlite.statements import Row
from bot.tickets.errors import N_

T = TypeVar("T")

_FEW = 200  # rows, a millisecond or so
_CLOSED = N_("数据库已关闭，不能再读取。")
_UNREADABLE = N_("数据库读不出来（{error}）；请检查文件，或从备份恢复。")


class Reader:
    """Two read-only connections to one database. Every read sees what was committed before it began."""

    def __init__(self, path: Path) -> None:
        """Open both.

        Raises:
            StoreFault: The file cannot be opened.
        """
        self._here = open_for_reading(path)
        self._there = open_for_reading(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store reader")

    def rows(self, sql: str, row: Row = ()) -> list[tuple[Any, ...]]:
        """Return the result of an indexed query; takes microseconds, and the event loop waits for it."""
        return _rows(self._here, sql, row)

    def first(self, sql: str, row: Row = ()) -> tuple[Any, ...] | None:
        """Return the first row of the result, or None."""
        rows = self.rows(sql, row)
        return rows[0] if rows else None

    async def at_once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what several queries find that see the same state, while the event loop goes on."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, _in_one_view, self._there, work)
        except RuntimeError as error:  # what an executor says that was shut down
            raise StoreFault(_CLOSED) from error

    async def listed(self, decode: Callable[..., T], sql: str, row: Row = ()) -> list[T]:
        """Return a result that may be long, decoded row by row, while the event loop goes on."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._decoded, decode, sql, row)
        except RuntimeError as error:  # what an executor says that was shut down
            raise StoreFault(_CLOSED) from error

    async def close(self) -> None:
        """Finish the lists that are being read, then close both connections."""
        await asyncio.to_thread(self._thread.shutdown)
        self._here.close()
        self._there.close()

    def _decoded(self, decode: Callable[..., T], sql: str, row: Row) -> list[T]:
        rows = _rows(self._there, sql, row)
        if len(rows) <= _FEW:
            return [decode(*values) for values in rows]
        with short_turns():
            found = [decode(*values) for values in rows]
            let_go(rows)
            return found


def _rows(connection: sqlite3.Connection, sql: str, row: Row) -> list[tuple[Any, ...]]:
    # All rows at once: a statement that is not read to its end keeps seeing the past and holds up checkpoints.
    try:
        return connection.execute(sql, row).fetchall()
    except sqlite3.Error as error:
        raise StoreFault(_UNREADABLE, error=error) from error


def _in_one_view(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    try:
        connection.execute("BEGIN")
        try:
            return work(connection)
        finally:
            connection.execute("COMMIT")
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise StoreFault(_UNREADABLE, error=error) from error
