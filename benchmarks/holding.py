"""How long the event loop of the whole program is held while people ask, knowledge is imported, changed, listed and searched."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import multiprocessing
import random
import re
import tempfile
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import aiohttp

from benchmarks.faq import asked, entries_of
from benchmarks.startup import example
from benchmarks.table import Row, at_most
from benchmarks.watched_loop import WatchedLoop
from bot.app import serve, spare_collections
from bot.config import load

_SIZES = (10_000, 100_000)  # phrasings, four an entry
_GOAL_MS = 5.0
_ASKED, _SOME = 40, 250
_SEED = 5
_MOST_WAITED = 60  # times
_QUIET = 1.2  # seconds in which nothing long was done: what was begun is over


def run() -> list[Row]:
    """Measure; takes a few minutes, most of it making and importing 100,000 phrasings."""
    rows = []
    for size in _SIZES:
        for what, seconds, where, waited, times, who in held(size):
            name = f"loop held at most, {size:,} phrasings: {what}"
            rows.append(Row(name, seconds * 1e3, None, "ms", at_most(_GOAL_MS), where))
            rows.append(
                Row(f"… by threads, {times} × over 5 ms", waited * 1e3, None, "ms", at_most(_GOAL_MS), who)
            )
    return rows


# What went on, the seconds of the longest callback and what that was; what threads kept the loop waiting at most, how often
# for long, and where they stood.
Held = tuple[str, float, str, float, int, str]


def held(phrasings: int) -> list[Held]:
    """Run the program with so many phrasings, let people do everything, and return what held the loop longest meanwhile."""
    loop = WatchedLoop()
    found: list[Held] = []
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_observed(Path(folder), loop, phrasings, found))
    return found


async def _observed(folder: Path, loop: WatchedLoop, phrasings: int, found: list[Held]) -> None:
    config = example(folder)
    text = config.read_text("utf-8").replace("semantic = true", "semantic = false", 1)
    config.write_text(
        re.sub(r'^files = \[".*?"\]', 'files = ["kb.jsonl"]', text, count=1, flags=re.MULTILINE), "utf-8"
    )
    lines = [json.dumps(each, ensure_ascii=False) for each in entries_of(phrasings)]
    (folder / "kb.jsonl").write_text("\n".join(lines), encoding="utf-8")
    ending, is_up, printed = asyncio.Event(), asyncio.Event(), io.StringIO()

    def up() -> None:
        spare_collections()
        is_up.set()

    with contextlib.redirect_stdout(printed):
        serving = asyncio.create_task(serve(load(config, {}), ending, on_running=up))
        await asyncio.wait({serving, asyncio.create_task(is_up.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    address = next(word for word in printed.getvalue().split() if word.startswith("http")).rstrip("/")
    pulse = asyncio.create_task(loop.pulse())
    here, there = multiprocessing.Pipe()
    visitor = multiprocessing.get_context("spawn").Process(target=_visit, args=(address, there, lines))
    visitor.start()
    there.close()
    await asyncio.to_thread(_told, here, loop, found)
    await asyncio.to_thread(visitor.join)
    pulse.cancel()
    ending.set()
    await serving


def _told(connection: Connection, loop: WatchedLoop, found: list[Held]) -> None:
    """Answer the visitor, who asks what the loop noted, until it goes."""
    with contextlib.suppress(EOFError):
        while True:
            match connection.recv():
                case "noted":
                    connection.send(loop.noted)
                case "begin":
                    loop.begin()
                case what:
                    found.append((what, *loop.longest(), *loop.kept_waiting()))


class _Noted:
    """The loop, as a visitor in another process sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def noted(self) -> int:
        self._connection.send("noted")
        return cast(int, self._connection.recv())

    def begin(self) -> None:
        self._connection.send("begin")

    def end(self, what: str) -> None:
        self._connection.send(what)


def _visit(address: str, connection: Connection, lines: list[str]) -> None:
    asyncio.run(_visited(address, _Noted(connection), lines))
    connection.close()


class _Visitor:
    """Somebody in front of the pages, in another process: what it does costs the bot nothing."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def say(self, room: str, person: str, text: str) -> None:
        body = {"room": f"web:group:{room}", "person": person, "text": text}
        async with self._session.post("/chat/say", json=body) as response:
            response.raise_for_status()

    async def read(self, path: str) -> str:
        async with self._session.get(path) as response:
            response.raise_for_status()
            return await response.text()

    async def fetch(self, path: str) -> bytes:
        async with self._session.get(path) as response:
            response.raise_for_status()
            return await response.read()

    async def send(self, path: str, form: Any) -> str:
        async with self._session.post(path, data=form) as response:
            response.raise_for_status()
            return await response.text()


async def _import(visitor: _Visitor, name: str, entries: list[dict[str, object]]) -> None:
    form = aiohttp.FormData()
    body = "\n".join(json.dumps(each, ensure_ascii=False) for each in entries)
    form.add_field("file", body.encode(), filename=name, content_type="application/jsonl")
    preview = await visitor.send("/knowledge/import", form)
    token = re.search(r'name="token" value="([^"]+)"', preview)
    if token is None:
        raise RuntimeError("there is nothing to confirm")
    again = aiohttp.FormData({"token": token[1], "by": "chen"})
    again.add_field("nothing", b"", filename="")
    await visitor.send("/knowledge/import", again)


def _renamed(entry: dict[str, object], id_: str) -> dict[str, object]:
    return entry | {"id": id_, "question": f"{entry['question']}{id_}", "aliases": []}


async def _quiet(loop: _Noted) -> None:
    """Wait until only the usual small things go on."""
    for _ in range(_MOST_WAITED):
        before = loop.noted
        await asyncio.sleep(_QUIET)
        if loop.noted == before:
            return


async def _visited(address: str, loop: _Noted, lines: list[str]) -> None:
    async with aiohttp.ClientSession(address) as session:
        visitor = _Visitor(session)

        async def noted(what: str, does: Callable[[], Awaitable[object]]) -> None:
            await _quiet(loop)
            loop.begin()
            await does()
            await _quiet(loop)
            loop.end(what)

        chance = random.Random(_SEED)
        known = [json.loads(line) for line in lines]
        customer, manager = "web:wang", "web:chen"

        async def ask() -> None:
            for entry in chance.sample(known, _ASKED):
                await visitor.say("yucai", customer, asked(entry["question"], chance))

        async def upload() -> None:
            await _import(
                visitor,
                "new.jsonl",
                [_renamed(each, f"N-{number}") for number, each in enumerate(chance.sample(known, _SOME))],
            )

        async def import_all_again() -> None:
            await _import(visitor, "all.jsonl", known)

        await noted("its first minute", lambda: asyncio.sleep(1))
        await noted("questions", ask)
        await noted("a file of 250 entries", upload)
        await noted("a file of everything", import_all_again)
        await noted(
            "an entry added on the page",
            lambda: visitor.send("/knowledge/entries", {"question": "新来的问题怎么办", "answer": "这样"}),
        )
        await noted(
            "an entry changed on the page",
            lambda: visitor.send(
                "/knowledge/entries/K-7", {"question": known[7]["question"], "answer": "新答案"}
            ),
        )
        await noted("an answer called wrong in chat", lambda: visitor.say("duty", manager, "K-9 不对"))
        await noted("查 in chat", lambda: visitor.say("duty", manager, "查 投影仪"))
        await noted("the list", lambda: visitor.read("/knowledge"))
        await noted("the list, searched", lambda: visitor.read("/knowledge?q=投影仪"))
        await noted("试一试", lambda: visitor.read(f"/knowledge/try?text={known[3]['question']}"))
        for suffix in ("csv", "xlsx"):
            await noted(
                f"export.{suffix}", lambda suffix=suffix: visitor.fetch(f"/knowledge/export.{suffix}")
            )
        await noted("questions afterwards", ask)
        await noted("a day passes", lambda: session.post("/chat/travel", json={"seconds": 86400}))
