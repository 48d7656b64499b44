"""What is wrong with a Redis server or its address is said in one sentence, before anything is written."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from bot.store.faults import StoreFault
from bot.store.redis.start import VERSION, Meta
from bot.store.redis.url import address_of
from bot.store.registry import advice_about, open_store
from tests.bot.store.conftest import AT
from tests.redis_servers import Server, free_port

META = "shouwen:{0}:meta"


async def refusal(url: str) -> str:
    with pytest.raises(StoreFault) as refused:
        await open_store(url, AT)
    return str(refused.value)


@pytest.fixture
def server(redis_server: Server) -> Server:
    redis_server.empty()
    return redis_server


class TestAddress:
    def test_everything_an_address_may_say(self):
        address = address_of(
            "rediss+sentinel://bot:p%40ss@one:26379,two/master/2?wait_replicas=1&ca=/etc/ca.pem&shards=8"
        )
        assert address.servers == (("one", 26379), ("two", 26379))
        assert (address.kind, address.master, address.database) == ("sentinel", "master", 2)
        assert (address.username, address.password) == ("bot", "p@ss")
        assert (address.is_encrypted, address.certificates) == (True, "/etc/ca.pem")
        assert (address.shards, address.wait_replicas) == (8, 1)

    def test_a_cluster_has_shards_for_its_nodes(self):
        address = address_of("redis+cluster://[::1]:7001,10.0.0.2:7002")
        assert address.servers == (("::1", 7001), ("10.0.0.2", 7002))
        assert (address.kind, address.shards) == ("cluster", 16)
        assert address_of("redis://localhost").servers == (("localhost", 6379),)

    def test_no_password_shows(self):
        address = address_of("redis://bot:s3cret@h:1/0")
        assert "s3cret" not in f"{address} {address!r}"

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("redis:localhost", "看不懂"),
            ("redis+what://localhost", "看不懂"),
            ("redis://a:1,b:2", "+cluster"),
            ("redis://h:port/0", "主机:端口"),
            ("redis://h/zero", "库号"),
            ("redis+cluster://h/1", "只有 0 号库"),
            ("redis+sentinel://h", "主库名"),
            ("redis://h?shards=0", "1–250"),
            ("redis://h?wait=1", "不认识 wait"),
        ],
    )
    def test_a_wrong_one_is_explained(self, url, said):
        with pytest.raises(StoreFault, match=re.escape(said)):
            address_of(url)


@pytest.mark.asyncio
class TestServer:
    async def test_one_that_does_not_answer(self):
        assert "连不上" in await refusal(f"redis://127.0.0.1:{free_port()}/0")

    async def test_one_that_wants_another_password(self, server):
        server.ask("ACL", "SETUSER", "bot", "on", ">right", "~*", "&*", "+@all")
        try:
            assert "不认帐号 bot" in await refusal(server.url.replace("//", "//bot:wrong@"))
            await (await open_store(server.url.replace("//", "//bot:right@"), AT)).close()
        finally:
            server.ask("ACL", "DELUSER", "bot")

    async def test_one_whose_user_may_not_do_enough(self, server):
        server.ask("ACL", "SETUSER", "few", "on", ">right", "~other:*", "+@read", "+ping", "+select")
        try:
            assert "权限不够" in await refusal(server.url.replace("//", "//few:right@"))
        finally:
            server.ask("ACL", "DELUSER", "few")

    async def test_a_user_with_just_the_rights_we_ask_for(self, server):
        rights = ("~shouwen:*", "&shouwen:*", "+@all", "-@dangerous", "+info", "+config|get")
        server.ask("ACL", "SETUSER", "bot", "on", ">right", *rights)
        try:
            store = await open_store(server.url.replace("//", "//bot:right@"), AT)
            assert await store.next_number(1001) == 1001
            await store.close()
        finally:
            server.ask("ACL", "DELUSER", "bot")

    async def test_one_that_keeps_nothing(self, server):
        server.ask("CONFIG", "SET", "appendonly", "no")
        try:
            assert "什么都不存盘" in await refusal(server.url)
            assert server.ask("DBSIZE") == 0
            await (await open_store(f"{server.url}?volatile=yes", AT)).close()
        finally:
            server.ask("CONFIG", "SET", "appendonly", "yes")

    async def test_one_that_forgets_when_it_is_full(self, server):
        server.ask("CONFIG", "SET", "maxmemory", "100mb")
        server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        try:
            assert "自己删数据" in await refusal(server.url)
        finally:
            server.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
            server.ask("CONFIG", "SET", "maxmemory", "0")

    async def test_a_copy_that_can_only_be_read(self, server, tmp_path: Path):
        copy = Server("redis", tmp_path, "--replicaof", "127.0.0.1", str(server.port))
        try:
            said = await refusal(copy.url)
            assert "只读副本" in said
            assert f"127.0.0.1:{server.port}" in said
        finally:
            copy.end()

    async def test_a_node_of_a_cluster_that_lacks_slots(self, tmp_path: Path):
        node = Server("redis", tmp_path, "--cluster-enabled", "yes")
        try:
            assert "redis+cluster://" in await refusal(node.url)
            assert "缺少槽 0–16383" in await refusal(f"redis+cluster://127.0.0.1:{node.port}")
        finally:
            node.end()

    async def test_one_server_is_no_cluster(self, server):
        assert "不是 Redis Cluster" in await refusal(f"redis+cluster://127.0.0.1:{server.port}")


@pytest.mark.asyncio
class TestAdvice:
    async def test_a_server_says_how_safe_it_is(self, server, tmp_path: Path):
        written, copies = await advice_about(server.url)
        assert written.is_well
        assert "everysec" in written.template
        assert copies.is_well
        assert "没有副本" in copies.template
        assert [each.is_well for each in await advice_about(f"{server.url}?wait_replicas=1")] == [True, False]
        assert await advice_about("sqlite:x.db") == []

    async def test_one_that_leaves_writing_to_chance(self, server):
        server.ask("CONFIG", "SET", "appendfsync", "no")
        try:
            assert not (await advice_about(server.url))[0].is_well
        finally:
            server.ask("CONFIG", "SET", "appendfsync", "everysec")


@pytest.mark.asyncio
class TestData:
    async def test_keys_of_another_program(self, server):
        server.ask("SET", "session:1", "x")
        assert "别的程序的 1 个键" in await refusal(server.url)
        assert server.ask("KEYS", "*") == [b"session:1"]
        await (await open_store(server.url.replace("/0", "/1"), AT)).close()

    @pytest.mark.parametrize(
        ("version", "said"), [(VERSION + 1, "请升级程序"), (VERSION - 1, "shouwen migrate")]
    )
    async def test_data_of_another_version(self, server, version, said):
        server.ask("SET", META, msgspec.json.encode(Meta(version, 1, 0)))
        assert said in await refusal(server.url)

    async def test_data_in_another_number_of_shards(self, server):
        await (await open_store(f"{server.url}?shards=4", AT)).close()
        assert "shards = 4" in await refusal(server.url)

    async def test_numbers_go_on_above_every_ticket_when_the_counter_is_lost(self, server, build):
        store = await open_store(server.url, AT)
        await store.commit(build.change(tickets=(build.opened(1007),)))
        await store.close()
        server.ask("DEL", "shouwen:{0}:number")
        again = await open_store(server.url, AT)
        assert await again.next_number(1001) == 1008
        await again.close()
