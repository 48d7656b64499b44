"""One writing connection in one thread: whatever waits is saved with one commit, each change with its own outcome."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVarTuple

from bot.store.faults import AlreadySeen, Conflict, StoreFault
from bot.store.knowledge_contract import KnowledgeMoved
from bot.store.sqlite.batches import Batches, Refusal
from bot.store.sqlite.faults import of_database
from bot.store.sqlite.statements import Statement
from bot.tickets.errors import N_

Ts = TypeVarTuple("Ts")
Job = tuple[Sequence[Statement], asyncio.Future[int]]
Outcome = int | Exception

# What one change alone is to blame for; anything else stops the whole batch.
_OWN_FAULTS = (
    KnowledgeMoved,
    Conflict,
    AlreadySeen,
    ValueError,
    OverflowError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)


# Rounds of the loop that are waited for at most. With twenty changes in a commit each costs half of what it costs with seven.
_ROUNDS = 24
# Rounds in a row that bring nothing end the wait: of those that bring something after a pause 997 in 1,000 come within three.
_QUIET = 4


class GroupCommit:
    """Runs statements for one event loop.

    A change waits for no timer: the first one starts a commit, those that arrive while it is written share the next. One that comes
    alone is handed over with the next round of the loop; where several come in one, those that the next few rounds bring come along.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, *, most: int = 256) -> None:
        """Take over a connection without implicit transactions, to be used by nobody else until `close` has returned.

        `path` is told in faults; `most` is how many changes share a commit.
        """
        self.trouble: StoreFault | None = None  # why the latest commit failed
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._batches = Batches()
        self._most = most
        self._gathered: list[Job] = []
        self._handed_over: SimpleQueue[list[Job] | None] = SimpleQueue()
        self._waiting: deque[Job] = deque()  # only the thread looks at it
        self._is_ending = False  # only the thread sets it
        self._is_closed = False
        self._ended = self._loop.create_future()
        # A daemon: a program that ends without `close` must not hang, and what was acknowledged is on disk already.
        self._thread = Thread(target=self._run, name="store writer", daemon=True)
        self._thread.start()

    def submit(self, statements: Sequence[Statement]) -> asyncio.Future[int]:
        """Run statements, all or none, and give how many rows they changed once that is durable.

        Giving up the future does not take the change back.

        Raises (in the future):
            Exception: The refusal of a statement.
            ValueError: The values do not fit the tables.
            StoreFault: Nothing could be saved.
        """
        if self._is_closed:
            raise StoreFault(N_("数据库已关闭，不能再保存。"))
        future: asyncio.Future[int] = self._loop.create_future()
        if not self._gathered:
            # Whoever else is ready in this round of the loop comes along with one hand-over.
            self._loop.call_soon(self._gather, _ROUNDS, _QUIET, 0)
        self._gathered.append((statements, future))
        return future

    async def close(self) -> None:
        """Save what is waiting, then end the thread; the connection stays open."""
        if not self._is_closed:
            self._is_closed = True
            self._hand_over()
            self._handed_over.put(None)
        await asyncio.shield(self._ended)
        self._thread.join()

    def _gather(self, rounds: int, quiet: int, known: int) -> None:
        """Hand over what has come, or wait for another round of the loop where several came together and others still come."""
        count = len(self._gathered)
        quiet = quiet - 1 if count == known else _QUIET
        if rounds and quiet and 1 < count < self._most:
            self._loop.call_soon(self._gather, rounds - 1, quiet, count)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._gathered:
            self._handed_over.put(self._gathered)
            self._gathered = []

    def _run(self) -> None:
        while batch := self._next_batch():
            self._post(_resolve, batch, self._write(batch))
        self._post(self._ended.set_result, None)

    def _next_batch(self) -> list[Job]:
        """Return what is waiting, or wait for it; empty when the end has come."""
        if not self._waiting and not self._is_ending:
            self._receive(self._handed_over.get())
        while len(self._waiting) < self._most:
            try:
                self._receive(self._handed_over.get_nowait())
            except Empty:
                break
        return [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]

    def _receive(self, jobs: list[Job] | None) -> None:
        if jobs is None:
            self._is_ending = True
        else:
            self._waiting.extend(jobs)

    def _write(self, batch: Sequence[Job]) -> Sequence[Outcome]:
        cursor = self._connection.cursor()
        try:
            # Savepoints cost a quarter of the speed and are only needed when something is refused, which is rare.
            cursor.execute("BEGIN IMMEDIATE")
            try:
                outcomes: Sequence[Outcome] = self._batches.execute(cursor, [change for change, _ in batch])
            except (Refusal, *_OWN_FAULTS):
                self._connection.rollback()
                outcomes = _one_by_one(cursor, batch)
            cursor.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - the thread must live on; everybody who waits is told
            self._post(self._note, self._give_up(error))
            return [self._give_up(error) for _ in batch]
        if self.trouble is not None:
            self._post(self._note, None)
        return outcomes

    def _note(self, trouble: StoreFault | None) -> None:
        """Note how the latest commit went, in the loop's thread, before anybody who waited for it goes on."""
        self.trouble = trouble

    def _give_up(self, error: Exception) -> StoreFault:
        # Often SQLite has rolled back by itself. If it cannot, the next BEGIN fails and says so to whoever waits then.
        with suppress(sqlite3.Error):
            self._connection.rollback()
        fault = of_database(self._path, error)
        fault.__cause__ = error
        return fault

    def _post(self, callback: Callable[[*Ts], object], *values: *Ts) -> None:
        # A closed loop refuses: then nobody waits any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *values)


def _one_by_one(cursor: sqlite3.Cursor, batch: Sequence[Job]) -> list[Outcome]:
    """Run a batch again so that a refused change takes back only itself."""
    cursor.execute("BEGIN IMMEDIATE")
    return [_attempt(cursor, statements) for statements, _ in batch]


def _attempt(cursor: sqlite3.Cursor, statements: Sequence[Statement]) -> Outcome:
    cursor.execute("SAVEPOINT change")
    try:
        changed = _execute(cursor, statements)
    except _OWN_FAULTS as error:
        cursor.execute("ROLLBACK TO change")
        cursor.execute("RELEASE change")
        return _own_fault(error)
    cursor.execute("RELEASE change")
    return changed


def _execute(cursor: sqlite3.Cursor, statements: Sequence[Statement]) -> int:
    changed = 0
    for statement in statements:
        rows = cursor.execute(statement.sql, statement.row).rowcount
        if not rows and statement.refusal is not None:
            raise statement.refusal(statement.refused)
        changed += rows
    return changed


def _own_fault(error: Exception) -> Exception:
    if isinstance(error, sqlite3.Error):
        fault = ValueError(f"a change that does not fit the tables: {error}")
        fault.__cause__ = error
        return fault
    return error


def _resolve(batch: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
    for (_, future), outcome in zip(batch, outcomes, strict=True):
        if future.done():  # given up by whoever waited
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
