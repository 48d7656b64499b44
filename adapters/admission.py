"""Who may call, and with how much: calls that are turned away, and bodies no larger and no slower than is sensible."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

LARGEST: Final = 1 << 20  # bytes
_PATIENCE: Final = 5.0  # seconds for a body: platforms themselves give up then


class Refused(Exception):
    """A call is turned away with an HTTP status; the reason is for our log, the caller is told nothing."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def body_of(request: web.Request, patience: float = _PATIENCE) -> bytes:
    """Return the body of a call.

    Raises:
        Refused: It is larger than 1 MiB, or did not arrive in time.
    """
    if (request.content_length or 0) > LARGEST:
        raise Refused(413, "the body is larger than 1 MiB")
    body = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > LARGEST:  # sent in chunks, without a length
                    raise Refused(413, "the body is larger than 1 MiB")
    except TimeoutError:
        raise Refused(408, "the body did not arrive in time") from None
    return bytes(body)
