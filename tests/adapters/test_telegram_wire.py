"""Telegram's updates to the bot's messages, with recorded payloads of every kind, and noise."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from telegram import Chat, Message, MessageEntity, Update, User

from adapters.contract import Attachment, Incoming, Mention, RoomKind
from adapters.telegram.utf16 import Units, length, whole
from adapters.telegram.view import View
from adapters.telegram.wire import Heard, Moved, Standing, Unreadable, heard, number_of

VIEW = View(
    name="tg",
    bot_name="小首",
    bot=7000001,
    username="Sim_Bot",
    people={"tg:20002": "老张"},
    usernames={"lzhang": ("tg:20002", "老张")},
    homes={-1009999: -9999},
)

# As the documents and the live service show it.
RECORDED: dict[str, Any] = {
    "message_id": 12,
    "date": 1767225600,
    "chat": {"id": -1001234567890, "type": "supergroup", "title": "support", "is_forum": True},
    "message_thread_id": 7,
    "is_topic_message": True,
    "from": {
        "id": 777001,
        "is_bot": False,
        "first_name": "Ann",
        "username": "Ann",
        "language_code": "zh-hans",
    },
    "text": "@sim_bot when is the deadline?",
    "entities": [{"type": "mention", "offset": 0, "length": 8}],
    "reply_to_message": {
        "message_id": 10,
        "date": 1,
        "chat": {"id": -1001234567890, "type": "supergroup", "title": "support"},
        "text": "earlier",
    },
}
PHOTO = [
    {"file_id": "s", "file_unique_id": "us", "width": 90, "height": 60, "file_size": 1200},
    {"file_id": "l", "file_unique_id": "ul", "width": 1280, "height": 853, "file_size": 120000},
]
FILE = {"file_id": "f", "file_unique_id": "uf", "file_size": 5}
GROUP = {"id": -1001234567890, "type": "supergroup", "title": "育才群"}


def hear(update: Any, view: View = VIEW) -> Heard:
    return heard({"update_id": 1000, **update}, view)


def read(without: tuple[str, ...] = (), **changes: Any) -> Incoming | None:
    message = {key: value for key, value in {**RECORDED, **changes}.items() if key not in without}
    return hear({"message": message}).message


def plainly(text: str, *entities: dict[str, Any], **changes: Any) -> Incoming:
    """Read a message in the group, without topic and quote."""
    clear = ("reply_to_message", "message_thread_id", "is_topic_message")
    kept = tuple(key for key in clear if key not in changes)
    message = read(kept, **{"chat": GROUP, "text": text, "entities": list(entities), **changes})
    assert message is not None
    return message


def mark(kind: str, text: str, words: str, **more: Any) -> dict[str, Any]:
    """Return an entity as Telegram counts: in UTF-16 units."""
    return {"type": kind, "offset": length(text[: text.index(words)]), "length": length(words), **more}


def test_a_message_in_a_topic_that_calls_the_bot_and_quotes():
    assert hear({"message": RECORDED}) == Heard(
        Incoming(
            room="tg:group:-1001234567890/7",
            room_kind=RoomKind.GROUP,
            sender="tg:777001",
            sender_name="Ann",
            message_id="12",
            text="when is the deadline?",
            is_addressed=True,
            quotes="10",
            sent_at=datetime(2026, 1, 1, tzinfo=UTC),
            room_name="support",
        ),
        username="ann",
    )


def test_a_thread_of_an_ordinary_supergroup_is_no_topic():
    message = read(("is_topic_message",))
    assert message is not None
    assert message.room == "tg:group:-1001234567890"


def test_the_note_that_opened_a_topic_is_no_quote():
    opened = {
        **RECORDED["reply_to_message"],
        "message_id": 7,
        "from": {"id": 7000001, "is_bot": True, "first_name": "首问"},
    }
    message = read(text="打不开", entities=[], reply_to_message=opened)
    assert message is not None
    assert message.quotes is None
    assert not message.is_addressed


def test_whatever_is_said_privately_is_addressed():
    message = plainly("在吗", chat={"id": 777001, "type": "private", "first_name": "Ann"})
    assert (message.room, message.room_kind, message.is_addressed) == (
        "tg:private:777001",
        RoomKind.PRIVATE,
        True,
    )


def test_an_answer_to_the_bot_is_addressed_and_one_to_a_person_is_not():
    bot = {"id": 7000001, "is_bot": True, "first_name": "首问"}
    ann = {"id": 777001, "is_bot": False, "first_name": "Ann"}
    for writer, is_addressed in ((bot, True), (ann, False)):
        answered = {**RECORDED["reply_to_message"], "from": writer}
        message = plainly("好的", reply_to_message=answered)
        assert (message.is_addressed, message.quotes) == (is_addressed, "10")


@pytest.mark.parametrize("call", ["@sim_bot", "@SIM_BOT", "@Sim_Bot"])
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("{} 打不开", "打不开"),
        ("{}，打不开", "打不开"),
        ("😀👨‍👩‍👧 {} 打不开", "😀👨‍👩‍👧  打不开"),
        ("打不开 {}", "打不开"),
        ("{}", ""),
    ],
)
def test_a_call_by_username_is_found_by_utf16_offsets_and_taken_out(call, text, left):
    text = text.format(call)
    message = plainly(text, mark("mention", text, call))
    assert (message.is_addressed, message.text, message.mentions) == (True, left, ())


def test_a_call_by_id_is_a_call_of_the_bot_too():
    text = "首问 打不开"
    user = {"id": 7000001, "is_bot": True, "first_name": "首问"}
    message = plainly(text, mark("text_mention", text, "首问", user=user))
    assert (message.is_addressed, message.text) == (True, "打不开")


def test_a_name_that_only_begins_like_the_bots_is_somebody_else():
    text = "@sim_bot_2 打不开"
    message = plainly(text, mark("mention", text, "@sim_bot_2"))
    assert (message.is_addressed, message.text, message.mentions) == (False, text, ())


def test_people_are_called_by_name_however_telegram_writes_it():
    text = "😀 转交 1024 @LZhang 和 Bob 和 @nobody"
    bob = {"id": 888, "is_bot": False, "first_name": "Bob"}
    message = plainly(
        text,
        mark("mention", text, "@LZhang"),
        mark("text_mention", text, "Bob", user=bob),
        mark("mention", text, "@nobody"),
    )
    assert message.text == "😀 转交 1024 @老张 和 @Bob 和 @nobody"
    assert message.mentions == (Mention("老张", "tg:20002"), Mention("Bob", "tg:888"))
    assert not message.is_addressed


@pytest.mark.parametrize(
    ("text", "command", "left", "is_addressed"),
    [
        ("/claim@sim_bot 1024", "/claim@sim_bot", "/claim 1024", True),
        ("/claim@SIM_BOT 1024", "/claim@SIM_BOT", "/claim 1024", True),
        ("/claim 1024", "/claim", "/claim 1024", False),
        ("/start", "/start", "/help", False),
        ("/start@sim_bot from-poster", "/start@sim_bot", "/help", True),
        ("/started 1024", "/started", "/started 1024", False),
    ],
)
def test_commands(text, command, left, is_addressed):
    message = plainly(text, mark("bot_command", text, command))
    assert (message.text, message.is_addressed) == (left, is_addressed)


def test_a_command_for_another_bot_is_none_of_our_business():
    text = "/weather@other_bot 北京"
    assert read(text=text, entities=[mark("bot_command", text, "/weather@other_bot")]) is None


def test_the_typed_name_of_the_bot_calls_it():
    message = plainly("小首，打不开")
    assert (message.is_addressed, message.text) == (True, "打不开")


def test_a_caption_is_the_text_of_a_picture_and_the_largest_size_counts():
    text = "@sim_bot 投影黑屏"
    message = read(
        ("text", "entities", "reply_to_message"),
        photo=PHOTO,
        caption=text,
        caption_entities=[mark("mention", text, "@sim_bot")],
    )
    assert message is not None
    assert (message.text, message.is_addressed) == ("投影黑屏", True)
    assert message.attachments == (Attachment("picture", "picture-ul", reference="l"),)


@pytest.mark.parametrize(
    ("content", "attachments"),
    [
        ({"photo": PHOTO}, (Attachment("picture", "picture-ul", reference="l"),)),
        ({"document": {**FILE, "file_name": "日志.zip"}}, (Attachment("file", "日志.zip", reference="f"),)),
        ({"document": FILE}, (Attachment("file", "file-uf", reference="f"),)),
        ({"voice": {**FILE, "duration": 3}}, (Attachment("voice", "voice-uf", reference="f"),)),
        (
            {"audio": {**FILE, "duration": 3, "file_name": "a.mp3"}},
            (Attachment("file", "a.mp3", reference="f"),),
        ),
        (
            {"video": {**FILE, "duration": 3, "width": 1, "height": 1}},
            (Attachment("video", "video-uf", reference="f"),),
        ),
        (
            {"video_note": {**FILE, "duration": 3, "length": 1}},
            (Attachment("video", "video-uf", reference="f"),),
        ),
        (
            {"animation": {**FILE, "duration": 3, "width": 1, "height": 1}, "document": FILE},
            (Attachment("video", "video-uf", reference="f"),),
        ),
        (
            {
                "sticker": {
                    **FILE,
                    "type": "regular",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                }
            },
            (),
        ),
        ({"location": {"latitude": 31.2, "longitude": 121.4}}, ()),
        ({"contact": {"phone_number": "139", "first_name": "王"}}, ()),
        ({"dice": {"emoji": "🎲", "value": 3}}, ()),
    ],
)
def test_what_is_shown_instead_of_said(content, attachments):
    message = read(("text", "entities", "reply_to_message"), **content)
    assert message is not None
    assert (message.text, message.attachments) == ("", attachments)
    assert all(each.url is None for each in message.attachments)


# python-telegram-bot looks at its own deprecated property when it reads the timer.
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
@pytest.mark.parametrize(
    "event",
    [
        {"new_chat_members": [{"id": 5, "is_bot": False, "first_name": "Eve"}]},
        {"left_chat_member": {"id": 5, "is_bot": False, "first_name": "Eve"}},
        {"new_chat_title": "新名字"},
        {"new_chat_photo": PHOTO},
        {"delete_chat_photo": True},
        {"group_chat_created": True},
        {"forum_topic_created": {"name": "打印机", "icon_color": 1}},
        {"forum_topic_closed": {}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
        {"video_chat_started": {}},
        {},
    ],
)
def test_what_telegram_tells_is_not_said_by_anybody(event):
    assert read(("text", "entities", "reply_to_message"), **event) is None


def test_an_anonymous_administrator_speaks_as_the_group():
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    message = plainly("大家注意", sender_chat=GROUP, **{"from": anonymous})
    assert (message.sender, message.sender_name) == ("tg:-1001234567890", "育才群")
    signed = plainly("大家注意", sender_chat=GROUP, author_signature="教务处", **{"from": anonymous})
    assert signed.sender_name == "教务处"


def test_somebody_may_speak_as_a_channel_but_copies_of_its_posts_are_dropped():
    channel = {"id": -100777, "type": "channel", "title": "公告"}
    masked = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    message = plainly("我也遇到了", sender_chat=channel, **{"from": masked})
    assert (message.sender, message.sender_name) == ("tg:-100777", "公告")
    telegram = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
    assert read(sender_chat=channel, is_automatic_forward=True, **{"from": telegram}) is None


@pytest.mark.parametrize(
    "writer",
    [
        {"id": 7000001, "is_bot": True, "first_name": "首问"},
        {"id": 7000001, "is_bot": False, "first_name": "首问"},
        {"id": 4242, "is_bot": True, "first_name": "other bot"},
    ],
)
def test_bots_and_the_bot_itself_are_not_heard(writer):
    assert read(**{"from": writer}) is None


@pytest.mark.parametrize(
    "update",
    [
        {"edited_message": RECORDED},
        {"channel_post": {**RECORDED, "chat": {"id": -1, "type": "channel", "title": "c"}}},
        {"message": {**RECORDED, "chat": {"id": -1, "type": "channel", "title": "c"}}},
        {
            "message_reaction": {
                "chat": GROUP,
                "message_id": 1,
                "date": 1,
                "old_reaction": [],
                "new_reaction": [],
            }
        },
        {
            "chat_member": {
                "chat": GROUP,
                "from": RECORDED["from"],
                "date": 1,
                "old_chat_member": {"status": "left", "user": RECORDED["from"]},
                "new_chat_member": {"status": "member", "user": RECORDED["from"]},
            }
        },
        {"something_new_in_2027": {"a": 1}},
        {},
    ],
)
def test_kinds_of_updates_that_do_not_concern_the_bot(update):
    assert hear(update) == Heard()


@pytest.mark.parametrize("status", ["member", "administrator", "left", "kicked"])
def test_the_bot_is_added_and_removed(status):
    me = {"id": 7000001, "is_bot": True, "first_name": "首问"}
    member: dict[str, Any] = {"status": status, "user": me, "until_date": 0}
    if status == "administrator":
        rights = (
            "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
            "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
            "can_post_stories", "can_edit_stories", "can_delete_stories",
        )  # fmt: skip
        member = {**member, **dict.fromkeys(rights, False)}
    change = {
        "chat": GROUP,
        "from": RECORDED["from"],
        "date": 1767225600,
        "old_chat_member": {"status": "left", "user": me},
        "new_chat_member": member,
    }
    found = hear({"my_chat_member": change})
    assert found == Heard(standing=Standing("tg:group:-1001234567890", "育才群", status, "left"))


def test_a_group_becomes_a_supergroup_told_from_both_sides():
    old, new = {"id": -9999, "type": "group", "title": "育才群"}, {**GROUP, "id": -1009999}
    note = {key: value for key, value in RECORDED.items() if key in ("message_id", "date", "from")}
    to = hear({"message": {**note, "chat": old, "migrate_to_chat_id": -1009999}})
    start = hear({"message": {**note, "chat": new, "migrate_from_chat_id": -9999}})
    assert to == start == Heard(moved=Moved(-9999, -1009999))


def test_a_moved_group_is_heard_at_the_address_that_is_configured():
    message = plainly("打不开", chat={**GROUP})
    assert message.room == "tg:group:-1001234567890"
    moved = hear(
        {"message": {**RECORDED, "chat": {**GROUP, "id": -1009999}, "is_topic_message": None}}
    ).message
    assert moved is not None
    assert moved.room == "tg:group:-9999"


QUERY = {
    "id": "4382bfdwdsb323b2d9",
    "from": RECORDED["from"],
    "chat_instance": "-8",
    "data": "接单 1024",
    "message": {**RECORDED, "message_id": 57, "from": {"id": 7000001, "is_bot": True, "first_name": "首问"}},
}


def test_a_pressed_button_says_its_command_under_the_message():
    found = hear({"callback_query": QUERY})
    assert found == Heard(
        Incoming(
            room="tg:group:-1001234567890/7",
            room_kind=RoomKind.GROUP,
            sender="tg:777001",
            sender_name="Ann",
            message_id="57+4382bfdwdsb323b2d9",
            text="",
            is_addressed=True,
            quotes="57",
            command="接单 1024",
        ),
        query="4382bfdwdsb323b2d9",
        username="ann",
    )


def test_a_button_of_a_message_too_old_to_be_shown_works():
    old = {"message_id": 57, "date": 0, "chat": GROUP}
    found = hear({"callback_query": {**QUERY, "message": old}}).message
    assert found is not None
    assert (found.room, found.quotes, found.sent_at) == ("tg:group:-1001234567890", "57", None)


@pytest.mark.parametrize("without", ["message", "data"])
def test_a_press_that_says_nothing_is_still_answered(without):
    query = {key: value for key, value in QUERY.items() if key != without}
    assert hear({"callback_query": query}) == Heard(query="4382bfdwdsb323b2d9")


def test_names_are_those_of_the_configuration_and_else_of_the_person():
    anonymous = {"id": 20002, "is_bot": False, "first_name": "z", "last_name": "hang"}
    assert plainly("好", **{"from": anonymous}).sender_name == "老张"
    assert plainly("好", **{"from": {**anonymous, "id": 3}}).sender_name == "z hang"
    assert (
        plainly("好", **{"from": {"id": 3, "is_bot": False, "first_name": " ", "username": "zz"}}).sender_name
        == "zz"
    )


@pytest.mark.parametrize(
    "data", [None, 5, [], {}, {"update_id": "1"}, {"update_id": True}, {"update_id": -1}]
)
def test_what_has_no_number_is_no_update(data):
    assert number_of(data) is None
    with pytest.raises(Unreadable):
        heard(data, VIEW)


@pytest.mark.parametrize(
    "change",
    [
        {"chat": None},
        {"chat": 5},
        {"date": "yesterday"},
        {"date": 10**30},
        {"message_id": "x"},
        {"message_id": None},
        {"from": "Ann"},
        {"reply_to_message": []},
    ],
)
def test_a_wrong_message_is_unreadable_and_says_no_more_than_the_kind_of_mistake(change):
    with pytest.raises(Unreadable) as unreadable:
        hear({"message": {**RECORDED, **change}})
    assert str(unreadable.value).isidentifier()


@pytest.mark.parametrize(
    "entity",
    [
        {"type": "mention", "offset": -1, "length": 8},
        {"type": "mention", "offset": 0, "length": 0},
        {"type": "mention", "offset": 0, "length": 9999},
        {"type": "mention", "offset": "0", "length": 8},
        {"type": "text_mention", "offset": 0, "length": 8},
        {"type": "of_2027", "offset": 0, "length": 8},
        {"type": "bot_command", "offset": 500, "length": 8},
    ],
)
def test_wrong_marks_leave_the_text_as_it_is(entity):
    message = plainly("@sim_bot 打不开", entity)
    assert message.text == "@sim_bot 打不开"


def test_marks_that_overlap_are_used_once():
    text = "@sim_bot 打不开"
    message = plainly(text, mark("mention", text, "@sim_bot"), mark("mention", text, "@sim_bot"))
    assert (message.text, message.is_addressed) == ("打不开", True)


def test_half_a_character_is_replaced():
    message = plainly("坏\ud83d了", mark("mention", "坏x了", "坏"))
    assert message.text == "坏\ufffd了"
    message.text.encode()


# --- python-telegram-bot writes, we read --------------------------------------------------------------------------

names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=10)
speech = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=60)


@given(before=speech, after=speech, name=names, number=st.integers(1, 2**52))
def test_offsets_of_python_telegram_bot_find_the_same_words(before, after, name, number):
    text = f"{before}{name}{after}"
    entity = MessageEntity(
        MessageEntity.TEXT_MENTION, len(before), len(name), user=User(number, name, is_bot=False)
    )
    (in_units,) = MessageEntity.adjust_message_entities_to_utf_16(text, [entity])
    message = Message(
        1,
        datetime(2026, 1, 1, tzinfo=UTC),
        Chat(-5, Chat.GROUP),
        from_user=User(1, "Ann", is_bot=False),
        text=text,
        entities=[in_units],
    )
    found = heard(json.loads(Update(1, message=message).to_json()), replace(VIEW, bot_name="")).message
    assert found is not None
    if number != VIEW.bot and f"tg:{number}" not in VIEW.people:
        called = name.lstrip("@＠") or str(number)
        assert found.text == f"{before}@{called}{after}".strip()
        assert found.mentions == (Mention(called, f"tg:{number}"),)


@given(st.text(max_size=40), st.integers(0, 60), st.integers(0, 60))
def test_units_are_cut_as_utf16_and_never_fail(text, start, end):
    assert length(text) == len(Units(text))
    Units(text).cut(start, end).encode()
    assert Units(text).cut(0, length(text)) == whole(text)


# --- noise --------------------------------------------------------------------------------------------------------

KEYS = st.sampled_from(
    [
        "update_id", "message", "callback_query", "my_chat_member", "edited_message", "message_id", "date", "chat", "id",
        "type", "title", "from", "is_bot", "first_name", "username", "text", "entities", "caption", "caption_entities",
        "offset", "length", "user", "reply_to_message", "message_thread_id", "is_topic_message", "photo", "document",
        "file_name", "file_unique_id", "sender_chat", "migrate_to_chat_id", "migrate_from_chat_id", "data",
        "chat_instance", "new_chat_member", "old_chat_member", "status", "is_automatic_forward", "voice", "duration",
    ]
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "supergroup",
        "private",
        "mention",
        "text_mention",
        "bot_command",
        "member",
        "@sim_bot",
        "/start",
        "\ud83d",
        "👨‍👩‍👧",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=8)
NOISE = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)


def spoilt(value: Any, draw: Any) -> Any:
    """Return a payload with one or more parts replaced by noise."""
    if isinstance(value, dict):
        return {
            key: draw(NOISE) if draw(st.integers(0, 11)) == 0 else spoilt(one, draw)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [spoilt(one, draw) for one in value]
    return value


def check(data: Any) -> None:
    with contextlib.suppress(Unreadable):
        found = heard(data, VIEW)
        if (message := found.message) is not None:
            said = (message.room, message.sender, message.sender_name, message.message_id, message.text)
            assert all(isinstance(each, str) for each in said)
            "".join(said).encode()
            assert message.message_id
            assert message.room.startswith(("tg:group:", "tg:private:"))
            assert message.sender != "tg:7000001"
            assert all(mention.account != "tg:7000001" for mention in message.mentions)
            for mention in message.mentions:
                assert f"@{mention.name}" in message.text


@given(
    st.fixed_dictionaries(
        {"update_id": st.integers(0, 9)},
        optional={"message": NOISE, "callback_query": NOISE, "my_chat_member": NOISE},
    )
    | NOISE
)
def test_noise_is_unreadable_or_harmless(data):
    check(data)


@given(st.data())
def test_spoilt_payloads_are_unreadable_or_harmless(data):
    whole_one = data.draw(
        st.sampled_from([{"message": {**RECORDED, "photo": PHOTO}}, {"callback_query": QUERY}])
    )
    check({"update_id": 1, **spoilt(whole_one, data.draw)})
