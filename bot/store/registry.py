"""Which store a URL means."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.store.contract import Store, StoreFault
from faq.knowledge import Entry


async def open_store(url: str, now: datetime) -> Store:
    """Open the store of `[store] url`; `now` is noted when its tables are made or changed.

    Raises:
        StoreFault: The URL means no store, or the store cannot be used.
    """
    # Imported here so that a program starts without the stores it does not use.
    if url.startswith("redis"):
        with _with_extra():
            from bot.store.redis_start import open_redis
        return await open_redis(url, now)
    path = _sqlite_path(url)
    from bot.store.sqlite import open_sqlite

    return await open_sqlite(path, now)


async def read_entries(url: str) -> list[Entry]:
    """Return the knowledge of a store without taking it from a bot that uses it; empty when there is no store yet.

    Raises:
        StoreFault: The URL means no store, or the store cannot be read.
    """
    if url.startswith("redis"):
        with _with_extra():
            from bot.store.redis_start import entries_of as redis_entries_of
        return await redis_entries_of(url)
    path = _sqlite_path(url)
    if not await asyncio.to_thread(path.exists):
        return []
    from bot.store.sqlite import entries_of

    return await entries_of(path)


@contextmanager
def _with_extra() -> Iterator[None]:
    """Say what to install where the packages for Redis are missing."""
    try:
        yield
    except ImportError as error:
        raise StoreFault(
            f"redis:// 还需要别的软件包（缺 {error.name}）：在程序目录运行 make extras，或 pip install 'shouwen[redis]'。"
        ) from error


def _sqlite_path(url: str) -> Path:
    scheme, _, rest = url.partition(":")
    if scheme != "sqlite":
        raise StoreFault(f"不认识 [store] url “{scheme}:…”；可用：sqlite:文件路径，或 redis://主机:6379/0。")
    if not rest:
        raise StoreFault("[store] url 缺少文件名；例如 sqlite:data/shouwen.db。")
    # Three slashes, as other programs write it, mean the same absolute path.
    return Path(rest.removeprefix("//"))
