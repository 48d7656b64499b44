"""Files that were uploaded on a page and wait for their confirmation: any worker may take the second click."""

from __future__ import annotations

import base64
import binascii
import secrets
import zlib
from asyncio import to_thread
from datetime import datetime

import msgspec

from bot.store.contract import Change, Kept, Store
from bot.store.instants import milliseconds
from faq.formats import Rows

MOST_UPLOADED = 25_000_000  # bytes
_UPLOADS = "preview:"  # + when it was uploaded, + a word nobody can guess
_CARRIED = "carried:"  # + the file itself
_MOST_WAITING = 5
_MOST_KEPT = 1_000_000  # characters of a file made small: what is kept under names should stay light
_MOST_UNPACKED = 8 * MOST_UPLOADED  # rows take more room than the file they were read from


class _Upload(msgspec.Struct, frozen=True):
    name: str
    rows: Rows


class Uploads:
    """The latest few files, in the store. One that is too large for it is carried by its page, and comes back with the second click."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, name: str, rows: Rows, now: datetime) -> str:
        """Keep a file and return the word by which it is taken; of a large one the word is the file."""
        is_carried, value = await to_thread(_packed, _Upload(name, rows))
        if is_carried:
            return _CARRIED + value
        token = f"{milliseconds(now):013d}.{secrets.token_urlsafe(16)}"
        earlier = sorted(await self._store.kept(_UPLOADS))
        gone = [Kept(key, "") for key in earlier[: max(0, len(earlier) + 1 - _MOST_WAITING)]]
        await self._store.commit(Change(at=now, kept=(*gone, Kept(_UPLOADS + token, value))))
        return token

    async def take(self, token: str, now: datetime) -> tuple[str, Rows] | None:
        """Return a file by its word, one of the store once; None when it is not there any more, or not whole."""
        if token.startswith(_CARRIED):
            return await to_thread(_carried, token.removeprefix(_CARRIED))
        key = _UPLOADS + token
        value = (await self._store.kept(key)).get(key)
        if value is None:
            return None
        await self._store.commit(Change(at=now, kept=(Kept(key, ""),)))
        return await to_thread(_unpacked, value)


def _packed(upload: _Upload) -> tuple[bool, str]:
    """Return whether a file is too large for the store, and the text it is carried or kept as: long work, for a thread."""
    packed = zlib.compress(msgspec.json.encode(upload))
    value = base64.b85encode(packed).decode()
    if len(value) > _MOST_KEPT:
        return True, base64.urlsafe_b64encode(packed).decode()
    return False, value


def _unpacked(value: str) -> tuple[str, Rows]:
    upload = msgspec.json.decode(zlib.decompress(base64.b85decode(value)), type=_Upload)
    return upload.name, upload.rows


def _carried(text: str) -> tuple[str, Rows] | None:
    """Return what a page carried. It is what the same person could upload anyway; only its size is not trusted."""
    try:
        unpacked = zlib.decompressobj().decompress(base64.urlsafe_b64decode(text), _MOST_UNPACKED)
        upload = msgspec.json.decode(unpacked, type=_Upload)
    except (binascii.Error, zlib.error, ValueError):  # a msgspec error is a ValueError
        return None
    return upload.name, upload.rows
