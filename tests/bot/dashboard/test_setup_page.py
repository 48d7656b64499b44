"""The page about what is connected to what."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.rooms.set_up import ROOM, RoomNote
from bot.store.contract import Change, Kept

pytestmark = pytest.mark.asyncio


async def test_platforms_rooms_and_people_are_shown(stand: Any) -> None:
    page = await stand.page("/setup")
    assert "育才群" in page
    assert "陈经理" in page
    assert "配置文件" in page
    assert "群里还没" not in page
    assert "检查各平台" in page


async def test_a_group_that_waits_is_shown_and_its_name_is_no_markup(stand: Any) -> None:
    note = msgspec.json.encode(RoomNote(name="<b>新群</b>")).decode()
    await stand.bot.store.commit(Change(at=stand.clock.now(), kept=(Kept(ROOM + "web:group:new", note),)))
    page = await stand.page("/setup")
    assert "&lt;b&gt;新群&lt;/b&gt;" in page
    assert "还没绑定" in page


async def test_the_platforms_are_examined_when_somebody_asks(stand: Any) -> None:
    assert "不需要检查" not in await stand.page("/setup")
    page = await stand.page("/setup?look=1&lang=en")
    assert "✓" in page
    assert "nothing to check" in page
