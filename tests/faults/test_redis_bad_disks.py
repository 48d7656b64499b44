"""The disk under Redis is full, or the end of its log is torn or damaged: one sentence, nothing half-written, and it goes on or is restored."""

from __future__ import annotations

import asyncio
import random
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import copying
from bot.store.contract import StoreFault
from bot.store.pages import tallied
from bot.store.registry import open_store
from tests.bot.store.conftest import AT, Builder
from tests.redis_servers import Server, program

pytestmark = pytest.mark.asyncio
COMMITS = 30
_MEETING_LIMITS = (
    "sh",
    "-c",
    'trap "" XFSZ; exec "$@"',
    "sh",
)  # the server sees an error then, and is not ended
TORN, DAMAGED = {False: 2, True: 8}, {False: 1, True: 8}  # rounds


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server("redis", tmp_path / "redis", "--appendfsync", "always")
    yield server
    server.end()


async def filled(url: str) -> None:
    """Save tickets, each with a message and the key of what reported it."""
    build, store = Builder(), await open_store(url, AT)
    for n in range(1, COMMITS + 1):
        change = build.change(
            seen=f"m{n}", tickets=(build.opened(n),), outgoing=(build.message(f"o{n}", ticket=n),)
        )
        await store.commit(change)
    await store.close()


async def found(url: str) -> list[bool]:
    """Return which commits are there; each is there whole or not at all."""
    store = await open_store(url, AT)
    there = []
    for n in range(1, COMMITS + 1):
        parts = [
            await store.is_seen(f"m{n}"),
            await store.ticket(n) is not None,
            await store.outgoing(f"o{n}") is not None,
        ]
        assert len(set(parts)) == 1, (n, parts)
        there.append(parts[0])
    assert (await tallied(store)).broken == []
    await store.commit(Builder().change(seen="after"))
    await store.close()
    return there


def log_of(server: Server) -> Path:
    (log,) = (server.folder / "appendonlydir").glob("*.incr.aof")
    return log


def repair(manifest: Path) -> None:
    """Cut off what cannot be read, with the tool that comes with the server."""
    check = Path(program("redis")).with_name("redis-check-aof")
    subprocess.run([check, "--fix", manifest], input=b"y\n", capture_output=True, check=True)


@pytest.mark.fault("aof")
async def test_a_torn_end_of_the_log_loses_at_most_what_it_tore(server, seed, is_long, held):
    chance, lost = random.Random(seed), 0
    for _ in range(TORN[is_long]):
        server.empty()
        await filled(server.url)
        server.kill()
        log = log_of(server)
        with log.open("r+b") as file:
            file.truncate(log.stat().st_size - chance.randint(1, 3000))
        server.start()
        there = await found(server.url)
        assert there == sorted(there, reverse=True)  # a prefix of what was committed
        assert there.count(False) <= 4
        lost += there.count(False)
    held(TORN[is_long], commits_torn_off=lost)


@pytest.mark.fault("aof")
async def test_a_damaged_end_of_the_log_is_told_and_repaired_or_restored(
    server, tmp_path, seed, is_long, held
):
    chance = random.Random(seed)
    for number in range(DAMAGED[is_long]):
        server.empty()
        await filled(server.url)
        backup = tmp_path / f"{number}.backup"
        await copying.back_up(server.url, backup, AT)
        server.kill()
        log = log_of(server)
        with log.open("r+b") as file:
            file.seek(log.stat().st_size - chance.randint(600, 3000))
            file.write(chance.randbytes(500))
        with pytest.raises(RuntimeError):  # it would rather not start than serve this
            server.start()
        with pytest.raises(StoreFault, match=r"连不上 Redis .*请检查"):
            await open_store(server.url, AT)
        if number % 2:
            await asyncio.to_thread(repair, next(log.parent.glob("*.manifest")))
            server.start()
            there = await found(server.url)
            assert there == sorted(there, reverse=True)
            assert there.count(False) <= 5
        else:
            shutil.rmtree(log.parent)
            server.start()
            await copying.restore(server.url, backup, AT, is_replacing=False)
            assert all(await found(server.url))
    held(DAMAGED[is_long])


@pytest.mark.fault("redis-disk")
async def test_a_disk_that_takes_no_more_is_told_and_survived(tmp_path, held):
    """By a limit of the file size, which the server meets as it meets a full disk."""
    server = Server("redis", tmp_path / "redis", before=_MEETING_LIMITS)
    try:
        store, build = await open_store(server.url, AT), Builder()
        await store.commit(build.change(seen="m0"))
        pid = server.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (log_of(server).stat().st_size + 20_000, -1))
        store._servers.patience_seconds = 0.3
        saved, faults = [0], []
        for n in range(1, 200):
            try:
                await store.commit(
                    build.change(seen=f"m{n}", outgoing=(build.message(f"o{n}", text="长" * 500),))
                )
                saved.append(n)
            except StoreFault as fault:
                faults.append(str(fault))
                if len(faults) == 3:
                    break
        assert len(faults) == 3
        assert all("写不进磁盘" in fault and "请检查" in fault for fault in faults)
        assert await store.is_seen("m0")  # what is there can still be read
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (-1, -1))
        store._servers.patience_seconds = 30.0
        await store.commit(build.change(seen="after"))
        await store.close()
        server.kill()
        server.start()
        again = await open_store(server.url, AT)
        assert all([await again.is_seen(f"m{n}") for n in saved])
        half = [
            n
            for n in range(1, 200)
            if await again.is_seen(f"m{n}") != (await again.outgoing(f"o{n}") is not None)
        ]
        assert half == []
        await again.close()
    finally:
        server.end()
    held(refusals=len(faults), saved=len(saved))
