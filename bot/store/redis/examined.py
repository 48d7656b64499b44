"""What could be wrong with Redis servers is found before anything is written."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import AskError, ResponseError

from bot.store.faults import StoreFault
from bot.store.redis.places import Cluster, Places, Server, Unreachable, places_of
from bot.store.redis.shards import PREFIX, prefix_of
from bot.store.redis.url import Address
from bot.store.redis.visits import info_of, told, unreachable, visited
from bot.tickets.errors import N_

_OLDEST = (7, 0)
_LOOKED_THROUGH = 200  # times a thousand keys of a node, to see whether one is ours
_META = f"{prefix_of(0)}meta"


async def examined(address: Address) -> None:
    """Look at every master; nothing is written.

    Raises:
        StoreFault: A server cannot be used, or its data is not ours.
    """
    if address.certificates and not await asyncio.to_thread(Path(address.certificates).is_file):
        raise StoreFault(
            N_("[store] url 里 ca 指的文件 {file} 不存在；请写签发 Redis 证书的机构的 PEM 文件。"),
            file=address.certificates,
        )
    places = places_of(address)
    try:
        await places.find()
    except Unreachable as error:
        raise unreachable(address, str(error)) from error
    if isinstance(places, Cluster) and (gaps := places.missing()):
        ranges = "、".join(f"{first}–{last}" for first, last in gaps)
        raise StoreFault(
            N_("集群缺少槽 {ranges}，有些数据没有地方放；请用 redis-cli --cluster fix 修好再启动。"),
            ranges=ranges,
        )
    foreign, is_ours = 0, False
    for server in places.all():
        async with visited(address, server) as connection:
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
        async with visited(address, server) as connection:
            if await _is_ours(connection):
                return True
    return False


async def _not_ours(address: Address, places: Cluster, foreign: int) -> StoreFault:
    """Return what is wrong with a cluster that has keys and not the one that begins our data."""
    for server in places.all():
        async with visited(address, server) as connection:
            cursor, keys = b"0", []
            for _ in range(_LOOKED_THROUGH):
                cursor, keys = await told(connection, "SCAN", cursor, "MATCH", f"{PREFIX}:{{*", "COUNT", 1000)
                if keys or cursor == b"0":
                    break
            if keys:
                return incomplete(address)
    return StoreFault(
        N_("Redis 集群 {address} 里有别的程序的 {foreign} 个键；请换一个空的集群，或清空它。"),
        address=address,
        foreign=foreign,
    )


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


def incomplete(address: Address) -> StoreFault:
    """Return what is said of data of which a part is missing."""
    return StoreFault(
        N_(
            "Redis {address} 里的数据缺了一部分：有一台丢了数据；请找回它的 AOF，或把每一台清空（FLUSHALL），再用 shouwen restore 恢复备份。"
        ),
        address=address,
    )
