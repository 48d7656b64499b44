"""Keeping a forward WebSocket open: connect, serve, wait, connect again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Never

import aiohttp
import msgspec
import structlog
from yarl import URL

from adapters.backoff import HEALTHY_AFTER, delay_after
from adapters.contract import Timekeeper
from adapters.onebot.settings import Settings
from adapters.sessions import faithful

_log = structlog.get_logger(__name__)

LARGEST_ACCEPTED: Final = 16 << 20  # beyond the size that we ignore, so that ignoring costs no connection
_HANDSHAKE: Final = 15.0  # seconds


class Attempt(msgspec.Struct, frozen=True):
    """How one connection went: how long it was open, and why it ended."""

    open_for: float  # seconds; 0 when it never opened
    is_refused: bool
    why: str


async def keep_connected(
    settings: Settings,
    *,
    adapter: str,
    clock: Timekeeper,
    jitter: Callable[[], float],
    serve: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[bool]],
) -> Never:
    """Connect again and again until cancelled.

    `serve` runs one connection to its end and returns whether the QQ side refused our token. A refusal waits at least
    30 seconds; other failures wait 1 to 60 seconds, counted anew after a connection that held for a minute.
    """
    # Without the query and the path: either may carry the token.
    log = _log.bind(adapter=adapter, server=str(URL(settings.url).origin()))
    failures = 0
    async with faithful() as session:
        while True:
            tried = await attempt(session, settings, clock, serve)
            failures = 1 if tried.open_for >= HEALTHY_AFTER.total_seconds() else failures + 1
            delay = delay_after(failures, jitter(), is_refused=tried.is_refused)
            again = round(delay.total_seconds(), 1)
            if tried.is_refused:
                log.error("access token refused", action="onebot_refused", why=tried.why, retry_seconds=again)
            else:
                log.warning("not connected", action="onebot_lost", why=tried.why, retry_seconds=again)
            await clock.sleep(delay)


async def attempt(
    session: aiohttp.ClientSession,
    settings: Settings,
    clock: Timekeeper,
    serve: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[bool]],
) -> Attempt:
    """Connect once and let `serve` run the connection to its end; return how it went."""
    token = settings.access_token
    try:
        async with asyncio.timeout(_HANDSHAKE):
            socket = await session.ws_connect(
                settings.url,
                headers={"Authorization": f"Bearer {token}"} if token else {},
                autoping=False,
                max_msg_size=LARGEST_ACCEPTED,
                timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
            )
    except aiohttp.WSServerHandshakeError as error:
        return Attempt(0.0, error.status in (401, 403), f"HTTP {error.status}")
    except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
        return Attempt(0.0, False, type(error).__name__)
    opened_at = clock.monotonic()
    async with socket:
        is_refused = await serve(socket)
    return Attempt(clock.monotonic() - opened_at, is_refused, f"closed with {socket.close_code}")
