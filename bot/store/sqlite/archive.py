"""A SQLite store as of one instant, for reading it through while a bot goes on writing."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from bot.store.faults import StoreFault
from bot.store.portable import Part, Piece
from bot.store.sqlite.file import check_ours, known_migrations, open_for_reading
from bot.store.sqlite.pieces import page
from bot.store.sqlite.queries import sqlite_queries
from bot.tickets.errors import N_


class SqliteArchive:
    """One read transaction from the opening to the end: the log keeps what it sees, and nobody waits for it."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        """Take over a connection in a transaction; `open_sqlite_archive` makes one."""
        self._connection = connection
        self._queries = sqlite_queries()
        self._thread = thread

    async def export(self, part: Part, *, after: str = "", limit: int = 500) -> list[tuple[str, Piece]]:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._thread, page, self._connection, self._queries, part, after, limit
            )
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise StoreFault(
                N_("数据库读不出来（{error}）；请检查文件，或从备份恢复。"), error=error
            ) from error

    async def close(self) -> None:
        await asyncio.to_thread(self._thread.shutdown)
        self._connection.close()


async def open_sqlite_archive(path: Path) -> SqliteArchive:
    """Open a database that a bot may be using.

    Raises:
        StoreFault: There is none, or it cannot be read as our database of this version.
    """
    if not await asyncio.to_thread(path.exists):
        raise StoreFault(N_("还没有数据库 {path}；请检查 [store] url，或先运行一次机器人。"), path=path)
    thread = ThreadPoolExecutor(1, thread_name_prefix="store archive")
    try:
        connection = await asyncio.get_running_loop().run_in_executor(thread, _begun, path)
    except BaseException:
        thread.shutdown()
        raise
    return SqliteArchive(connection, thread)


def _begun(path: Path) -> sqlite3.Connection:
    connection = open_for_reading(path)
    try:
        connection.execute("BEGIN")
        check_ours(connection, path, known_migrations()[-1].version)
    except BaseException:
        connection.close()
        raise
    return connection
