"""Files that were uploaded on a page and wait for their confirmation: any worker may take the second click."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

import msgspec

from bot.beside import beside
from bot.store.contract import Change, Kept, Store
from bot.store.instants import milliseconds
from faq.formats import Column, Rows
from faq.formats.pieces import lines_of_rows, rows_of_lines

MOST_UPLOADED = 25_000_000  # bytes
_UPLOADS = "preview:"  # + when it was uploaded, + a word nobody can guess
_MOST_WAITING = 5
_PIECE = 16_384  # bytes


class _Waiting(msgspec.Struct, frozen=True):
    """What is noted of a file: its columns, where the store has what was read of it, and the file itself where it may be read in another way.

    `remembered` is what is worth remembering once somebody has confirmed the file.
    """

    name: str
    read: str
    columns: tuple[Column, ...]
    file: str = ""
    remembered: tuple[Kept, ...] = ()


class Uploads:
    """The latest few files, in the store, each under a word for whoever sent it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(
        self, name: str, rows: Rows, now: datetime, *, file: bytes = b"", remembered: Sequence[Kept] = ()
    ) -> str:
        """Keep what was read of a file, and the file where it has columns, and return the word by which it is taken."""
        read = await self._store.keep_file(await beside(_packed, name, rows), now)
        whole = await self._store.keep_file(file, now) if file else ""
        token = f"{milliseconds(now):013d}.{secrets.token_urlsafe(16)}"
        earlier = sorted(await self._store.kept(_UPLOADS))
        gone = [Kept(key, "") for key in earlier[: max(0, len(earlier) + 1 - _MOST_WAITING)]]
        waiting = msgspec.json.encode(_Waiting(name, read, rows.columns, whole, tuple(remembered))).decode()
        await self._store.commit(Change(at=now, kept=(*gone, Kept(_UPLOADS + token, waiting))))
        return token

    async def columns(self, token: str) -> Sequence[Column] | None:
        """Return the columns of a file as they were read; None when it does not wait any more."""
        waiting = await self._waiting(token)
        return waiting.columns if waiting else None

    async def file(self, token: str) -> tuple[str, bytes] | None:
        """Return a file itself with its name, to read it once more; None when it does not wait any more, or has no columns."""
        waiting = await self._waiting(token)
        content = await self._store.file(waiting.file) if waiting and waiting.file else None
        return None if waiting is None or content is None else (waiting.name, content)

    async def take(self, token: str, now: datetime) -> tuple[str, Rows] | None:
        """Return what was read of a file, once; None when it does not wait any more."""
        waiting = await self._waiting(token)
        content = await self._store.file(waiting.read) if waiting else None
        found = None if content is None else await beside(_unpacked, content)
        if waiting is not None and found is not None:
            gone = Kept(_UPLOADS + token, "")
            await self._store.commit(Change(at=now, kept=(gone, *waiting.remembered)))
        return found

    async def _waiting(self, token: str) -> _Waiting | None:
        key = _UPLOADS + token
        noted = (await self._store.kept(key)).get(key)
        try:
            return msgspec.json.decode(noted, type=_Waiting) if noted else None
        except msgspec.MsgspecError:  # an earlier version of the program kept it
            return None


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
