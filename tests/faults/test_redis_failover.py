"""Sentinels and replicas: the store finds the new master, and what was acknowledged is there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.faults import StoreFault
from bot.store.redis.start import open_redis
from tests.bot.store.conftest import AT, Builder
from tests.faults.test_redis_network import WRITERS, Load, stores
from tests.redis_servers import Cluster, Server, free_port

pytestmark = pytest.mark.asyncio
PAIRS = pytest.mark.on(redis=(1, 1), valkey=(0, 1))


@pytest.fixture
def build() -> Builder:
    return Builder()


class Pair:
    """A master with one replica, and a sentinel that a test moves by hand."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.master = Server(kind, folder / "master", "--repl-diskless-sync-delay", "0")
        self.replica = Server(
            kind,
            folder / "replica",
            *("--replicaof", "127.0.0.1", str(self.master.port), "--repl-diskless-sync-delay", "0"),
        )
        file = folder / "sentinel.conf"
        file.write_text(f"sentinel monitor desk 127.0.0.1 {self.master.port} 1\n", encoding="utf-8")
        self.sentinel = _Sentinel(kind, folder / "sentinel", file)

    def end(self) -> None:
        for server in (self.sentinel, self.replica, self.master):
            server.end()


class _Sentinel(Server):
    def __init__(self, kind: str, folder: Path, file: Path) -> None:
        self._file = file
        super().__init__(kind, folder)

    def command(self) -> list[str]:
        return [str(self._file), "--sentinel", "--port", str(self.port), "--bind", "127.0.0.1"]


@pytest.fixture
def pair(kind: str, tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(kind, tmp_path)
    yield pair
    pair.end()


async def until(is_so) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - the servers tell nobody
            await asyncio.sleep(0.05)


def is_linked(pair: Pair) -> bool:
    return "'master_link_status': 'up'" in str(pair.replica.ask("INFO", "replication"))


@pytest.mark.fault("failover")
@PAIRS
async def test_the_store_follows_the_sentinels_to_another_master(pair, kind, round_, build, held):
    await until(lambda: is_linked(pair))
    url = f"redis+sentinel://127.0.0.1:{pair.sentinel.port}/desk/0?wait_replicas=1"
    store = await open_redis(url, AT)
    await store.commit(build.change(tickets=(build.opened(1001),)))
    await store.close()
    pair.master.kill()
    pair.replica.ask("REPLICAOF", "NO", "ONE")
    pair.sentinel.ask("SENTINEL", "REMOVE", "desk")
    pair.sentinel.ask("SENTINEL", "MONITOR", "desk", "127.0.0.1", pair.replica.port, 1)
    again = await open_redis(url.replace("?wait_replicas=1", ""), AT)
    assert (await again.ticket(1001)).number == 1001
    await again.close()
    held()


@pytest.mark.fault("failover")
@PAIRS
async def test_a_store_that_is_open_goes_over_to_the_new_master(pair, kind, round_, build, held):
    await until(lambda: is_linked(pair))
    store = await open_redis(f"redis+sentinel://127.0.0.1:{pair.sentinel.port}/desk/0", AT)
    opened = build.opened(1001)
    await store.commit(build.change(tickets=(opened,)))
    # Without `wait_replicas` a commit is acknowledged before the replica has it; here it shall have it.
    await until(lambda: pair.replica.ask("EXISTS", "shouwen:{0}:t:1001") == 1)
    pair.replica.ask("REPLICAOF", "NO", "ONE")
    pair.sentinel.ask("SENTINEL", "REMOVE", "desk")
    pair.sentinel.ask("SENTINEL", "MONITOR", "desk", "127.0.0.1", pair.replica.port, 1)
    pair.master.kill()
    await store.commit(build.change(tickets=(build.noted(opened.ticket),)))
    assert (await store.ticket(1001)).version == 2
    await store.close()
    assert pair.replica.ask("EXISTS", "shouwen:{0}:t:1001") == 1
    held()


@pytest.mark.fault("failover")
@PAIRS
async def test_nothing_is_acknowledged_that_no_replica_has(pair, kind, round_, build, held):
    await until(lambda: is_linked(pair))
    store = await open_redis(f"{pair.master.url}?wait_replicas=1", AT)
    await store.commit(build.change(seen="m1"))
    pair.replica.kill()
    store._servers.patience_seconds = 0.5
    with pytest.raises(StoreFault, match="replicas have it"):
        await store.commit(build.change(seen="m2"))
    store._servers.patience_seconds = 30.0
    pair.replica.start()
    await store.commit(build.change(seen="m3"))
    assert await store.is_seen("m3")
    assert pair.replica.ask("ZSCORE", "shouwen:{0}:seen", "m3") is not None
    await store.close()
    held()


@pytest.mark.fault("failover")
@pytest.mark.on(cluster=(0, 3))
async def test_the_replica_of_a_node_of_a_cluster_takes_over_under_load(tmp_path, seed, kind, round_, held):
    chance = random.Random(seed)
    cluster = await asyncio.to_thread(
        lambda: Cluster("redis", tmp_path, "--repl-diskless-sync-delay", "0", has_replicas=True)
    )
    try:
        async with stores(f"{cluster.url}?wait_replicas=1", 2) as opened:
            load = Load(opened, chance)
            await load.begin()
            writing = asyncio.gather(*(load.write(writer, 10_000) for writer in range(WRITERS)))
            await load.until(chance.randint(5, 80))
            index = chance.randrange(3)
            cluster.nodes[index].kill()
            heir = cluster.replicas[index]
            await until(lambda: "'role': 'master'" in str(heir.ask("INFO", "replication")))
            await asyncio.to_thread(
                cluster.nodes[index].start
            )  # as a replica of its heir: a commit counts when two have it
            await load.until(len(load.saved) + 50)
            load.is_over = True
            await writing
            await load.check()
        assert not load.unknown
    finally:
        cluster.end()
    held(commits=len(load.saved))


@PAIRS
async def test_a_sentinel_that_does_not_know_the_master(pair, kind, round_):
    with pytest.raises(StoreFault, match="knows no other"):
        await open_redis(f"redis+sentinel://127.0.0.1:{pair.sentinel.port}/other/0", AT)
    with pytest.raises(StoreFault, match="连不上"):
        await open_redis(f"redis+sentinel://127.0.0.1:{free_port()}/desk/0", AT)
