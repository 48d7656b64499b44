"""Opening a Redis store: everything that could be wrong is found before anything is written."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

import msgspec

from bot.store.faults import StoreFault
from bot.store.instants import milliseconds
from bot.store.redis.examined import examined, incomplete
from bot.store.redis.places import Unreachable, places_of
from bot.store.redis.servers import Servers
from bot.store.redis.shards import PREFIX, Shards, prefix_of
from bot.store.redis.store import RedisStore
from bot.store.redis.url import Address, address_of
from bot.store.redis.visits import told, unreachable, visited
from bot.tickets.errors import N_
from faq.entries import Entry

VERSION = 2  # of the way data lies in Redis


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
    await examined(address)
    servers = Servers(address, prefix_of)
    try:
        await servers.places.find()
        await _entered(servers, address, now)
        shards = Shards(servers, address.shards)
        await _numbers_noted(servers, shards)
    except (Unreachable, Exception) as error:
        await servers.close()
        if isinstance(error, Unreachable):
            raise unreachable(address, str(error)) from error
        raise
    return RedisStore(servers, shards, worker=f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}")


async def vectors_of(url: str, model: str, keys: Sequence[str]) -> dict[str, bytes]:
    """Return vectors that a store keeps, without making one.

    Raises:
        StoreFault: The servers cannot be read.
    """
    address = address_of(url)
    await examined(address)
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
    await examined(address)
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
    await examined(address)
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
    await examined(address)
    places = places_of(address)
    await places.find()
    for server in places.all():
        async with visited(address, server) as connection:
            cursor = b"0"
            while True:
                cursor, keys = await told(connection, "SCAN", cursor, "MATCH", f"{PREFIX}:*", "COUNT", 1000)
                for key in keys:  # one by one: the keys of a node may lie in different slots
                    await told(connection, "UNLINK", key)
                if cursor == b"0":
                    break


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
            raise incomplete(address)
    return meta


async def _numbers_noted(servers: Servers, shards: Shards) -> None:
    """Give no number again that a ticket has, also when a server came back without its last second."""
    for shard in shards.all():
        found = await servers.ask(shard, "ZRANGE", "all", 0, 0, "REV")
        if found:
            await servers.run(0, "number", 0, int(found[0]))
