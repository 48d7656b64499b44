"""How fast the Redis store commits beside the bare script on the same server, what a ticket weighs there, and how soon it is ready."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from time import perf_counter, process_time

from msgspec.structs import replace
from redis.asyncio.connection import Connection
from redis.exceptions import RedisError

from benchmarks.program import the_bot
from benchmarks.startup import example, started
from benchmarks.store import AT, change_of
from benchmarks.table import Row, at_most, ratio_of
from bot.store.contract import Change, Saved, Store
from bot.store.redis.parts import Part, Whereabouts, packed, parts_of
from bot.store.redis.scripts import script
from bot.store.redis.start import open_redis
from bot.store.sqlite.store import open_sqlite
from bot.tickets.events import Noted
from bot.tickets.kinds import Status
from bot.tickets.model import Party
from bot.tickets.records import Record, Source, sealed

IN_FLIGHT = (1, 64, 256)
COMMITS = {1: 400, 64: 3200, 256: 5120}
ROUNDS = 3
OPEN_TICKETS = 100_000
_PREFIX = "shouwen:{0}:"
_BATCH = 500
FAR = datetime(2090, 1, 1, tzinfo=UTC)  # nothing is due while something is measured
_CLOSED, _RECORDS = 2_560, 8


def run() -> list[Row]:
    """Measure; takes a minute or two. Needs redis-server."""
    if shutil.which("redis-server") is None:
        print("redis-server is missing: apt-get install redis-server")
        return []
    rows = [_rates(in_flight) for in_flight in IN_FLIGHT]
    with a_server() as (port, pid):
        _, client, server = asyncio.run(_commits(port, 256, pid))
    rows.append(Row("… CPU of a commit: the worker; peer: the server", client, server, "µs"))
    with a_server() as (port, _):
        tickets, everything = asyncio.run(_weights(port))
        seconds = asyncio.run(opening(f"redis://127.0.0.1:{port}/0"))
        ready = whole(f"redis://127.0.0.1:{port}/0")
    rows.append(
        Row(
            "Redis: an open ticket with its archive; peer: also its messages, links, questions",
            tickets,
            everything,
            "bytes",
            at_most(2048),
        )
    )
    with a_server() as (port, _):
        packed_, loose = asyncio.run(_closed(port))
    rows.append(
        Row(
            f"Redis: a closed ticket with {_RECORDS} records, packed; peer: before that",
            packed_,
            loose,
            "bytes",
            note="with its places in the lists of numbers and of its requester",
        )
    )
    rows.append(Row(f"Redis: ready with {OPEN_TICKETS:,} open tickets", seconds, None, "s", at_most(1.5)))
    rows.append(
        Row("… the whole program until `/readyz` says so; peer: on an empty store", *ready, "s", at_most(1.5))
    )
    with tempfile.TemporaryDirectory() as folder:
        seconds = asyncio.run(_opening_sqlite(Path(folder) / "store.db"))
        ready = whole(f"sqlite:{folder}/store.db")
    rows.append(Row(f"SQLite: ready with {OPEN_TICKETS:,} open tickets", seconds, None, "s", at_most(1.5)))
    rows.append(
        Row("… the whole program until `/readyz` says so; peer: on an empty store", *ready, "s", at_most(1.5))
    )
    return rows


def whole(url: str) -> tuple[float, float]:
    """Return the seconds from the start of the program until it is ready, with a full store and with an empty one."""
    with tempfile.TemporaryDirectory() as folder:
        empty = example(Path(folder))
        full = empty.with_name("full.toml")
        text = empty.read_text(encoding="utf-8")
        full.write_text(
            re.sub(r'(?m)^url = "sqlite:[^"]*"$', f'url = "{url}"', text, count=1), encoding="utf-8"
        )
        started(the_bot(full))  # the FAQ is imported
        started(the_bot(empty))
        ready = [[started(the_bot(file), "/readyz")[0] for file in (full, empty)] for _ in range(ROUNDS)]
    full_s, empty_s = (statistics.median(seconds) for seconds in zip(*ready, strict=True))
    return full_s, empty_s


def _rates(in_flight: int) -> Row:
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):  # in turns, so that a slow moment of the machine hits both
        with a_server() as (port, pid):
            ours.append(asyncio.run(_commits(port, in_flight, pid))[0])
        with a_server() as (port, _):
            bare.append(asyncio.run(_bare(port, in_flight)))
    return Row(
        f"Redis (everysec): store.commit, {in_flight} in flight",
        statistics.median(ours),
        statistics.median(bare),
        "/s",
        ratio_of(0.7),
        "the script alone, its words ready, pipelined alike",
    )


@contextmanager
def a_server() -> Iterator[tuple[int, int]]:
    """Give the port and the process id of a server of its own that is written to disk every second."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        command += ["--appendonly", "yes", "--appendfsync", "everysec", "--daemonize", "no"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                asyncio.run(_awake(port))
                yield port, process.pid
            finally:
                process.kill()


async def _awake(port: int) -> None:
    for _ in range(500):
        try:
            connection = await _connected(port)
        except (RedisError, OSError):
            await asyncio.sleep(0.02)
            continue
        await connection.disconnect()
        return
    raise RuntimeError("redis-server does not start")


async def _connected(port: int) -> Connection:
    connection = Connection(host="127.0.0.1", port=port, protocol=2, socket_timeout=None, driver_info=None)
    await connection.connect()
    return connection


async def _commits(port: int, in_flight: int, pid: int) -> tuple[float, float, float]:
    """Return commits a second, and the microseconds of CPU that one costs this process and the server."""
    store = await open_redis(f"redis://127.0.0.1:{port}/0", AT)
    changes = [change_of(number) for number in range(1, COMMITS[in_flight] + 1)]
    await store.next_number(
        len(changes)
    )  # as the desk does, so that no commit has to say how far numbers are
    queue = iter(changes)

    async def caller() -> None:
        for change in queue:
            await store.commit(change)

    began, cpu, server = perf_counter(), process_time(), _cpu_of(pid)
    await asyncio.gather(*(caller() for _ in range(in_flight)))
    seconds = perf_counter() - began
    cpu, server = process_time() - cpu, _cpu_of(pid) - server
    await store.close()
    return len(changes) / seconds, cpu / len(changes) * 1e6, server / len(changes) * 1e6


async def _bare(port: int, in_flight: int) -> float:
    """Return how often a second the script runs when its words are ready and travel in groups of this size."""
    connection = await _connected(port)
    count = COMMITS[in_flight]
    wanted = script("commit")
    await connection.send_command("SCRIPT", "LOAD", wanted.source)
    await connection.read_response()
    words = [
        ("EVALSHA", wanted.sha, 1, _PREFIX, "commit", packed(_part(change_of(number), str(number))))
        for number in range(1, count + 1)
    ]
    began = perf_counter()
    for first in range(0, count, in_flight):
        group = words[first : first + in_flight]
        await connection.send_packed_command(connection.pack_commands(group), check_health=False)
        for _ in group:
            await connection.read_response()
    seconds = perf_counter() - began
    await connection.disconnect()
    return count / seconds


def _part(change: Change, id_: str) -> Part:
    where = Whereabouts(lambda _: 0, lambda _: 0, lambda _: 0, lambda _: 0, {})
    blank = lambda: Part(id=id_, channel="shouwen:wake:0", worker="bare", at=0)  # noqa: E731
    return parts_of(change, where, blank)[0]


async def _weights(port: int) -> tuple[float, float]:
    """Fill a server, and return the bytes of a ticket with its archive alone, and with all that one report brings about."""
    store = await open_redis(f"redis://127.0.0.1:{port}/0", AT)
    await store.close()
    connection = await _connected(port)
    wanted = script("commit")
    await connection.send_command("SCRIPT", "LOAD", wanted.source)
    await connection.read_response()
    empty = await _used(connection)
    few = OPEN_TICKETS // 10
    await _fill(connection, 1, OPEN_TICKETS - few, is_bare=True)
    tickets = await _used(connection)
    await _fill(connection, OPEN_TICKETS - few + 1, OPEN_TICKETS, is_bare=False)
    everything = await _used(connection)
    await connection.disconnect()
    return (tickets - empty) / (OPEN_TICKETS - few), (everything - tickets) / few


async def _closed(port: int) -> tuple[float, float]:
    """Return the bytes of a closed ticket with its archive, after it was packed and before."""
    store = await open_redis(f"redis://127.0.0.1:{port}/0", AT)
    connection = await _connected(port)
    empty = await _used(connection)
    for number in range(1, _CLOSED + 1):
        await _live(store, number)
    await _forget_commits(connection)
    loose = await _used(connection)
    while int(await _asked(connection, "ZCARD", f"{_PREFIX}closed")):
        await store.tidy(AT + timedelta(days=40))
    packed_ = await _used(connection)
    await store.close()
    await connection.disconnect()
    return (packed_ - empty) / _CLOSED, (loose - empty) / _CLOSED


async def _live(store: Store, number: int) -> None:
    """Let a ticket be opened, written about and closed; no two say the same."""
    opened = change_of(number).tickets[0]
    ticket = replace(opened.ticket, account=f"qq:{number // 5}", text=_words(number))
    await store.commit(Change(at=AT, tickets=(replace(opened, ticket=ticket),)))
    by, records, head = Party("zhang", "老张"), [], ticket.head
    for seq in range(2, _RECORDS + 1):
        source = Source(f"m{number}.{seq}", "qq:10001", "qq:group:123456")
        noted = Noted(by=by, text=_words(number * _RECORDS + seq))
        record = Record(
            number=number, seq=seq, at=AT + timedelta(minutes=number + seq), event=noted, source=source
        )
        records.append(sealed(record, head))
        head = records[-1].hash
    ticket = replace(
        ticket, version=_RECORDS, head=head, status=Status.CLOSED, closed_at=AT + timedelta(minutes=9)
    )
    await store.commit(
        Change(
            at=AT,
            tickets=(Saved(ticket=ticket, expected_version=1, records=tuple(records), next_due_at=None),),
        )
    )


def _words(number: int) -> str:
    """Return twenty characters that no other number has, in pairs as people write them: hardly ever does one say the same."""
    chance, text = random.Random(number), _text()
    return "".join(text[at : at + 2] for at in (chance.randrange(len(text) - 1) for _ in range(10)))


@cache
def _text() -> str:
    return "".join(re.findall(r"[\u4e00-\u9fff]", Path("faq.example.md").read_text(encoding="utf-8")))


async def _forget_commits(connection: Connection) -> None:
    """Remove what is remembered of commits for five minutes: it is no part of a ticket."""
    await connection.send_command("KEYS", f"{_PREFIX}c:*")
    for key in await connection.read_response():
        await connection.send_command("DEL", key)
        await connection.read_response()


async def _asked(connection: Connection, *command: str) -> bytes:
    await connection.send_command(*command)
    return bytes(str(await connection.read_response()), "ascii")


async def _fill(connection: Connection, first: int, last: int, *, is_bare: bool) -> None:
    """Write tickets of as many requesters in a tenth as many rooms."""
    for start in range(first, last + 1, _BATCH):
        group = []
        for number in range(start, min(start + _BATCH, last + 1)):
            change = change_of(number)
            saved = change.tickets[0]
            ticket = replace(saved.ticket, account=f"qq:{number}", room=f"room{number // 10}")
            change = replace(change, tickets=(replace(saved, ticket=ticket, next_due_at=FAR),))
            if is_bare:
                change = Change(at=change.at, tickets=change.tickets)
            part = packed(_part(change, str(number)))
            group.append(("EVALSHA", script("commit").sha, 1, _PREFIX, "commit", part))
        await connection.send_packed_command(connection.pack_commands(group), check_health=False)
        for _ in group:
            await connection.read_response()
    # What is remembered of commits for five minutes is no part of a ticket.
    for start in range(first, last + 1, _BATCH):
        keys = [f"{_PREFIX}c:{number}" for number in range(start, start + _BATCH)]
        await connection.send_command("DEL", *keys)
        await connection.read_response()


async def _used(connection: Connection) -> int:
    await connection.send_command("INFO", "memory")
    text = bytes(await connection.read_response()).decode()
    return int(next(line for line in text.splitlines() if line.startswith("used_memory:")).split(":")[1])


async def opening(url: str) -> float:
    """Return the seconds until a store is open and has said what a worker asks at its start."""
    began = perf_counter()
    store = await open_redis(url, AT)
    await store.entries()
    await store.hold("web")
    await store.news("web", ())
    await store.claim_due(AT)
    await store.next_due_at()
    seconds = perf_counter() - began
    await store.close()
    return seconds


async def _opening_sqlite(path: Path) -> float:
    store = await open_sqlite(path, AT)
    for first in range(1, OPEN_TICKETS + 1, _BATCH):
        saved = (change_of(number).tickets[0] for number in range(first, first + _BATCH))
        bare = (Change(at=AT, tickets=(replace(each, next_due_at=FAR),)) for each in saved)
        await asyncio.gather(*map(store.commit, bare))
    await store.close()
    began = perf_counter()
    store = await open_sqlite(path, AT)
    await store.entries()
    await store.news("web", ())
    await store.claim_due(AT)
    await store.next_due_at()
    seconds = perf_counter() - began
    await store.close()
    return seconds


def _cpu_of(pid: int) -> float:
    """Return the seconds of CPU a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100
