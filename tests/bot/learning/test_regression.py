"""The questions of an installation are tried again when the knowledge has changed, and only then."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from msgspec.structs import replace
from structlog.testing import capture_logs

from bot.clock import StillClock
from bot.knowledge.live import Knowledge, Thresholds
from bot.learning.regression import Regression
from bot.store.knowledge_contract import Learning
from bot.store.registry import open_store
from faq.entries import Entry

pytestmark = pytest.mark.asyncio
AT = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
PRINTER = Entry(id="K-001", question="打印机找不到", answer="重启打印服务")
FILE = """\
{"text": "打印机找不到", "entry": "K-001"}
{"text": "班牌怎么换背景", "entry": "K-002"}
{"text": 7}
"""


class Nobody:
    """Whoever tells what broke is asleep."""

    def may_tell(self, now):
        return False

    async def tell(self, broken, now):
        raise AssertionError


@pytest_asyncio.fixture
async def store(tmp_path):
    store = await open_store(f"sqlite:{tmp_path / 'store.db'}", AT)
    await store.learn(Learning(at=AT, entries=(PRINTER,)))
    yield store
    await store.close()


async def regression_of(store, file):
    knowledge = Knowledge(store, Thresholds(0.9, 0.4), ZoneInfo("Asia/Shanghai"))
    await knowledge.load(AT)
    return knowledge, Regression(file, knowledge, StillClock(AT), Nobody())


async def followed(regression):
    with capture_logs() as logs:
        await regression.follow()
    return [(entry["action"], entry.get("lines")) for entry in logs if "regression" in entry["action"]]


async def test_what_is_not_answered_as_expected_is_told_once_after_each_change(store, tmp_path):
    file = tmp_path / "checks.jsonl"
    file.write_text(FILE, "utf-8")
    knowledge, regression = await regression_of(store, file)
    assert await followed(regression) == [("regression_missed", [2])]
    assert [each.line for each in regression.missed] == [2]
    assert [each.line for each in regression.outcomes] == [1, 2]
    assert [each.line for each in regression.faulty] == [3]
    file.unlink()  # nothing has changed: it is not even read
    assert await followed(regression) == []
    file.write_text(FILE, "utf-8")
    board = Entry(id="K-002", question="班牌怎么换背景", answer="在主题里")
    await store.learn(Learning(at=AT, entries=(board,)))
    await knowledge.refresh(AT)
    assert await followed(regression) == []
    assert (len(regression.outcomes), regression.missed) == (2, [])


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00\xd8\x00"], ids=["gone", "no text"])
async def test_a_file_that_cannot_be_read_is_told_and_changes_nothing(store, tmp_path, content):
    file = tmp_path / "checks.jsonl"
    if content is not None:
        file.write_bytes(content)
    _, regression = await regression_of(store, file)
    assert await followed(regression) == [("regression_unreadable", None)]
    assert (regression.outcomes, regression.faulty) == ((), ())


async def test_without_a_file_there_is_nothing_to_try(store):
    _, regression = await regression_of(store, None)
    assert await followed(regression) == []


class Awake:
    """Whoever tells what broke, once the store is there again."""

    def __init__(self):
        self.told = []
        self.is_away = True

    def may_tell(self, now):
        return True

    async def tell(self, broken, now):
        if self.is_away:
            self.is_away = False
            raise OSError("the disk is away")
        self.told.append([each.expected.text for each in broken])


async def test_what_broke_is_told_when_the_store_is_there_again(store, tmp_path):
    file = tmp_path / "checks.jsonl"
    file.write_text('{"text": "打印机找不到", "entry": "K-001"}\n', encoding="utf-8")
    knowledge = Knowledge(store, Thresholds(0.9, 0.4), ZoneInfo("Asia/Shanghai"))
    await knowledge.load(AT)
    awake = Awake()
    regression = Regression(file, knowledge, StillClock(AT), awake)
    await regression.follow()
    await store.learn(Learning(at=AT, entries=(replace(PRINTER, is_enabled=False),)))
    await knowledge.refresh(AT)
    await regression.follow()
    with pytest.raises(OSError, match="away"):
        await regression.follow()
    await regression.follow()
    await regression.follow()
    assert awake.told == [["打印机找不到"]]
