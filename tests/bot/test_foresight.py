"""Looking ahead changes nothing: with and without it the same is saved and said, whatever happens in between."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.contract import KnownPerson
from bot.assembly import assemble
from bot.config import Config, for_replay, load
from bot.foresight import Foresight, served_at
from bot.store.contract import Due
from bot.store.registry import open_store
from bot.terminal.replay import CHAT, ChatAdapter
from bot.tickets import events as e
from bot.tickets.model import Party
from tests.bot.office import CONFIG, CUSTOMER, DUTY, ENGINEERS, MINUTE, START, JumpingClock, Office

SECOND = timedelta(seconds=1)
Look = Callable[[Office], Any]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    people = "".join(
        f'[[people]]\nid = "e{name[-2:]}"\nname = "{name}"\nrole = "engineer"\n' for name in ENGINEERS[:3]
    )
    file = tmp_path / "office.toml"
    file.write_text(people + CONFIG, encoding="utf-8")
    return for_replay(load(file, {}, is_replay=True))


@asynccontextmanager
async def world(config: Config, path: Path) -> AsyncIterator[Office]:
    """Open an office of its own."""
    clock = JumpingClock(START)
    chat = ChatAdapter(
        "小首", tuple(KnownPerson(f"{CHAT}:{p.name}", p.name, p.role) for p in config.people), clock
    )
    store = await open_store(f"sqlite:{path}", START)
    bot = await assemble(config, store, {CHAT: chat}, clock)
    try:
        yield Office(bot, chat, clock)
    finally:
        await bot.outbox.close()
        await store.close()


async def ahead(office: Office) -> None:
    """Look ahead for as long as it takes."""
    await office.bot.desk.look_ahead(office.clock.now(), lambda: True)


async def lives(office: Office, seed: int, *, looks: bool) -> tuple[object, ...]:
    """Let a random day pass, and return everything that was saved and said."""
    chance, numbers = random.Random(seed), list[int]()
    for turn in range(45):
        if looks:
            await ahead(office)
        room, word = _happening(chance, turn, numbers)
        if room:
            await office.hear(room, chance.choice(ENGINEERS[:3]) if room == DUTY else "王老师", word)
        if chance.random() < 0.1:
            office.bot.desk.call_instead({"first-line": (Party("e03", ENGINEERS[2]),)})
        if chance.random() < 0.05:
            office.clock.jump(-chance.choice((1, 90)) * SECOND)
        office.clock.jump(chance.choice((0.4, 1, 2, 2.9, 30, 599, 598, 900, 1300)) * SECOND)
        if chance.random() < 0.8:
            await office.tick()
    records = [await office.store.records(number) for number in numbers]
    return records, [(said.message.room, said.message.text) for said in office.chat.said]


def _happening(chance: random.Random, turn: int, numbers: list[int]) -> tuple[str, str]:
    if turn % 6 == 0:
        numbers.append(1001 + len(numbers))
        return CUSTOMER, f"报障 第 {turn} 间教室投影黑屏"
    number = chance.choice(numbers)
    return chance.choice(
        (
            (DUTY, f"接单 {number}"),
            (DUTY, f"收到 {number}"),
            (DUTY, f"更新 {number} 在看"),
            (DUTY, f"暂停 {number} 等备件 明天10点"),
            (DUTY, f"解决 {number} 原因:灯泡 方法:换 预防:无"),
            (CUSTOMER, f"催单 {number}"),
            ("", ""),
            ("", ""),
        )
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(6))
async def test_the_same_is_saved_and_said_with_and_without(config: Config, tmp_path: Path, seed: int) -> None:
    async with world(config, tmp_path / "with.db") as one, world(config, tmp_path / "without.db") as other:
        assert await lives(one, seed, looks=True) == await lives(other, seed, looks=False)


@pytest.mark.asyncio
async def test_what_was_worked_out_ahead_is_used(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out = _counted(monkeypatch)
    async with world(config, tmp_path / "office.db") as office:
        await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
        office.clock.move_to(START + 10 * MINUTE - 2 * SECOND)
        await ahead(office)
        await ahead(office)  # nothing is worked out twice
        assert worked_out == [START + 10 * MINUTE]
        office.clock.move_to(START + 10 * MINUTE + 0.3 * SECOND)
        await office.tick()
        assert worked_out == [START + 10 * MINUTE]
        record = (await office.store.records(1001))[-1]
        assert (type(record.event), record.at) == (e.Escalated, START + 10 * MINUTE)


@pytest.mark.asyncio
@pytest.mark.parametrize("changes", ["ticket", "people", "room"])
async def test_what_changed_meanwhile_is_worked_out_anew(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: str
) -> None:
    worked_out = _counted(monkeypatch)
    async with world(config, tmp_path / "office.db") as office:
        await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
        office.clock.move_to(START + 10 * MINUTE - SECOND)
        await ahead(office)
        if changes == "ticket":
            await office.hear(DUTY, ENGINEERS[0], "接单 1001")
        elif changes == "people":
            office.bot.desk.call_instead({"first-line": (Party("e03", ENGINEERS[2]),)})
        else:
            rooms: Any = office.bot.rules.rooms
            rooms["yucai"] = replace(rooms["yucai"], language="en")
        office.clock.move_to(START + 10 * MINUTE)
        await office.tick()
        assert len(worked_out) == 2


@pytest.mark.asyncio
async def test_it_ends_when_something_else_is_to_be_done(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out = _counted(monkeypatch)
    async with world(config, tmp_path / "office.db") as office:
        await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
        office.clock.move_to(START + 10 * MINUTE - SECOND)
        await office.bot.desk.look_ahead(office.clock.now(), lambda: False)
        assert worked_out == []


@pytest.mark.asyncio
async def test_a_deadline_counts_as_of_its_instant_while_it_is_late_by_less_than_a_second(
    config: Config, tmp_path: Path
) -> None:
    async with world(config, tmp_path / "office.db") as office:
        await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
        due = Due(await office.ticket(), START + 10 * MINUTE)
    for late, counts in ((0, True), (0.999, True), (1, False), (-0.1, False), (7200, False)):
        now = due.at + late * SECOND
        assert served_at(due, now) == (due.at if counts else now)
    assert served_at(Due(due.ticket, START - SECOND), START - 0.5 * SECOND) == START - 0.5 * SECOND


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Note as of which instants something is worked out."""
    found, work = list[Any](), Foresight._worked_out

    def counted(self: Foresight, *given: Any) -> Any:
        found.append(given[1])
        return work(self, *given)

    monkeypatch.setattr(Foresight, "_worked_out", counted)
    return found
