"""HTTP sessions for WebSockets that connect where they are told to and nowhere else; aiohttp would follow a redirection."""

from __future__ import annotations

from typing import Any, Never

import aiohttp


class SentElsewhere(aiohttp.ClientError):
    """A server answered with another address. What we say to it, a token perhaps, is not for whoever is there."""


def faithful(*traces: aiohttp.TraceConfig, **options: Any) -> aiohttp.ClientSession:
    """Return a session that follows no redirection; `options` are those of aiohttp."""
    guard = aiohttp.TraceConfig()
    guard.on_request_redirect.append(_refuse)
    return aiohttp.ClientSession(trace_configs=[guard, *traces], **options)


async def _refuse(*_: object) -> Never:
    raise SentElsewhere
