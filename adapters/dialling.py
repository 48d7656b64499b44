"""Keeping a connection open that the bot itself makes: connect, wait, connect again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final, Never

import aiohttp
import msgspec
import structlog

from adapters.backoff import HEALTHY_AFTER, delay_after
from adapters.contract import Timekeeper
from adapters.json_frames import LARGEST

_log = structlog.get_logger(__name__)

_HANDSHAKE: Final = 15.0  # seconds
_HEARTBEAT: Final = 30.0  # seconds; a peer that answers no ping in half of that is gone


class Ended(msgspec.Struct, frozen=True):
    """How one connection went."""

    why: str
    open_for: float = 0.0  # seconds; 0 when it never was ready
    is_refused: bool = False  # who we are was not accepted: asking often does not help
    is_asked: bool = False  # the peer wants us to connect anew, and is well
    pause: timedelta = timedelta()  # at least, before the next attempt


class NotConnected(Exception):
    """No connection could be made."""


async def keep_connected(
    connect: Callable[[], Awaitable[Ended]],
    *,
    adapter: str,
    clock: Timekeeper,
    jitter: Callable[[], float],  # in [0, 1)
) -> Never:
    """Connect again and again until cancelled.

    After a failure 1 to 60 seconds pass, counted anew after a connection that held for a minute; after a refusal at least 30. Where
    the peer asked for it, and the connection had held, none: what people say meanwhile may be lost.
    """
    log = _log.bind(adapter=adapter)
    failures = 0
    while True:
        ended = await connect()
        has_held = ended.open_for >= HEALTHY_AFTER.total_seconds()
        if ended.is_asked and has_held and not ended.pause:
            failures = 0
            log.info("asked to connect anew", action="connection_renewed", why=ended.why)
            continue
        failures = 1 if ended.is_asked or has_held else failures + 1
        delay = max(delay_after(failures, jitter(), is_refused=ended.is_refused), ended.pause)
        again = round(delay.total_seconds(), 1)
        if ended.is_refused:
            log.error("refused", action="connection_refused", why=ended.why, retry_seconds=again)
        else:
            log.warning("not connected", action="connection_lost", why=ended.why, retry_seconds=again)
        await clock.sleep(delay)


async def dialled(
    session: aiohttp.ClientSession,
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    heartbeat: float | None = _HEARTBEAT,
) -> aiohttp.ClientWebSocketResponse:
    """Open a WebSocket.

    Raises:
        NotConnected: It did not open; the text does not repeat the address, which may carry a secret.
    """
    try:
        async with asyncio.timeout(_HANDSHAKE):
            return await session.ws_connect(
                url,
                headers=headers,
                heartbeat=heartbeat,
                # Beyond the size that we read, so that ignoring a frame costs no connection.
                max_msg_size=LARGEST * 16,
                timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
            )
    except aiohttp.WSServerHandshakeError as error:
        raise NotConnected(f"HTTP {error.status}") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:  # a time-out is an OSError
        raise NotConnected(type(error).__name__) from None
