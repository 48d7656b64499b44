"""The knowledge in the running bot holds up nobody: long work goes to a thread or is done in slices."""

from __future__ import annotations

import asyncio
import threading
from array import array
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from structlog.testing import capture_logs

from bot.knowledge.embeddings import EmbeddingsFault
from bot.knowledge.live import Knowledge, Thresholds
from bot.knowledge.understanding import Bundled, Understanding
from bot.store.contract import Store
from bot.store.knowledge_contract import Learning, Uses
from bot.store.portable import Portable
from bot.store.registry import open_store
from faq.entries import Entry
from tests.bot.office import CUSTOMER, START, Office

pytestmark = pytest.mark.asyncio
AT = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


class Lying:
    """A store in which entries lie and nothing is ever changed."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries

    async def knowledge_version(self) -> int:
        return 1

    async def entries(self) -> list[Entry]:
        return self._entries

    async def uses(self) -> list[Uses]:
        return []


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Portable]:
    store = await open_store(f"sqlite:{tmp_path / 'store.db'}", AT)
    yield store
    await store.close()


async def test_others_have_their_turn_while_a_large_import_is_taken_over(store: Portable) -> None:
    knowledge = Knowledge(store, Thresholds(0.9, 0.4), ZONE)
    await knowledge.load(AT)
    entries = tuple(Entry(id=f"K-{n}", question=f"第{n}号打印机卡纸", answer="取出") for n in range(1_000))
    await store.learn(Learning(at=AT, entries=entries))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(others())
    first, second = await asyncio.gather(knowledge.refresh(AT), knowledge.refresh(AT))
    ticking.cancel()
    assert (first, second) == (True, False)  # taken over once
    assert len(knowledge.base) == 1_000
    assert turns >= 20


async def test_others_have_their_turn_while_a_day_begins_with_which_many_entries_end(store: Portable) -> None:
    knowledge = Knowledge(store, Thresholds(0.9, 0.4), ZONE)
    last, following = date(2026, 3, 3), AT + timedelta(days=1)
    entries = [Entry(id=f"K-{n}", question=f"第{n}号打印机卡纸", answer="取出") for n in range(600)]
    await store.learn(Learning(at=AT, entries=tuple(replace(each, valid_until=last) for each in entries)))
    await knowledge.load(AT)
    assert knowledge.find("第7号打印机卡纸", "", AT)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(others())
    await asyncio.gather(knowledge.refresh(following), knowledge.refresh(following))
    ticking.cancel()
    assert not knowledge.find("第7号打印机卡纸", "", following)
    assert turns >= 20


async def test_the_first_question_of_a_day_is_answered_by_what_begins_with_it_however_much_that_is(
    store: Portable,
) -> None:
    last = date(2026, 3, 3)
    midnight = datetime(2026, 3, 3, 16, 0, tzinfo=UTC)
    old = [
        Entry(id=f"K-{n}", question=f"第{n}号打印机卡纸", answer="旧", valid_until=last) for n in range(600)
    ]
    new = [
        replace(each, id=f"N-{each.id}", answer="新", valid_from=last + timedelta(days=1), valid_until=None)
        for each in old
    ]
    await store.learn(Learning(at=AT, entries=(*old, *new)))
    knowledge = Knowledge(store, Thresholds(0.9, 0.4), ZONE)
    await knowledge.load(AT)
    times = [midnight - timedelta(seconds=1), midnight, midnight + timedelta(seconds=1)]
    found = [[each.entry.answer for each in knowledge.find("第7号打印机卡纸", "", at)] for at in times]
    assert set(found[0]) == {"旧"}
    assert set(found[1]) == {"新"}
    assert found[1] == found[2]
    assert (knowledge.entry("K-7", midnight), knowledge.base.count(None)) == (None, 600)
    await knowledge.refresh(midnight)
    assert {each.entry.answer for each in knowledge.find("第7号打印机卡纸", "", midnight)} == {"新"}
    assert len(knowledge.base.index) == 600


@settings(max_examples=30)
@given(
    st.lists(st.tuples(*[st.none() | st.integers(0, 6)] * 2), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=6),
)
async def test_whatever_days_come_and_go_only_what_holds_is_found(
    spans: list[tuple[int | None, int | None]], days: list[tuple[int, bool]]
) -> None:
    def day(number: int | None) -> date | None:
        return None if number is None else date(2026, 3, 1) + timedelta(days=number)

    entries = [
        Entry(id=f"K-{n}", question=f"{'甲乙丙丁戊己'[n]}机器卡纸", answer=str(n), valid_from=day(a), valid_until=day(b))
        for n, (a, b) in enumerate(spans)
    ]  # fmt: skip
    knowledge = Knowledge(cast(Store, Lying(entries)), Thresholds(0.9, 0.4), ZONE)
    await knowledge.load(AT)
    for number, is_refreshed in days:
        now = datetime(2026, 3, 1, 4, tzinfo=UTC) + timedelta(days=number)
        if is_refreshed:
            await knowledge.refresh(now)
        for entry in entries:
            found = {each.entry.id for each in knowledge.find(entry.question, "", now)}
            assert (entry.id in found) == entry.holds_on(now.date())
        assert knowledge.base.count(None) == sum(each.holds_on(now.date()) for each in entries)


async def test_what_was_asked_before_is_found_as_it_was_changed_since(store: Portable) -> None:
    knowledge = Knowledge(store, Thresholds(0.9, 0.4), ZONE)
    await store.learn(Learning(at=AT, entries=(Entry(id="K-1", question="打印机卡纸怎么办", answer="取出"),)))
    await knowledge.load(AT)
    found = [knowledge.find("打印机卡纸怎么办", "", AT)[0].entry.answer for _ in range(2)]
    await store.learn(Learning(at=AT, entries=(Entry(id="K-1", question="打印机卡纸怎么办", answer="别拉"),)))
    await knowledge.refresh(AT)
    assert [*found, knowledge.find("打印机卡纸怎么办", "", AT)[0].entry.answer] == ["取出", "取出", "别拉"]


class Encoder:
    """Notes in which threads it worked; every text means the same."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[array[float]]:
        self.threads.add(threading.get_ident())
        self.texts.extend(texts)
        return [array("f", [1.0, 0.0]) for _ in texts]


async def understanding(office: Office) -> Encoder:
    """Let the knowledge of an office understand its only entry; return the encoder, which has encoded that."""
    encoder, knowledge = Encoder(), office.bot.knowledge
    knowledge.understanding = Understanding(Bundled(encoder), office.store, is_levelled=False)
    entry = Entry(id="K-001", question="打印机找不到怎么办", answer="点重新搜索")
    await office.store.learn(Learning(at=START, entries=(entry,)))
    await knowledge.load(START)
    await knowledge.understand()
    return encoder


async def test_the_encoder_of_sentences_never_works_in_the_loop(office: Office) -> None:
    pytest.importorskip("numpy", reason="comes with the extra `semantic`")
    encoder = await understanding(office)
    await office.bot.knowledge.ask_itself()
    await office.hear(CUSTOMER, "王老师", "@小首 投影仪怎么不亮了")
    assert encoder.texts == ["打印机找不到怎么办", "投影仪怎么不亮了"]
    assert threading.get_ident() not in encoder.threads


async def test_a_question_never_waits_until_the_encoder_of_sentences_is_loaded(office: Office) -> None:
    pytest.importorskip("numpy", reason="comes with the extra `semantic`")
    first, second = Encoder(), Encoder()
    entry = Entry(id="K-001", question="打印机找不到怎么办", answer="点重新搜索")
    await office.store.learn(Learning(at=START, entries=(entry,)))
    for encoder in (first, second):  # the second start finds every vector in the store
        knowledge = office.bot.knowledge
        knowledge.understanding = Understanding(Bundled(encoder), office.store, is_levelled=False)
        await knowledge.load(START)
        await office.hear(CUSTOMER, "王老师", "@小首 投影仪怎么不亮了")
        assert encoder.texts == []
        await knowledge.understand()
    assert second.texts == ["好"]
    await office.hear(CUSTOMER, "王老师", "@小首 广播怎么没有声音")
    assert second.texts == ["好", "广播怎么没有声音"]


async def test_questions_do_not_wait_for_the_meaning_of_what_nobody_asks(office: Office) -> None:
    pytest.importorskip("numpy", reason="comes with the extra `semantic`")
    encoder = await understanding(office)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(200):
        await office.hear(CUSTOMER, "王老师", f"食堂今天的菜不错，我吃了{number}份")
    unasked = len(encoder.texts) - 1
    assert 16 <= unasked <= 17 + 10 * (loop.time() - began)
    await office.hear(CUSTOMER, "李老师", "@小首 投影仪怎么不亮了")
    assert encoder.texts[-1] == "投影仪怎么不亮了"


class Failing:
    """An encoder that keeps everybody waiting, and then fails them all."""

    name, batch, patience_seconds, is_ready = "failing", 32, 5.0, True

    def __init__(self) -> None:
        self.gives_up = asyncio.Event()

    async def make_ready(self) -> None:
        """Be ready."""

    async def vectors(self, texts: Sequence[str]) -> list[array[float]]:
        await self.gives_up.wait()
        raise EmbeddingsFault(f"{len(texts)}")

    async def close(self) -> None:
        """Hold nothing."""


async def test_all_who_waited_for_an_encoder_together_fail_once(office: Office) -> None:
    encoder = Failing()
    understanding = Understanding(encoder, office.store, is_levelled=False)
    with capture_logs() as logged:
        waiting = [asyncio.create_task(understanding.of(f"投影{number}")) for number in range(50)]
        await asyncio.sleep(0)
        encoder.gives_up.set()
        assert await asyncio.gather(*waiting) == [None] * 50
    silent = [line for line in logged if line.get("action") == "embeddings_silent"]
    assert len(silent) == 1
    assert silent[0]["again_in"] < 3


class Slow:
    """An encoder that takes its time over the first texts, and fails with `nothing`."""

    def __init__(self) -> None:
        self.began, self.goes_on = threading.Event(), threading.Event()
        self.turns: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[array[float]]:
        self.turns.append(list(texts))
        self.began.set()
        assert self.goes_on.wait(10)
        if "nothing" in texts:
            raise ValueError("nothing")
        return [array("f", [1.0, float(len(text))]) for text in texts]


async def test_who_comes_while_the_encoder_works_has_the_next_turn_together() -> None:
    encoder = Slow()
    bundled = Bundled(encoder)
    first = asyncio.create_task(bundled.vectors(["1"]))
    assert await asyncio.to_thread(encoder.began.wait, 10)
    later = [asyncio.create_task(bundled.vectors(texts)) for texts in (["22"], ["333", "4444"], ["gone"])]
    await asyncio.sleep(0)
    later.pop().cancel()
    await asyncio.sleep(0)
    encoder.goes_on.set()
    assert [row[1] for row in await first] == [1]
    assert [[row[1] for row in rows] for rows in await asyncio.gather(*later)] == [[2], [3, 4]]
    assert encoder.turns == [["1"], ["22", "333", "4444"]]


async def test_a_turn_of_the_encoder_has_no_more_texts_than_a_batch() -> None:
    encoder = Slow()
    bundled = Bundled(encoder)
    asked = [asyncio.create_task(bundled.vectors(["1"]))]
    assert await asyncio.to_thread(encoder.began.wait, 10)
    sizes = (20, 12, 40, 1)
    asked += [asyncio.create_task(bundled.vectors([f"{size}"] * size)) for size in sizes]
    await asyncio.sleep(0)
    encoder.goes_on.set()
    assert [len(rows) for rows in await asyncio.gather(*asked)] == [1, *sizes]
    assert [len(turn) for turn in encoder.turns] == [1, 32, 40, 1]


async def test_an_encoder_that_fails_is_asked_again_by_the_next() -> None:
    encoder = Slow()
    encoder.goes_on.set()
    bundled = Bundled(encoder)
    together = [asyncio.create_task(bundled.vectors(["nothing"])) for _ in range(2)]
    failed = await asyncio.gather(*together, return_exceptions=True)
    assert [type(each) for each in failed] == [ValueError, ValueError]
    assert len(await bundled.vectors(["22"])) == 1


async def test_where_nothing_is_known_no_encoder_of_sentences_is_loaded(office: Office) -> None:
    encoder = Encoder()
    knowledge = office.bot.knowledge
    knowledge.understanding = Understanding(Bundled(encoder), office.store, is_levelled=False)
    await knowledge.load(START)
    assert await knowledge.understand() == 0
    await office.hear(CUSTOMER, "王老师", "@小首 投影仪怎么不亮了")
    assert encoder.texts == []
