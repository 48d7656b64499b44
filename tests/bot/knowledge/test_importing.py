"""Rows of a file go into the knowledge as it is at that moment, whoever else changes it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from bot.config import load
from bot.knowledge import importing
from bot.knowledge.importing import import_rows, import_when_empty
from bot.store.knowledge_contract import Learning
from bot.store.registry import open_store
from faq.entries import Entry
from faq.formats import read

pytestmark = pytest.mark.asyncio
AT = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)


class Contested:
    """A store in which somebody else changes the knowledge a few times just before."""

    def __init__(self, store, times):
        self._store, self.times, self.learned = store, times, 0

    def __getattr__(self, name):
        return getattr(self._store, name)

    async def learn(self, learning):
        self.learned += 1
        if self.times:
            self.times -= 1
            other = Entry(id=f"K-9{self.times}", question=f"别人加的{self.times}", answer="好")
            await self._store.learn(Learning(at=AT, entries=(other,)))
        await self._store.learn(learning)


@pytest_asyncio.fixture
async def store(tmp_path):
    store = await open_store(f"sqlite:{tmp_path / 'store.db'}", AT)
    yield store
    await store.close()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "faq.csv"
    path.write_text("问题,答案\n如何选课,在教务页选\n", "utf-8")
    return path


async def test_who_was_overtaken_plans_anew_and_nothing_of_the_others_is_lost(store, file):
    contested = Contested(store, 3)
    done = await import_rows(contested, read(file), "faq.csv", "陈经理", AT)
    assert len(done.new) == 1
    entries = {each.question: each for each in await store.entries()}
    assert set(entries) == {"如何选课", "别人加的0", "别人加的1", "别人加的2"}
    assert (entries["如何选课"].changed_by, entries["如何选课"].reason) == ("陈经理", "faq.csv")
    assert contested.learned == 4
    await import_rows(contested, read(file), "faq.csv", "陈经理", AT)
    assert contested.learned == 4  # the second time there is nothing to save


async def test_who_is_always_overtaken_gives_up(store, file):
    contested = Contested(store, importing._ATTEMPTS)
    with pytest.raises(RuntimeError, match="50 times"):
        await import_rows(contested, read(file), "faq.csv", "", AT)


async def test_the_files_of_the_configuration_fill_nothing_but_an_empty_knowledge_base(store, file):
    example = load(Path("config.example.toml"), {})
    config = dataclasses.replace(example, faq=replace(example.faq, files=(file,)))
    assert [len(each.new) for each in await import_when_empty(store, config, AT)] == [1]
    [entry] = await store.entries()
    await store.learn(Learning(at=AT, entries=(replace(entry, answer="改过了"),)))
    assert await import_when_empty(store, config, AT) == []
    assert [each.answer for each in await store.entries()] == ["改过了"]
