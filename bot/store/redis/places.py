"""Which server a shard lives on: one server, the master that sentinels name, or the nodes of a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection
from redis.crc import key_slot
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from bot.store.faults import StoreFault
from bot.store.redis.url import Address
from bot.tickets.errors import N_

Server = tuple[str, int]
_CONNECT_SECONDS = 3.0
SLOTS = 16384


class Unreachable(Exception):
    """No server could be asked where the shards are."""


class Places(Protocol):
    """Finds the server of a shard; `find` asks anew."""

    async def find(self) -> None: ...

    def of(self, prefix: str) -> Server: ...

    def all(self) -> Sequence[Server]: ...


class Single:
    """One server."""

    def __init__(self, address: Address) -> None:
        self._server = address.servers[0]

    async def find(self) -> None:
        """There is nothing to find."""

    def of(self, prefix: str) -> Server:  # noqa: ARG002 - as in Places
        return self._server

    def all(self) -> Sequence[Server]:
        return [self._server]


class Sentinels:
    """The master that the first reachable sentinel names."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._server: Server | None = None

    async def find(self) -> None:
        reasons = []
        for server in self._address.servers:
            try:
                found = await asked(
                    self._address, server, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._address.master,
                    is_sentinel=True,
                )  # fmt: skip
            except AuthenticationError as error:
                raise StoreFault(
                    N_("哨兵 {host}:{port} 不认密码（{error}）；请检查 [store] url 里的 sentinel_password。"),
                    host=server[0],
                    port=server[1],
                    error=error,
                ) from error
            except ResponseError as refusal:
                raise StoreFault(
                    N_("哨兵 {host}:{port} 拒绝回答（{refusal}）；请检查地址和密码。"),
                    host=server[0],
                    port=server[1],
                    refusal=refusal,
                ) from refusal
            except (RedisError, OSError) as error:
                reasons.append(f"{server[0]}:{server[1]} {error}")
                continue
            if found:
                self._server = (found[0].decode(), int(found[1]))
                return
            reasons.append(f"{server[0]}:{server[1]} knows no {self._address.master}")
        raise Unreachable("; ".join(reasons))

    def of(self, prefix: str) -> Server:  # noqa: ARG002 - as in Places
        if self._server is None:
            raise Unreachable(self._address.master)
        return self._server

    def all(self) -> Sequence[Server]:
        return [self._server] if self._server else []


class Cluster:
    """The masters of a cluster, each with its ranges of slots."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._ranges: list[tuple[int, int, Server]] = []

    async def find(self) -> None:
        reasons = []
        for server in dict.fromkeys((*self.all(), *self._address.servers)):
            try:
                found = await asked(self._address, server, "CLUSTER", "SLOTS")
            except AuthenticationError as error:
                raise unknown_to(server, self._address, error) from error
            except ResponseError as refusal:
                raise StoreFault(
                    N_(
                        "{host}:{port} 不是 Redis Cluster 的节点（{refusal}）；请改用 redis://，或检查 [store] url。"
                    ),
                    host=server[0],
                    port=server[1],
                    refusal=refusal,
                ) from refusal
            except (RedisError, OSError) as error:
                reasons.append(f"{server[0]}:{server[1]} {error}")
                continue
            self._ranges = [
                (first, last, (nodes[0].decode() or server[0], port))
                for first, last, (nodes, port) in ((row[0], row[1], (row[2][:1], row[2][1])) for row in found)
            ]
            return
        raise Unreachable("; ".join(reasons))

    def missing(self) -> list[tuple[int, int]]:
        """Return the ranges of slots that no master serves."""
        gaps, expected = [], 0
        for first, last, _ in sorted(self._ranges):
            if first > expected:
                gaps.append((expected, first - 1))
            expected = last + 1
        return [*gaps, (expected, SLOTS - 1)] if expected < SLOTS else gaps

    def of(self, prefix: str) -> Server:
        slot = key_slot(prefix.encode())
        for first, last, server in self._ranges:
            if first <= slot <= last:
                return server
        raise Unreachable(f"slot {slot}")

    def all(self) -> Sequence[Server]:
        return sorted({server for _, _, server in self._ranges})


def places_of(address: Address) -> Single | Sentinels | Cluster:
    """Return what finds the servers of an address."""
    if address.kind == "sentinel":
        return Sentinels(address)
    return Cluster(address) if address.kind == "cluster" else Single(address)


def unknown_to(server: Server, address: Address, error: AuthenticationError) -> StoreFault:
    """Return in one sentence why a server does not let us in."""
    name = f"{server[0]}:{server[1]}"
    if not address.password:
        return StoreFault(
            N_(
                "Redis {name} 要密码，[store] url 里没有（{error}）；请写成 redis://:密码@主机:端口 这样，密码里的特殊字符要写成 %xx。"
            ),
            name=name,
            error=error,
        )
    if address.username:
        return StoreFault(
            N_(
                "Redis {name} 不认帐号 {username}（{error}）；请检查 [store] url 里的帐号和密码，密码里的特殊字符要写成 %xx。"
            ),
            name=name,
            username=address.username,
            error=error,
        )
    return StoreFault(
        N_("Redis {name} 不认这个密码（{error}）；请检查 [store] url 里的密码，密码里的特殊字符要写成 %xx。"),
        name=name,
        error=error,
    )


async def connected(address: Address, server: Server, *, is_sentinel: bool = False) -> AbstractConnection:
    """Return an open connection that repeats nothing by itself.

    Raises:
        redis.exceptions.RedisError, OSError: The server cannot be reached or refuses us.
    """
    settings: dict[str, Any] = {
        "host": server[0],
        "port": server[1],
        "db": 0 if is_sentinel else address.database,
        "username": None if is_sentinel else address.username,
        "password": address.sentinel_password if is_sentinel else address.password,
        "protocol": 2,
        "socket_timeout": None,
        "socket_connect_timeout": _CONNECT_SECONDS,
        "driver_info": None,
        "socket_keepalive": True,
    }
    if address.is_encrypted:
        connection: AbstractConnection = SSLConnection(**settings, ssl_ca_certs=address.certificates)
    else:
        connection = Connection(**settings)
    try:
        async with asyncio.timeout(
            _CONNECT_SECONDS
        ):  # also for the greeting: a paused server takes connections
            await connection.connect()  # type: ignore[no-untyped-call]
    except TimeoutError as error:
        await hang_up(connection)
        raise OSError(f"no answer within {_CONNECT_SECONDS:.0f} s") from error
    except BaseException:
        await hang_up(connection)
        raise
    return connection


async def asked(address: Address, server: Server, *command: object, is_sentinel: bool = False) -> Any:
    """Ask one server one thing on a connection of its own."""
    connection = await connected(address, server, is_sentinel=is_sentinel)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await connection.send_command(*command)
            return await connection.read_response()
    except TimeoutError as error:
        raise OSError(f"no answer within {_CONNECT_SECONDS:.0f} s") from error
    finally:
        await hang_up(connection)


async def hang_up(connection: AbstractConnection) -> None:
    """Close a connection without waiting for a server that may never read what was sent to it."""
    if connection._writer is not None:
        connection._writer.transport.abort()
    with suppress(RedisError, OSError):
        await connection.disconnect()
