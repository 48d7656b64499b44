"""What several of our accounts hear of one group is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from adapters.contract import Incoming, RoomKind
from adapters.onebot.catching_up import Known
from tests.adapters.conftest import NOON

SAID = Incoming(
    room="qq:group:1",
    room_kind=RoomKind.GROUP,
    sender="qq:20001",
    sender_name="王老师",
    message_id="1",
    text="好",
    sent_at=NOON,
)


def test_a_message_that_another_account_brings_under_its_own_number_is_known():
    known = Known()
    assert known.is_new(SAID, "111")
    assert not known.is_new(SAID, "111")
    assert not known.is_new(replace(SAID, message_id="2"), "222")


def test_one_account_hears_the_same_words_as_often_as_they_are_said():
    known = Known()
    assert known.is_new(SAID, "111")
    assert known.is_new(replace(SAID, message_id="2"), "111")
    assert known.is_new(replace(SAID, message_id="3", sent_at=NOON + timedelta(seconds=1)), "222")
    assert known.is_new(replace(SAID, message_id="4", sender="qq:20002"), "222")


def test_what_somebody_says_to_each_account_alone_is_no_repetition():
    known = Known()
    private = replace(SAID, room="qq:private:20001", room_kind=RoomKind.PRIVATE)
    assert known.is_new(private, "111")
    assert known.is_new(replace(private, message_id="2"), "222")
