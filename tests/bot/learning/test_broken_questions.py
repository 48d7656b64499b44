"""Questions that must stay right: tried after every change, and whoever keeps the knowledge hears what a change broke."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from bot.store.knowledge_contract import Learning
from faq.entries import Entry
from tests.bot.office import Office

pytestmark = pytest.mark.asyncio
ENTRIES = (
    Entry(id="K-001", question="打印机找不到", answer="点重新搜索"),
    Entry(id="K-002", question="班牌怎么换背景", answer="在主题里", valid_until=date(2026, 3, 9)),
)
CHECKS = """{"text": "打印机找不到", "entry": "K-001"}
{"text": "班牌怎么换背景", "entry": "K-002"}
{"text": "今天食堂吃什么", "entry": null}
"""


@pytest_asyncio.fixture
async def office(offices: Any, tmp_path: Path) -> Office:
    file = tmp_path / "checks.jsonl"
    file.write_text(CHECKS, encoding="utf-8")
    config = (await offices()).bot.config
    made: Office = await offices(
        other=dataclasses.replace(config, faq=replace(config.faq, managers=("chen",), checks=file))
    )
    await changed(made, *ENTRIES)
    await follow(made)
    return made


async def changed(office: Office, *entries: Entry) -> None:
    await office.store.learn(Learning(at=office.clock.now(), entries=entries))
    await office.bot.knowledge.refresh(office.clock.now())


async def follow(office: Office) -> list[str]:
    for _ in range(2):  # tried, and told with the next look
        await office.bot.knowledge.refresh(office.clock.now())
        await office.bot.school.regression.follow()
    await office.bot.outbox.drain()
    return office.said("私聊 陈经理")


async def test_what_is_right_is_told_to_nobody(office: Office) -> None:
    assert office.bot.school.regression.missed == []
    await changed(office, Entry(id="K-003", question="投影仪不亮", answer="看电源灯"))
    assert await follow(office) == []


async def test_a_change_that_breaks_a_question_is_told_once_with_what_is_said_now(office: Office) -> None:
    broken = Entry(id="K-001", question="打印机找不到", answer="点重新搜索", is_enabled=False)
    await changed(office, broken, Entry(id="K-009", question="今天食堂吃什么", answer="面条"))
    said = "⚠️ 知识改动之后，2 个该答对的问题不对了：\n“打印机找不到”应为 K-001，现在没有答案\n“今天食堂吃什么”应为 不回答，现在答 K-009"
    assert await follow(office) == [said]
    await changed(office, Entry(id="K-003", question="投影仪不亮", answer="看电源灯"))
    assert await follow(office) == []


async def test_what_ends_at_midnight_is_told_in_the_morning_unless_it_was_mended_by_then(
    office: Office,
) -> None:
    midnight = datetime(2026, 3, 9, 16, 0, 1, tzinfo=UTC)
    office.clock.jump(midnight - office.clock.now())
    assert await follow(office) == []
    assert [each.expected.entry for each in office.bot.school.regression.missed] == ["K-002"]
    office.clock.jump(timedelta(hours=8))
    assert len(await follow(office)) == 1
    await changed(office, Entry(id="K-002", question="班牌怎么换背景", answer="在主题里"))
    assert (await follow(office), office.bot.school.regression.missed) == ([], [])


async def test_a_file_that_cannot_be_read_is_no_file_without_questions(office: Office) -> None:
    file = office.bot.school.regression.file
    assert file is not None
    file.unlink()
    await changed(office, Entry(id="K-003", question="投影仪不亮", answer="看电源灯"))
    assert await follow(office) == []
    assert "No such file" in office.bot.school.regression.unreadable
