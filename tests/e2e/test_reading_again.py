"""The running program reads its configuration again while people write: every message is taken, and the connections stay."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from bot.app import serve
from bot.config import load
from bot.store.registry import open_store
from tests.bot.office import START

_REPORTS = 40
_FOLDER = Path(__file__).parents[1] / "transcripts" / "reread"
_ON_THE_WEB = {"育才群": "yucai", "实验群": "shiyan", "值班群": "duty"}
_ACCOUNTS = {"陈经理": "chen", "老张": "zhang", "小周": "zhou"}


def _written(folder: Path, name: str, port: int) -> Path:
    """Write a file of the conversations as one of a program with a browser's chat."""
    text = (_FOLDER / name).read_text(encoding="utf-8")
    for room, id_ in _ON_THE_WEB.items():
        text = text.replace(f'name = "{room}"', f'name = "{room}"\naddress = "web:group:{id_}"')
    for person, id_ in _ACCOUNTS.items():
        text = text.replace(f'name = "{person}"', f'name = "{person}"\naccounts = ["web:{id_}"]')
    around = f'[store]\nurl = "sqlite:store.db"\n[web]\nlisten = "127.0.0.1:{port}"\ntime_travel = true\n[[adapters]]\nname = "web"\ntype = "web"\n'
    file = folder / "config.toml"
    file.write_text(around + text, encoding="utf-8")
    return file


@pytest.mark.asyncio
async def test_no_message_is_lost_while_the_file_is_taken_over(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    config = load(_written(tmp_path, "before.toml", port), {})
    running, ending = asyncio.Event(), asyncio.Event()
    bot = asyncio.create_task(serve(config, ending, on_running=running.set))
    async with asyncio.timeout(60), aiohttp.ClientSession(f"http://127.0.0.1:{port}") as browser:
        await running.wait()

        async def say(room: str, person: str, text: str) -> None:
            body = {"room": f"web:group:{room}", "person": person, "text": text}
            async with browser.post("/chat/say", json=body) as answer:
                assert answer.status == 200, await answer.text()

        _written(tmp_path, "after.toml", port)
        half = _REPORTS // 2
        reports = [say("yucai", f"web:老师{n}", f"报障 {n} 号教室投影黑屏") for n in range(_REPORTS)]
        await asyncio.gather(*reports[:half], say("duty", "web:chen", "重载"), *reports[half:])
    ending.set()
    await bot
    store = await open_store(config.store_url, START)
    try:
        tickets = await store.open_tickets()
    finally:
        await store.close()
    assert len(tickets) == _REPORTS
    with closing(sqlite3.connect(tmp_path / "store.db")) as kept:
        (said,) = kept.execute("SELECT body FROM outbox WHERE body LIKE '%新的配置已生效%'").fetchall()
    assert said
