"""The event loop is never held for long by the knowledge, however much of it there is: counted in time of the processor.

The bound is what eight short sums take here and now, four times the five milliseconds that are wanted on our machines: others are
slower, and tests run beside other programs. `python -m benchmarks loop` measures the whole program.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from benchmarks.faq import entries_of
from benchmarks.watched_loop import WatchedLoop
from bot.knowledge.importing import import_rows
from bot.knowledge.kept_index import KeptIndex
from bot.knowledge.live import Knowledge, Thresholds
from bot.learning.curator import Curator, new_entry
from bot.store.sqlite.store import open_sqlite
from faq.entries import Entry
from faq.formats import Rows, parse

_NOW = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
_PHRASINGS = 8_000
_MOST_SUMS = 8


def test_nothing_holds_the_loop_long(tmp_path: Path) -> None:
    loop = WatchedLoop()
    sums = [_sum_seconds() for _ in range(9)]
    held: dict[str, tuple[float, str]] = {}
    gc.disable()  # the program spares collections too, and here it would walk what all other tests left
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(_lived(tmp_path, loop, held))
    finally:
        gc.enable()
    most = _MOST_SUMS * median([*sums, *(_sum_seconds() for _ in range(9))])
    assert {what: each for what, each in held.items() if each[0] > most} == {}
    assert loop.noted > 0  # it does notice what takes a millisecond


def _sum_seconds() -> float:
    began = process_time()
    sum(range(200_000))
    return process_time() - began


async def _lived(folder: Path, loop: WatchedLoop, held: dict[str, tuple[float, str]]) -> None:
    store = await open_sqlite(folder / "desk.db", _NOW)
    index = KeptIndex(folder / "desk.index", worth_keeping=1_000)
    knowledge = Knowledge(store, Thresholds(0.9, 0.4), ZoneInfo("Asia/Shanghai"), index=index, rests=0.0)
    known = [Entry(**each) for each in entries_of(_PHRASINGS)]

    changed = _rows([replace(entry, answer="新答案") for entry in known[:600]])

    async def noted(what: str, does: Callable[[], Awaitable[object]]) -> None:
        await asyncio.sleep(0)  # what was done before is noted before
        loop.begin()
        await does()
        await asyncio.sleep(0)
        held[what] = loop.longest()

    async def ask() -> None:
        for entry in known[:60:2]:
            await knowledge.hear(f"请问{entry.question[1:]}", "yucai")
            assert knowledge.find(f"请问{entry.question[1:]}", "yucai", _NOW)

    async def change() -> None:
        await import_rows(store, changed, "kb.jsonl", "陈经理", _NOW)
        assert await knowledge.refresh(_NOW)

    async def add() -> None:
        made = Entry(id="", question="新来的问题怎么办", answer="这样")
        await Curator(store, knowledge).change(new_entry(made), by="陈经理", why="", now=_NOW)

    await import_rows(store, _rows(known), "kb.jsonl", "陈经理", _NOW)
    await knowledge.load(_NOW)
    knowledge.find("投影仪打不开", "", _NOW)  # the tables are read once, at the start
    await noted("asking itself", knowledge.ask_itself)
    await noted("keeping the index", knowledge.keep_index)
    await noted("questions", ask)
    await noted("a file", change)
    await noted("an entry", add)
    await store.close()


def _rows(entries: list[Entry]) -> Rows:
    return parse("kb.jsonl", b"\n".join(msgspec.json.encode(entry) for entry in entries))
