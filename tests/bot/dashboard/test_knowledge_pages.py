"""Knowledge on the dashboard: found, changed, decided, brought in and out, and tried."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from random import Random

import aiohttp
import pytest
import pytest_asyncio

from bot.store.knowledge_contract import Learning
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
        "/knowledge/entries/K-001", {**FIELDS, "aliases": "", "reason": "新版", "review_on": "2026-09-01"}
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
    now = known.clock.now()
    ended = Entry(id="K-007", question="上学期的课表", answer="旧", valid_until=date(2026, 3, 5))
    await known.bot.store.learn(Learning(at=now, entries=(ended,)))
    await known.bot.knowledge.refresh(now)
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


ODD = "事由,经过,我们怎么说\n投影仪没电了,老师来电,换两节电池\n"


def asked_again(page, **fields):
    """Return the form of a preview with other columns."""
    form = [("token", re.search(r'name="token" value="([^"]+)"', page)[1]), ("by", "chen")]
    for name in re.findall(r'name="column" value="([^"]+)"', page):
        form += [("column", name), ("field", fields.get(name, ""))]
    return form


async def test_columns_nobody_could_make_out_are_chosen_on_the_page(known):
    page = await (await known.client.post("/knowledge/import", data=a_file("a.csv", ODD))).text()
    assert "还看不出哪一列是问法" in page
    assert "换两节电池" in page  # what stands in them helps to choose
    assert "导入这个文件" not in page
    form = [*asked_again(page, 事由="question", 我们怎么说="answer"), ("action", "look")]
    page = await (await known.post("/knowledge/import", form)).text()
    assert "按选定的列：“事由”当作标准问法、“我们怎么说”当作答案。" in page
    assert known.bot.knowledge.stored("K-003") is None
    form = [*asked_again(page, 事由="question", 我们怎么说="answer"), ("action", "import")]
    assert "新增 1" in await (await known.post("/knowledge/import", form)).text()
    entry = known.bot.knowledge.stored("K-003")
    assert (entry.question, entry.answer, entry.changed_by) == ("投影仪没电了", "换两节电池", "陈经理")


async def uploaded(known, text):
    return await (await known.client.post("/knowledge/import", data=a_file("b.csv", text))).text()


async def test_columns_that_were_chosen_on_the_page_are_asked_once(known):
    await known.post(
        "/knowledge/import", [*asked_again(await uploaded(known, ODD), 事由="question"), ("action", "look")]
    )
    assert "还看不出哪一列是问法" in await uploaded(known, ODD)  # nothing was imported so
    page = await uploaded(known, ODD)
    form = asked_again(page, 事由="question", 我们怎么说="answer")
    page = await (await known.post("/knowledge/import", [*form, ("action", "look")])).text()
    await known.post(
        "/knowledge/import", [*asked_again(page, 事由="question", 我们怎么说="answer"), ("action", "import")]
    )
    page = await uploaded(known, ODD.replace("投影仪", "麦克风"))
    assert "列按上次说的读；不对就在下面改。" in page
    assert "按选定的列：“事由”当作标准问法、“我们怎么说”当作答案。" in page
    form = [*asked_again(page, 事由="question", 我们怎么说="answer"), ("action", "import")]
    assert "新增 1" in await (await known.post("/knowledge/import", form)).text()
    assert "还看不出哪一列是问法" in await uploaded(known, ODD.replace("经过", "过程"))


async def test_a_wrong_guess_that_was_put_right_is_not_made_again(known):
    text = "标题,客户原话,处理结果\n工单一,打印机卡纸,清纸\n"
    chosen = {"标题": "", "客户原话": "question", "处理结果": "answer"}
    page = await (
        await known.post(
            "/knowledge/import", [*asked_again(await uploaded(known, text), **chosen), ("action", "look")]
        )
    ).text()
    await known.post("/knowledge/import", [*asked_again(page, **chosen), ("action", "import")])
    page = await uploaded(known, text.replace("打印机卡纸", "扫描不清楚"))
    assert "列按上次说的读" in page
    assert "扫描不清楚" in page


async def test_what_was_guessed_wrongly_is_put_right_and_nothing_is_imported_unseen(known):
    text = "标题,客户原话,处理结果\n工单一,打印机卡纸,清纸\n"
    page = await (await known.client.post("/knowledge/import", data=a_file("a.csv", text))).text()
    form = [*asked_again(page, 标题="", 客户原话="question", 处理结果="answer"), ("action", "import")]
    page = await (await known.post("/knowledge/import", form)).text()
    assert "列改过了，还没有导入" in page
    assert "打印机卡纸" in page
    assert known.bot.knowledge.stored("K-003") is None
    form = [*asked_again(page, 标题="", 客户原话="question", 处理结果="answer"), ("action", "import")]
    await known.post("/knowledge/import", form)
    assert known.bot.knowledge.stored("K-003").question == "打印机卡纸"


async def test_a_list_without_names_loses_no_row(known):
    text = "打印机卡纸,张三,清纸\n扫描不清楚,李四,擦玻璃板\n"
    page = await (await known.client.post("/knowledge/import", data=a_file("a.csv", text))).text()
    form = [*asked_again(page, 打印机卡纸="question", 清纸="answer"), ("unnamed", "on"), ("action", "look")]
    page = await (await known.post("/knowledge/import", form)).text()
    assert "新增 2" in page


async def test_a_preview_shows_what_changes_and_every_row_to_look_at(known):
    text = "编号,标准问法,答案\nK-001,打印机找不到,新答案\n" + "".join(f",第{n}问,\n" for n in range(30))
    page = await (await known.client.post("/knowledge/import", data=a_file("a.csv", text))).text()
    assert "答案 点&lt;b&gt;重新搜索&lt;/b&gt; → <b>新答案</b>" in page
    assert page.count("缺答案") >= 30


async def test_what_was_typed_is_kept_when_it_cannot_be_saved(known):
    typed = {**FIELDS, "answer": "写了很久的答案", "valid_from": "2026-09-02", "valid_until": "2026-09-01"}
    page = await (await known.post("/knowledge/entries/K-001", typed)).text()
    assert "没有保存，失效日早于生效日" in page
    assert "写了很久的答案" in page
    new = {"question": "打印机找不到", "answer": "写了很久的答案", "by": "chen", "lesson": "L-1"}
    page = await (await known.post("/knowledge/entries", new)).text()
    assert "已经是 K-001 的问法" in page
    assert "写了很久的答案" in page
    assert 'name="lesson" value="L-1"' in page


async def test_of_two_who_change_an_entry_the_second_is_told_and_may_insist(known):
    page = await known.page("/knowledge/entries/K-001")
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    await known.post("/knowledge/entries/K-001", {**FIELDS, "answer": "第一个人的", "seen": seen})
    second = {**FIELDS, "answer": "第二个人的", "by": "zhang"}
    page = await (await known.post("/knowledge/entries/K-001", {**second, "seen": seen})).text()
    assert "K-001 刚被 陈经理 改过" in page
    assert "第二个人的</textarea>" in page
    assert known.bot.knowledge.stored("K-001").answer == "第一个人的"
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    await known.post("/knowledge/entries/K-001", {**second, "seen": seen})
    assert known.bot.knowledge.stored("K-001").answer == "第二个人的"


async def test_saving_does_not_give_everybody_what_was_for_a_customer_nobody_knows_any_more(known):
    now = known.clock.now()
    gone = Entry(id="K-009", question="旧客户的问题", answer="旧", customer="gone")
    await known.bot.store.learn(Learning(at=now, entries=(gone,)))
    await known.bot.knowledge.refresh(now)
    page = await known.page("/knowledge/entries/K-009")
    chosen = re.search(r'<option value="([^"]+)" selected>gone</option>', page)[1]
    form = {"question": "旧客户的问题", "answer": "新", "customer": chosen}
    await known.post("/knowledge/entries/K-009", form)
    assert known.bot.knowledge.stored("K-009").customer == "gone"


async def test_the_history_says_who_went_back_to_which_form(known):
    await known.post("/knowledge/entries/K-001", FIELDS)
    page = await (
        await known.post("/knowledge/entries/K-001", {"action": "restore", "version": "1", "by": "chen"})
    ).text()
    assert re.search(r"陈经理</b> 恢复成 \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} 的样子", page)


async def test_two_entries_that_want_the_same_words_are_named(known):
    form = {"question": "打印机连不上", "answer": "看网线", "aliases": "搜不到打印机", "by": "chen"}
    await known.post("/knowledge/entries", {**form, "aliases": ""})
    page = await (await known.post("/knowledge/entries/K-003", form)).text()
    assert "“搜不到打印机”也是 K-001 的问法" in page
    page = await (await known.post("/knowledge/entries/K-003", {**form, "question": "打印机找不到"})).text()
    assert "“打印机找不到”已经是 K-001 的问法" in page


@pytest.mark.parametrize("path", ["import", "lessons", "entries"])
async def test_an_answer_to_a_form_can_be_read_in_the_other_language(known, path):
    answer = await known.get(f"/knowledge/{path}?lang=en")
    assert (answer.status, answer.headers["Location"]) == (303, "/knowledge?lang=en")


async def test_a_question_nobody_could_answer_is_given_to_the_entry_that_has_the_answer(known):
    await known.say("王老师", "投影仪怎么借用", addressed=True)
    await known.say("王老师", "怎么借用投影仪", addressed=True)
    page = await known.page("/knowledge")
    assert "怎么借用投影仪" in page
    href = re.search(r'href="(/knowledge/new\?[^"]+)"', page)[1].replace("&amp;", "&")
    form = await known.page(href)  # the others of the group are its wordings
    assert "投影仪怎么借用" in form
    assert re.search("(怎么借用投影仪|投影仪怎么借用)</textarea>", form)
    lessons = re.search(r'name="lessons" value="([^"]+)"', page)[1]
    form = {"lessons": lessons, "by": "chen", "action": "attach"}
    assert (
        "没有 K-099 这一条"
        in await (await known.post("/knowledge/lessons", {**form, "entry": "K-099"})).text()
    )
    page = await (await known.post("/knowledge/lessons", {**form, "entry": "k-001"})).text()
    assert "”→K-001" in page
    aliases = ("搜不到打印机", "投影仪怎么借用", "怎么借用投影仪")
    assert set(known.bot.knowledge.stored("K-001").aliases) == set(aliases)
    assert await known.bot.store.lessons("Missed") == []


async def test_what_another_customer_asked_is_not_given_to_an_entry_they_are_not_told(known):
    now = known.clock.now()
    other = Entry(id="K-008", question="别家的投影仪", answer="不外借", customer="gone")
    await known.bot.store.learn(Learning(at=now, entries=(other,)))
    await known.bot.knowledge.refresh(now)
    await known.say("王老师", "投影仪怎么借用", addressed=True)
    lessons = re.search(r'name="lessons" value="([^"]+)"', await known.page("/knowledge"))[1]
    form = {"lessons": lessons, "entry": "K-008", "action": "attach"}
    assert "K-008 只给 gone 用" in await (await known.post("/knowledge/lessons", form)).text()
    assert known.bot.knowledge.stored("K-008") == other


async def test_what_was_reviewed_comes_up_again_in_a_year(known):
    await known.post("/knowledge/entries/K-001", {**FIELDS, "review_on": "2026-03-06"})
    assert "K-001" in await known.page("/knowledge?state=review")
    assert "复核过，还对" in await known.page("/knowledge/entries/K-001")
    form = {**FIELDS, "answer": "还没写完", "review_on": "2026-03-06", "action": "reviewed"}
    page = await (await known.post("/knowledge/entries/K-001", form)).text()
    assert "K-001 复核过，下次 2027-03-06 提醒。" in page
    entry = known.bot.knowledge.stored("K-001")
    assert (str(entry.review_on), entry.answer, entry.reason) == ("2027-03-06", FIELDS["answer"], "复核过")
    assert "K-001" not in await known.page("/knowledge?state=review")
    assert "复核过，还对" not in await known.page("/knowledge/entries/K-002")


async def test_a_long_list_is_leafed_through(known):
    now = known.clock.now()
    more = tuple(Entry(id=f"N-{n:03d}", question=f"第{n}问", answer="答") for n in range(150))
    await known.bot.store.learn(Learning(at=now, entries=more))
    await known.bot.knowledge.refresh(now)
    page = await known.page("/knowledge")
    assert "第 1～100 条，共 152 条" in page
    assert "from=100" in page
    page = await known.page("/knowledge?from=100")
    assert "第 101～152 条，共 152 条" in page
    assert "N-149" in page
    assert "第 1～" in await known.page("/knowledge?from=9999")
    assert "第 1～" in await known.page("/knowledge?from=－5")
