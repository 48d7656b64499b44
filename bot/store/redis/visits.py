"""A connection to one Redis server before it is used, and every reason why there is none as one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import (
    AuthenticationError,
    ClusterDownError,
    NoPermissionError,
    RedisError,
    ResponseError,
)

from bot.store.faults import StoreFault
from bot.store.redis.places import Server, connected, hang_up, unknown_to
from bot.store.redis.url import Address
from bot.tickets.errors import N_


@asynccontextmanager
async def visited(address: Address, server: Server) -> AsyncIterator[AbstractConnection]:
    """Give a connection of one's own to a server, for as long as it is looked at.

    Raises:
        StoreFault: It cannot be used, or does not answer any more.
    """
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
        raise _untrusted(address, name, str(error)) or unreachable(address, str(error)) from error
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
        raise unreachable(address, str(error)) from error
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


def unreachable(address: Address, reason: str) -> StoreFault:
    """Return what is said of servers that do not answer."""
    return StoreFault(
        N_("连不上 Redis {address}（{reason}）；请检查 [store] url，以及服务器和网络是否正常。"),
        address=address,
        reason=reason,
    )


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
