"""What staff say about entries, and what is proposed of solved tickets."""

from __future__ import annotations

import pytest
import pytest_asyncio

from bot.lessons import Lesson, Missed, Picked, Proposed
from bot.store.knowledge_contract import Learning
from faq.entries import Entry
from tests.bot.office import CUSTOMER, DUTY, ENGINEERS, START, Office

pytestmark = pytest.mark.asyncio
MANAGER = "陈经理"


@pytest_asyncio.fixture
async def known(office: Office) -> Office:
    entries = (Entry(id="K-001", question="打印机找不到怎么办", answer="点重新搜索"),)
    await office.store.learn(Learning(at=START, entries=entries))
    await office.bot.knowledge.refresh(START)
    return office


async def entry_of(office: Office) -> Entry:
    [entry] = [each for each in await office.store.entries() if each.id == "K-001"]
    return entry


@pytest.mark.parametrize(
    ("by", "text", "reason", "calls"),
    [
        (ENGINEERS[0], "K-001 不对 新版没有", "新版没有", True),
        (ENGINEERS[0], "K-001 不对", "没写哪里不对", True),
        (MANAGER, "K-001 不对 新版没有", "新版没有", False),  # who said it need not be told
    ],
)
async def test_a_wrong_answer_goes_at_once_with_the_reason_and_whoever_answers_for_it_is_called(
    known: Office, by: str, text: str, reason: str, calls: bool
) -> None:
    await known.hear(DUTY, by, text)
    entry = await entry_of(known)
    assert (entry.is_enabled, entry.reason) == (False, reason)
    [said] = known.said(DUTY)
    assert ("@陈经理 请看一下" in said) is calls


async def test_the_history_of_an_entry_says_why_it_is_back(known: Office) -> None:
    for text, why in (("启用 K-001", "启用"), ("改 K-001 点重新添加", "改答案")):
        await known.hear(DUTY, ENGINEERS[0], "K-001 不对 新版没有")
        await known.hear(DUTY, MANAGER, text)
        entry = await entry_of(known)
        assert (entry.is_enabled, entry.reason) == (True, why)


async def test_what_others_asked_in_vain_are_wordings_of_an_answer_for_them(office: Office) -> None:
    asked = {
        "yucai": "打印机卡纸了怎么处理",
        "": "打印机卡纸要怎么弄",
        "shiyan": "打印机卡纸如何解决",
        "yucai ": "食堂几点开门",
    }
    lessons = [
        Lesson(id=f"m{number}", at=START, matter=Missed(question=question, customer=customer.strip()))
        for number, (customer, question) in enumerate(asked.items())
    ]
    lessons.append(Lesson(id="p", at=START, matter=Picked(entry="K-001", wording="打印机卡纸")))
    await office.store.learn(Learning(at=START, lessons=tuple(lessons)))
    await office.hear(CUSTOMER, "王老师", "报障 打印机卡纸怎么处理")
    await office.hear(DUTY, ENGINEERS[0], "接单 1001")
    await office.hear(DUTY, ENGINEERS[0], "解决 1001 原因:纸受潮 方法:换一包干燥的纸 预防:勿受潮")
    await office.hear(DUTY, ENGINEERS[0], "入库 1001")
    [lesson] = await office.store.lessons("Proposed")
    assert isinstance(lesson.matter, Proposed)
    assert lesson.matter.question == "打印机卡纸怎么处理"
    assert set(lesson.matter.aliases) == {"打印机卡纸了怎么处理", "打印机卡纸要怎么弄"}
