"""Where a file goes when its room cannot be written to: one for customers where its words go, an internal one nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.attaching import Attaching
from bot.config import for_replay, load
from bot.drafts import Draft
from bot.rooms.directory import Directory
from bot.store.messages import Queued
from bot.tickets.papers import Attached
from bot.tickets.speaker import Speaker

_SCHOOL = Path(__file__).parents[1] / "transcripts" / "school.toml"
_NOW = datetime(2026, 3, 9, 1, tzinfo=UTC)


class KeepsFiles:
    """A store and an outbox as far as files are concerned."""

    async def keep_file(self, content: bytes, now: datetime) -> str:
        return f"digest of {len(content)}"

    def takes_file(self, adapter: str, address: str, size: int) -> bool:
        return True


@pytest.mark.asyncio
@pytest.mark.parametrize(("is_internal", "then"), [(True, None), (False, "chat:group:值班群")])
async def test_an_internal_file_is_brought_nowhere_but_where_it_is_meant_to_be(
    is_internal: bool, then: str | None
) -> None:
    kept: Any = KeepsFiles()
    attaching = Attaching(
        store=kept,
        outbox=kept,
        directory=Directory(for_replay(load(_SCHOOL, {}, is_replay=True))),
        speaker=lambda language, now: Speaker(str, ZoneInfo("Asia/Shanghai"), now, language),
        public_url="",
    )
    said = Queued(
        key="figures", adapter="chat", room="chat:private:chen", text="📊", created_at=_NOW, fallback="chat:group:值班群"
    )  # fmt: skip
    file = Attached(name="服务报表.xlsx", of=b"PK", page="/report", is_internal=is_internal)
    words, brought = await attaching.placed([Draft(said, file=file)], _NOW)
    assert words.queued.fallback == "chat:group:值班群"
    assert brought.queued.file is not None
    assert brought.queued.fallback == then
