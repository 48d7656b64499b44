"""Files that were uploaded on a page and wait for their confirmation: any worker may take the second click."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Iterator
from datetime import datetime
from itertools import chain

import msgspec

from bot.beside import beside
from bot.store.contract import Change, Kept, Store
from bot.store.instants import milliseconds
from faq.formats import Rows
from faq.formats.pieces import lines_of_rows, rows_of_lines

MOST_UPLOADED = 25_000_000  # bytes
_UPLOADS = "preview:"  # + when it was uploaded, + a word nobody can guess
_MOST_WAITING = 5
_PIECE = 16_384  # bytes


class Uploads:
    """The latest few files, in the store: what was read of each is kept like the file of a message, under a word for whoever sent it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, name: str, rows: Rows, now: datetime) -> str:
        """Keep a file and return the word by which it is taken."""
        digest = await self._store.keep_file(await beside(_packed, name, rows), now)
        token = f"{milliseconds(now):013d}.{secrets.token_urlsafe(16)}"
        earlier = sorted(await self._store.kept(_UPLOADS))
        gone = [Kept(key, "") for key in earlier[: max(0, len(earlier) + 1 - _MOST_WAITING)]]
        await self._store.commit(Change(at=now, kept=(*gone, Kept(_UPLOADS + token, digest))))
        return token

    async def take(self, token: str, now: datetime) -> tuple[str, Rows] | None:
        """Return a file by its word, once; None when it does not wait any more."""
        key = _UPLOADS + token
        digest = (await self._store.kept(key)).get(key)
        if digest is None:
            return None
        await self._store.commit(Change(at=now, kept=(Kept(key, ""),)))
        content = await self._store.file(digest)
        return None if content is None else await beside(_unpacked, content)


def _packed(name: str, rows: Rows) -> bytes:
    """Return a file as it is kept: its name and its rows, line by line."""
    squeezing = zlib.compressobj()
    lines = chain((msgspec.json.encode(name) + b"\n",), lines_of_rows(rows))
    return b"".join([*map(squeezing.compress, lines), squeezing.flush()])


def _unpacked(content: bytes) -> tuple[str, Rows] | None:
    """Return a file; None for one that an earlier version of the program kept."""
    lines = _lines(content)
    try:
        return msgspec.json.decode(next(lines), type=str), rows_of_lines(lines)
    except msgspec.MsgspecError:
        return None


def _lines(content: bytes) -> Iterator[bytes]:
    """Yield the lines of what was squeezed: taken apart at once it would hold up everybody."""
    opening, rest = zlib.decompressobj(), b""
    for start in range(0, len(content), _PIECE):
        *lines, rest = (rest + opening.decompress(content[start : start + _PIECE])).split(b"\n")
        yield from lines
