"""What a gateway sends, as the bot understands it, and what it is sent: recorded payloads, and anything else."""

from __future__ import annotations

import contextlib
import html
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nonebot.adapters.satori import Adapter
from nonebot.adapters.satori.element import parse
from nonebot.adapters.satori.models import Event as TheirEvent

from adapters.contract import (
    Attachment,
    Button,
    DeliveryFailed,
    Incoming,
    Mention,
    Notice,
    Outgoing,
    RoomKind,
    What,
)
from adapters.json_frames import Unreadable
from adapters.registry import settings_type
from adapters.satori import elements, frames, wire
from tests.adapters.satori_peers import read
from tests.adapters.test_wecom_wire import JSON

AT = datetime(2026, 1, 1, tzinfo=UTC)
LOGIN = wire.Login("x", "bot1")
VIEW = wire.View("st", "小首", LOGIN, {"st:u1": "王老师", "st:u2": "老张"})

# As the documents give it.
RECORDED: dict[str, Any] = {
    "sn": 17,
    "type": "message-created",
    "timestamp": 1767225600000,
    "login": {"sn": 0, "platform": "x", "user": {"id": "bot1"}},
    "channel": {"id": "c1", "type": 0, "name": "support"},
    "guild": {"id": "g1"},
    "user": {"id": "u1", "name": "ann"},
    "member": {"nick": "ann"},
    "message": {"id": "m1", "content": '<quote id="m0"/><at id="bot1"/> 怎么安装 &lt;x&gt;'},
}


def heard(content: str | None = None, **changes: Any) -> Any:
    whole = {**RECORDED, **changes}
    if content is not None:
        whole["message"] = {"id": "m1", "content": content}
    return wire.happening(whole, VIEW)


def test_the_recorded_call_in_a_channel():
    assert heard() == Incoming(
        room="st:group:c1",
        room_kind=RoomKind.GROUP,
        sender="st:u1",
        sender_name="王老师",
        message_id="m1",
        text="怎么安装 <x>",
        is_addressed=True,
        quotes="m0",
        sent_at=AT,
    )


def test_a_published_framework_reads_it_the_same_way():
    theirs = Adapter.payload_to_event(TheirEvent.model_validate(RECORDED)).convert()
    ours = heard()
    assert ours.sender == f"st:{theirs.get_user_id()}"
    assert ours.message_id == theirs.message.id
    assert ours.text == html.unescape(theirs.get_message().extract_plain_text()).strip()
    assert ours.room == f"st:group:{theirs.channel.id}"


def test_a_direct_message_belongs_to_the_person():
    private = heard("在吗", channel={"id": "dm1", "type": 1})
    assert (private.room, private.room_kind, private.is_addressed) == (
        "st:private:u1",
        RoomKind.PRIVATE,
        True,
    )
    assert wire.channel_of({**RECORDED, "channel": {"id": "dm1", "type": 1}}) == ("u1", "dm1")
    assert wire.channel_of(RECORDED) == ("", "")


@pytest.mark.parametrize(
    ("content", "text", "called", "is_addressed"),
    [
        ('<at id="u2" name="Zhang"/> 看一下', "@老张 看一下", ("st:u2",), False),
        ('<at id="u9" name="小李"/>看', "@小李看", ("st:u9",), False),
        ('<at type="all"/> 开会', "@所有人 开会", (), False),
        ('<at type="here"/> 开会', "@在线成员 开会", (), False),
        ('<at role="admin"/>x', "x", (), False),
        ("@小首 打不开", "打不开", (), True),
        ("第一行<br/>第二行", "第一行\n第二行", (), False),
        ("<p>一</p><p>二</p>", "一\n\n二", (), False),
        (
            '<sharp id="c2" name="大厅"/> <a href="https://a.b">链接</a> <a href="https://c.d"/>',
            "#大厅 链接 https://c.d",
            (),
            False,
        ),
        ("<b>粗</b> <i>斜</i> <code>c</code> <unknown x='1'>留</unknown>", "粗 斜 c 留", (), False),
        ('<quote id="m0"><at id="bot1"/>旧话<br/></quote>新话', "新话", (), False),
        ("3 < 4 &amp; 5 > 2 <", "3 < 4 & 5 > 2 <", (), False),
        ('<message forward id="1"><author name="a"/>转发</message>', "转发", (), False),
    ],
)
def test_every_element(content, text, called, is_addressed):
    message = heard(content)
    assert message.text == text
    assert tuple(mention.account for mention in message.mentions) == called
    assert message.is_addressed == is_addressed


def test_what_comes_with_a_message():
    message = heard(
        '<img src="https://p/1.png" title="屏幕.png"/><audio src="data:x"/><video src="https://v"/><file src="https://f" title="日志.txt"/><img url="javascript:x"/>'
    )
    assert message.text == ""
    assert message.attachments == (
        Attachment("picture", "屏幕.png", "https://p/1.png"),
        Attachment("voice", ""),
        Attachment("video", "", "https://v"),
        Attachment("file", "日志.txt", "https://f"),
        Attachment("picture", ""),
    )


def test_names_and_quotes_as_other_gateways_tell_them():
    message = heard(
        user={"id": "u9", "name": "x", "nick": "y"},
        member={"nick": ""},
        message={"id": "m1", "content": "a", "quote": {"id": "m5"}, "created_at": 1767225600000},
        timestamp=None,
    )
    assert (message.sender_name, message.quotes, message.sent_at) == ("y", "m5", AT)
    old = {**RECORDED, "login": None, "user": None, "channel": None, "self_id": "bot1", "platform": "x"}
    old["message"] = {"id": "m1", "content": "a", "user": {"id": "u9"}, "channel": {"id": "c1", "type": 0}}
    assert wire.happening(old, VIEW).sender == "st:u9"


@pytest.mark.parametrize(
    ("login", "is_ours"),
    [
        ({"platform": "x", "user": {"id": "bot1"}}, True),
        ({"platform": "x", "user": {"id": "bot2"}}, False),
        ({"platform": "y", "user": {"id": "bot1"}}, False),
        ({}, True),
        (None, True),
    ],
)
def test_events_of_other_accounts_are_known(login, is_ours):
    assert wire.is_for({**RECORDED, "login": login}, LOGIN) is is_ours


@pytest.mark.parametrize(
    "changes",
    [
        {"user": {"id": "bot1"}},
        {"user": {"id": "u1", "is_bot": True}},
        {"user": {"id": ""}, "message": {"id": "m"}},
        {"user": {"id": "a b"}},
        {"channel": {"id": ""}},
        {"channel": None},
        *({"type": kind} for kind in ("message-updated", "login-updated", "friend-request")),
        *(
            {"type": kind}
            for kind in (
                "friend-request",
                "login-added",
                "login-updated",
                "interaction/button",
                "internal",
                "x",
                7,
            )
        ),
    ],
)
def test_what_nobody_said_is_ignored(changes):
    assert heard(**changes) is None


def test_what_was_taken_back_is_noticed():
    assert heard(type="message-deleted") == Notice(
        what=What.RECALLED, room="st:group:c1", key="m1", message_id="m1"
    )


def test_who_comes_and_goes():
    member = heard(type="guild-member-added", message=None)
    assert member == Notice(
        what=What.MEMBER_ADDED, room="st:group:c1", key=member.key, account="st:u1", name="王老师"
    )
    gone = heard(type="guild-member-removed", message=None)
    assert (gone.what, gone.room) == (What.MEMBER_REMOVED, "st:group:c1")
    assert len({member.key, gone.key, heard(type="guild-member-added", message=None, timestamp=7).key}) == 3
    assert heard(type="guild-member-added", message=None) == member  # told twice: one name
    joined = heard(type="guild-added", channel=None, guild={"id": "g1", "name": "育才群"}, user=None)
    assert (joined.what, joined.room, joined.room_name) == (What.BOT_ADDED, "st:group:g1", "育才群")
    assert heard(type="guild-removed", channel=None).what is What.BOT_REMOVED
    assert heard(type="guild-member-added", user={"id": "bot1"}).what is What.BOT_ADDED
    for odd in ({"channel": None, "guild": None}, {"user": None}, {"user": {"id": True}}):
        assert heard(type="guild-member-added", message=None, **odd) is None


def test_a_pressed_button_is_a_command():
    pressed = heard(type="interaction/button", button={"id": "接单 1001"}, message={"id": "m9"})
    assert (pressed.command, pressed.text, pressed.quotes, pressed.is_addressed) == (
        "接单 1001",
        "",
        "m9",
        True,
    )
    assert (pressed.room, pressed.sender) == ("st:group:c1", "st:u1")
    again = heard(type="interaction/button", button={"id": "接单 1001"}, message={"id": "m9"})
    later = heard(type="interaction/button", button={"id": "接单 1001"}, message={"id": "m9"}, timestamp=7)
    assert pressed.message_id == again.message_id != later.message_id
    for odd in (None, {}, {"id": ""}, {"id": ["x"]}, 7):
        assert heard(type="interaction/button", button=odd) is None
    assert heard(type="interaction/button", button={"id": "1"}, user={"id": "bot1"}) is None


def test_buttons_are_written_only_where_they_are_wanted():
    message = Outgoing("k", "st:group:c1", "🆕 1001", buttons=(Button('接<单>"', '接单 "1001"'),))
    assert wire.content(message, "st", RoomKind.GROUP) == "🆕 1001"
    content = wire.content(message, "st", RoomKind.GROUP, has_buttons=True)
    assert content == '🆕 1001<button id="接单 &quot;1001&quot;" type="action">接&lt;单&gt;&quot;</button>'
    [element] = [each for each in parse(content) if each.type == "button"]  # nonebot's own parser
    assert (element.attrs["id"], element.attrs["type"]) == ('接单 "1001"', "action")


def test_the_accounts_of_a_gateway():
    ready = {
        "logins": [
            {
                "sn": 0,
                "platform": "x",
                "user": {"id": "bot1"},
                "status": 1,
                "features": ["message.update", 7],
            },
            {"platform": "y", "self_id": "b2"},
            {"platform": "z"},
            None,
        ]
    }
    assert wire.logins(ready) == [
        wire.Login("x", "bot1", frozenset({"message.update"}), 1),
        wire.Login("y", "b2"),
    ]
    for odd in (None, 7, {}, {"logins": 7}):
        assert wire.logins(odd) == []


def test_frames_as_the_protocol_has_them():
    assert json.loads(frames.identify("T", 17)) == {"op": 3, "body": {"token": "T", "sn": 17}}
    assert json.loads(frames.identify("", None)) == {"op": 3, "body": {}}
    assert json.loads(frames.ping()) == {"op": 1, "body": {}}
    assert [
        frames.number_of(event) for event in ({"sn": 5}, {"id": 6}, {"sn": "7"}, {"sn": True}, {"sn": -1}, 7)
    ] == [5, 6, None, None, None, None]


# --- Going out ----------------------------------------------------------------------------------------------------


def test_a_message_calls_and_quotes():
    message = Outgoing(
        "k",
        "st:group:c1",
        '⏳ 1026 @老张 @全体\n<at type="all"/>',
        quotes="m0",
        mentions=(Mention("老张", "st:u2"), Mention("全体", "st:all")),
    )
    content = wire.content(message, "st", RoomKind.GROUP)
    assert content == (
        '<quote id="m0"/>⏳ 1026 <at id="u2" name="老张"/> @全体<br/>&lt;at type=&quot;all&quot;/&gt;'
    )
    assert read(content) == ('⏳ 1026 @老张 @全体\n<at type="all"/>', ["u2"], "m0")
    assert "<at" not in wire.content(message, "st", RoomKind.PRIVATE)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=60))
def test_every_text_is_shown_as_it_stands_and_read_back(text):
    content = elements.escaped(text)
    assert (
        "".join(
            "\n" if isinstance(piece, elements.Opens) else piece.words for piece in elements.read(content)
        )
        == text
    )
    shown, called, quotes = read(content)
    assert (called, quotes) == ([], None)
    if not any(each.isspace() or each == "\x00" for each in text.replace("\n", "")):
        assert shown == text


@pytest.mark.parametrize(
    "room", ["qq:group:1", "st:group:", "st:channel:1", "st:private:a b", 'st:group:"', ""]
)
def test_a_room_that_is_none_is_refused(room):
    with pytest.raises(DeliveryFailed):
        wire.place(room, "st")


# --- Anything at all ----------------------------------------------------------------------------------------------

MARKUP = st.lists(
    st.sampled_from(
        [
            '<at id="',
            '"',
            "/>",
            "<quote",
            ">",
            "</quote>",
            " id='m'",
            "<p",
            "&lt;",
            "<img src=",
            "=",
            "text",
            "<",
            "\n",
        ]
    ),
    max_size=12,
).map("".join)
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "sn": JSON,
        "type": JSON | st.sampled_from(["message-created", "message-deleted", "message-updated"]),
        "timestamp": JSON | st.integers(),
        "login": JSON | st.fixed_dictionaries({"platform": JSON | st.just("x"), "user": JSON}),
        "channel": JSON
        | st.fixed_dictionaries({"id": JSON | st.just("c"), "type": JSON | st.sampled_from([0, 1])}),
        "user": JSON | st.fixed_dictionaries({"id": JSON | st.just("u"), "name": JSON}),
        "member": JSON | st.fixed_dictionaries({"nick": JSON}),
        "message": JSON
        | st.fixed_dictionaries({"id": JSON | st.just("m"), "content": JSON | MARKUP, "quote": JSON}),
    },
)


@given(NEARLY | JSON)
def test_no_event_raises_anything(event):
    found = wire.happening(event, VIEW)
    assert isinstance(wire.is_for(event, LOGIN), bool)
    wire.channel_of(event)
    frames.number_of(event)
    wire.logins(event)
    if isinstance(found, Incoming):
        assert found.message_id
        assert wire.is_id(found.sender.partition(":")[2])


@given(st.text() | JSON.map(json.dumps))
def test_no_frame_raises_anything_but_the_documented(text):
    with contextlib.suppress(Unreadable):
        wire.happening(frames.decode(text).body, VIEW)


@pytest.mark.parametrize("text", ["x" * (1 << 21), "[" * 100_000, "\ud800", '{"op":', "[]"])
def test_frames_that_are_none_are_unreadable(text):
    with pytest.raises(Unreadable):
        frames.decode(text)


@pytest.mark.parametrize(
    "content", ["<" * 200_000, "<a " * 100_000, "<a x='" * 50_000, "<a b" + " b" * 200_000, "&" * 500_000]
)
def test_hostile_markup_is_read_quickly(content):
    assert sum(1 for _ in elements.read(content)) >= 1


# --- Settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"url": "ws://127.0.0.1:5140"}, "url：.*http://"),
        ({"url": ""}, "url：.*http://"),
        ({"login": "bot1"}, "login：.*平台:帐号"),
        ({"per_minute_room": -1}, r"\$\.per_minute_room"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_key_is_named(keys, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(keys, settings_type("satori"))


def test_no_secret_is_in_the_repr():
    assert "hush" not in repr(msgspec.convert({"token": "hush-hush"}, settings_type("satori")))
