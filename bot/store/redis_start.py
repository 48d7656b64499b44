"""Opening a Redis store: everything that could be wrong is found before anything is written."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import (
    AskError,
    AuthenticationError,
    ClusterDownError,
    NoPermissionError,
    RedisError,
    ResponseError,
)

from bot.store.contract import StoreFault
from bot.store.instants import milliseconds
from bot.store.redis import RedisStore
from bot.store.redis_places import (
    Cluster,
    Places,
    Server,
    Unreachable,
    connected,
    hang_up,
    places_of,
    unknown_to,
)
from bot.store.redis_servers import Servers
from bot.store.redis_shards import PREFIX, Shards, prefix_of
from bot.store.redis_url import Address, address_of
from bot.tickets.errors import N_
from faq.entries import Entry

VERSION = 2  # of the way data lies in Redis
_OLDEST = (7, 0)
_LOOKED_THROUGH = 200  # times a thousand keys of a node, to see whether one is ours
_META = f"{prefix_of(0)}meta"


class Meta(msgspec.Struct, frozen=True):
    """What is noted about the data as a whole."""

    version: int
    shards: int
    made_at: int
    is_marked: bool = False  # every shard has a mark, so that one that is missing is missed


async def open_redis(url: str, now: datetime) -> RedisStore:
    """Open or create a store.

    Raises:
        StoreFault: The URL is wrong, a server cannot be used, or its data is not ours.
    """
    address = address_of(url)
    await _examined(address)
    servers = Servers(address, prefix_of)
    try:
        await servers.places.find()
        await _entered(servers, address, now)
        shards = Shards(servers, address.shards)
        await _numbers_noted(servers, shards)
    except (Unreachable, Exception) as error:
        await servers.close()
        if isinstance(error, Unreachable):
            raise _unreachable(address, str(error)) from error
        raise
    return RedisStore(servers, shards, worker=f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}")


async def vectors_of(url: str, model: str, keys: Sequence[str]) -> dict[str, bytes]:
    """Return vectors that a store keeps, without making one.

    Raises:
        StoreFault: The servers cannot be read.
    """
    address = address_of(url)
    await _examined(address)
    servers = Servers(address, prefix_of)
    try:
        await servers.places.find()
        return await RedisStore(servers, Shards(servers, address.shards), worker="").vectors(model, keys)
    finally:
        await servers.close()


async def entries_of(url: str) -> list[Entry]:
    """Return the knowledge of a store, without making one.

    Raises:
        StoreFault: The servers cannot be read.
    """
    address = address_of(url)
    await _examined(address)
    servers = Servers(address, prefix_of)
    try:
        await servers.places.find()
        if await servers.ask(0, "GET", "meta") is None:
            return []
        return await RedisStore(servers, Shards(servers, address.shards), worker="").entries()
    finally:
        await servers.close()


async def open_redis_archive(url: str) -> RedisStore:
    """Open a store for reading it through; everybody else goes on.

    Raises:
        StoreFault: The servers cannot be read, or there is no store.
    """
    address = address_of(url)
    await _examined(address)
    servers = Servers(address, prefix_of)
    await servers.places.find()
    if await servers.ask(0, "GET", "meta") is None:
        await servers.close()
        raise StoreFault(
            N_("Redis {address} 里还没有数据；请检查 [store] url，或先运行一次机器人。"), address=address
        )
    await _checked(servers, address)
    return RedisStore(servers, Shards(servers, address.shards), worker="")


async def empty_redis(url: str) -> None:
    """Remove every key of ours, a few at a time.

    Raises:
        StoreFault: A server cannot be used.
    """
    address = address_of(url)
    await _examined(address)
    places = places_of(address)
    await places.find()
    for server in places.all():
        async with _visited(address, server) as connection:
            cursor = b"0"
            while True:
                cursor, keys = await told(connection, "SCAN", cursor, "MATCH", f"{PREFIX}:*", "COUNT", 1000)
                for key in keys:  # one by one: the keys of a node may lie in different slots
                    await told(connection, "UNLINK", key)
                if cursor == b"0":
                    break


async def _examined(address: Address) -> None:
    """Look at every master; nothing is written."""
    if address.certificates and not await asyncio.to_thread(Path(address.certificates).is_file):
        raise StoreFault(
            N_("[store] url 里 ca 指的文件 {file} 不存在；请写签发 Redis 证书的机构的 PEM 文件。"),
            file=address.certificates,
        )
    places = places_of(address)
    try:
        await places.find()
    except Unreachable as error:
        raise _unreachable(address, str(error)) from error
    if isinstance(places, Cluster) and (gaps := places.missing()):
        ranges = "、".join(f"{first}–{last}" for first, last in gaps)
        raise StoreFault(
            N_("集群缺少槽 {ranges}，有些数据没有地方放；请用 redis-cli --cluster fix 修好再启动。"),
            ranges=ranges,
        )
    foreign, is_ours = 0, False
    for server in places.all():
        async with _visited(address, server) as connection:
            info = await info_of(connection)
            _check_server(address, server, info)
            await _check_persistence(address, server, connection, info)
            foreign += int(await told(connection, "DBSIZE"))
            is_ours = is_ours or await _is_ours(connection)
    if foreign and not is_ours and not await _are_ours(address, places):
        if isinstance(places, Cluster):
            raise await _not_ours(address, places, foreign)
        raise StoreFault(
            N_(
                "Redis {address} 的 {database} 号库里有别的程序的 {foreign} 个键；请换一个空库（例如 /{next_database}），或清空它。"
            ),
            address=address,
            database=address.database,
            foreign=foreign,
            next_database=address.database + 1,
        )


async def _are_ours(address: Address, places: Places) -> bool:
    """Look once more for what begins our data: a worker that starts beside us writes it before anything else."""
    for server in places.all():
        async with _visited(address, server) as connection:
            if await _is_ours(connection):
                return True
    return False


async def _not_ours(address: Address, places: Cluster, foreign: int) -> StoreFault:
    """Return what is wrong with a cluster that has keys and not the one that begins our data."""
    for server in places.all():
        async with _visited(address, server) as connection:
            cursor, keys = b"0", []
            for _ in range(_LOOKED_THROUGH):
                cursor, keys = await told(connection, "SCAN", cursor, "MATCH", f"{PREFIX}:{{*", "COUNT", 1000)
                if keys or cursor == b"0":
                    break
            if keys:
                return _incomplete(address)
    return StoreFault(
        N_("Redis 集群 {address} 里有别的程序的 {foreign} 个键；请换一个空的集群，或清空它。"),
        address=address,
        foreign=foreign,
    )


@asynccontextmanager
async def _visited(address: Address, server: Server) -> AsyncIterator[AbstractConnection]:
    """Give a connection, and every reason why there is none as one sentence."""
    name = f"{server[0]}:{server[1]}"
    try:
        connection = await connected(address, server)
    except AuthenticationError as error:
        raise unknown_to(server, address, error) from error
    except ResponseError as error:
        raise StoreFault(
            N_("Redis {name} 拒绝了连接（{error}）；请检查 [store] url 里的帐号、密码和库号。"),
            name=name,
            error=error,
        ) from error
    except (RedisError, OSError) as error:
        raise _untrusted(address, name, str(error)) or _unreachable(address, str(error)) from error
    try:
        yield connection
    except AuthenticationError as error:
        raise unknown_to(server, address, error) from error
    except ClusterDownError as error:
        raise StoreFault(
            N_(
                "Redis 集群 {address} 现在不能读写（{error}）：有节点不在，或刚回来；请用 redis-cli --cluster check 查看，好了再启动。"
            ),
            address=address,
            error=error,
        ) from error
    except NoPermissionError as error:
        raise StoreFault(
            N_(
                "Redis {name} 的帐号权限不够（{error}）；它需要 ~shouwen:* &shouwen:* +@all -@dangerous +info +config|get。"
            ),
            name=name,
            error=error,
        ) from error
    except (RedisError, OSError) as error:
        raise _unreachable(address, str(error)) from error
    finally:
        await hang_up(connection)


async def told(connection: AbstractConnection, *command: object) -> Any:
    """Ask something on a connection of one's own."""
    async with asyncio.timeout(3):
        await connection.send_command(*command)
        return await connection.read_response()


async def info_of(connection: AbstractConnection) -> dict[str, str]:
    """Return what a server says of itself."""
    text = await told(connection, "INFO")
    lines = text.decode().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line and not line.startswith("#"))


def _check_server(address: Address, server: Server, info: Mapping[str, str]) -> None:
    name, version = f"{server[0]}:{server[1]}", info["redis_version"]
    if tuple(map(int, version.split(".")[:2])) < _OLDEST:
        raise StoreFault(
            N_("Redis {name} 是 {version}，太旧；请换成 Redis 7 以上或 Valkey。"), name=name, version=version
        )
    is_cluster = info.get("cluster_enabled") == "1"
    if is_cluster and address.kind != "cluster":
        raise StoreFault(
            N_("Redis {name} 是集群的节点；请把 [store] url 写成 redis+cluster://{name}。"), name=name
        )
    if info.get("role") != "master":
        master = f"{info.get('master_host', '?')}:{info.get('master_port', '?')}"
        raise StoreFault(
            N_("Redis {name} 是只读副本；请把 [store] url 指向主库 {master}，或使用 redis+sentinel://。"),
            name=name,
            master=master,
        )
    if info.get("loading") == "1":
        raise StoreFault(N_("Redis {name} 正在从磁盘装载数据；请稍后再启动。"), name=name)


async def _check_persistence(
    address: Address, server: Server, connection: AbstractConnection, info: Mapping[str, str]
) -> None:
    if address.may_be_volatile:
        return
    name = f"{server[0]}:{server[1]}"
    if info.get("aof_enabled") != "1" and not await _saves(connection):
        raise StoreFault(
            N_(
                "Redis {name} 什么都不存盘，重启就会丢掉全部工单；请打开 appendonly yes，或者在 [store] 写 volatile = true 表示知道后果。"
            ),
            name=name,
        )
    policy = info.get("maxmemory_policy", "noeviction")
    if info.get("maxmemory", "0") != "0" and policy != "noeviction":
        raise StoreFault(
            N_(
                "Redis {name} 内存不够时会自己删数据（maxmemory-policy {policy}）；请改成 noeviction，或给机器人单独一台。"
            ),
            name=name,
            policy=policy,
        )


async def _saves(connection: AbstractConnection) -> bool:
    """Say whether the server writes snapshots; one that does not tell is taken at its word that it does not."""
    try:
        answer = await told(connection, "CONFIG", "GET", "save")
    except ResponseError:
        return False
    return bool(len(answer) > 1 and answer[1] != b"")


async def _is_ours(connection: AbstractConnection) -> bool:
    try:
        return bool(await told(connection, "EXISTS", _META) == 1)
    except AskError:  # another node of the cluster has it
        return False


async def _entered(servers: Servers, address: Address, now: datetime) -> None:
    """Make the data's mark unless there is one; then check it."""
    mark = msgspec.json.encode(Meta(VERSION, address.shards, milliseconds(now)))
    await servers.ask(0, "SET", "meta", mark, "NX")
    meta = await _checked(servers, address)
    if not meta.is_marked:
        others = range(1, address.shards)
        await asyncio.gather(*(servers.ask(shard, "SET", "mark", "1") for shard in others))
        await servers.ask(
            0, "SET", "meta", msgspec.json.encode(msgspec.structs.replace(meta, is_marked=True))
        )


async def _checked(servers: Servers, address: Address) -> Meta:
    meta = msgspec.json.decode(await servers.ask(0, "GET", "meta"), type=Meta)
    if meta.version > VERSION:
        raise StoreFault(
            N_(
                "Redis {address} 里的数据是更新的版本（{version}）写的，这个程序只认识到 {known}；请升级程序，或恢复升级前的备份。"
            ),
            address=address,
            version=meta.version,
            known=VERSION,
        )
    if meta.version < VERSION:
        raise StoreFault(
            N_(
                "Redis {address} 里的数据是旧版本（{version}）写的；请先用当时的程序运行 shouwen migrate 搬出来，再搬进空库。"
            ),
            address=address,
            version=meta.version,
        )
    if meta.shards != address.shards:
        raise StoreFault(
            N_(
                "Redis {address} 里的数据分成 {there} 片，配置里却是 {wanted} 片；请在 [store] 写 shards = {there}。"
            ),
            address=address,
            there=meta.shards,
            wanted=address.shards,
        )
    if meta.is_marked:
        others = range(1, address.shards)
        there = await asyncio.gather(*(servers.ask(shard, "EXISTS", "mark") for shard in others))
        if 0 in there:
            raise _incomplete(address)
    return meta


async def _numbers_noted(servers: Servers, shards: Shards) -> None:
    """Give no number again that a ticket has, also when a server came back without its last second."""
    for shard in shards.all():
        found = await servers.ask(shard, "ZRANGE", "all", 0, 0, "REV")
        if found:
            await servers.run(0, "number", 0, int(found[0]))


def _untrusted(address: Address, name: str, reason: str) -> StoreFault | None:
    """Return what is wrong with the encryption, when it is that."""
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        _, _, detail = reason.rpartition("certificate verify failed: ")
        return StoreFault(
            N_(
                "Redis {name} 的 TLS 证书验不过（{reason}）；请用 ?ca=文件 指明签发它的机构，主机名也要和证书上的一致。"
            ),
            name=name,
            reason=detail.split(" (_ssl")[0],
        )
    if address.is_encrypted and ("WRONG_VERSION_NUMBER" in reason or "no answer" in reason):
        return StoreFault(
            N_("Redis {name} 没有用 TLS 应答；请检查端口，不加密的端口在 [store] url 里写成 redis://。"),
            name=name,
        )
    return None


def _incomplete(address: Address) -> StoreFault:
    return StoreFault(
        N_(
            "Redis {address} 里的数据缺了一部分：有一台丢了数据；请找回它的 AOF，或把每一台清空（FLUSHALL），再用 shouwen restore 恢复备份。"
        ),
        address=address,
    )


def _unreachable(address: Address, reason: str) -> StoreFault:
    return StoreFault(
        N_("连不上 Redis {address}（{reason}）；请检查 [store] url，以及服务器和网络是否正常。"),
        address=address,
        reason=reason,
    )
