"""`shouwen faq tune` reads what people said after answers, also while a bot runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import Config, load
from bot.knowledge.live import wanted_of
from bot.lessons import Lesson, Picked
from bot.store.knowledge_contract import Learning, Uses
from bot.store.registry import read_uses
from bot.terminal.housekeeping import ask_faq
from bot.terminal.tuning import tune
from faq.entries import Entry
from tests.bot.office import CUSTOMER, DUTY, ENGINEERS, MINUTE, START, Office

Asked = Callable[[str, str, str], Awaitable[None]]


@pytest.fixture
def asked(office: Office) -> Asked:
    async def ask(person: str, question: str, then: str) -> None:
        await office.hear(CUSTOMER, person, f"@小首 {question}")
        await office.hear(CUSTOMER, person, then)
        office.clock.jump(15 * MINUTE)  # else it would be pointed to

    return ask


def _config(tmp_path: Path) -> Config:
    config = load(tmp_path / "office.toml", {}, is_replay=True)
    return replace(config, store_url=f"sqlite:{tmp_path / 'office.db'}")


async def _known(office: Office) -> None:
    entries = (
        Entry(id="K-001", question="打印机找不到怎么办", answer="点重新搜索"),
        Entry(id="K-002", question="成绩单怎么导出", answer="点导出"),
    )
    await office.store.learn(Learning(at=START, entries=entries))
    await office.bot.knowledge.refresh(START)


@pytest.mark.asyncio
async def test_it_says_on_how_many_it_rests_and_does_not_guess(
    office: Office, asked: Asked, tmp_path: Path
) -> None:
    await _known(office)
    await asked("王老师", "打印机找不到怎么办", "好了")
    await asked("李老师", "成绩单怎么导出", "没解决")
    await asked("孙老师", "打印机找不到怎么办", "好了")
    config = _config(tmp_path)
    lines = await tune(config, 0.97)
    assert lines[0] == "依据：2 个说得清对错的问题（对 1，错 1），其中 2 个会单独给答案。"
    assert "至少要 50 个" in lines[-1]
    wanted = wanted_of(await read_uses(config.store_url))
    assert wanted == {"K-001": 2, "K-002": 0}
    await office.hear(DUTY, ENGINEERS[0], "K-001 不对 新版没有")
    assert "（对 1，错 1）" in (await tune(config, 0.97))[0]
    assert "2 次，对 0.0%" in (await tune(config, 0.97))[2]


@pytest.mark.asyncio
async def test_equals_come_in_the_order_of_how_often_they_are_wanted(office: Office, tmp_path: Path) -> None:
    same = [Entry(id=f"K-00{n}", question="投影打不开怎么办", answer=f"办法{n}") for n in (1, 2)]
    uses = (Uses(entry="K-002", given=9, failed=1),)
    await office.store.learn(Learning(at=START, entries=tuple(same), uses=uses))
    knowledge = office.bot.knowledge
    await knowledge.load(START)
    assert [hit.entry.id for hit in knowledge.find("投影打不开", "", START)] == ["K-001", "K-002"]
    office.clock.jump(24 * 60 * MINUTE)  # counts are taken over once a day
    await knowledge.refresh(office.clock.now())
    assert [hit.entry.id for hit in knowledge.find("投影打不开", "", office.clock.now())] == [
        "K-002",
        "K-001",
    ]
    config = _config(tmp_path)
    said = await ask_faq(config, "投影打不开", None, is_explained=True)
    assert "把握相同的按常用排：K-002×8 K-001×0。" in said


async def _picked(office: Office, *, failed: int) -> None:
    """Let people have picked the one entry for sixty wordings of its question, and say how often it failed each time."""
    wordings = [f"{place}的打印机找不到怎么办" for place in map("{}号楼".format, range(60))]
    entry = Entry(id="K-001", question=wordings[0], answer="点重新搜索", aliases=tuple(wordings[1:]))
    lessons = [
        Lesson(
            id=f"p{number}", at=START, matter=Picked(entry="K-001", wording=wording, picked=1, failed=failed)
        )
        for number, wording in enumerate(wordings)
    ]
    await office.store.learn(Learning(at=START, entries=(entry,), lessons=tuple(lessons)))


@pytest.mark.parametrize(
    ("failed", "basis", "ends"),
    [
        (
            0,
            "依据：60 个说得清对错的问题（对 60，错 0），其中 60 个会单独给答案。",
            "60 次，对 100.0%（要求 97%）。",
        ),
        (2, "依据：60 个说得清对错的问题（对 0，错 60），其中 60 个会单独给答案。", "  K-001：错 60 次"),
        (1, "依据：0 个说得清对错的问题（对 0，错 0），其中 0 个会单独给答案。", "先不改。"),  # neither
    ],
)
@pytest.mark.asyncio
async def test_what_people_picked_counts_too_and_the_advice_says_what_to_do(
    office: Office, tmp_path: Path, failed: int, basis: str, ends: str
) -> None:
    await _picked(office, failed=failed)
    lines = await tune(_config(tmp_path), 0.97)
    assert lines[0] == basis
    assert lines[-1].endswith(ends)
