"""How fast the SQLite store commits, beside the same rows written by one bare thread."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from benchmarks.table import Row, ratio_of
from bot.asks import Ask, Menu
from bot.store.contract import Change, Link, Saved
from bot.store.messages import Queued
from bot.store.sqlite.file import known_migrations, open_for_writing
from bot.store.sqlite.queries import sqlite_queries
from bot.store.sqlite.statements import saving
from bot.store.sqlite.store import open_sqlite
from bot.tickets.events import Opened
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.model import Party, Promise, Ticket
from bot.tickets.records import Record, Source, sealed

AT = datetime(2026, 3, 6, 8, 45, tzinfo=UTC)
WAITING = 64
GROUPS = 40
ROUNDS = 11


def run() -> list[Row]:
    """Measure; takes some ten seconds and writes to the folder for temporary files."""
    rates: dict[str, list[float]] = {}
    for _ in range(ROUNDS):  # in turns, so that a slow moment of the machine hits all of them
        for name, rate in (
            ("together", asyncio.run(_store_rate(WAITING))),
            ("rows ready", _bare_rate(WAITING)),
            ("rows made", _bare_rate(WAITING, are_ready=False)),
            ("alone", asyncio.run(_store_rate(1))),
            ("row by row", _bare_rate(1)),
        ):
            rates.setdefault(name, []).append(rate)
    middle = {name: statistics.median(values) for name, values in rates.items()}
    waiting, unit = f"store.commit, {WAITING} waiting", "changes/s"
    ready, made, alone = middle["rows ready"], middle["rows made"], middle["row by row"]
    return [
        Row(
            waiting, middle["together"], ready, unit, ratio_of(0.8), "one thread, rows ready, nothing checked"
        ),
        Row(waiting, middle["together"], made, unit, note="the same, but it also makes its rows"),
        Row("store.commit, one after another", middle["alone"], alone, unit, note="one thread, rows ready"),
    ]


async def _store_rate(waiting: int) -> float:
    """Return commits a second while so many callers wait for theirs all the time."""
    changes = [change_of(number) for number in range(1, WAITING * GROUPS + 1)]
    with tempfile.TemporaryDirectory() as folder:
        store = await open_sqlite(Path(folder) / "store.db", AT)
        queue = iter(changes)

        async def caller() -> None:
            for change in queue:
                await store.commit(change)

        start = perf_counter()
        await asyncio.gather(*(caller() for _ in range(waiting)))
        seconds = perf_counter() - start
        await store.close()
    return len(changes) / seconds


def _bare_rate(group: int, *, are_ready: bool = True) -> float:
    """Return changes a second when every group is one transaction."""
    queries = sqlite_queries()
    changes = [change_of(number) for number in range(1, WAITING * GROUPS + 1)]
    ready = [saving(change, queries) for change in changes] if are_ready else []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.db"
        with closing(open_for_writing(path, AT, known_migrations())) as connection:
            start = perf_counter()
            for first in range(0, len(changes), group):
                connection.execute("BEGIN IMMEDIATE")
                for place in range(first, first + group):
                    for statement in ready[place] if are_ready else saving(changes[place], queries):
                        connection.execute(statement.sql, statement.row)
                connection.execute("COMMIT")
            seconds = perf_counter() - start
    return len(changes) / seconds


def change_of(number: int) -> Change:
    """Return what one reported fault brings about: a ticket with its record, two messages, one question, one link."""
    room, sender, key = "qq:group:123456", "qq:20001", f"qq:group:123456/{number}"
    requester = Party(sender, "王老师")
    promises = tuple(
        Promise(kind=kind, within=timedelta(hours=hours), calendar="workday", ladder="standard")
        for kind, hours in ((ClockKind.RESPOND, 1), (ClockKind.RESOLVE, 8))
    )
    opened = Opened(
        number=number,
        kind=Kind.FAULT,
        room="yucai",
        customer="yucai",
        policy="edu",
        level="3",
        level_name="三级·个别服务",
        promises=promises,
        requester=requester,
        account=sender,
        address=room,
        text="三楼机房的打印机坏了，一直闪红灯",
    )
    record = sealed(
        Record(number=number, seq=1, at=AT, event=opened, source=Source(str(number), sender, room)), ""
    )
    ticket = Ticket(
        number=number,
        version=1,
        head=record.hash,
        kind=Kind.FAULT,
        customer="yucai",
        room="yucai",
        policy="edu",
        level="3",
        level_name="三级·个别服务",
        requester=requester,
        account=sender,
        address=room,
        text=opened.text,
        opened_at=AT,
        promises=tuple(promises),
    )
    return Change(
        at=AT,
        seen=key,
        tickets=(
            Saved(ticket=ticket, expected_version=0, records=(record,), next_due_at=AT + timedelta(hours=1)),
        ),
        outgoing=(
            _message(
                f"{key}/1", room, f"已建单 {number}（三级·个别服务）。工程师最晚 周一 09:15 响应。", number
            ),
            _message(f"{key}/2", "qq:group:1", f"🆕 {number} 三级｜育才小学｜王老师：{opened.text}", number),
        ),
        asks=(
            Ask(
                id=f"{key}/ask",
                room=room,
                person=sender,
                about=Menu(question=opened.text, entries=("K-101", "K-102")),
                asked_at=AT,
                expires_at=AT + timedelta(minutes=10),
                outgoing=f"{key}/1",
            ),
        ),
        links=(Link(room, str(number), ticket=number),),
    )


def _message(key: str, room: str, text: str, number: int) -> Queued:
    return Queued(key=key, adapter="qq", room=room, text=text, created_at=AT, ticket=number)
