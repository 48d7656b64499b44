"""OneBot frames to the bot's messages and back, with recorded payloads, an independent reader, and noise."""

from __future__ import annotations

import contextlib
import json
import string
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nonebot.adapters.onebot.v11 import Message, MessageSegment
from nonebot.compat import type_validate_python

from adapters.contract import Attachment, Button, DeliveryFailed, Incoming, Mention, Outgoing, RoomKind
from adapters.onebot import cq
from adapters.onebot.admission import Admitted, Refused, Role, admit
from adapters.onebot.frames import LARGEST, Frame, Unreadable, decode, encode
from adapters.onebot.outcome import delivered_id, is_refusal
from adapters.onebot.settings import Settings
from adapters.onebot.wire import View, incoming, outgoing

VIEW = View("qq", "小首", {"qq:20002": "老张"})

# As NapCat sends it, extensions and all.
RECORDED: dict[str, Any] = {
    "self_id": 10001000,
    "user_id": 12345678,
    "time": 1767225600,
    "message_id": -881122,
    "message_seq": -881122,
    "real_id": -881122,
    "real_seq": "3471",
    "message_type": "group",
    "sender": {"user_id": 12345678, "nickname": "Ann", "card": "Ann (dev)", "role": "member"},
    "raw_message": "[CQ:reply,id=5001][CQ:at,qq=10001000] 怎么安装？",
    "font": 14,
    "sub_type": "normal",
    "message": [
        {"type": "reply", "data": {"id": "5001"}},
        {"type": "at", "data": {"qq": "10001000"}},
        {"type": "text", "data": {"text": " 怎么安装？"}},
    ],
    "message_format": "array",
    "post_type": "message",
    "group_id": 87654321,
    "group_name": "测试群",
    "anonymous": None,
}


def read(**changes: Any) -> Incoming | None:
    return incoming(decode(json.dumps({**RECORDED, **changes}, ensure_ascii=False)), VIEW, "10001000")


def read_segments(*segments: Any) -> Incoming:
    message = read(message=list(segments))
    assert message is not None
    return message


def segment(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


def test_a_group_message_that_calls_the_bot_and_quotes():
    assert read() == Incoming(
        room="qq:group:87654321",
        room_kind=RoomKind.GROUP,
        sender="qq:12345678",
        sender_name="Ann (dev)",
        message_id="-881122",
        text="怎么安装？",
        is_addressed=True,
        quotes="5001",
        sent_at=datetime(2026, 1, 1, tzinfo=UTC),
        room_name="测试群",
    )


def test_the_string_form_says_the_same():
    assert read(message=RECORDED["raw_message"]) == read()


def test_a_private_message_is_addressed_and_its_room_is_the_person():
    private = read(
        message_type="private", sub_type="friend", group_id=None, message=[segment("text", text="在吗")]
    )
    assert private is not None
    assert (private.room, private.room_kind) == ("qq:private:12345678", RoomKind.PRIVATE)
    assert private.is_addressed
    assert private.text == "在吗"


def test_numbers_may_be_strings_and_strings_numbers():
    message = read(
        group_id="87654321",
        user_id="12345678",
        self_id="10001000",
        message_id="-881122",
        message=[segment("reply", id=5001), segment("at", qq=10001000), segment("text", text=" 怎么安装？")],
    )
    assert message == read()


def test_others_are_mentioned_by_the_name_of_the_configuration_else_of_qq_else_by_number():
    message = read_segments(
        segment("text", text="转交 1024 "),
        segment("at", qq="20002", name="@zhang"),
        segment("text", text=" 或 "),
        segment("at", qq="20003", name="@小李"),
        segment("text", text=" 或 "),
        segment("at", qq="20004"),
        segment("at", qq="20002"),
    )
    assert message.text == "转交 1024 @老张 或 @小李 或 @20004@老张"
    assert message.mentions == (
        Mention("老张", "qq:20002"),
        Mention("小李", "qq:20003"),
        Mention("20004", "qq:20004"),
    )
    assert not message.is_addressed


def test_calling_everybody_calls_nobody():
    message = read_segments(segment("at", qq="all"), segment("text", text=" 开会"))
    assert (message.text, message.mentions, message.is_addressed) == ("@全体成员 开会", (), False)


def test_a_call_in_the_middle_leaves_one_space():
    message = read_segments(
        segment("text", text="请问 "), segment("at", qq="10001000"), segment("text", text=" 怎么装")
    )
    assert (message.text, message.is_addressed) == ("请问 怎么装", True)


def test_pictures_and_files_are_attachments():
    message = read_segments(
        segment("image", file="ABC.image", url="https://example.com/a.jpg", summary="", sub_type=0),
        segment("file", file="a.log", file_id="/x", file_size="123"),
        segment("record", file="v.amr", url="file:///etc/passwd"),
        segment("video", file="base64://" + "A" * 300),
    )
    assert message.attachments == (
        Attachment("picture", "ABC.image", "https://example.com/a.jpg", "ABC.image"),
        Attachment("file", "a.log", reference="/x"),
        Attachment("voice", "v.amr", reference="v.amr"),
        Attachment("video", ""),
    )
    assert message.text == ""


@pytest.mark.parametrize(
    "sticker",
    [
        {"sub_type": 1},
        {"sub_type": "1"},
        {"subType": 1},
        {"summary": "[动画表情]"},
        {"summary": "[赞]", "emoji_id": "a1", "emoji_package_id": 7},
    ],
)
def test_a_sticker_is_no_picture_of_anything(sticker):
    picture = {"file": "A.gif", "url": "https://multimedia.nt.qq.com.cn/a"}
    message = read_segments(segment("image", **picture, **sticker), segment("text", text="好的"))
    assert (message.text, message.attachments) == ("好的", ())
    code = ",".join(
        f"{key}={value}".replace("[", "&#91;").replace("]", "&#93;") for key, value in sticker.items()
    )
    assert read(message=f"[CQ:image,file=A.gif,{code}]好的").attachments == ()
    assert read_segments(segment("image", **picture, sub_type=0, summary="")).attachments


@pytest.mark.parametrize(
    "odd",
    [
        {"message": [{"type": "keyboard", "data": ["x"]}, {"type": "text", "data": {"text": "打印机坏了"}}, "x", 1]},
        {"sender": ["Ann"]},
        {"file": "a.log", "message_type": "group"},
        {"sub_type": 3},
    ],
)  # fmt: skip
def test_a_part_of_another_shape_costs_no_message(odd):
    usual = {
        "message": "打印机坏了",
        "time": 1,
        "self_id": 10001000,
        "post_type": "message",
        "message_type": "group",
    }
    frame = decode(json.dumps({**usual, "message_id": 5, "group_id": 7, "user_id": 8, **odd}))
    message = incoming(frame, VIEW, "10001000")
    assert message is not None
    assert (message.text, message.room, message.message_id) == ("打印机坏了", "qq:group:7", "5")


def test_unknown_and_empty_segments_cost_nothing():
    message = read_segments(
        None,
        segment("mface", emoji_id="1", summary="[赞]"),
        {"type": "text", "data": None},
        {"type": None, "data": {"text": "x"}},
        {},
        segment("text", text=None),
        segment("text", text=["x"]),
        segment("node", id={"deep": [1]}, name=[], file={}, url=5),
        segment("image", file=None, url=None),
        segment("at", qq=None),
        segment("reply", id=None),
        segment("text", text="只有这句"),
    )
    assert message.text == "只有这句"
    assert message.attachments == (Attachment("picture", ""),)
    assert message.quotes is None


@pytest.mark.parametrize(
    "changes",
    [
        {"post_type": "message_sent"},
        {"user_id": 10001000},
        {"user_id": None},
        {"user_id": 0},
        {"anonymous": {"id": 1, "name": "大力鬼王", "flag": "f"}, "sub_type": "anonymous"},
        {"sub_type": "notice"},
        {"group_id": None},
        {"message_type": "guild"},
        {"message_type": None},
        {"post_type": "notice", "notice_type": "group_recall", "operator_id": 1},
        {"post_type": "notice", "notice_type": "group_upload", "file": {"id": "1", "name": "a"}},
        {"post_type": "request", "request_type": "friend", "flag": "f"},
        {"post_type": "something_new"},
    ],
)
def test_what_no_person_said_is_no_message(changes):
    assert read(**changes) is None


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ({"nickname": "Ann", "card": ""}, "Ann"),
        ({"nickname": "Ann", "card": "  "}, "Ann"),
        ({"nickname": None, "card": None}, "12345678"),
        ({"nickname": 5}, "12345678"),
        (None, "12345678"),
    ],
)
def test_the_name_is_the_card_else_the_nickname_else_the_number(sender, name):
    message = read(sender=sender)
    assert message is not None
    assert message.sender_name == name


def test_without_an_id_a_redelivery_still_gets_the_same():
    first, again, other = read(message_id=None), read(message_id=None), read(message_id=None, time=1767225601)
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.message_id == again.message_id != other.message_id


@pytest.mark.parametrize("time", [None, 0, -5, 10**30, "yesterday", True, [1], 1e300])
def test_a_strange_time_is_no_time(time):
    message = read(time=time)
    assert message is not None
    assert message.sent_at is None


# --- the string form against an independent reader -----------------------------------------------------------------

_WORDS = st.text(st.sampled_from("[]&,;=# \n:CQat打印机😀amp91#"), min_size=1, max_size=30)
_SEGMENTS = st.lists(
    st.one_of(
        _WORDS.map(MessageSegment.text),
        st.integers(1, 10**10).map(MessageSegment.at),
        st.integers(-(2**31), 2**31).map(MessageSegment.reply),
        st.builds(lambda url: MessageSegment("image", {"file": "a.jpg", "url": "https://x/?" + url}), _WORDS),
    ),
    max_size=8,
)


@given(_SEGMENTS)
def test_codes_are_read_as_nonebot_reads_them(segments):
    written = str(Message(segments))
    ours = [(found.type, _given(found.data)) for found in cq.segments(written)]
    theirs = [(found.type, dict(found.data)) for found in Message(written)]
    assert ours == theirs


def _given(data: Any) -> dict[str, str]:
    fields = {name: getattr(data, name) for name in data.__struct_fields__}
    return {name: value for name, value in fields.items() if value is not None}


@given(st.text(alphabet="[]CQ:,=at1&; ", max_size=60))
def test_broken_codes_are_text(text):
    assert all(found.type for found in cq.segments(text))


def test_a_long_string_of_broken_codes_is_read_in_one_pass():
    # 100 000 openings: a reader that looked back from every one would not come to an end.
    assert len(list(cq.segments("[CQ:at,qq=1" * 100_000))) == 1


# --- noise ---------------------------------------------------------------------------------------------------------

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = [*Frame.__struct_fields__, "x"]
_EVENT = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(_FIELDS, _JSON),
        "post_type": st.sampled_from(["message", "message_sent", "notice", "meta_event", None]),
        "message_type": st.sampled_from(["group", "private", "", None]),
        "user_id": st.integers() | st.text(max_size=8),
        "group_id": st.integers() | st.text(max_size=8),
        "message": st.text()
        | st.lists(
            st.none()
            | st.fixed_dictionaries(
                {"type": st.sampled_from(["text", "at", "reply", "image", "file", "x"])},
                optional={
                    "data": st.none()
                    | st.fixed_dictionaries(
                        {}, optional=dict.fromkeys(["text", "qq", "id", "name", "file", "url"], _JSON)
                    )
                },
            ),
            max_size=5,
        ),
    },
)


@given(st.one_of(_JSON, _EVENT).map(json.dumps) | st.text() | st.text(alphabet=string.printable))
def test_no_frame_whatever_raises_anything_but_unreadable(text):
    try:
        frame = decode(text)
    except Unreadable:
        return
    message = incoming(frame, VIEW, "10001000")
    assert message is None or (message.message_id and message.sender.startswith("qq:"))
    with contextlib.suppress(DeliveryFailed):
        assert delivered_id(frame, "k")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "nonsense",
        "[1]",
        "null",
        '{"post_type":5}',
        '{"message":{"a":1}}',
        '{"user_id":1.5}',
        '{"x":' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"message":"\\ud800"}',
        '{"message":"\ud800"}',
        '{"user_id":' + "9" * 5_000 + "}",
        '"' + "x" * LARGEST + '"',
        '"' + "字" * (LARGEST // 3 + 1) + '"',
    ],
)
def test_unreadable_frames_are_named_as_such(text):
    with pytest.raises(Unreadable):
        decode(text)


def test_a_frame_just_below_the_limit_is_read():
    frame = decode(json.dumps({"message": "x" * (LARGEST - 20)}))
    assert isinstance(frame.message, str)


# --- what we send --------------------------------------------------------------------------------------------------


def sent(message: Outgoing) -> tuple[str, dict[str, Any], Message]:
    """Return action, parameters and the message as nonebot reads it."""
    call = json.loads(encode(outgoing(message, "qq", "e-1")))
    assert call["echo"] == "e-1"
    return call["action"], call["params"], type_validate_python(Message, call["params"].pop("message"))


def test_a_group_message_goes_as_segments_with_the_quote_first():
    action, params, message = sent(
        Outgoing(
            key="k",
            room="qq:group:87654321",
            text="@老张 请接单\n[CQ:at,qq=all] & 再见",
            mentions=(Mention("老张", "qq:20002"),),
            quotes="-881122",
            buttons=(Button("接单", "接单 1"),),
        )
    )
    assert (action, params) == ("send_group_msg", {"group_id": 87654321})
    assert message == Message(
        [
            MessageSegment.reply(-881122),
            MessageSegment.at(20002),
            MessageSegment.text(" 请接单\n[CQ:at,qq=all] & 再见"),
        ]
    )


def test_a_private_message_calls_nobody():
    action, params, message = sent(
        Outgoing(key="k", room="qq:private:20002", text="@老张 在吗", mentions=(Mention("老张", "qq:20002"),))
    )
    assert (action, params) == ("send_private_msg", {"user_id": 20002})
    assert [found.type for found in message] == ["text", "text"]
    assert message.extract_plain_text() == "@老张 在吗"


@pytest.mark.parametrize("account", ["qq:all", "web:20002", "20002", "qq:", "qq:２０"])
def test_only_people_of_this_adapter_with_a_number_are_called(account):
    _, _, message = sent(
        Outgoing(key="k", room="qq:group:1", text="@某人 看", mentions=(Mention("某人", account),))
    )
    assert {found.type for found in message} == {"text"}
    assert message.extract_plain_text() == "@某人 看"


@given(st.text(min_size=1).filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text)))
def test_any_text_comes_out_as_it_went_in(text):
    _, _, message = sent(Outgoing(key="k", room="qq:group:1", text=text))
    assert [found.type for found in message] == ["text"]
    assert message.extract_plain_text() == text


def test_an_edit_is_refused_for_good():
    with pytest.raises(DeliveryFailed) as failed:
        outgoing(Outgoing(key="k", room="qq:group:1", text="x", edits="5"), "qq")
    assert failed.value.retry_after is None


# --- answers -------------------------------------------------------------------------------------------------------


def outcome(**answer: Any) -> str:
    return delivered_id(decode(json.dumps(answer)), "key-1")


def test_ok_gives_the_id():
    assert outcome(status="ok", retcode=0, data={"message_id": -123456}, echo="c") == "-123456"
    assert outcome(status="ok", retcode=0, data={"message_id": "abc"}, message="", wording="") == "abc"


@pytest.mark.parametrize("data", [None, {}, {"message_id": None}, [], "x"])
def test_ok_without_an_id_is_still_delivered(data):
    assert outcome(status="ok", retcode=0, data=data) == "key:key-1"


@pytest.mark.parametrize(
    ("answer", "is_unknown", "retry_after", "words"),
    [
        ({"status": "async", "retcode": 1, "data": None}, True, None, "收下"),
        (
            {
                "status": "failed",
                "retcode": 1200,
                "message": "Error: Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg",
            },
            True,
            None,
            "sendMsg",
        ),
        ({"status": "failed", "retcode": 1200, "wording": "消息体无法解析"}, False, None, "消息体无法解析"),
        (
            {"status": "failed", "retcode": 100, "message": "SEND_MSG_API_ERROR", "wording": "请先添加好友"},
            False,
            None,
            "请先添加好友",
        ),
        ({"status": "failed", "retcode": 120, "wording": "群禁言中"}, False, None, "群禁言中"),
        ({"status": "failed", "retcode": 1404}, False, None, "1404"),
        (
            {"status": "failed", "retcode": 1403, "message": "token验证失败"},
            False,
            timedelta(seconds=30),
            "token",
        ),
        ({"retcode": None}, False, None, "没有说原因"),
    ],
)
def test_anything_else_is_a_failure_with_the_words_of_the_platform(answer, is_unknown, retry_after, words):
    with pytest.raises(DeliveryFailed, match=words) as failed:
        outcome(**answer)
    assert failed.value.is_unknown is is_unknown
    assert failed.value.retry_after == retry_after


def test_a_refused_token_is_told_from_other_failures():
    assert is_refusal(Frame(status="failed", retcode=1403))
    assert is_refusal(Frame(status="failed", retcode=1401))
    assert not is_refusal(Frame(status="failed", retcode=100))
    assert not is_refusal(Frame(post_type="message", retcode=1403))


# --- who may connect -----------------------------------------------------------------------------------------------


def verdict(settings: Settings | None = None, query: dict[str, str] | None = None, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return admit(settings or Settings(access_token="密码 s3cret"), named, query or {})


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, {}, 401),
        ({"Authorization": "Bearer "}, {}, 401),
        ({"Authorization": "Basic abc"}, {}, 401),
        ({}, {"access_token": ""}, 401),
        ({"Authorization": "Bearer wrong"}, {}, 403),
        ({"Authorization": "Bearer 密码 s3cre"}, {}, 403),
        ({"Authorization": "Bearer \udcff"}, {}, 403),
        ({}, {"access_token": "wrong"}, 403),
    ],
)
def test_without_the_token_nobody_enters(headers, query, status):
    refused = verdict(None, query, **headers)
    assert isinstance(refused, Refused)
    assert refused.status == status


def test_the_token_may_come_in_the_header_or_in_the_address():
    assert verdict(Authorization="Bearer 密码 s3cret") == Admitted(Role.UNIVERSAL, "")
    assert verdict(Authorization="bearer 密码 s3cret") == Admitted(Role.UNIVERSAL, "")
    assert verdict(None, {"access_token": "密码 s3cret"}) == Admitted(Role.UNIVERSAL, "")


@pytest.mark.parametrize(
    ("headers", "is_page"),
    [
        ({}, False),
        ({"Origin": "http://evil.example", "Host": "127.0.0.1:8080"}, True),
        (
            {"Origin": "http://evil.example", "Host": "evil.example"},
            True,
        ),  # its name means this machine by now
        ({"Origin": "null", "Host": "127.0.0.1:8080"}, True),
        ({"Origin": "http://127.0.0.1:3000", "Host": "127.0.0.1:8080"}, True),
        ({"Origin": "http://[broken", "Host": "127.0.0.1:8080"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        # Some libraries name the server that they call.
        ({"Origin": "http://127.0.0.1:8080", "Host": "127.0.0.1:8080"}, False),
        ({"Origin": "http://localhost:8080", "Host": "localhost:8080"}, False),
        ({"Origin": "http://[::1]:8080", "Host": "[::1]:8080"}, False),
    ],
)
def test_a_page_in_a_browser_is_not_the_qq_side(headers, is_page):
    found = admit(Settings(), headers, {})
    assert isinstance(found, Refused) is is_page
    # Whoever knows the token may be a page.
    settings = Settings(access_token="s3cret")
    assert isinstance(admit(settings, {**headers, "Authorization": "Bearer s3cret"}, {}), Admitted)


def test_the_account_must_be_the_configured_one():
    settings = Settings(self_id="10001000")
    assert verdict(settings, X_Self_ID="10001000") == Admitted(Role.UNIVERSAL, "10001000")
    for headers in ({"X_Self_ID": "666"}, {}):
        refused = verdict(settings, **headers)
        assert isinstance(refused, Refused)
        assert refused.status == 403


def test_roles():
    settings = Settings()
    assert verdict(settings, X_Client_Role="API").role is Role.API
    assert verdict(settings, X_Client_Role="Event").role is Role.EVENT
    refused = verdict(settings, X_Client_Role="King")
    assert isinstance(refused, Refused)
    assert refused.status == 400


def test_pictures_go_as_segments_after_the_text():
    _, _, message = sent(
        Outgoing(key="k", room="qq:group:87654321", text="看图", pictures=("https://example.org/a.png",))
    )
    text, picture = message
    assert (text.type, picture.type, picture.data["file"]) == ("text", "image", "https://example.org/a.png")
