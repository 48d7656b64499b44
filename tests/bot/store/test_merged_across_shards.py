"""Tickets that are one trouble stay one where they lie in different shards, and wherever the store is copied to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from zlib import crc32

import pytest

from bot.store import copying
from bot.store.registry import open_store
from bot.terminal.replay import replay
from bot.tickets.records import first_break

_CONVERSATION = Path(__file__).parents[2] / "transcripts" / "several-groups-merged.chat"
_SHARDS = 7
_MERGED = "合并 1002 到 1001"


def _shard(address: str) -> int:
    return crc32(address.encode()) % _SHARDS


def _until_merged() -> str:
    """Return the conversation up to what the bot says to the merge."""
    lines = _CONVERSATION.read_text(encoding="utf-8").splitlines()
    at = next(place for place, line in enumerate(lines) if line.endswith(f"> {_MERGED}"))
    end = next(place for place in range(at + 1, len(lines)) if " < " not in lines[place])
    return "\n".join(lines[:end])


@pytest.mark.asyncio
async def test_they_are_merged_across_shards_and_copied_as_they_are(redis_server, build, tmp_path):
    redis_server.empty()
    url, backup = f"{redis_server.url}?shards={_SHARDS}", tmp_path / "desk.backup"
    result = await replay(_CONVERSATION, await asyncio.to_thread(_until_merged), {}, store_url=url)
    assert not result.difference
    moved, restored = (f"sqlite:{tmp_path / name}.db" for name in ("moved", "restored"))
    await copying.migrate(url, moved, build.at)
    await copying.back_up(url, backup, build.at)
    await copying.restore(restored, backup, build.at, is_replacing=False)
    for each in (url, moved, restored):
        store = await open_store(each, build.at)
        main, other = [await store.ticket(number) for number in (1001, 1002)]
        assert (main.followers, other.follows) == ((1002,), 1001)
        assert _shard(main.room) != _shard(other.room)
        for number in (1001, 1002):
            assert first_break(await store.records(number)) is None
        await store.close()
