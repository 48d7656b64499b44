"""How safe what a Redis server has acknowledged is: how it writes to disk, and who has a copy."""

from __future__ import annotations

from collections.abc import Mapping

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ResponseError

from bot.store.advice import Advice
from bot.store.redis.places import Server, connected, hang_up, places_of
from bot.store.redis.url import Address, address_of
from bot.store.redis.visits import info_of, told
from bot.tickets.errors import N_

_NEARLY_FULL = 0.8  # of what the server may use


async def look_at(url: str) -> list[Advice]:
    """Return what every master says of itself."""
    address = address_of(url)
    places = places_of(address)
    await places.find()
    found: list[Advice] = []
    for server in places.all():
        connection = await connected(address, server)
        try:
            info = await info_of(connection)
            found.append(_writing(server, info, await _fsync(connection)))
            found.append(_copies(server, info, address))
            found.extend(_memory(server, info))
        finally:
            await hang_up(connection)
    return found


def _writing(server: Server, info: Mapping[str, str], fsync: str) -> Advice:
    name: dict[str, object] = {"name": f"{server[0]}:{server[1]}"}
    if info.get("aof_last_write_status", "ok") != "ok":
        return Advice(False, N_("{name} 上一次写盘失败了；看看磁盘空间和它的日志"), name)
    if info.get("aof_enabled") != "1":
        return Advice(
            False, N_("{name} 只存快照（RDB），断电会丢掉上次快照以后的全部工单；请设 appendonly yes"), name
        )
    match fsync:
        case "always":
            return Advice(True, N_("{name} appendfsync always：答复过的都已在盘上，断电也不丢"), name)
        case "everysec":
            return Advice(
                True, N_("{name} appendfsync everysec：断电最多丢最后一秒；一秒也不能丢就设 always"), name
            )
        case "no":
            return Advice(False, N_("{name} appendfsync no：断电会丢几十秒；请设 everysec 或 always"), name)
        case _:
            return Advice(
                True, N_("{name} 写 AOF；这个帐号看不到 appendfsync，请确认是 everysec 或 always"), name
            )


def _copies(server: Server, info: Mapping[str, str], address: Address) -> Advice:
    count, wanted = int(info.get("connected_slaves", "0")), address.wait_replicas
    values: dict[str, object] = {"name": f"{server[0]}:{server[1]}", "count": count, "wanted": wanted}
    if count < wanted:
        return Advice(
            False,
            N_("{name} 只有 {count} 个副本，wait_replicas = {wanted} 等不到，什么都保存不了；请补上副本"),
            values,
        )
    if count and not wanted:
        return Advice(
            False,
            N_(
                "{name} 有 {count} 个副本却不等它们，主库切换会丢掉还没传过去的；请在 [store] 设 wait_replicas = 1"
            ),
            values,
        )
    if not count:
        return Advice(True, N_("{name} 没有副本：这台机器坏了要靠备份（shouwen backup）"), values)
    return Advice(True, N_("{name} 有 {count} 个副本，每次保存等 {wanted} 个确认"), values)


def _memory(server: Server, info: Mapping[str, str]) -> list[Advice]:
    """Return what to say of a memory that is nearly used up: closed tickets stay in it, so that it only ever grows."""
    most, used = int(info.get("maxmemory", "0")), int(info.get("used_memory", "0"))
    if not most or used < most * _NEARLY_FULL:
        return []
    values: dict[str, object] = {"name": f"{server[0]}:{server[1]}", "share": f"{used / most:.0%}"}
    return [
        Advice(
            False,
            N_("{name} 的内存用了 {share}，用完就什么都保存不了；请加大 maxmemory，或换更大的服务器"),
            values,
        )
    ]


async def _fsync(connection: AbstractConnection) -> str:
    try:
        answer = await told(connection, "CONFIG", "GET", "appendfsync")
    except ResponseError:
        return ""
    return answer[1].decode() if len(answer) > 1 else ""
