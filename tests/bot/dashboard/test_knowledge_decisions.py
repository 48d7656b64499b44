"""What somebody has to decide about, on the page of the knowledge: drafts, wordings and questions nobody could answer."""

from __future__ import annotations

import re
from datetime import date

import pytest
import pytest_asyncio
from msgspec.structs import replace

from bot.lessons import Lesson, Missed, Picked, Proposed, Stage
from bot.store.knowledge_contract import Learning, Uses
from bot.tickets.model import Party
from faq.entries import Entry

pytestmark = pytest.mark.asyncio
PRINTER = Entry(id="K-001", question="打印机找不到", aliases=("搜不到打印机",), answer="点重新搜索")


@pytest_asyncio.fixture
async def known(stand):
    now = stand.clock.now()
    own = Entry(id="K-002", question="班牌怎么换背景", answer="在主题里", customer="yucai")
    await stand.bot.store.learn(Learning(at=now, entries=(PRINTER, own)))
    await stand.bot.knowledge.refresh(now)
    return stand


@pytest_asyncio.fixture
async def waiting(known):
    """A knowledge base with a draft of a ticket, a correction, a wording people picked and one they did not like, and a question."""
    author = Party("zhang", "老张")
    draft = Proposed(
        ticket=1001,
        question="投影黑屏",
        answer="换主板",
        author=author,
        aliases=("投影不亮",),
        customer="yucai",
    )
    matters = {
        "d1": draft,
        "d2": replace(
            draft, ticket=0, entry="K-001", question="打印机找不到", answer="装 3.4", stage=Stage.REVIEW
        ),
        "p1": Picked(entry="K-002", wording="班牌背景图", picked=3, failed=1),
        "p2": Picked(entry="K-002", wording="换壁纸", picked=1, failed=1),
        "m1": Missed(question="投影仪怎么借用"),
    }
    now = known.clock.now()
    lessons = tuple(Lesson(id=id_, at=now, matter=matter) for id_, matter in matters.items())
    await known.bot.store.learn(Learning(at=now, lessons=lessons))
    return known


async def decided(stand, lessons, **form):
    answer = await stand.post("/knowledge/lessons", {"lessons": lessons, "by": "chen", **form})
    kept = [await stand.bot.store.lesson(id_) for id_ in lessons.split(" ")]
    return await answer.text(), [lesson.outcome for lesson in kept]


async def test_everything_that_somebody_has_to_decide_about_is_listed(waiting):
    page = await waiting.page("/knowledge")
    for words in (
        "1001 · 等 老张 确认",
        "K-001 · 等审核",
        "K-002 班牌怎么换背景",
        "选过 3 次",
        "没答上，近一周 1 次",
    ):
        assert words in page
    assert "换壁纸" not in page  # it failed as often as it helped


@pytest.mark.parametrize(("answer", "kept"), [("", "换主板"), (" 先看电源灯 ", "先看电源灯")])
async def test_an_approved_draft_is_a_new_entry_with_the_answer_that_was_edited(waiting, answer, kept):
    page, outcomes = await decided(waiting, "d1", answer=answer)
    assert "K-003 已上线。" in page
    assert outcomes == ["approved"]
    entry = waiting.bot.knowledge.stored("K-003")
    assert (entry.question, entry.answer, entry.aliases) == ("投影黑屏", kept, ("投影不亮",))
    assert (entry.customer, entry.owner, entry.reason, entry.changed_by) == (
        "yucai",
        "zhang",
        "1001",
        "陈经理",
    )
    page, _ = await decided(waiting, "d1")
    assert "这一条已经处理过了。" in page


async def test_an_approved_correction_is_the_answer_of_its_entry(waiting):
    await waiting.post("/knowledge/entries/K-001", {"action": "off", "by": "chen"})
    page, outcomes = await decided(waiting, "d2")
    assert ("K-001 已上线。" in page, outcomes) == (True, ["approved"])
    entry = waiting.bot.knowledge.stored("K-001")
    assert (entry.answer, entry.is_enabled, entry.aliases, entry.reason) == (
        "装 3.4", True, PRINTER.aliases, "改答案"
    )  # fmt: skip


async def test_an_approved_wording_is_one_of_its_entry(waiting):
    await decided(waiting, "p1")
    entry = waiting.bot.knowledge.stored("K-002")
    assert (entry.aliases, entry.answer, entry.reason) == (("班牌背景图",), "在主题里", "相似问法")


async def test_a_question_without_an_answer_cannot_be_approved(waiting):
    page, outcomes = await decided(waiting, "m1")
    assert ("没答上的问题要先写答案。" in page, outcomes) == (True, [""])


async def test_what_is_dropped_changes_no_entry_and_waits_no_more(waiting):
    before = waiting.bot.knowledge.entries()
    page, outcomes = await decided(waiting, "d1 p1 m1", action="drop")
    assert ("已忽略。" in page, outcomes) == (True, ["dropped"] * 3)
    assert waiting.bot.knowledge.entries() == before
    assert "投影仪怎么借用" not in await waiting.page("/knowledge")


async def test_entries_are_found_by_what_has_to_be_done_about_them(known):
    now = known.clock.now()
    old = Entry(id="K-003", question="旧课表在哪", answer="没有了", valid_until=date(2026, 3, 5))
    due = Entry(id="K-004", question="选课何时开始", answer="三月", review_on=date(2026, 3, 6))
    later = Entry(id="K-005", question="退课何时截止", answer="四月", review_on=date(2026, 3, 7))
    uses = (Uses(entry="K-001", given=1),)
    await known.bot.store.learn(Learning(at=now, entries=(old, due, later), uses=uses))
    await known.bot.knowledge.refresh(now)
    await known.post("/knowledge/entries/K-002", {"action": "off", "by": "chen"})
    for state, found in (("off", "2 3"), ("review", "4"), ("unused", "2 3 4 5"), ("", "1 2 3 4 5")):
        page = await known.page(f"/knowledge?state={state}")
        assert [id_ for id_ in "12345" if f"/knowledge/entries/K-00{id_}" in page] == found.split(), state
    await known.post("/knowledge/entries/K-002", {"action": "on", "by": "chen"})
    assert known.bot.knowledge.stored("K-002").is_enabled


async def test_an_import_without_a_file_asks_for_one(known):
    page = await (await known.client.post("/knowledge/import", data={"by": "chen"})).text()
    assert "请先选一个文件。" in page


async def test_the_history_says_what_an_entry_was_and_then_only_what_changed(known):
    fields = {
        "question": PRINTER.question,
        "answer": PRINTER.answer,
        "aliases": PRINTER.aliases[0],
        "by": "chen",
    }
    await known.post("/knowledge/entries/K-001", {**fields, "review_on": "2026-09-01"})
    page = await known.page("/knowledge/entries/K-001")
    history = re.sub(r"<[^>]+>", " ", page[page.index("历史") :])
    assert re.search(r"复核\s+2026-09-01", history)
    newest, _, first = history.partition("复核")
    assert "标准问法" not in newest
    assert re.search(r"标准问法\s+打印机找不到", first)
    assert re.search(r"相似问法\s+搜不到打印机", first)


async def test_of_many_that_wait_most_are_folded_up_so_that_the_entries_are_in_sight(known):
    now = known.clock.now()
    for count in (5, 8):
        matters = [
            Proposed(ticket=n, question=f"问{n}", answer="答", author=Party("zhang", "老张"))
            for n in range(count)
        ]
        lessons = tuple(Lesson(id=f"d{n}", at=now, matter=each) for n, each in enumerate(matters))
        await known.bot.store.learn(Learning(at=now, lessons=lessons))
        page = await known.page("/knowledge")
        at_first, _, folded = page.partition("<details>")
        shown = [part.count('data-kind="draft"') for part in (at_first, folded)]
        assert shown == ([5, 0] if count == 5 else [5, 3])
    assert "还有 3 条" in folded
