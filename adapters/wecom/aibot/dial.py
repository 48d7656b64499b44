"""Keeping the long connection open: connect, serve, wait, connect again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Never

import aiohttp
import structlog
from yarl import URL

from adapters.backoff import HEALTHY_AFTER, delay_after
from adapters.contract import Timekeeper
from adapters.json_frames import LARGEST
from adapters.wecom.aibot.link import End

_log = structlog.get_logger(__name__)

# Whoever was thrown out by a newer connection must not throw that one out in turn.
COOL_DOWN: Final = timedelta(minutes=5)
_HANDSHAKE: Final = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one connection went: how long it was open, and why it ended."""

    open_for: float  # seconds; 0 when it never opened
    end: End
    why: str


async def keep_connected(
    url: str,
    *,
    adapter: str,
    clock: Timekeeper,
    jitter: Callable[[], float],  # in [0, 1)
    serve: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[End]],
) -> Never:
    """Connect again and again until cancelled.

    After a failure 1 to 60 seconds pass, counted anew after a connection that held for a minute; after a refused login
    at least 30 seconds; after a newer connection took over, five minutes.
    """
    log = _log.bind(adapter=adapter, server=str(URL(url).origin()))
    failures = 0
    async with aiohttp.ClientSession() as session:
        while True:
            tried = await attempt(session, url, clock, serve)
            failures = 1 if tried.open_for >= HEALTHY_AFTER.total_seconds() else failures + 1
            delay = delay_after(failures, jitter(), is_refused=tried.end is End.REFUSED)
            if tried.end is End.KICKED:
                delay = COOL_DOWN
                log.error("another program uses this bot_id", action="wecom_kicked")
            again = round(delay.total_seconds(), 1)
            log.warning("not connected", action="wecom_lost", why=tried.why, retry_seconds=again)
            await clock.sleep(delay)


async def attempt(
    session: aiohttp.ClientSession,
    url: str,
    clock: Timekeeper,
    serve: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[End]],
) -> Attempt:
    """Connect once and let `serve` run the connection to its end; return how it went."""
    try:
        async with asyncio.timeout(_HANDSHAKE):
            socket = await session.ws_connect(
                url, max_msg_size=LARGEST * 4, timeout=aiohttp.ClientWSTimeout(ws_close=2.0)
            )
    except aiohttp.WSServerHandshakeError as error:
        return Attempt(0.0, End.LOST, f"HTTP {error.status}")
    except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
        return Attempt(0.0, End.LOST, type(error).__name__)
    opened_at = clock.monotonic()
    async with socket:
        end = await serve(socket)
    return Attempt(clock.monotonic() - opened_at, end, f"{end}, closed with {socket.close_code}")
