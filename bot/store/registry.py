"""Which store a URL means."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.store.advice import Advice
from bot.store.contract import Kept
from bot.store.faults import StoreFault
from bot.store.knowledge_contract import Uses
from bot.store.portable import Archive, Part, Portable
from bot.tickets.errors import N_
from faq.knowledge import Entry


async def open_store(url: str, now: datetime) -> Portable:
    """Open the store of `[store] url`; `now` is noted when its tables are made or changed.

    Raises:
        StoreFault: The URL means no store, or the store cannot be used.
    """
    # Imported here so that a program starts without the stores it does not use.
    if url.startswith("redis"):
        with _with_extra():
            from bot.store.redis.start import open_redis
        return await open_redis(url, now)
    path = _sqlite_path(url)
    from bot.store.sqlite.store import open_sqlite

    return await open_sqlite(path, now)


async def open_archive(url: str) -> Archive:
    """Open a store for reading it through, without taking it from a bot that uses it.

    Raises:
        StoreFault: The URL means no store, there is none yet, or it cannot be read.
    """
    if url.startswith("redis"):
        with _with_extra():
            from bot.store.redis.start import open_redis_archive
        return await open_redis_archive(url)
    path = _sqlite_path(url)
    from bot.store.sqlite.archive import open_sqlite_archive

    return await open_sqlite_archive(path)


async def advice_about(url: str) -> list[Advice]:
    """Return what to know about the servers of a store that can be opened; nothing for an embedded one."""
    if not url.startswith("redis"):
        return []
    with _with_extra():
        from bot.store.redis.advice import look_at

    return await look_at(url)


async def set_aside(url: str, now: datetime) -> str:
    """Rename the database of a store, whole or broken, so that a new one can take its place; return its new name, "" if there is none.

    Raises:
        StoreFault: It is in use, or no database in a file.
    """
    path = _sqlite_path(url)
    from bot.store.sqlite.holding import set_sqlite_aside

    return str(await asyncio.to_thread(set_sqlite_aside, path, now) or "")


async def empty(url: str) -> None:
    """Remove everything that a store on a server holds. Whoever calls this has saved it elsewhere.

    Raises:
        StoreFault: A server cannot be used.
    """
    with _with_extra():
        from bot.store.redis.start import empty_redis
    await empty_redis(url)


async def damage(url: str) -> str:
    """Return what is wrong with the file of a store, in the words of its library; "" when it is whole, or there is none.

    Raises:
        StoreFault: It cannot be read at all.
    """
    if kind_of(url) != "sqlite" or not await asyncio.to_thread((path := _sqlite_path(url)).exists):
        return ""
    from bot.store.sqlite.file import damage_of

    return await asyncio.to_thread(damage_of, path)


def kind_of(url: str) -> str:
    """Return the kind of store a URL means, as it is written before the colon."""
    return url.partition(":")[0]


def located(url: str) -> str:
    """Return a URL that means the same from every folder; the same file has the same one, by whatever name it is called.

    Raises:
        StoreFault: The URL means no store.
    """
    return f"sqlite:{os.path.realpath(_sqlite_path(url))}" if kind_of(url) == "sqlite" else url


def shown(url: str) -> str:
    """Return a URL without user and password."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if rest else url


async def read_entries(url: str) -> list[Entry]:
    """Return the knowledge of a store without taking it from a bot that uses it; empty when there is no store yet.

    Raises:
        StoreFault: The URL means no store, or the store cannot be read.
    """
    if url.startswith("redis"):
        with _with_extra():
            from bot.store.redis.start import entries_of as redis_entries_of
        return await redis_entries_of(url)
    path = _sqlite_path(url)
    if not await asyncio.to_thread(path.exists):
        return []
    from bot.store.sqlite.knowledge import entries_of

    return await entries_of(path)


async def read_uses(url: str) -> list[Uses]:
    """Return how entries were used, without taking the store from a bot that uses it; empty when there is no store yet.

    Raises:
        StoreFault: The URL means no store, or the store cannot be read.
    """
    if kind_of(url) == "sqlite" and not await asyncio.to_thread(_sqlite_path(url).exists):
        return []
    archive, found, after = await open_archive(url), list[Uses](), ""
    try:
        while page := await archive.export(Part.USES, after=after):
            found.extend(piece for _, piece in page if isinstance(piece, Uses))
            after = page[-1][0]
    finally:
        await archive.close()
    return found


class ReadVectors:
    """The vectors of a store that a bot may be using; nothing is kept there."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def vectors(self, model: str, keys: Sequence[str]) -> dict[str, bytes]:
        """Return what is kept of a model under these keys; nothing when there is no store yet.

        Raises:
            StoreFault: The store cannot be read.
        """
        if self._url.startswith("redis"):
            with _with_extra():
                from bot.store.redis.start import vectors_of as redis_vectors_of
            return await redis_vectors_of(self._url, model, keys)
        path = _sqlite_path(self._url)
        if not await asyncio.to_thread(path.exists):
            return {}
        from bot.store.sqlite.knowledge import vectors_of

        return await vectors_of(path, model, keys)

    async def keep_vectors(self, model: str, vectors: Mapping[str, bytes]) -> None:
        """The running bot keeps its own."""


async def read_kept(url: str, *prefixes: str) -> dict[str, str]:
    """Return what a store keeps under names that begin so, without taking it from a bot that uses it; empty when there is none yet.

    Raises:
        StoreFault: The URL means no store, or the store cannot be read.
    """
    if kind_of(url) == "sqlite" and not await asyncio.to_thread(_sqlite_path(url).exists):
        return {}
    archive, found, after = await open_archive(url), dict[str, str](), ""
    try:
        while page := await archive.export(Part.KEPT, after=after):
            pieces = (piece for _, piece in page if isinstance(piece, Kept))
            found.update({piece.key: piece.value for piece in pieces if piece.key.startswith(prefixes)})
            after = page[-1][0]
    finally:
        await archive.close()
    return found


@contextmanager
def _with_extra() -> Iterator[None]:
    """Say what to install where the packages for Redis are missing."""
    try:
        yield
    except ImportError as error:
        raise StoreFault(
            N_(
                "redis:// 还需要别的软件包（缺 {package}）：在程序目录运行 make extras，或 pip install 'shouwen[redis]'。"
            ),
            package=error.name,
        ) from error


def _sqlite_path(url: str) -> Path:
    scheme, _, rest = url.partition(":")
    if scheme != "sqlite":
        raise StoreFault(
            N_("不认识 [store] url “{scheme}:…”；可用：sqlite:文件路径，或 redis://主机:6379/0。"),
            scheme=scheme,
        )
    if not rest:
        raise StoreFault(N_("[store] url 缺少文件名；例如 sqlite:data/shouwen.db。"))
    # Three slashes, as other programs write it, mean the same absolute path.
    path = Path(rest.removeprefix("//"))
    # A link stands for the file it leads to: lock, log and earlier versions lie beside that one, whatever name it is opened by.
    return Path(os.path.realpath(path)) if path.is_symlink() else path
