"""Knowledge that somebody changes is in use everywhere; two who change it at once do not undo each other."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from msgspec.structs import replace

from bot.knowledge.live import Knowledge, Thresholds
from bot.learning.curator import Curator, edited, new_entry, with_alias
from bot.store.knowledge_contract import Learning
from bot.store.registry import open_store
from bot.tickets.errors import TicketError
from faq.entries import Entry

pytestmark = pytest.mark.asyncio
AT = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
PRINTER = Entry(id="K-001", question="打印机找不到", answer="重启打印服务")


@pytest_asyncio.fixture
async def store(tmp_path):
    store = await open_store(f"sqlite:{tmp_path / 'store.db'}", AT)
    await store.learn(Learning(at=AT, entries=(PRINTER,)))
    yield store
    await store.close()


async def a_worker(store):
    knowledge = Knowledge(store, Thresholds(0.9, 0.4), ZoneInfo("Asia/Shanghai"))
    await knowledge.load(AT)
    return knowledge, Curator(store, knowledge)


def ids(knowledge, text, at=AT, customer=""):
    return [hit.entry.id for hit in knowledge.find(text, customer, at)]


async def test_another_worker_takes_over_what_was_changed(store):
    (_, curator), (other, _) = await a_worker(store), await a_worker(store)
    made = await curator.change(
        new_entry(Entry(id="", question="班牌怎么换背景", answer="在主题里")), by="陈经理", why="新", now=AT
    )
    await store.learn(Learning(at=AT, removed=("K-001",)))
    assert not ids(other, "班牌怎么换背景")
    assert await other.refresh(AT)
    assert ids(other, "班牌怎么换背景") == [made.id] == ["K-002"]
    assert not ids(other, "打印机找不到")
    assert not await other.refresh(AT)


async def test_many_who_add_at_once_get_ids_of_their_own(store):
    workers = [await a_worker(store) for _ in range(4)]
    made = await asyncio.gather(
        *(
            curator.change(
                new_entry(Entry(id="", question=f"问题第{n}号", answer=f"答 {n}")), by="x", why="", now=AT
            )
            for n, (_, curator) in enumerate(workers)
        )
    )
    assert sorted(entry.id for entry in made) == ["K-002", "K-003", "K-004", "K-005"]


async def test_an_edit_keeps_what_somebody_else_changed_meanwhile(store):
    (_, one), (_, other) = await a_worker(store), await a_worker(store)
    await one.change(
        edited("K-001", lambda each: replace(each, is_enabled=False)), by="a", why="不对", now=AT
    )
    after = await other.change(with_alias("K-001", "打印机不见了"), by="b", why="相似", now=AT)
    assert not after.is_enabled
    assert after.aliases == ("打印机不见了",)
    assert [change.entry.changed_by for change in await store.entry_history("K-001")] == ["", "a", "b"]


async def test_a_change_that_changes_nothing_is_no_new_version(store):
    knowledge, curator = await a_worker(store)
    before = await store.knowledge_version()
    await curator.change(with_alias("K-001", "打印机找不到！"), by="a", why="", now=AT)
    assert await store.knowledge_version() == before == knowledge.version


async def test_a_question_or_wording_of_another_entry_is_refused(store):
    _, curator = await a_worker(store)
    same = Entry(id="", question="打印机找不到？", answer="别的")
    with pytest.raises(TicketError) as refused:
        await curator.change(new_entry(same), by="a", why="", now=AT)
    assert refused.value.values["entry"] == "K-001"
    made = await curator.change(
        new_entry(Entry(id="", question="卡纸", answer="拉出来")), by="a", why="", now=AT
    )
    with pytest.raises(TicketError):
        await curator.change(with_alias(made.id, "打印机找不到"), by="a", why="", now=AT)
    with pytest.raises(TicketError):
        await curator.change(with_alias("K-999", "什么"), by="a", why="", now=AT)


async def test_the_same_question_may_have_another_answer_for_one_customer(store):
    knowledge, curator = await a_worker(store)
    own = Entry(id="", question="打印机找不到", answer="打 6688", customer="yucai")
    made = await curator.change(new_entry(own), by="a", why="", now=AT)
    assert ids(knowledge, "打印机找不到", customer="yucai")[0] == made.id
    assert ids(knowledge, "打印机找不到", customer="shiyan") == ["K-001"]


async def test_an_entry_is_found_on_its_days_only(store):
    exam = Entry(
        id="K-007",
        question="准考证在哪里打印",
        answer="教务网",
        valid_from=date(2026, 3, 4),
        valid_until=date(2026, 3, 5),
    )
    await store.learn(Learning(at=AT, entries=(exam,)))
    knowledge, _ = await a_worker(store)
    day = timedelta(days=1)
    found = ["K-007" in ids(knowledge, "准考证在哪里打印", AT + n * day) for n in range(4)]
    assert found == [False, True, True, False]
    assert knowledge.stored("K-007") == exam
    # In Shanghai the day begins at 16:00 UTC.
    assert "K-007" not in ids(knowledge, "准考证在哪里打印", datetime(2026, 3, 3, 15, 59, tzinfo=UTC))
    assert "K-007" in ids(knowledge, "准考证在哪里打印", datetime(2026, 3, 3, 16, 0, tzinfo=UTC))


async def test_what_is_replaced_while_it_is_searched_is_found_before_and_after(store):
    knowledge, _ = await a_worker(store)
    found = []

    async def search():
        for _ in range(50):
            found.append(knowledge.find("打印机找不到", "", AT)[0].entry.answer)
            await asyncio.sleep(0)

    async def change():
        for number in range(10):
            newer = replace(PRINTER, answer=f"答 {number}")
            await store.learn(Learning(at=AT, entries=(newer,)))
            await (knowledge.load(AT) if number % 2 else knowledge.refresh(AT))

    await asyncio.gather(search(), change(), search())
    assert len(found) == 100
    assert knowledge.find("打印机找不到", "", AT)[0].entry.answer == "答 9"
