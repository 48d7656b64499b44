"""Commits until the disk takes no more, then frees it and goes on; tells what happened as JSON. Run by test_bad_disks.py.

`limit` bounds the size of a file (RLIMIT_FSIZE); `mount` is a small file system of its own, which is filled, or made read-only.
"""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.store.contract import Change
from bot.store.faults import StoreFault
from bot.store.messages import Queued
from bot.store.pages import tallied
from bot.store.registry import open_store

AT = datetime(2026, 3, 6, 1, tzinfo=UTC)
ROOM = 60_000


def limited(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def remounted(folder: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(folder)], check=True)


async def commit(store, number: int) -> None:
    message = Queued(key=f"o{number}", adapter="qq", room="qq:group:1", text="长" * ROOM, created_at=AT)
    await store.commit(Change(at=AT, seen=f"m{number}", outgoing=(message,)))


async def main(kind: str, folder: Path) -> dict[str, object]:
    url = f"sqlite:{folder / 'store.db'}"
    store = await open_store(url, AT)
    acknowledged, faults = [], []
    for number in range(5):
        await commit(store, number)
        acknowledged.append(number)
    if kind == "limit":
        limited(1_000_000)
    elif kind == "nothing":
        limited(0)
    for number in range(5, 200):
        try:
            await commit(store, number)
            acknowledged.append(number)
        except StoreFault as fault:
            faults.append(str(fault))
            if len(faults) == 5:
                break
    reads = await store.is_seen("m0"), (await store.outgoing("o0")) is not None
    half_written = [
        n for n in range(200) if await store.is_seen(f"m{n}") != (await store.outgoing(f"o{n}") is not None)
    ]
    if kind in ("limit", "nothing"):
        limited(resource.RLIM_INFINITY)
    else:
        remounted(folder, "size=64m")
    await commit(store, 1000)
    await store.close()
    again = await open_store(url, AT)
    lost = [number for number in [*acknowledged, 1000] if not await again.is_seen(f"m{number}")]
    broken = (await tallied(again)).broken
    await again.close()
    return {
        "acknowledged": len(acknowledged),
        "faults": faults,
        "reads": reads,
        "half_written": half_written,
        "lost": lost,
        "broken": broken,
    }


async def read_only(folder: Path) -> dict[str, object]:
    """A disk that became read-only while the bot was away."""
    url, faults = f"sqlite:{folder / 'store.db'}", []
    store = await open_store(url, AT)
    for number in range(5):
        await commit(store, number)
    await store.close()
    remounted(folder, "ro")
    for _ in range(5):
        try:
            await (await open_store(url, AT)).close()
        except StoreFault as fault:
            faults.append(str(fault))
    remounted(folder, "rw")
    again = await open_store(url, AT)
    lost = [number for number in range(5) if not await again.is_seen(f"m{number}")]
    await commit(again, 1000)
    await again.close()
    told = {"acknowledged": 5, "faults": faults, "reads": [True, True]}
    return {**told, "half_written": [], "lost": lost, "broken": []}


if __name__ == "__main__":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    kind, folder = sys.argv[1], Path(sys.argv[2])
    if kind in ("full", "readonly"):
        size = "2m" if kind == "full" else "16m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    work = read_only(folder) if kind == "readonly" else main(kind, folder)
    print(json.dumps(asyncio.run(work)))  # noqa: T201 - read by the test
