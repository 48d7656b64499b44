"""What the QQ side tells without words: who comes and goes, what is taken back, files, and that somebody may not speak."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.contract import Attachment, Incoming, KnownPerson, Notice, RoomKind, What
from adapters.onebot.frames import Frame, UploadedFile
from adapters.onebot.notices import file_key, muted_all, muted_for, noticed
from adapters.onebot.requests import trusted
from adapters.onebot.wire import View

VIEW = View("qq", "小首", {"qq:1": "王老师"})
AT = 1767225600


def told(kind: str, sub_type: str | None = None, **fields: Any) -> Incoming | Notice | None:
    """Return what a notice tells a bot of the account 9 beside another of 8, in the group 5 about 王老师 where nothing else is said."""
    usual = {"self_id": 9, "group_id": 5, "user_id": 1, "time": AT, "group_name": " 育才群 "}
    frame = Frame(post_type="notice", notice_type=kind, sub_type=sub_type, **usual | fields)
    return noticed(frame, VIEW, "9", ["8"])


@pytest.mark.parametrize(
    ("kind", "sub_type", "user", "what"),
    [
        ("group_increase", "approve", 1, What.MEMBER_ADDED),
        ("group_increase", "invite", 9, What.BOT_ADDED),
        ("group_increase", "invite", 8, What.BOT_ADDED),
        ("group_decrease", "leave", 1, What.MEMBER_REMOVED),
        ("group_decrease", "kick", 9, What.BOT_REMOVED),
        ("group_decrease", "kick_me", 1, What.BOT_REMOVED),
        ("group_decrease", "disband", 1, What.BOT_REMOVED),
        ("group_decrease", "disband", None, What.BOT_REMOVED),
        ("group_ban", "ban", 9, What.MUTED),
        ("group_ban", "lift_ban", 8, What.UNMUTED),
    ],
)
def test_who_comes_and_goes(kind: str, sub_type: str, user: int | None, what: What) -> None:
    found = told(kind, sub_type, user_id=user)
    assert isinstance(found, Notice)
    assert (found.what, found.room, found.room_name) == (what, "qq:group:5", "育才群")
    assert (found.account, found.name) == (f"qq:{user or ''}", "王老师" if user == 1 else "")
    assert found.key == told(kind, sub_type, user_id=user).key  # type: ignore[union-attr]
    later = told(kind, sub_type, user_id=user, time=AT + 1)
    assert isinstance(later, Notice)
    assert found.key != later.key


@pytest.mark.parametrize(
    ("kind", "sub_type", "fields"),
    [
        ("group_ban", "ban", {}),  # somebody else
        ("group_ban", "ban", {"user_id": 0}),
        ("group_ban", None, {"user_id": 9}),
        ("group_increase", "approve", {"user_id": None}),
        ("group_increase", "approve", {"group_id": None}),
        ("group_decrease", "leave", {"user_id": None}),
        ("group_decrease", "disband", {"group_id": None}),
        ("group_recall", None, {"message_id": None}),
        ("friend_recall", None, {"message_id": 7, "user_id": None}),
        ("group_upload", None, {}),
        ("group_upload", None, {"file": UploadedFile(name="a.xlsx")}),
        ("group_upload", None, {"file": UploadedFile(id="f1", name="a.xlsx"), "user_id": 8}),
        ("group_upload", None, {"file": UploadedFile(id="f1", name="a.xlsx"), "group_id": None}),
        ("notify", "disband", {}),
        ("notify", "kick_me", {}),
        ("notify", "ban", {"user_id": 9}),
        (None, None, {"user_id": 9}),
    ],
)
def test_what_does_not_concern_the_bot(kind: str, sub_type: str, fields: dict[str, Any]) -> None:
    assert told(kind, sub_type, **fields) is None


def test_an_account_that_a_frame_does_not_name_is_that_of_its_connection() -> None:
    found = told("group_increase", "invite", user_id=9, self_id=None)
    assert isinstance(found, Notice)
    assert found.what is What.BOT_ADDED
    other = told("group_increase", "invite", user_id=9, self_id=7)
    assert isinstance(other, Notice)
    assert other.what is What.MEMBER_ADDED


def test_words_that_are_taken_back() -> None:
    in_group, alone = (told(kind, message_id=-77) for kind in ("group_recall", "friend_recall"))
    assert isinstance(in_group, Notice)
    assert (in_group.what, in_group.room, in_group.message_id) == (What.RECALLED, "qq:group:5", "-77")
    assert (in_group.account, in_group.name) == ("qq:1", "王老师")
    again = told("group_recall", message_id=-77, time=AT + 9)
    assert again == in_group
    assert isinstance(alone, Notice)
    private = told("friend_recall", message_id=-77, group_id=None)
    assert isinstance(private, Notice)
    assert private.room == "qq:private:1"


@pytest.mark.parametrize(
    ("file", "name", "url"),
    [
        (UploadedFile(id="/f1", name=" 报价.xlsx ", url="https://a/b"), "报价.xlsx", "https://a/b"),
        (UploadedFile(id="/f1", name="报价.xlsx", url="http://a/b"), "报价.xlsx", "http://a/b"),
        (UploadedFile(id="/f1", name=7, url="file:///etc/passwd"), "/f1", None),
        (UploadedFile(id="/f1", name=" ", url=7), "/f1", None),
    ],
)
def test_a_file_put_into_a_group(file: UploadedFile, name: str, url: str | None) -> None:
    found = told("group_upload", file=file, user_id=1)
    assert found == Incoming(
        room="qq:group:5",
        room_kind=RoomKind.GROUP,
        sender="qq:1",
        sender_name="王老师",
        message_id=file_key("/f1"),
        text="",
        attachments=(Attachment("file", name, url, "/f1"),),
        sent_at=datetime.fromtimestamp(AT, UTC),
    )
    stranger = told("group_upload", file=file, user_id=3)
    assert isinstance(stranger, Incoming)
    assert stranger.sender_name == "3"


def test_a_file_without_a_reference_has_no_name_in_a_room() -> None:
    assert file_key("") == ""
    assert file_key("a") != file_key("b")
    assert file_key("\ud800").startswith("file-")


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"notice_type": "group_ban", "sub_type": "ban", "user_id": 0}, What.MUTED),
        ({"notice_type": "group_ban", "sub_type": "lift_ban"}, What.UNMUTED),
        ({"notice_type": "group_ban", "sub_type": "ban", "user_id": 1}, None),
        ({"notice_type": "group_ban", "sub_type": "x"}, None),
        ({"notice_type": "group_ban"}, None),
        ({"notice_type": "group_ban", "sub_type": "ban", "group_id": None}, None),
        ({"notice_type": "notify", "sub_type": "ban"}, None),
    ],
)
def test_a_group_in_which_nobody_may_speak(fields: dict[str, Any], what: What | None) -> None:
    found = muted_all(Frame(**{"group_id": 5, "time": AT} | fields), VIEW)
    assert (found and found.what) == what
    assert found is None or (found.room, found.account) == ("qq:group:5", "")


@pytest.mark.parametrize(
    ("duration", "user", "seconds"),
    [
        (600, 9, 600.0),
        (0.5, 9, 0.5),
        (10**9, 9, 30 * 86_400.0),
        (0, 9, 0.0),
        (-1, 9, 0.0),
        (True, 9, 0.0),
        ("600", 9, 0.0),
        (600, 0, 0.0),
    ],
)
def test_how_long_a_ban_lasts(duration: Any, user: int, seconds: float) -> None:
    assert muted_for(Frame(duration=duration, user_id=user)) == seconds


@pytest.mark.parametrize(
    ("role", "is_host"),
    [
        ("leader", True),
        ("manager", True),
        ("director", True),
        ("admin", True),
        ("engineer", False),
        ("contact", False),
    ],
)
def test_who_takes_the_bot_into_groups(role: str, is_host: bool) -> None:
    people = trusted((KnownPerson("qq:1", "甲", role),))
    assert ("qq:1" in people.hosts) is is_host
    assert people.friends == {"qq:1"}
