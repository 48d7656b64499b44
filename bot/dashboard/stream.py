"""Server-sent events: the parts of a page, each sent again when it looks different."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.dashboard.live import Live, Snapshot

_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_RECONNECT = b"retry: 2000\n\n"
_STILL_HERE = (
    b": nothing new\n\n"  # finds out whether the browser is still there, and keeps proxies from cutting
)

Draw = Callable[[Snapshot], Awaitable[Mapping[str, str]]]


async def follow(request: web.Request, live: Live, draw: Draw) -> web.StreamResponse:
    """Answer with the parts as they are, and then with those that change, until one side has enough."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    transport = request.transport
    follower = live.join(transport.abort if transport else lambda: None)
    shown: dict[str, str] = {}
    try:
        await response.prepare(request)
        await response.write(_RECONNECT)
        async for snapshot in follower.snapshots():
            parts = await draw(snapshot)
            news = {name: html for name, html in parts.items() if shown.get(name) != html}
            shown.update(news)
            await response.write(b"".join(event(name, html) for name, html in news.items()) or _STILL_HERE)
    except ConnectionError:
        pass  # the browser went away, or was cut off because it read too slowly; there is nobody to tell
    finally:
        live.leave(follower)
    return response


def event(name: str, data: str) -> bytes:
    """Return one event as it goes over the wire; `data` may have several lines."""
    lines = "".join(f"data: {line}\n" for line in _LINE_ENDS.split(data))
    return f"event: {name}\n{lines}\n".encode()
