"""What a commit costs each of several workers on one Redis beside one alone, and how soon a worker is ready on Valkey and a cluster."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from msgspec.structs import replace

from benchmarks.program import ROOT, worked
from benchmarks.redis_store import FAR, OPEN_TICKETS, opening, whole
from benchmarks.store import AT, change_of
from benchmarks.table import Goal, Row, at_most
from bot.store.contract import Change
from bot.store.redis.start import open_redis
from tests.redis_servers import Cluster, Server

WORKERS = (2, 4)
_COMMITS, _IN_FLIGHT = 3000, 64
_KEEPS = Goal("ratio", 1.25, is_upper=True)


@dataclass(frozen=True, slots=True)
class _Shift:
    """What so many workers did together: commits a second, and microseconds of CPU a commit cost each of them and the server."""

    rate: float
    worker: float
    server: float


def run() -> list[Row]:
    """Measure; takes two minutes. Needs redis-server."""
    if shutil.which("redis-server") is None:
        print("redis-server is missing: apt-get install redis-server")
        return []
    alone = _shift(1)
    rows = []
    for count in WORKERS:
        together = _shift(count)
        name = f"Redis: CPU of a commit, each of {count} workers; peer: one alone"
        rows.append(Row(name, together.worker, alone.worker, "µs", _KEEPS))
        rows.append(Row("… the server's", together.server, alone.server, "µs", _KEEPS))
        rows.append(Row("… commits a second together; all share two cores", together.rate, alone.rate, "/s"))
    for kind in ("Valkey", "cluster of three"):
        rows.extend(_ready(kind))
    return rows


def _shift(count: int) -> _Shift:
    with tempfile.TemporaryDirectory() as folder:
        server = Server("redis", Path(folder))
        command = [sys.executable, "-m", "benchmarks.several_workers", server.url]
        workers = [
            subprocess.Popen(
                [*command, str(index * _COMMITS)],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for index in range(count)
        ]  # fmt: skip
        try:
            for worker in workers:
                assert worker.stdout is not None
                worker.stdout.readline()
            began, cpu = perf_counter(), worked(server.pid)
            for worker in workers:
                assert worker.stdin is not None
                worker.stdin.write("go\n")
                worker.stdin.flush()
            costs = [json.loads(worker.communicate()[0]) for worker in workers]
            seconds, cpu = perf_counter() - began, worked(server.pid) - cpu
        finally:
            for worker in workers:
                worker.kill()
            server.end()
    commits = count * _COMMITS
    return _Shift(commits / seconds, sum(costs) / count, cpu / commits * 1e6)


async def _work(url: str, first: int) -> None:
    """Open the store, say so, and commit when told to; print the microseconds of CPU that one commit took."""
    store = await open_redis(url, AT)
    changes = [change_of(first + number) for number in range(1, _COMMITS + 1)]
    await store.next_number(100 * _COMMITS)  # as the desk does: no commit has to say how far numbers are
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    queue, cpu = iter(changes), process_time()

    async def caller() -> None:
        for change in queue:
            await store.commit(change)

    await asyncio.gather(*(caller() for _ in range(_IN_FLIGHT)))
    print(json.dumps((process_time() - cpu) / _COMMITS * 1e6))
    await store.close()


def _ready(kind: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        servers = Server("valkey", Path(folder)) if kind == "Valkey" else Cluster("redis", Path(folder))
        try:
            asyncio.run(_filled(servers.url))
            seconds = asyncio.run(opening(servers.url))
            full, empty = whole(servers.url)
        finally:
            servers.end()
    return [
        Row(f"{kind}: ready with {OPEN_TICKETS:,} open tickets", seconds, None, "s", at_most(1.5)),
        Row(
            "… the whole program until `/readyz` says so; peer: on an empty store", full, empty, "s", at_most(1.5)
        ),
    ]  # fmt: skip


async def _filled(url: str) -> None:
    """Open tickets of as many requesters in a tenth as many rooms, so that a cluster has them on all nodes."""
    store = await open_redis(url, AT)
    numbers = iter(range(1, OPEN_TICKETS + 1))

    async def caller() -> None:
        for number in numbers:
            saved = change_of(number).tickets[0]
            room = f"qq:group:{number // 10}"
            ticket = replace(saved.ticket, account=f"qq:{number}", room=f"room{number // 10}", address=room)
            await store.commit(Change(at=AT, tickets=(replace(saved, ticket=ticket, next_due_at=FAR),)))

    await asyncio.gather(*(caller() for _ in range(256)))
    await store.close()


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], int(sys.argv[2])))
