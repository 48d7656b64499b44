"""What the events of the QQ platform mean, and how messages are written for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from nonebot.adapters.qq.event import EVENT_CLASSES
from nonebot.adapters.qq.models import MessageKeyboard

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
from adapters.qq import closing, markup, wire, writing
from adapters.qq.closing import GoOn
from adapters.qq.frames import LARGEST, Unreadable, decode

VIEW = wire.View("qq", "小首", {"qq:20002": "老张"})
NOON = datetime(2026, 5, 15, 4, 1, 45, tzinfo=UTC)

# The example of the platform's documents, whole.
PUBLISHED = (
    '{"op":0,"s":5,"t":"GROUP_MESSAGE_CREATE","id":"GROUP_MESSAGE_CREATE:abc","d":{"id":"ROBOT1.0_xyz",'
    '"content":"<@42F7> 截止时间是什么时候","timestamp":"2026-05-15T12:01:45+08:00","group_openid":"C9F7",'
    '"group_id":"C9F7","author":{"id":"E4F4","member_openid":"E4F4","username":"Ann","bot":false,'
    '"member_role":"member"},"mentions":[{"scope":"single","is_you":true,"bot":true,"id":"42F7",'
    '"member_openid":"42F7","username":"simbot"}],"message_type":0,"message_scene":{"source":"default",'
    '"ext":["msg_idx=REFIDX_a1"]},"attachments":[{"content_type":"image/png","filename":"a.png",'
    '"url":"https://example.com/a.png","size":3,"width":1,"height":1}]}}'
)


def envelope(kind: str, data: dict | None, *, event: str = "E:1"):
    return decode(json.dumps({"op": 0, "s": 1, "t": kind, "id": event, "d": data}))


def group(content: str = "打印机坏了", *, kind: str = "GROUP_MESSAGE_CREATE", **more) -> dict:
    author = {
        "id": "20001",
        "member_openid": "20001",
        "bot": False,
        "member_role": "member",
        "username": "王老师",
    }
    return {
        "id": "M1",
        "content": content,
        "timestamp": "2026-05-15T12:01:45+08:00",
        "group_id": "G1",
        "group_openid": "G1",
        "author": author,
        **more,
    }


def somebody(openid: str, name: str = "", *, is_you: bool = False) -> dict:
    return {
        "scope": "single",
        "bot": is_you,
        "id": openid,
        "is_you": is_you,
        "member_openid": openid,
        "username": name,
    }


def said(content: str = "打印机坏了", *, kind: str = "GROUP_MESSAGE_CREATE", **more) -> Incoming:
    found = wire.read(envelope(kind, group(content, **more)), VIEW)
    assert isinstance(found, wire.Said)
    return found.message


# --- what people say -----------------------------------------------------------------------------------------------


def test_the_published_example_is_read_whole():
    found = wire.read(decode(PUBLISHED), VIEW)
    assert found == wire.Said(
        Incoming(
            room="qq:group:C9F7",
            room_kind=RoomKind.GROUP,
            sender="qq:E4F4",
            sender_name="Ann",
            message_id="ROBOT1.0_xyz",
            text="截止时间是什么时候",
            is_addressed=True,
            attachments=(Attachment("picture", "a.png", "https://example.com/a.png"),),
            sent_at=NOON,
        ),
        "REFIDX_a1",
    )


def test_a_message_that_calls_the_bot_has_lost_the_call_and_is_addressed():
    message = said("  打印机坏了 ", kind="GROUP_AT_MESSAGE_CREATE")
    assert (message.text, message.is_addressed) == ("打印机坏了", True)


def test_chatter_is_not_addressed_unless_it_begins_with_the_name():
    assert not said("打印机坏了").is_addressed
    assert said("@小首 打印机坏了").is_addressed


def test_a_message_to_everybody_is_not_said_to_the_bot():
    everybody = {"scope": "all", "is_you": True, "username": "全体成员"}
    message = said("<qqbot-at-everyone /> 今天放假", mentions=[everybody])
    assert (message.text, message.is_addressed, message.mentions) == ("@全体成员 今天放假", False, ())


@pytest.mark.parametrize("tag", ["<@20002>", "<@!20002>", '<qqbot-at-user id="20002" />'])
def test_people_who_are_called_stand_in_the_text_by_name(tag):
    message = said(f"转交 1024 {tag} 谢谢", mentions=[somebody("20002", "张三")])
    assert message.text == "转交 1024 @老张 谢谢"
    assert message.mentions == (Mention("老张", "qq:20002"),)


def test_the_space_behind_a_person_stays_and_the_one_behind_the_bot_goes():
    mentions = [somebody("B0T", "小首", is_you=True), somebody("30003", "赵主任")]
    message = said("<@B0T> 请 <@30003> 看", mentions=mentions)
    assert message.text == "请 @赵主任 看"
    assert message.mentions == (Mention("赵主任", "qq:30003"),)


def test_people_whom_the_platform_has_cut_out_of_the_text_are_added():
    message = said("转交 1024", kind="GROUP_AT_MESSAGE_CREATE", mentions=[somebody("20002", "张三")])
    assert (message.text, message.mentions) == ("转交 1024 @老张", (Mention("老张", "qq:20002"),))


def test_the_bot_called_only_in_the_list_is_addressed():
    message = said("在吗", mentions=[somebody("B0T", "小首", is_you=True)])
    assert (message.text, message.is_addressed, message.mentions) == ("在吗", True, ())


def test_a_private_message_is_addressed():
    data = {"id": "M2", "content": "在吗", "timestamp": "x", "author": {"user_openid": "U1", "id": "X1"}}
    found = wire.read(envelope("C2C_MESSAGE_CREATE", data), VIEW)
    assert isinstance(found, wire.Said)
    message = found.message
    assert (message.room, message.room_kind, message.sender) == ("qq:private:U1", RoomKind.PRIVATE, "qq:U1")
    assert (message.is_addressed, message.sender_name, message.sent_at) == (True, "用户U1", None)


def test_a_quote_names_the_index_and_loses_the_call_that_the_client_puts_before_it():
    quote = {
        "message_type": 103,
        "message_scene": {"source": "default", "ext": ["ref_msg_idx=REFIDX_old", "msg_idx=REFIDX_new"]},
        "msg_elements": [{"msg_idx": "REFIDX_old", "content": "打不开", "author": {"id": "20002"}}],
    }
    found = wire.read(
        envelope(
            "GROUP_MESSAGE_CREATE", group("<@20002> 接单 1024", mentions=[somebody("20002", "张三")], **quote)
        ),
        VIEW,
    )
    assert isinstance(found, wire.Said)
    assert found.index == "REFIDX_new"
    assert (found.message.quotes, found.message.text, found.message.mentions) == (
        "REFIDX_old",
        "接单 1024",
        (),
    )
    # Somebody else at the start was called on purpose.
    other = said("<@30003> 看看", mentions=[somebody("30003", "赵主任")], **quote)
    assert (other.text, other.mentions) == ("@赵主任 看看", (Mention("赵主任", "qq:30003"),))


def test_a_quoted_message_that_does_not_say_which_it_is_still_says_whose():
    quote = {
        "message_type": 103,
        "message_scene": {"ext": ["ref_msg_idx=R"]},
        "msg_elements": [{"content": "打不开", "author": {"member_openid": "20002"}}],
    }
    # Called on purpose: not the one who is quoted.
    other = said("<@30003> 看看", mentions=[somebody("30003", "赵主任")], **quote)
    assert other.mentions == (Mention("赵主任", "qq:30003"),)


@pytest.mark.parametrize("elements", [None, [], [None], "x", [{"msg_idx": "another"}]])
def test_a_quote_without_its_author_loses_the_first_call(elements):
    quote = {"message_type": 103, "message_scene": {"ext": ["ref_msg_idx=R"]}, "msg_elements": elements}
    message = said("<@30003> 好了", mentions=[somebody("30003", "赵主任")], **quote)
    assert (message.text, message.quotes, message.mentions) == ("好了", "R", ())


def test_a_picture_alone_has_no_words_and_a_voice_says_its_transcript():
    picture = {"content_type": "image/jpeg", "filename": "1.jpg", "url": "multimedia.nt.qq.com.cn/d?x=1"}
    message = said(" ", attachments=[picture, None, 5])
    assert message.text == ""
    assert message.attachments == (Attachment("picture", "1.jpg", "https://multimedia.nt.qq.com.cn/d?x=1"),)
    voice = {"content_type": "voice", "url": "https://x/y.silk", "asr_refer_text": "打印机坏了"}
    message = said("", attachments=[voice])
    assert (message.text, message.attachments[0].kind) == ("打印机坏了", "voice")
    kinds = [{"content_type": kind} for kind in ("video/mp4", "file", "application/pdf", None)]
    assert [each.kind for each in said("x", attachments=kinds).attachments] == [
        "video",
        "file",
        "file",
        "file",
    ]


def test_faces_are_no_words_and_entities_are_what_they_stand_for():
    assert said('<faceType=1,faceId="277",ext="eyJ0ZXh0Ijoi5rGq5rGqIn0="> ').text == ""
    assert said("a &lt;b&gt; &amp;lt; c<emoji:4>").text == "a <b> &lt; c"


def test_the_bot_does_not_hear_bots():
    author = {"id": "B2", "member_openid": "B2", "bot": True, "member_role": "member"}
    assert wire.read(envelope("GROUP_MESSAGE_CREATE", group(author=author)), VIEW) is None


def test_a_message_without_an_id_gets_the_same_one_each_time():
    first, again, other = said("a", id=None), said("a", id=None), said("b", id=None)
    assert first.message_id == again.message_id != other.message_id
    assert first.message_id.startswith("derived-")


@pytest.mark.parametrize("missing", ["group_openid", "author"])
def test_a_message_from_nowhere_or_nobody_is_ignored(missing):
    assert wire.read(envelope("GROUP_MESSAGE_CREATE", {**group(), missing: None}), VIEW) is None


# --- what else happens ---------------------------------------------------------------------------------------------

PRESS = {
    "id": "I1",
    "type": 11,
    "version": 1,
    "timestamp": "2026-05-15T12:01:45+08:00",
    "scene": "group",
    "chat_type": 1,
    "group_openid": "G1",
    "group_member_openid": "20002",
    "application_id": "102000000",
    "data": {
        "type": 11,
        "resolved": {"button_id": "0", "button_data": "接单 1024", "message_id": "ROBOT1.0_out"},
    },
}


def test_a_pressed_button_is_the_command_it_stands_for():
    found = wire.read(envelope("INTERACTION_CREATE", PRESS, event="INTERACTION_CREATE:1"), VIEW)
    assert found == wire.Pressed(
        "I1",
        "INTERACTION_CREATE:1",
        Incoming(
            room="qq:group:G1",
            room_kind=RoomKind.GROUP,
            sender="qq:20002",
            sender_name="老张",
            message_id="I1",
            text="",
            is_addressed=True,
            quotes="ROBOT1.0_out",
            command="接单 1024",
            sent_at=NOON,
        ),
    )


def test_a_button_pressed_privately_comes_from_there():
    press = {**PRESS, "group_openid": None, "group_member_openid": None, "user_openid": "U1", "chat_type": 2}
    found = wire.read(envelope("INTERACTION_CREATE", press), VIEW)
    assert isinstance(found, wire.Pressed)
    assert found.message is not None
    assert (found.message.room, found.message.sender) == ("qq:private:U1", "qq:U1")


@pytest.mark.parametrize(
    "change", [{"data": None}, {"data": {"resolved": {}}}, {"group_openid": None, "guild_id": "1"}]
)
def test_a_press_that_means_nothing_here_is_still_to_be_acknowledged(change):
    assert wire.read(envelope("INTERACTION_CREATE", {**PRESS, **change}), VIEW) == wire.Pressed(
        "I1", "E:1", None
    )


ROBOT = {"timestamp": "2026-05-15T12:01:45+08:00", "group_openid": "G1", "op_member_openid": "20001"}
FRIEND = {"timestamp": "2026-05-15T12:01:45+08:00", "openid": "U1"}
MEMBER = {"timestamp": "2026-05-15T12:01:45+08:00", "group_openid": "G1", "member_openid": "20001"}
CHANGES = [
    ("GROUP_ADD_ROBOT", ROBOT, "qq:group:G1", None, What.BOT_ADDED),
    ("GROUP_DEL_ROBOT", ROBOT, "qq:group:G1", False, What.BOT_REMOVED),
    ("GROUP_MSG_REJECT", ROBOT, "qq:group:G1", False, What.MUTED),
    ("GROUP_MSG_RECEIVE", ROBOT, "qq:group:G1", True, What.UNMUTED),
    ("FRIEND_ADD", FRIEND, "qq:private:U1", None, What.UNMUTED),
    ("FRIEND_DEL", FRIEND, "qq:private:U1", False, None),
    ("C2C_MSG_REJECT", FRIEND, "qq:private:U1", False, What.MUTED),
    ("C2C_MSG_RECEIVE", FRIEND, "qq:private:U1", True, What.UNMUTED),
]


@pytest.mark.parametrize(("kind", "data", "room", "may_push", "told"), CHANGES)
def test_what_the_bot_may_do_changes_by_events(kind, data, room, may_push, told):
    found = wire.read(envelope(kind, data), VIEW)
    assert isinstance(found, wire.Changed)
    assert (found.what, found.room, found.event, found.may_push) == (kind, room, "E:1", may_push)
    assert found.notice == (Notice(what=told, room=room, key="E:1") if told else None)
    assert wire.read(envelope(kind, {}), VIEW) is None


@pytest.mark.parametrize(
    ("kind", "what"),
    [("GROUP_MEMBER_ADD", What.MEMBER_ADDED), ("GROUP_MEMBER_REMOVE", What.MEMBER_REMOVED)],
)
def test_who_joins_a_group_or_leaves_it_is_told(kind, what):
    notice = Notice(what=what, room="qq:group:G1", key="E:1", account="qq:20001")
    assert wire.read(envelope(kind, MEMBER), VIEW) == notice
    for missing in ("group_openid", "member_openid"):
        assert wire.read(envelope(kind, MEMBER | {missing: None}), VIEW) is None
    assert wire.read(envelope(kind, MEMBER, event=""), VIEW) is None


@pytest.mark.parametrize(
    ("author", "number"), [({"id": "A", "member_openid": "M"}, "M"), ({"id": "A", "member_openid": ""}, "A")]
)
def test_a_member_is_known_by_the_number_in_the_group(author, number):
    assert said(author=author).sender == f"qq:{number}"


JOIN = {
    **MEMBER,
    "join_request_id": "J1",
    "username": "新人",
    "apply_at": "2026-05-15T12:01:45+08:00",
    "apply_source": "self_apply",
}
IGNORED = [
    ("GROUP_JOIN_REQUEST", JOIN),
    ("MESSAGE_AUDIT_REJECT", {"audit_id": "A1", "audit_time": "2026-05-15T12:01:45+08:00"}),
]


@pytest.mark.parametrize(
    ("kind", "data"), [*IGNORED, ("NEVER_HEARD_OF", {}), (None, {}), ("AT_MESSAGE_CREATE", {})]
)
def test_other_events_mean_nothing(kind, data):
    assert wire.read(envelope(kind, data), VIEW) is None


RECORDED = [
    ("GROUP_MESSAGE_CREATE", json.loads(PUBLISHED)["d"]),
    ("GROUP_AT_MESSAGE_CREATE", group()),
    ("C2C_MESSAGE_CREATE", {**group(), "author": {"id": "U1", "user_openid": "U1"}}),
    ("INTERACTION_CREATE", PRESS),
    *((kind, data) for kind, data, *_ in CHANGES),
    *IGNORED,
]


@pytest.mark.parametrize(("kind", "data"), RECORDED)
def test_the_recorded_events_are_such_as_another_project_reads(kind, data):
    assert EVENT_CLASSES[kind].model_validate({"event_id": "E:1", **data}) is not None


@pytest.mark.parametrize("op", [1, 2, 13, -1, True, False, "0", None, 0.0])
def test_only_op_0_is_an_event(op):
    frame = decode(json.dumps({"op": op, "t": "GROUP_MESSAGE_CREATE", "d": group()}))
    assert wire.read(frame, VIEW) is None


# --- what cannot be read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "x",
        "[]",
        "5",
        "null",
        '"a"',
        b"\xff\xfe",
        "{" * 100_000,
        "[" * 100_000,
        '{"op":',
        "\ud800",
        "x" * (LARGEST + 1),
    ],
)
def test_what_is_no_envelope_is_unreadable_and_nothing_else_is_raised(frame):
    with pytest.raises(Unreadable):
        decode(frame)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(
    [
        "id",
        "content",
        "timestamp",
        "group_openid",
        "openid",
        "author",
        "mentions",
        "message_type",
        "message_scene",
        "msg_elements",
        "attachments",
        "user_openid",
        "group_member_openid",
        "data",
        "resolved",
        "button_data",
        "message_id",
        "ext",
        "member_openid",
        "username",
        "bot",
        "scope",
        "is_you",
        "msg_idx",
        "content_type",
        "filename",
        "url",
        "asr_refer_text",
    ]
)
ODD = st.recursive(
    JSON
    | st.sampled_from(
        [
            "<@20002>",
            "<@",
            "<faceType=",
            '<qqbot-at-user id="',
            "ref_msg_idx=R",
            103,
            True,
            "9999-12-31T23:59:59-23:59",
        ]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=120, deadline=None)
@given(
    kind=st.sampled_from([kind for kind, _ in RECORDED]),
    data=st.dictionaries(NAMES, ODD, max_size=10),
    base=st.sampled_from([data for _, data in RECORDED]),
)
def test_no_event_raises_and_what_is_read_is_well_formed(kind, data, base):
    frame = {"op": 0, "s": 1, "t": kind, "id": "E", "d": {**base, **data}}
    try:
        text = json.dumps(frame)
    except ValueError:
        return
    try:
        found = wire.read(decode(text), VIEW)
    except Unreadable:
        return
    message = getattr(found, "message", None)
    if isinstance(message, Incoming):
        assert message.room.startswith(("qq:group:", "qq:private:"))
        assert message.sender.removeprefix("qq:")
        assert message.message_id
        assert message.sender_name
        assert message.text == message.text.strip()


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_bytes_and_texts_are_read_or_unreadable(body):
    try:
        found = decode(body)
    except Unreadable:
        return
    wire.read(found, VIEW)


# --- what the bot says ---------------------------------------------------------------------------------------------


def outgoing(text: str = "已建单 1001", room: str = "qq:group:G1", **more) -> Outgoing:
    return Outgoing(key="k", room=room, text=text, **more)


def body(message: Outgoing, **style) -> dict:
    return writing.body(message, "qq", writing.address(message, "qq"), writing.Style(**style))


def test_text_goes_as_text():
    assert body(outgoing()) == {"msg_type": 0, "content": "已建单 1001"}


def test_people_are_called_by_tag_in_groups_and_by_name_in_private():
    mention = Mention("老张", "qq:20002")
    assert (
        body(outgoing("@老张 请看 @老张", mentions=(mention,)))["content"]
        == '<qqbot-at-user id="20002" /> 请看 @老张'
    )
    assert body(outgoing("@老张 请看", "qq:private:U1", mentions=(mention,)))["content"] == "@老张 请看"


@pytest.mark.parametrize(
    "account", ["qq:all", "qq:everyone", 'qq:" /><qqbot-at-everyone /><x id="', "qq:", "onebot:20002"]
)
def test_nobody_is_called_who_cannot_be(account):
    content = body(outgoing("@某人 在吗", mentions=(Mention("某人", account),)))["content"]
    assert content == "@某人 在吗"


@pytest.mark.parametrize(
    "hostile",
    [
        "<qqbot-at-everyone />",
        "<QQBOT-AT-EVERYONE/>",
        '<qqbot-at-user id="20002" />',
        "<@20002>",
        "<@!20002>",
        "@everyone",
        "&lt;@20002&gt;",
        "<#1>",
        "<emoji:4>",
        '<qqbot-cmd-input text="x" />',
        "<<@20002>",
    ],
)
@pytest.mark.parametrize("as_markdown", [False, True])
def test_what_people_typed_calls_nobody(hostile, as_markdown):
    request = body(outgoing(f"王老师：{hostile}"), as_markdown=as_markdown)
    content = request["markdown"]["content"] if as_markdown else request["content"]
    for live in ("&lt;", "<qqbot", "<QQBOT", "<@", "@everyone", "<#", "<emoji"):
        assert live not in content
    assert not [piece for piece in markup.read(content) if isinstance(piece, markup.Call)]
    if not as_markdown:
        assert content.replace("\u2060", "") == f"王老师：{hostile}"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from(list('ab1 .-+*_~`#>|[]()!\\<&;@qobt/:"=中\n')), max_size=40))
def test_markdown_shows_a_text_as_it_stands(text):
    words = " ".join(text.split())
    tokens = (
        MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(f"甲{markup.markdown(words)}乙")
    )
    (inline,) = [token for token in tokens if token.type == "inline"]
    assert {child.type for child in inline.children or []} <= {"text", "text_special", "html_inline"}
    shown = "".join(child.content for child in inline.children or [])
    assert shown.replace("\u2060", "") == f"甲{words}乙"


def test_buttons_go_in_rows_of_five_with_markdown():
    buttons = tuple(Button(f"{number}", f"接单 {number}") for number in range(7))
    request = body(outgoing("选一个", buttons=buttons), as_markdown=True)
    assert (request["msg_type"], request["markdown"]) == (2, {"content": "选一个"})
    keyboard = MessageKeyboard.model_validate(request["keyboard"])
    assert keyboard.content is not None
    rows = keyboard.content.rows or []
    assert [[button.action.data for button in row.buttons] for row in rows] == [
        ["接单 0", "接单 1", "接单 2", "接单 3", "接单 4"],
        ["接单 5", "接单 6"],
    ]
    assert "keyboard" not in body(outgoing("选一个", buttons=buttons))


def test_links_lose_their_scheme_when_the_platform_wants_none():
    assert body(outgoing("见 https://a.cn/b 和 HTTP://c"), has_links=False)["content"] == "见 a.cn/b 和 c"


@pytest.mark.parametrize("room", ["qq:G1", "qq:channel:1", "qq:group:", "other:group:G1", "", "qq"])
def test_other_rooms_are_refused_for_good(room):
    with pytest.raises(DeliveryFailed) as failed:
        writing.address(outgoing(room=room), "qq")
    assert failed.value.retry_after is None


def test_edits_are_refused_for_good():
    with pytest.raises(DeliveryFailed, match="修改"):
        writing.address(outgoing(edits="REFIDX_1"), "qq")


def test_the_number_of_a_message_stays_until_it_is_refused():
    assert writing.sequence("k", 0) == writing.sequence("k", 0)
    numbers = {writing.sequence(f"k{key}", refusals) for key in range(100) for refusals in range(3)}
    assert len(numbers) > 290
    assert all(1 <= number <= 1_000_000 for number in numbers)


# --- close codes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "go_on"),
    [
        ((4001, 4002, 4010, 4011, 4012, 4914, 4915), GoOn.PAUSE),
        ((4013, 4014), GoOn.FEWER_RIGHTS),
        ((4006, 4007, *range(4900, 4914)), GoOn.IDENTIFY),
        ((4008, 4009, 1000, 1006, 4000, 4999, None), GoOn.RESUME),
        ((4004,), GoOn.NEW_TOKEN),
    ],
)
def test_each_close_code_has_its_consequence(codes, go_on):
    assert {closing.after(code) for code in codes} == {go_on}
    assert all(closing.words(code) for code in codes)
