"""How late deadlines are served when many tickets are open, beside APScheduler with one job a deadline in an SQLAlchemy store."""

from __future__ import annotations

import asyncio
import itertools
import os
import pickle
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from msgspec.structs import replace

from adapters.contract import Capabilities, Incoming, Outgoing
from benchmarks.example import write_config
from benchmarks.load import GROUPS
from benchmarks.table import Goal, Row, at_most, more_by
from bot.assembly import Bot, assemble
from bot.clock import StillClock
from bot.config import Config, load, rules_of
from bot.store.bodies import body_of
from bot.store.contract import Change, Saved, Store
from bot.store.instants import milliseconds
from bot.store.registry import open_store
from bot.telemetry.logs import configure
from bot.tickets import steps as s
from bot.tickets.due import next_deadline
from bot.tickets.events import Opened
from bot.tickets.evolve import born
from bot.tickets.kinds import Kind
from bot.tickets.lifecycle import opening
from bot.tickets.model import Party
from bot.tickets.records import Record, sealed
from bot.tickets.rules import Rules

SIZES = (10_000, 100_000, 1_000_000)
DUE = 1000  # of them in the same second
SCANS = 300
OPENED = datetime(2026, 3, 6, 2, tzinfo=UTC)
PEER_AT = 10_000  # the largest number for which one job a deadline is set up in reasonable time
_SCAN = at_most(0.1)  # milliseconds
_PEER = "APScheduler, a job a deadline, which does nothing but end"


def run() -> list[Row]:
    """Measure; takes some minutes and, for a million tickets, two gigabytes of the folder for temporary files."""
    configure(is_quiet=True)
    rows: list[Row] = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            ours = asyncio.run(_ours(Path(folder), size))
            peer = asyncio.run(_peer(Path(folder), size)) if size == PEER_AT else None
        rows.extend(rows_of_served(f"{size:,}", ours, peer))
    return rows


@dataclass
class Served:
    """When each deadline was served after it came, and what else was seen."""

    late: list[float] = field(default_factory=list)  # milliseconds
    commits: float = 0.0  # milliseconds that the same commits take with nothing beside them
    scan: float = 0.0  # milliseconds to find that nothing is due
    tick: float = 0.0  # milliseconds of a whole tick with nothing due
    cpu: float = 0.0  # milliseconds of processor time a served deadline, once it is due
    ahead: float = 0.0  # the same before, while nothing is due
    memory: float = 0.0  # megabytes

    def at(self, share: float) -> float:
        """Return by how much at most that share of the deadlines is late."""
        ordered = sorted(self.late)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def rows_of_served(
    size: str, ours: Served, peer: Served | None, *, scan: Goal | None = _SCAN
) -> Iterator[Row]:
    """Yield what was measured with so many tickets open; `scan` is what is wanted of a look that finds nothing due."""
    name, note = f"{size} open, {DUE:,} due in one second", _PEER if peer else ""
    yield Row(f"{name}: lateness p50", ours.at(0.5), peer.at(0.5) if peer else None, "ms", None, note)
    yield Row(f"{name}: lateness max", ours.at(1), peer.at(1) if peer else None, "ms", None, note)
    if peer:
        yield Row(f"{name}: lateness p99", ours.at(0.99), peer.at(0.99), "ms", None, note)
    yield Row(
        f"{name}: lateness p99",
        ours.at(0.99),
        ours.commits,
        "ms",
        more_by(50),
        "its commits, made once more alone",
    )
    yield Row(
        f"{size} open: processor time a served deadline", ours.cpu, None, "ms", None, "rows; once it is due"
    )
    yield Row(
        f"{size} open: … and ahead of it",
        ours.ahead,
        None,
        "ms",
        None,
        "rules, words; in idle seconds before",
    )
    yield Row(f"{size} open: scan, nothing due", ours.scan, peer.scan if peer else None, "ms", scan, note)
    yield Row(
        f"{size} open: tick, nothing due", ours.tick, None, "ms", None, "shifts and lists are looked at too"
    )
    yield Row(f"{size} open: memory", ours.memory, peer.memory if peer else None, "MB", None, note)


# ── ours ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Silent:
    """A platform that takes every message at once."""

    capabilities = Capabilities(has_buttons=True)
    name = "qq"

    async def incoming(self) -> AsyncIterator[Incoming]:
        """Yield nothing."""
        nothing: tuple[Incoming, ...] = ()
        for each in nothing:
            yield each

    async def send(self, message: Outgoing) -> str:
        """Take a message."""
        return message.key

    async def close(self) -> None:
        """Nothing is open."""


class Timed:
    """A store that notes when a commit has saved which tickets, and what was committed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.saved_at: dict[int, float] = {}
        self.changes: list[Change] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(self, change: Change) -> None:
        """Commit, and note when that was durable."""
        await self._store.commit(change)
        ended = time.perf_counter()
        self.changes.append(change)
        for saved in change.tickets:
            self.saved_at[saved.ticket.number] = ended


async def _ours(folder: Path, size: int) -> Served:
    config = load(write_config(folder), {})
    store = await open_store(config.store_url, OPENED)
    await store.close()
    _fill(rules_of(config), config.store_url.removeprefix("sqlite:"), size)
    timed = Timed(await open_store(config.store_url, OPENED))
    found, changes = await served(config, timed, StillClock(OPENED))
    found.commits = await _alone(config.store_url, rules_of(config), changes)
    return found


async def served(config: Config, timed: Timed, clock: StillClock) -> tuple[Served, list[Change]]:
    """Let the deadlines of a full store come, and return what was seen and what was committed; the store is closed."""
    due_at = due_at_of(rules_of(config), OPENED) + timedelta(seconds=1)
    bot = await assemble(config, timed, {"qq": Silent()}, clock)
    found = Served()
    try:
        clock.move_to(due_at - timedelta(seconds=2))
        await bot.tick(clock.now())
        found.scan = await _median(lambda: _scan(bot, clock.now()))
        found.tick = await _median(lambda: bot.tick(clock.now()))
        ahead = time.process_time()
        await bot.desk.look_ahead(clock.now(), lambda: True)  # as the metronome does between two ticks
        found.ahead = (time.process_time() - ahead) * 1000 / DUE
        clock.move_to(due_at)
        began = time.perf_counter()
        timed.saved_at.clear()
        timed.changes.clear()
        processor = time.process_time()
        await bot.tick(due_at)
        found.cpu = (time.process_time() - processor) * 1000 / DUE
        found.late = [(at - began) * 1000 for at in timed.saved_at.values()]
        assert len(found.late) == DUE, len(found.late)
        found.memory = _megabytes()
        return found, [change for change in timed.changes if change.tickets]
    finally:
        await bot.outbox.close()
        await timed.close()


async def _alone(url: str, rules: Rules, changes: list[Change]) -> float:
    """Return how many milliseconds commits take by themselves, once the tickets are again as they were."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for table in ("records", "outbox", "asks", "links", "kept"):
            connection.execute(f"DELETE FROM {table}")
        connection.executemany(
            "UPDATE tickets SET version = ?2, head = ?3, next_due_at = ?7, body = CAST(?8 AS TEXT)"
            " WHERE number = ?1 AND ?4 = ?4 AND ?5 = ?5 AND ?6 = ?6",
            itertools.islice(_rows_of(rules, DUE), DUE),
        )
        connection.execute("COMMIT")
    return await milliseconds_of(changes, await open_store(url, OPENED))


async def milliseconds_of(changes: Sequence[Change], store: Store) -> float:
    """Return how long commits take one after another in a store, which is closed then."""
    try:
        began = time.perf_counter()
        for change in changes:
            await store.commit(change)
        return (time.perf_counter() - began) * 1000
    finally:
        await store.close()


async def _scan(bot: Bot, now: datetime) -> None:
    first = await bot.store.next_due_at()
    assert first is not None
    assert first > now


async def _median(call: Any) -> float:
    times = []
    for _ in range(SCANS):
        began = time.perf_counter()
        await call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _fill(rules: Rules, path: str, size: int) -> None:
    """Fill a database with open tickets, as they are when they were just reported."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO tickets (number, version, head, status, room, account, next_due_at, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT))",
            _rows_of(rules, size),
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with Path(path).open("rb") as written:  # else the first checkpoint to come waits for all of it
        os.fsync(written.fileno())


def _rows_of(rules: Rules, size: int) -> Iterator[tuple[object, ...]]:
    for saved in due_tickets(rules, size):
        ticket, due = saved.ticket, milliseconds(saved.next_due_at or OPENED)
        yield ticket.number, 1, ticket.head, "open", ticket.room, ticket.account, due, body_of(ticket)


def due_tickets(rules: Rules, size: int) -> Iterator[Saved]:
    """Yield tickets: a thousand reported within one second, each at a moment of its own; the others are due later."""
    later = due_at_of(rules, OPENED) + timedelta(hours=1)
    for number in range(1, size + 1):
        is_due = number <= DUE
        opened_at = OPENED + timedelta(milliseconds=number if is_due else 0)
        opened = _opened(rules, number)
        record = sealed(Record(number=number, seq=1, at=opened_at, event=opened), "")
        ticket = replace(born(opened, opened_at), head=record.hash, version=1)
        due = due_at_of(rules, opened_at) if is_due else later + timedelta(milliseconds=number)
        yield Saved(ticket=ticket, expected_version=0, records=(record,), next_due_at=due)


def _opened(rules: Rules, number: int) -> Opened:
    group = GROUPS[number % len(GROUPS)]
    step = s.Open(
        number=number, kind=Kind.FAULT, room=f"room{group}", customer=f"school{group}", policy="edu",
        requester=Party(f"qq:{number}", "王老师"), account=f"qq:{number}", address=f"qq:group:{group}",
        text="二楼打印机不通电，换了插座也没有反应",
    )  # fmt: skip
    return opening(step, rules)


def due_at_of(rules: Rules, opened_at: datetime) -> datetime:
    """Return when a ticket of that instant is first looked at."""
    found = next_deadline(born(_opened(rules, 1), opened_at), rules, opened_at)
    assert found is not None
    return found


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


# ── the peer ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_fired: list[float] = []  # APScheduler finds what it calls by its name, so that this cannot be an argument


async def fire(number: int) -> None:  # noqa: ARG001 - as a ticket would be named
    """Note when a job was run."""
    _fired.append(time.time())


async def _peer(folder: Path, size: int) -> Served:
    _fired.clear()
    store = SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.db")
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        jobstores={"default": store},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    scheduler.start(paused=True)
    due_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=10)
    _scheduled(scheduler, store, size, due_at)
    served = Served()
    now = datetime.now(UTC)
    served.scan = await _median(lambda: _look(store, now))
    while datetime.now(UTC) >= due_at - timedelta(seconds=1):
        due_at += timedelta(seconds=5)  # a slow machine; the jobs are late then, and say so
    scheduler.resume()
    for _ in range(600):
        await asyncio.sleep(0.1)
        if len(_fired) >= DUE:
            break
    scheduler.shutdown(wait=False)
    served.late = [(at - due_at.timestamp()) * 1000 for at in _fired]
    served.memory = _megabytes()
    return served


async def _look(store: SQLAlchemyJobStore, now: datetime) -> None:
    store.get_due_jobs(now)
    store.get_next_run_time()


def _scheduled(scheduler: AsyncIOScheduler, store: SQLAlchemyJobStore, size: int, due_at: datetime) -> None:
    """Put the jobs into the store together: one by one, as the library does it, takes a durable write each."""
    rows: list[dict[str, object]] = []
    for number in range(size):
        at = due_at if number < DUE else due_at + timedelta(hours=1, seconds=number)
        job = Job(
            scheduler, id=str(number), func=fire, trigger=DateTrigger(at, UTC), executor="default",
            args=(number,), kwargs={}, name="fire", misfire_grace_time=None, coalesce=True, max_instances=1,
        )  # fmt: skip
        job._modify(next_run_time=at)
        state = pickle.dumps(job.__getstate__(), store.pickle_protocol)
        rows.append({"id": job.id, "next_run_time": at.timestamp(), "job_state": state})
    with store.engine.begin() as connection:
        connection.execute(store.jobs_t.insert(), rows)


__all__: Sequence[str] = ("fire", "run")
