"""Who may call the webhook, and with what; reads the body, decides nothing else."""

from __future__ import annotations

import hmac
import json
from typing import Any, Final

import msgspec
from aiohttp import web

from adapters.telegram.wire import number_of

LARGEST: Final = 1 << 20  # bytes
_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"


class Refused(msgspec.Struct, frozen=True):
    """A call that is turned away with an HTTP status and a reason."""

    status: int
    reason: str


async def admit(request: web.Request, secret: str) -> dict[str, Any] | Refused:
    """Return the update that a call brings; nothing is read of a body whose sender does not know the secret."""
    if request.method != "POST":
        return Refused(405, "POST only")
    given = request.headers.get(_HEADER, "")
    if not given:
        return Refused(401, "secret token missing")
    # As bytes, because compare_digest takes no text beyond ASCII; HTTP headers may hold anything.
    if not hmac.compare_digest(given.encode(errors="surrogateescape"), secret.encode()):
        return Refused(403, "secret token wrong")
    body = await _read(request)
    if body is None:
        return Refused(413, "too large")
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return Refused(400, "no JSON")
    return update if number_of(update) is not None else Refused(400, "no update")


async def _read(request: web.Request) -> bytes | None:
    if (request.content_length or 0) > LARGEST:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)
