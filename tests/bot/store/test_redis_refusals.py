"""Bad input on Redis, Valkey and a cluster of three alike: one sentence that says what to do, and nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
import redis

from bot.store.contract import Store
from bot.store.faults import StoreFault
from bot.store.redis.start import VERSION, Meta
from bot.store.redis.url import address_of
from bot.store.registry import open_store
from tests.bot.store.conftest import AT
from tests.redis_servers import Cluster, Server, free_port

pytestmark = pytest.mark.asyncio
META = "shouwen:{0}:meta"


@pytest.fixture(params=["redis", "valkey", "cluster"])
def server(request: pytest.FixtureRequest) -> Server | Cluster:
    found: Server | Cluster = request.getfixturevalue(f"{request.param}_server")
    found.empty()
    return found


async def refusal(url: str) -> str:
    with pytest.raises(StoreFault) as refused:
        await open_store(url, AT)
    said = str(refused.value)
    assert said.count("。") == 1
    assert said.endswith("。")
    return said


def keys(server: Server | Cluster) -> list[object]:
    return [key for node in server.nodes for key in node.ask("KEYS", "*")]


@contextmanager
def a_password(server: Server | Cluster) -> Iterator[None]:
    for node in server.nodes:
        node.ask("CONFIG", "SET", "requirepass", "right")
    try:
        yield
    finally:
        for node in server.nodes:
            with redis.Redis(port=node.port, protocol=2, password="right") as client:
                client.config_set("requirepass", "")


async def test_where_nobody_listens(server):
    said = await refusal(f"{server.url.partition('://')[0]}://127.0.0.1:{free_port()}")
    assert "连不上" in said
    assert "请检查 [store] url" in said


async def test_a_password_that_is_missing_or_wrong(server):
    with a_password(server):
        assert "要密码" in await refusal(server.url)
        assert "不认这个密码" in await refusal(server.url.replace("//", "//:wrong@"))
        assert "不认帐号 bot" in await refusal(server.url.replace("//", "//bot:wrong@"))
    assert keys(server) == []


@pytest.mark.parametrize(
    ("version", "said"),
    [(VERSION + 1, "请升级程序"), (VERSION - 1, "shouwen migrate")],
    ids=["newer", "older"],
)
async def test_data_of_another_version(server, version, said):
    server.ask("SET", META, msgspec.json.encode(Meta(version, address_of(server.url).shards, 0)))
    assert said in await refusal(server.url)
    assert keys(server) == [META.encode()]


async def test_keys_of_another_program(server):
    server.ask("SET", "session:1", "x")
    assert "别的程序的 1 个键" in await refusal(server.url)
    assert keys(server) == [b"session:1"]


async def test_one_that_keeps_nothing_on_disk(server):
    server.nodes[-1].ask("CONFIG", "SET", "appendonly", "no")
    try:
        assert "什么都不存盘" in await refusal(server.url)
    finally:
        server.nodes[-1].ask("CONFIG", "SET", "appendonly", "yes")
    assert keys(server) == []


@pytest.fixture
def cluster(cluster_server: Cluster) -> Cluster:
    cluster_server.empty()
    return cluster_server


async def test_a_cluster_with_a_missing_slot_whoever_is_asked(cluster):
    cluster.nodes[0].ask("CLUSTER", "DELSLOTS", 5)
    try:
        assert "缺少槽 5–5" in await refusal(cluster.url)
    finally:
        cluster.nodes[0].ask("CLUSTER", "ADDSLOTS", 5)
        cluster.settle()
    assert keys(cluster) == []


async def test_a_cluster_of_which_a_node_has_just_come_back_says_so(cluster):
    cluster.nodes[1].kill()
    assert "连不上" in await refusal(cluster.url)
    cluster.nodes[1].start()
    assert "redis-cli --cluster check" in await refusal(cluster.url)
    cluster.settle()
    await (await open_store(cluster.url, AT)).close()


@pytest.mark.parametrize("lost", [META, "shouwen:{5}:mark"], ids=["where the data begins", "another"])
async def test_a_cluster_of_which_a_node_has_lost_its_data(cluster, lost):
    await (await open_store(cluster.url, AT)).close()
    cluster.node_of(lost).empty()
    before = keys(cluster)
    assert "缺了一部分" in await refusal(cluster.url)
    assert keys(cluster) == before


async def test_workers_that_start_together_on_an_empty_cluster_all_start(cluster):
    # Whoever looks at the nodes while another one begins the data sees keys, and may have been where their mark stands before it did.
    for _ in range(5):
        cluster.empty()
        async with asyncio.timeout(60):
            stores = await asyncio.gather(*(_opened_after(cluster.url, turns) for turns in range(0, 60, 4)))
        for store in stores:
            await store.close()


async def _opened_after(url: str, turns: int) -> Store:
    for _ in range(turns):
        await asyncio.sleep(0)
    return await open_store(url, AT)
