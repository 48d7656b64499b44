"""Knowledge on the dashboard: found, changed, decided, brought in and out, and tried."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from random import Random

import aiohttp
import pytest
import pytest_asyncio
from msgspec.structs import replace

from bot.lessons import Lesson, Missed, Picked, Proposed, Stage
from bot.store.knowledge_contract import Learning, Uses
from bot.tickets.model import Party
from faq.entries import Entry
from faq.formats import parse, plan

pytestmark = pytest.mark.asyncio
PRINTER = Entry(
    id="K-001", question="打印机找不到", aliases=("搜不到打印机",), answer="点<b>重新搜索</b>", tags=("硬件",)
)
FIELDS = {"question": "打印机找不到", "answer": "重启打印服务", "by": "chen", "action": "save"}


@pytest_asyncio.fixture
async def known(stand):
    now = stand.clock.now()
    own = Entry(id="K-002", question="班牌怎么换背景", answer="在主题里", customer="yucai")
    await stand.bot.store.learn(Learning(at=now, entries=(PRINTER, own)))
    await stand.bot.knowledge.refresh(now)
    return stand


def a_file(name, text):
    form = aiohttp.FormData()
    form.add_field("file", BytesIO(text.encode()), filename=name)
    return form


async def test_the_list_finds_by_words_and_shows_no_markup(known):
    page = await known.page("/knowledge?q=硬件")
    assert "K-001" in page
    assert "K-002" not in page
    assert "&lt;b&gt;" in page
    assert "没有找到" in await known.page("/knowledge?q=外星人")


async def test_an_empty_list_says_how_to_begin(stand):
    page = await stand.page("/knowledge")
    assert "还没有知识：新增一条，或者在下面导入一个文件。" in page
    assert 'href="#files">导入和导出</a>' in page
    assert "没有找到" not in page


async def test_an_unknown_entry_is_not_found(known):
    await known.page("/knowledge/entries/K-999", status=404)


async def test_a_large_file_is_not_sent_with_its_page_and_is_imported_with_the_second_click(known):
    text = "标准问法,答案\n" + "".join(f"密钥 {n},{Random(n).randbytes(1900).hex()}\n" for n in range(450))
    page = await (await known.client.post("/knowledge/import", data=a_file("a.csv", text))).text()
    assert len(known.bot.knowledge.entries()) == 2
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    assert len(page) < 100_000
    await known.post("/knowledge/import", {"token": token, "by": "chen"})
    assert len(known.bot.knowledge.entries()) == 452


async def test_a_change_is_live_and_stands_in_the_history(known):
    answer = await known.post(
        "/knowledge/entries/K-001", {**FIELDS, "reason": "新版", "review_on": "2026-09-01"}
    )
    page = await answer.text()
    assert "已保存" in page
    assert "陈经理" in page
    assert "新版" in page
    await known.say("王老师", "打印机找不到", addressed=True)
    assert "重启打印服务" in known.chat.said[-1].text
    entry = known.bot.knowledge.stored("K-001")
    assert (entry.changed_by, str(entry.review_on), entry.aliases) == ("陈经理", "2026-09-01", ())


async def test_off_and_back_to_an_earlier_form(known):
    await known.post("/knowledge/entries/K-001", {"action": "off", "by": "chen"})
    assert not known.bot.knowledge.stored("K-001").is_enabled
    await known.post("/knowledge/entries/K-001", {"action": "restore", "version": "1", "by": "chen"})
    assert known.bot.knowledge.stored("K-001").is_enabled
    page = await (await known.post("/knowledge/entries/K-001", {"action": "restore", "version": "99"})).text()
    assert "没有这个版本" in page


@pytest.mark.parametrize("field", [{"question": ""}, {"answer": " "}, {"valid_from": "下周"}])
async def test_what_cannot_be_saved_is_said_and_changes_nothing(known, field):
    await known.post("/knowledge/entries/K-001", {**FIELDS, **field})
    assert known.bot.knowledge.stored("K-001") == PRINTER


async def test_a_question_nobody_could_answer_is_settled_by_a_new_entry(known):
    await known.say("王老师", "投影仪怎么借用", addressed=True)
    page = await known.page("/knowledge")
    href = re.search(r'href="(/knowledge/new\?[^"]+)"', page)[1].replace("&amp;", "&")
    form = await known.page(href)
    lesson = re.search(r'name="lesson" value="([^"]+)"', form)[1]
    answer = await known.post(
        "/knowledge/entries",
        {"question": "投影仪怎么借用", "answer": "找总务处", "by": "chen", "lesson": lesson},
    )
    assert answer.status == 303
    assert await known.bot.store.lessons("Missed") == []
    assert known.bot.knowledge.stored("K-003").answer == "找总务处"


async def test_a_file_is_shown_before_it_is_imported_and_only_once(known):
    text = "标准问法,答案,适用客户\n甲怎么办,一,育才小学\n乙怎么办,二,没这家\n丙怎么办,,\n"
    page = await (await known.client.post("/knowledge/import", data=a_file("a.csv", text))).text()
    assert "新增 1" in page
    assert "没有这个客户" in page
    assert "第 4 行缺答案" in page
    assert known.bot.knowledge.stored("K-003") is None
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    await known.post("/knowledge/import", {"token": token, "by": "chen"})
    entry = known.bot.knowledge.stored("K-003")
    assert (entry.customer, entry.changed_by, entry.reason) == ("yucai", "陈经理", "a.csv")
    again = await (await known.post("/knowledge/import", {"token": token})).text()
    assert "等太久了" in again


@pytest.mark.parametrize(("name", "text"), [("a.pdf", "x"), ("a.csv", ""), ("a.xlsx", "x")])
async def test_a_file_that_cannot_be_read_says_why(known, name, text):
    answer = await known.client.post("/knowledge/import", data=a_file(name, text))
    assert answer.status == 200
    assert 'id="notice" role="status"></p>' not in await answer.text()


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "md", "jsonl"])
async def test_what_is_exported_can_be_imported(known, suffix):
    answer = await known.get(f"/knowledge/export.{suffix}")
    found = plan(known.bot.knowledge.entries(), parse(f"a.{suffix}", await answer.read()))
    assert len(found.duplicate) == 2
    assert (found.new, found.changed, found.faulty) == ((), (), ())


async def test_what_one_customer_is_told_is_given_out_alone(known):
    assert "/knowledge/export.xlsx?customer=shiyan" in await known.page("/knowledge")
    answer = await known.get("/knowledge/export.jsonl?customer=shiyan")
    assert [row.id for row in parse("a.jsonl", await answer.read()).rows] == ["K-001"]


async def test_an_export_comes_whole_and_is_finished_properly(known, caplog):
    for suffix in ("csv", "jsonl", "md"):
        answer = await known.get(f"/knowledge/export.{suffix}")
        assert len(await answer.read()) == int(answer.headers["Content-Length"])
    assert (await known.client.head("/knowledge/export.csv")).status == 200
    assert (await known.get("/knowledge")).status == 200
    assert caplog.records == []  # the server would tell of what it had to break off


async def test_an_export_that_does_not_come_about_says_why(known):
    known.bot.workshop.close()
    page = await known.page("/knowledge/export.xlsx")
    assert "机器人正在停，faq.xlsx 没有处理，请稍后再试。" in page


async def test_the_laboratory_says_what_the_group_would_hear(known):
    page = await known.page("/knowledge/try?text=打印机找不到&room=yucai&addressed=on")
    assert "直接回答 K-001" in page
    assert "不说话：只是道谢或应答" in await known.page("/knowledge/try?text=谢谢&room=yucai")
    assert "K-002" in await known.page("/knowledge/try?text=班牌怎么换背景&room=yucai")
    assert "K-002" not in await known.page("/knowledge/try?text=班牌怎么换背景&room=shiyan")
    await known.page("/knowledge/try?text=<script>&room=nowhere")


async def test_who_is_not_logged_in_sees_and_changes_nothing(opens):
    stand = await opens(travel=False)
    await stand.page("/knowledge", status=401)
    assert (await stand.post("/knowledge/entries", FIELDS)).status == 401


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
