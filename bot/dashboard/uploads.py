"""Files that were uploaded on a page and wait for their confirmation, in the store: any worker may take the second click."""

from __future__ import annotations

import base64
import secrets
import zlib
from datetime import datetime

import msgspec

from bot.store.contract import Change, Kept, Store
from bot.store.instants import milliseconds
from faq.formats import Rows

_UPLOADS = "preview:"  # + when it was uploaded, + a word nobody can guess
_MOST_WAITING = 5
_MOST_KEPT = 1_000_000  # characters of a file made small: what is kept under names should stay light


class _Upload(msgspec.Struct, frozen=True):
    name: str
    rows: Rows


class Uploads:
    """The latest few files. One that is too large for the store waits in the memory of this process only."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._here: dict[str, tuple[str, Rows]] = {}

    async def keep(self, name: str, rows: Rows, now: datetime) -> str:
        """Keep a file and return the word by which it is taken."""
        token = f"{milliseconds(now):013d}.{secrets.token_urlsafe(16)}"
        packed = zlib.compress(msgspec.json.encode(_Upload(name, rows)))
        value = base64.b85encode(packed).decode()
        if len(value) > _MOST_KEPT:
            self._here[token] = (name, rows)
            while len(self._here) > _MOST_WAITING:
                self._here.pop(next(iter(self._here)))
            return token
        earlier = sorted(await self._store.kept(_UPLOADS))
        gone = [Kept(key, "") for key in earlier[: max(0, len(earlier) + 1 - _MOST_WAITING)]]
        await self._store.commit(Change(at=now, kept=(*gone, Kept(_UPLOADS + token, value))))
        return token

    async def take(self, token: str, now: datetime) -> tuple[str, Rows] | None:
        """Return a file by its word, once; None when it is not there any more."""
        if token in self._here:
            return self._here.pop(token)
        key = _UPLOADS + token
        value = (await self._store.kept(key)).get(key)
        if value is None:
            return None
        await self._store.commit(Change(at=now, kept=(Kept(key, ""),)))
        upload = msgspec.json.decode(zlib.decompress(base64.b85decode(value)), type=_Upload)
        return upload.name, upload.rows
