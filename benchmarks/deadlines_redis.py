"""How late deadlines are served with the store on Redis when many tickets are open; the tickets are those of `deadlines`."""

from __future__ import annotations

import asyncio
import itertools
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.deadlines import (
    DUE,
    OPENED,
    Served,
    Timed,
    due_tickets,
    milliseconds_of,
    rows_of_served,
    served,
)
from benchmarks.example import write_config
from benchmarks.redis_store import a_server
from benchmarks.table import Row
from bot.clock import StillClock
from bot.config import Config, load, rules_of
from bot.store.contract import Change, Saved, Store
from bot.store.registry import open_store
from bot.telemetry.logs import configure

SIZES = (10_000, 100_000)
_IN_FLIGHT = 256


def run() -> list[Row]:
    """Measure; takes a minute or two. Needs redis-server."""
    if shutil.which("redis-server") is None:
        print("redis-server is missing: apt-get install redis-server")
        return []
    configure(is_quiet=True)
    rows: list[Row] = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            file = write_config(Path(folder))
            with a_server() as (port, _):
                ours, changes = asyncio.run(_ours(_on_redis(file, port), size))
            with a_server() as (port, _):
                ours.commits = asyncio.run(_alone(_on_redis(file, port), changes))
        # A look over the network takes what a round trip takes; the 0.1 ms are for the embedded store.
        rows.extend(rows_of_served(f"Redis: {size:,}", ours, None, scan=None))
    return rows


def _on_redis(file: Path, port: int) -> Config:
    text = file.read_text(encoding="utf-8")
    file.write_text(
        re.sub(r'(?m)^url = ".*"$', f'url = "redis://127.0.0.1:{port}/0"', text, count=1), encoding="utf-8"
    )
    return load(file, {})


async def _ours(config: Config, size: int) -> tuple[Served, list[Change]]:
    store = await open_store(config.store_url, OPENED)
    await _filled(store, config, size)
    await store.close()
    timed = Timed(await open_store(config.store_url, OPENED))
    return await served(config, timed, StillClock(OPENED))


async def _filled(store: Store, config: Config, size: int) -> None:
    queue: Iterator[Saved] = itertools.islice(due_tickets(rules_of(config), size), size)

    async def caller() -> None:
        for saved in queue:
            await store.commit(Change(at=OPENED, tickets=(saved,)))

    await store.next_number(size)
    await asyncio.gather(*(caller() for _ in range(_IN_FLIGHT)))


async def _alone(config: Config, changes: list[Change]) -> float:
    """Return how many milliseconds commits take by themselves, on a server with the tickets they are about."""
    store = await open_store(config.store_url, OPENED)
    await _filled(store, config, DUE)
    return await milliseconds_of(changes, store)
