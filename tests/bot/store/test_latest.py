"""What the only writer of a store remembers of tickets, against what is read from its file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from bot.store.contract import Saved
from bot.store.faults import Conflict
from bot.store.latest import Latest
from bot.store.sqlite.store import SqliteStore, open_sqlite
from bot.tickets.kinds import Status
from bot.tickets.model import Ticket
from tests.bot.store.conftest import AT, Builder

build = Builder()


@pytest.mark.asyncio
async def test_what_is_remembered_is_what_is_read(tmp_path):
    store = await open_sqlite(tmp_path / "store.db", AT)
    opened = build.opened(1001, text="打印机坏了\u200b🖨", due=AT)
    await store.commit(build.change(tickets=(opened,)))
    later = build.noted(opened.ticket, status=Status.CLOSED)
    await store.commit(build.change(tickets=(later,)))
    assert await store.ticket(1001) is later.ticket
    await store.tidy(AT)
    assert await store.ticket(1001) == later.ticket
    assert await store.ticket(1001) is not later.ticket
    await store.close()


@pytest.mark.asyncio
async def test_the_loser_of_a_race_finds_what_the_winner_saved(tmp_path):
    store = await open_sqlite(tmp_path / "store.db", AT)
    opened = build.opened(1001)
    await store.commit(build.change(tickets=(opened,)))
    rivals = [_Rival(store, build.noted(opened.ticket, text)) for text in "abcdef"]
    await asyncio.gather(*(each.run() for each in rivals))
    (winner,) = (each.saved.ticket for each in rivals if each.found is None)
    assert [each.found for each in rivals if each.found is not None] == [winner] * 5
    await store.close()


@pytest.mark.asyncio
async def test_a_change_that_nobody_waits_for_any_more_is_read(tmp_path):
    store = await open_sqlite(tmp_path / "store.db", AT)
    opened = build.opened(1001)
    await store.commit(build.change(tickets=(opened,)))
    later = build.noted(opened.ticket)
    given_up = asyncio.create_task(store.commit(build.change(tickets=(later,))))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    await store.commit(build.change(seen="m2"))  # comes after it
    assert await store.ticket(1001) == later.ticket
    await store.close()


@pytest.mark.asyncio
async def test_the_oldest_are_forgotten_first():
    known = Latest(most=2)
    for number in (1, 2, 1, 3):
        saving = asyncio.get_running_loop().create_future()
        known.follow(saving, (build.opened(number),))
        saving.set_result(1)
        await asyncio.sleep(0)
    assert [number for number in (1, 2, 3) if known.ticket(number)] == [1, 3]


@dataclass
class _Rival:
    store: SqliteStore
    saved: Saved
    found: Ticket | None = None

    async def run(self) -> None:
        try:
            await self.store.commit(build.change(tickets=(self.saved,)))
        except Conflict:
            self.found = await self.store.ticket(1001)
