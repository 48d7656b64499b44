"""Which room somebody names, and the language each room is spoken to in, also when a message is sent again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.assembly import assemble
from bot.clock import StillClock
from bot.config import Config, for_replay, load
from bot.rooms.directory import Directory
from bot.store.contract import Change, Store
from bot.store.messages import Delivery, Queued
from bot.store.registry import open_store
from bot.terminal.replay import ChatAdapter, address

_NOW = datetime(2026, 3, 3, 6, tzinfo=UTC)
_SCHOOL = Path(__file__).parents[1] / "transcripts" / "school.toml"


@pytest.fixture(scope="module")
def config() -> Config:
    return for_replay(load(_SCHOOL, {}, is_replay=True))


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(f"sqlite:{tmp_path / 'rooms.db'}", _NOW)
    yield store
    await store.close()


@pytest.mark.parametrize(
    ("text", "room", "rest"),
    [
        ("Riverside School  the printer is dead", "riverside", "the printer is dead"),
        ("Riverside the printer is dead", "riverside", "the printer is dead"),
        ("育才小学 二楼打印机不通电", "yucai", "二楼打印机不通电"),
        ("Riverside School", "riverside", ""),
        ("the printer of Riverside School", None, "the printer of Riverside School"),
        ("", None, ""),
    ],
)
def test_a_report_of_staff_begins_with_the_customer(
    config: Config, text: str, room: str | None, rest: str
) -> None:
    found, left = Directory(config).room_at_start(text)
    assert (found.id if found else None, left) == (room, rest)


def test_a_room_has_its_language_and_a_private_chat_that_of_the_bot(config: Config) -> None:
    directory = Directory(config)
    assert directory.language_at(address("Riverside")) == "en"
    assert directory.language_at(address("育才群")) == "zh"
    assert directory.language_at("chat:private:Sam") == "zh"


@pytest.mark.asyncio
async def test_what_may_have_arrived_is_marked_in_the_language_of_its_room(
    config: Config, store: Store
) -> None:
    texts = {"Riverside": "1001 update: replacing the cable", "育才群": "1002 进展：正在换线"}
    unsure = [
        Queued(
            key=room, adapter="chat", room=address(room), text=text, created_at=_NOW, state=Delivery.SENDING
        )
        for room, text in texts.items()
    ]
    await store.commit(Change(at=_NOW, outgoing=unsure))
    clock = StillClock(_NOW)
    chat = ChatAdapter("小首", (), clock)
    bot = await assemble(config, store, {"chat": chat}, clock)
    await bot.outbox.drain()
    await bot.outbox.close()
    assert {said.message.room: said.message.text for said in chat.said} == {
        address("Riverside"): "(sent again) 1001 update: replacing the cable",
        address("育才群"): "（重发）1002 进展：正在换线",
    }
