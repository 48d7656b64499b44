"""The disk under a server is full, or the end of its log is torn or damaged: one sentence, nothing half-written, and it goes on or is restored."""

from __future__ import annotations

import asyncio
import random
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import copying
from bot.store.faults import StoreFault
from bot.store.pages import tallied
from bot.store.redis.servers import Servers
from bot.store.redis.shards import Shards, prefix_of
from bot.store.redis.url import address_of
from bot.store.registry import open_store
from tests.bot.store.conftest import AT, Builder
from tests.faults.conftest import start
from tests.redis_servers import Cluster, Server, program

pytestmark = pytest.mark.asyncio
COMMITS = 30
_MEETING_LIMITS = (
    "sh",
    "-c",
    'trap "" XFSZ; exec "$@"',
    "sh",
)  # the server sees an error then, and is not ended
ALWAYS = ("--appendfsync", "always")
AOF = {"redis": 8, "valkey": 4, "cluster": 4}  # rounds of each of the two tests, when they are long


@pytest.fixture
def server(kind: str, tmp_path: Path) -> Iterator[Server | Cluster]:
    server = start(kind, tmp_path / kind, *ALWAYS)
    yield server
    server.end()


def room_of(n: int) -> str:
    """Return the room of a commit: on a cluster they lie on all nodes, each with all that belongs to it on one."""
    return f"qq:group:{n}"


def seen_of(n: int) -> str:
    return f"{room_of(n)}|m{n}"


async def filled(url: str) -> None:
    """Save tickets, each with a message and the key of what reported it."""
    build, store = Builder(), await open_store(url, AT)
    for n in range(1, COMMITS + 1):
        change = build.change(
            seen=seen_of(n),
            tickets=(build.opened(n, address=room_of(n)),),
            outgoing=(build.message(f"o{n}", room=room_of(n), ticket=n),),
        )
        await store.commit(change)
    await store.close()


async def found(server: Server | Cluster) -> list[bool]:
    """Return which commits are there; each is there whole or not at all."""
    await asyncio.to_thread(server.settle)
    store = await open_store(server.url, AT)
    there = []
    for n in range(1, COMMITS + 1):
        parts = [
            await store.is_seen(seen_of(n)),
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


def chosen(server: Server | Cluster, chance: random.Random) -> tuple[Server, list[int]]:
    """Return the server or a node, and the commits that lie there."""
    shards = Shards(Servers(address_of(server.url), prefix_of), address_of(server.url).shards)
    node = chance.choice(server.nodes)
    homes = {n: server.node_of(prefix_of(shards.of_room(room_of(n)))) for n in range(1, COMMITS + 1)}
    return node, [n for n, home in homes.items() if home is node]


def is_prefix(there: list[bool], of: list[int]) -> bool:
    """Say whether of these commits the later ones are missing, and of the others none."""
    those = [there[n - 1] for n in of]
    return those == sorted(those, reverse=True) and there.count(False) == those.count(False)


def repair(log: Path) -> None:
    """Cut off what cannot be read, with the tool that comes with Redis; Valkey writes the same log."""
    check = Path(program("redis")).with_name("redis-check-aof")
    subprocess.run([check, "--fix", log], input=b"y\n", capture_output=True, check=True)


@pytest.mark.fault("aof")
@pytest.mark.on(redis=(1, 1), valkey=(0, 1), cluster=(0, 1))
async def test_a_torn_end_of_the_log_loses_at_most_what_it_tore(server, kind, seed, round_, is_long, held):
    chance, rounds, lost = random.Random(seed), AOF[kind] if is_long else 2, 0
    for _ in range(rounds):
        server.empty()
        await filled(server.url)
        node, its = chosen(server, chance)
        node.kill()
        log = log_of(node)
        with log.open("r+b") as file:
            file.truncate(log.stat().st_size - chance.randint(1, 3000))
        node.start()
        there = await found(server)
        assert is_prefix(there, its)
        assert there.count(False) <= 4
        lost += there.count(False)
    held(rounds, commits_torn_off=lost)


@pytest.mark.fault("aof")
@pytest.mark.on(redis=(1, 1), valkey=(0, 1), cluster=(0, 1))
async def test_a_damaged_end_of_the_log_is_told_and_repaired_or_restored(
    server, kind, tmp_path, seed, round_, is_long, held
):
    chance, rounds = random.Random(seed), AOF[kind] if is_long else 1
    for number in range(rounds):
        server.empty()
        await filled(server.url)
        backup = tmp_path / f"{number}.backup"
        await copying.back_up(server.url, backup, AT)
        node, its = chosen(server, chance)
        node.kill()
        log = log_of(node)
        with log.open("r+b") as file:
            file.seek(log.stat().st_size - chance.randint(600, 3000))
            file.write(chance.randbytes(500))
        with pytest.raises(RuntimeError):  # it would rather not start than serve this
            node.start()
        with pytest.raises(StoreFault, match=r"连不上 Redis .*请检查|现在不能读写.*请用"):
            await open_store(server.url, AT)
        if number % 2:
            await asyncio.to_thread(repair, log)
            node.start()
            there = await found(server)
            assert is_prefix(there, its)
            assert there.count(False) <= 5
        else:
            shutil.rmtree(log.parent)
            node.start()
            await asyncio.to_thread(server.settle)
            if len(server.nodes) > 1:  # the others have their parts
                with pytest.raises(StoreFault, match="缺了一部分"):
                    await open_store(server.url, AT)
                server.empty()
            await copying.restore(server.url, backup, AT, is_replacing=False)
            assert all(await found(server))
    held(rounds)


@pytest.mark.fault("disk")
@pytest.mark.on(redis=(1, 1), valkey=(0, 1), cluster=(0, 1))
async def test_a_disk_that_takes_no_more_is_told_and_survived(tmp_path, kind, round_, held):
    """By a limit of the file size, which the server, or the node of a room, meets as it meets a full disk."""
    server = start(kind, tmp_path / kind, before=_MEETING_LIMITS)
    shards = Shards(Servers(address_of(server.url), prefix_of), address_of(server.url).shards)
    node = server.node_of(prefix_of(shards.of_room(Builder.room)))
    try:
        store, build = await open_store(server.url, AT), Builder()
        await store.commit(build.change(seen="m0"))
        resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (log_of(node).stat().st_size + 20_000, -1))
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
        resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (-1, -1))
        store._servers.patience_seconds = 30.0
        await store.commit(build.change(seen="after"))
        await store.close()
        node.kill()
        node.start()
        await asyncio.to_thread(server.settle)
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
