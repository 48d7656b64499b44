"""By which name the content of a file is kept."""

from __future__ import annotations

from asyncio import to_thread
from hashlib import sha256

_LARGE = 200_000  # bytes, half a millisecond to sum up


async def digest_of(content: bytes) -> str:
    """Return the digest of a content; that of a large one is summed up beside the event loop."""
    summed = await to_thread(sha256, content) if len(content) > _LARGE else sha256(content)
    return summed.hexdigest()
