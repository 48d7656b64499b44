"""Which store a URL means."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.store.contract import Store, StoreFault


async def open_store(url: str, now: datetime) -> Store:
    """Open the store of `[store] url`; `now` is noted when its tables are made or changed.

    Raises:
        StoreFault: The URL means no store, or the store cannot be used.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite":
        if not rest:
            raise StoreFault("[store] url 缺少文件名；例如 sqlite:data/shouwen.db。")
        # Imported here so that a program starts without the stores it does not use.
        from bot.store.sqlite import open_sqlite

        # Three slashes, as other programs write it, mean the same absolute path.
        return await open_sqlite(Path(rest.removeprefix("//")), now)
    raise StoreFault(f"不认识 [store] url “{url}”；可用：sqlite:文件路径。")
