"""What is bound where, and who said so: the file, or somebody in chat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from bot.clock import SystemClock
from bot.config import Config, for_replay, load
from bot.rooms import bound
from bot.rooms.set_up import (
    ACCOUNT,
    CUSTOMER,
    ROOM,
    AccountNote,
    CustomerNote,
    RoomNote,
    customer_id,
    overlaid,
    read,
)
from bot.store.contract import Change, Kept
from bot.store.registry import open_store
from bot.terminal.bound_words import set_up_in_chat
from bot.terminal.command_line import voice_of

SCHOOL = Path(__file__).parents[2] / "transcripts" / "school.toml"
NEW, LATER = "chat:group:新群", "chat:group:另一群"


@pytest.fixture
def file() -> Config:
    return for_replay(load(SCHOOL, {}, is_replay=True))


def notes(file: Config) -> dict[str, str]:
    new = customer_id("新学校")
    policy = next(iter(file.policies))
    person = file.people[0]
    written = {
        ROOM + NEW: RoomNote(name="新群", customer=new, engineers=(person.id,)),
        ROOM + LATER: RoomNote(name="另一群"),
        CUSTOMER + new: CustomerNote(name="新学校", policy=policy),
        ACCOUNT + "chat:tg-1": AccountNote(person=person.id, room=NEW),
    }
    return {key: msgspec.json.encode(note).decode() for key, note in written.items()}


def test_rooms_say_who_named_them_and_whether_reports_can_be_made(file: Config) -> None:
    found = {room.name: room for room in bound.rooms(file, read(notes(file)))}
    assert found["育才群"].is_of_file
    assert found["育才群"].is_ready
    assert (found["新群"].is_of_file, found["新群"].is_ready, found["新群"].customer) == (
        False,
        True,
        "新学校",
    )
    assert found["新群"].on_call == (file.people[0].name,)
    assert (found["另一群"].is_ready, found["另一群"].customer) == (False, "")


def test_accounts_say_who_named_them(file: Config) -> None:
    first = bound.people(file, read(notes(file)))[0]
    assert dict(first.accounts)["chat:tg-1"] is False
    assert all(is_of_file for account, is_of_file in first.accounts if account != "chat:tg-1")


def test_without_chat_there_is_nothing_to_tell(file: Config) -> None:
    assert bound.by_chat(file, read({})) == ([], [])


@pytest.mark.asyncio
@pytest.mark.parametrize(("language", "words"), [("zh", "群里设置：新群"), ("en", "Set up in chat: 新群")])
async def test_check_tells_of_it_beside_a_running_bot(file: Config, tmp_path: Path, language, words) -> None:
    config = replace(file, store_url=f"sqlite:{tmp_path / 'store.db'}")
    voice = voice_of(language)
    assert await set_up_in_chat(config, voice) == []
    store = await open_store(config.store_url, SystemClock().now())
    try:
        kept = tuple(Kept(key, value) for key, value in notes(file).items())
        await store.commit(Change(at=SystemClock().now(), kept=kept))
        lines = await set_up_in_chat(config, voice)
    finally:
        await store.close()
    assert len(lines) == 3
    assert any(line.startswith(words) for line in lines)


def test_a_customer_without_a_group_whose_people_have_accounts_is_met_privately(file: Config) -> None:
    lonely = replace(file, rooms=tuple(room for room in file.rooms if room.kind == "duty"))
    (room, *_) = [each for each in overlaid(lonely, read({})).rooms if each.kind == "customer"]
    first = next(person for person in file.people if person.customer == room.customer)
    assert room.address == first.accounts[0].replace(":", ":private:", 1)
    assert room.duty == next(each.id for each in file.rooms if each.kind == "duty")
    # Nobody set it up, so it stands in no list, and a group that is bound takes its place.
    assert all(each.is_duty for each in bound.rooms(lonely, read({})))
    at = ROOM + NEW
    note = RoomNote(name="新群", customer=room.customer or "")
    with_group = overlaid(lonely, read({at: msgspec.json.encode(note).decode()}))
    assert [each.address for each in with_group.rooms if each.customer == room.customer] == [NEW]
