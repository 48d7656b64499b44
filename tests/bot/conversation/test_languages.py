"""In which language somebody is spoken to: what is evident of a text, and what is remembered of people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from adapters.contract import Incoming, RoomKind
from bot.config import Config, for_replay, load
from bot.conversation.languages import Languages, language_of
from bot.hearing import heard
from bot.rooms.directory import Directory
from bot.terminal.replay import address

_SCHOOL = Path(__file__).parents[2] / "transcripts" / "school.toml"


@pytest.mark.parametrize(
    "text",
    [
        "the printer in room 204 is not working",
        "printer broken",
        "wifi not working",
        "Projector is broken!",
        "Hi, can anyone help me with the smart board?",
        "how do I log in to the teacher portal",
        "cannot log in to the portal",
        "I get an error 502 when I open the timetable",
        "王老师 can you help me with my laptop",
        "when will somebody come",
        "my password doesn’t work any more",
    ],
)
def test_what_people_type_in_english_is_english(text: str) -> None:
    assert language_of(text) == "en"


@pytest.mark.parametrize(
    "text",
    ["打不开", "打印机坏了", "teams 打不开了 error 502", "我的 outlook 说 you need to sign in", "打不开，"],
)
def test_what_people_type_in_chinese_is_chinese(text: str) -> None:
    assert language_of(text) == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "VPN?", "ok", "OK thank you", "谢谢", "报障", "5 4", "HP LaserJet 1020", "Outlook 2019", "hi", "👍",
        "Error: connection refused", "Access is denied.", "The remote procedure call failed and did not execute",
        "Windows cannot connect to the printer. Check the printer name and try again.", "Sorry, something went wrong",
        "Your account has been locked", "it works now, thanks", "SN 5521-77", "http://10.0.0.1/the/login is", "报障 VPN",
        "报障 The connection has timed out",
    ],
)  # fmt: skip
def test_what_anybody_could_have_sent_is_no_evidence(text: str) -> None:
    assert language_of(text) == ""


@pytest.fixture
def config() -> Config:
    return for_replay(load(_SCHOOL, {}, is_replay=True))


class Talking:
    """Says things as one person in a room, and knows in which language they would be answered."""

    def __init__(self, config: Config) -> None:
        self._directory = Directory(config)
        self._languages = Languages(self._directory)

    def answered_in(self, who: str, text: str, room: str = "育才群") -> str:
        incoming = Incoming(
            room=address(room), room_kind=RoomKind.GROUP, sender=f"chat:{who}", sender_name=who,
            message_id="1", text=text,
        )  # fmt: skip
        hearing = heard(incoming, self._directory, datetime(2026, 3, 3, 6, tzinfo=UTC), "zh")
        assert hearing is not None
        return self._languages.understood(hearing).origin.language


def test_a_person_changes_language_once_at_most(config: Config) -> None:
    say = Talking(config).answered_in
    assert [say("Ann", each) for each in ("ok", "the projector shows no picture", "VPN?", "谢谢", "1")] == [
        "zh", "en", "en", "en", "en",
    ]  # fmt: skip
    assert [say("Ann", each) for each in ("打印机也坏了", "and the printer is broken, too")] == ["zh", "zh"]


def test_an_english_room_answers_chinese_in_chinese(config: Config) -> None:
    say = Talking(config).answered_in
    assert say("吴老师", "投影仪没有信号", "Riverside") == "zh"
    assert say("Ms Wang", "the projector has no signal", "Riverside") == "en"


def test_staff_are_spoken_to_as_their_room_is(config: Config) -> None:
    say = Talking(config).answered_in
    assert say("小李", "I will have a look at the projector", "值班群") == "zh"
    assert say("小李", "I will have a look at the projector") == "zh"


def test_what_was_set_for_somebody_counts_before_what_they_write(config: Config) -> None:
    people = tuple(
        msgspec.structs.replace(each, language="en") if each.name == "赵主任" else each
        for each in config.people
    )
    say = Talking(replace(config, people=people)).answered_in
    assert say("赵主任", "打印机坏了") == "en"
