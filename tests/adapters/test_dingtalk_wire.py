"""What DingTalk sends, as the bot understands it, and what it is sent: recorded payloads, and anything else."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from dingtalk_stream import AckMessage, CallbackMessage, ChatbotMessage, SystemMessage
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Attachment, DeliveryFailed, Incoming, KnownPerson, Mention, Outgoing, RoomKind
from adapters.dingtalk import addresses, frames, wire
from adapters.dingtalk.outcome import check_answered, read
from adapters.dingtalk.quotes import Spoken
from adapters.json_frames import Unreadable
from adapters.registry import settings_type
from adapters.server import Response
from tests.adapters.test_wecom_wire import JSON

AT = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = (KnownPerson("dd:staff1", "王老师", "contact"), KnownPerson("dd:staff2", "老张", "engineer"))
VIEW = wire.View("dd", "小首", PEOPLE)

# As the documents give it.
RECORDED: dict[str, Any] = {
    "conversationId": "cidG",
    "conversationType": "2",
    "conversationTitle": "support",
    "msgId": "msgX",
    "msgtype": "text",
    "text": {"content": " 怎么请假"},
    "senderId": "$:LWCP_v1:$…".replace("…", "ann"),
    "senderStaffId": "staff1",
    "senderNick": "Ann",
    "isAdmin": False,
    "isInAtList": True,
    "atUsers": [{"dingtalkId": "$:LWCP_v1:$bot"}],
    "chatbotUserId": "$:LWCP_v1:$bot",
    "robotCode": "ding1",
    "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=x",
    "sessionWebhookExpiredTime": 1767231000000,
    "createAt": 1767225600000,
}


def heard(**changes: Any) -> Incoming | None:
    whole = {key: value for key, value in {**RECORDED, **changes}.items() if value is not None}
    return wire.incoming(whole, VIEW, Spoken())


def test_who_quotes_what_the_bot_said_first_names_it() -> None:
    text = {"content": " 接单", "isReplyMsg": True, "repliedMsg": {"msgType": "text", "msgId": "msgB"}}
    quoting = heard(text=text, originalMsgId="msgB", originalProcessQueryKey="pqk7")
    assert quoting is not None
    assert (quoting.text, quoting.quotes) == ("接单", "pqk7")
    # Of other messages the bot knows no id, so that it is as if nothing was quoted.
    for odd in ({"originalMsgId": "msgB"}, {"originalProcessQueryKey": 7}, {"originalProcessQueryKey": ""}):
        other = heard(text=text, **odd)
        assert other is not None
        assert other.quotes is None


@given(JSON)
def test_whatever_a_message_says_it_quotes_is_read(replied: object) -> None:
    found = heard(text={"content": "接单", "repliedMsg": replied})
    assert found is not None
    assert found.quotes is None


def test_a_card_of_endless_depth_is_read_to_some_depth() -> None:
    card: dict[str, Any] = {"value": "deep"}
    for _ in range(500):
        card = {"value": "", "children": [card, card]}
    found = heard(text={"content": "接单", "repliedMsg": {"content": {"cardContent": card}}})
    assert found is not None
    assert found.quotes is None


def test_the_recorded_text_in_a_group():
    assert heard() == Incoming(
        room="dd:group:cidG",
        room_kind=RoomKind.GROUP,
        sender="dd:staff1",
        sender_name="王老师",
        message_id="msgX",
        text="怎么请假",
        is_addressed=True,
        sent_at=AT,
    )


def test_the_published_sdk_reads_it_the_same_way():
    theirs = ChatbotMessage.from_dict(RECORDED)
    ours = heard()
    assert ours is not None
    assert ours.message_id == theirs.message_id
    assert ours.text == theirs.text.content.strip()
    assert ours.sender == f"dd:{theirs.sender_staff_id}"
    assert ours.room == f"dd:group:{theirs.conversation_id}"
    session = wire.session(RECORDED, VIEW)
    assert session is not None
    assert (session.webhook, session.until_ms) == (
        theirs.session_webhook,
        theirs.session_webhook_expired_time,
    )


def test_the_published_sdk_acknowledges_as_we_do():
    raw = {
        "specVersion": "1.0",
        "type": "CALLBACK",
        "headers": {"topic": frames.ROBOT, "messageId": "f1", "contentType": "application/json", "time": "1"},
        "data": json.dumps(RECORDED),
    }
    theirs = AckMessage()
    theirs.code = AckMessage.STATUS_OK
    theirs.headers.message_id = CallbackMessage.from_dict(raw).headers.message_id
    theirs.headers.content_type = "application/json"
    theirs.message = "OK"
    theirs.data = {"response": None}
    ours = json.loads(frames.acknowledgement(frames.decode(json.dumps(raw))))
    expected = theirs.to_dict()
    assert {**ours, "data": json.loads(ours["data"])} == {**expected, "data": json.loads(expected["data"])}
    ping = {
        **raw,
        "type": "SYSTEM",
        "headers": {**raw["headers"], "topic": "ping"},
        "data": '{"opaque":"abc"}',
    }
    assert SystemMessage.from_dict(ping).headers.topic == "ping"
    assert json.loads(frames.acknowledgement(frames.decode(json.dumps(ping))))["data"] == '{"opaque":"abc"}'


def test_a_private_message_belongs_to_the_person():
    private = heard(conversationType="1", conversationId="cidP", isInAtList=None)
    assert private is not None
    assert (private.room, private.room_kind) == ("dd:private:staff1", RoomKind.PRIVATE)


def test_somebody_from_outside_is_known_by_another_id():
    stranger = heard(senderStaffId=None)
    assert stranger is not None
    assert (stranger.sender, stranger.sender_name) == ("dd:$:LWCP_v1:$ann", "Ann")


@pytest.mark.parametrize(
    ("changes", "text", "attachments"),
    [
        ({"text": {"content": " @小首 打不开"}}, "打不开", ()),
        ({"text": {}}, "", ()),
        (
            {
                "msgtype": "richText",
                "content": {
                    "richText": [
                        {"text": "看图"},
                        {"type": "picture", "downloadCode": "d", "pictureDownloadCode": "p"},
                        {"text": "打不开"},
                        None,
                    ]
                },
            },
            "看图打不开",
            (Attachment("picture", "", reference="d"),),
        ),
        ({"msgtype": "richText", "content": {}}, "", ()),
        (
            {"msgtype": "picture", "content": {"downloadCode": "d"}},
            "",
            (Attachment("picture", "", reference="d"),),
        ),
        (
            {"msgtype": "audio", "content": {"downloadCode": "d", "duration": 1, "recognition": "打不开了"}},
            "打不开了",
            (Attachment("voice", ""),),
        ),
        (
            {"msgtype": "video", "content": {"downloadCode": "d", "videoType": "mp4"}},
            "",
            (Attachment("video", "", reference="d"),),
        ),
        (
            {"msgtype": "file", "content": {"downloadCode": "d", "fileName": "日志.txt"}},
            "",
            (Attachment("file", "日志.txt", reference="d"),),
        ),
        ({"msgtype": "file", "content": 7}, "", (Attachment("file", ""),)),
    ],
)
def test_every_type_of_message(changes, text, attachments):
    message = heard(**changes)
    assert message is not None
    assert (message.text, message.attachments) == (text, attachments)


@pytest.mark.parametrize(
    "called",
    [
        {"atUsers": [{"dingtalkId": "x", "staffId": "staff2"}, {"dingtalkId": "y"}, 7]},
        {"text": {"content": " 转交 1024 @老张"}, "atUsers": 7},
    ],
)
def test_whom_a_message_calls(called):
    message = heard(**called)
    assert message is not None
    assert message.mentions == (Mention("老张", "dd:staff2"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"senderId": "$:LWCP_v1:$bot"},
        {"senderStaffId": None, "senderId": None},
        {"senderStaffId": "a b", "senderId": None},
        {"conversationType": "3"},
        {"conversationType": 2},
        {"conversationId": None},
        {"msgtype": "hologram"},
        {"msgtype": None},
    ],
)
def test_what_nobody_said_is_ignored(changes):
    assert heard(**changes) is None


def test_whoever_is_known_by_the_enterprise_alone_is_not_taken_for_a_bot_without_a_number():
    message = heard(senderStaffId="staff9", senderId=None, chatbotUserId=None, senderNick="")
    assert message is not None
    assert (message.sender, message.sender_name) == ("dd:staff9", "staff9")


@pytest.mark.parametrize("number", [None, "", True])
def test_a_message_without_an_id_gets_the_same_one_every_time(number):
    first, again, later = heard(msgId=number), heard(msgId=number), heard(msgId=number, createAt=1)
    assert first is not None
    assert later is not None
    assert first == again
    assert first.message_id != later.message_id
    assert first.message_id.startswith("derived-")


@pytest.mark.parametrize(
    "changes",
    [
        {"sessionWebhook": ""},
        {"sessionWebhook": 7},
        {"sessionWebhook": "x" * 5000},
        {"sessionWebhookExpiredTime": "1"},
        {"sessionWebhookExpiredTime": True},
        {"conversationType": "9"},
        {"conversationType": "1", "senderStaffId": "a b"},
    ],
)
def test_a_conversation_that_cannot_be_answered(changes):
    assert wire.session({**RECORDED, **changes}, VIEW) is None


# --- Going out ----------------------------------------------------------------------------------------------------


def test_an_answer_calls_people_by_their_ids():
    message = Outgoing(
        "k",
        "dd:group:cidG",
        "⏳ 1026 @老张 @外人 @所有人 @全体",
        mentions=(
            Mention("老张", "dd:staff2"),
            Mention("外人", "dd:$:LWCP_v1:$x"),
            Mention("全体", "dd:all"),
        ),
    )
    assert wire.answer(message, "dd") == {
        "msgtype": "text",
        "text": {"content": "⏳ 1026 @staff2 @外人 @所有人 @全体"},
        "at": {"atUserIds": ["staff2"], "atDingtalkIds": ["$:LWCP_v1:$x"], "isAtAll": False},
    }


def test_a_push_names_its_place():
    path, body = wire.push(Outgoing("k", "dd:group:cidG", "到时间了 @老张"), "dd", "ding1")
    assert path == "v1.0/robot/groupMessages/send"
    assert body == {
        "robotCode": "ding1",
        "msgKey": "sampleText",
        "msgParam": '{"content":"到时间了 @老张"}',
        "openConversationId": "cidG",
    }
    path, body = wire.push(Outgoing("k", "dd:private:staff2", "低分"), "dd", "ding1")
    assert path == "v1.0/robot/oToMessages/batchSend"
    assert body["userIds"] == ["staff2"]
    with pytest.raises(DeliveryFailed) as failed:
        wire.push(Outgoing("k", "dd:private:$:LWCP_v1:$x", "您好"), "dd", "ding1")
    assert failed.value.until_heard


@pytest.mark.parametrize(
    "room", ["qq:group:1", "dd:group:", "dd:channel:1", "dd:private:all", "dd:private:a b", ""]
)
def test_a_room_that_is_none_is_refused(room):
    with pytest.raises(DeliveryFailed):
        addresses.place(room, "dd")


@pytest.mark.parametrize(
    ("status", "body", "retry_seconds", "is_unknown"),
    [
        (401, b'{"code":"InvalidAuthentication","message":"x"}', 60, False),
        (429, b"", 60, False),
        (400, b'{"code":"Throttling.Api","message":"x"}', 60, False),
        (400, b'{"code":"resource.not.found","message":"x"}', None, False),
        (400, b'{"code":"authFailed","message":"x"}', 60, False),
        (403, b"<html>", None, False),
        (200, b"<html>", None, True),
        (200, b"[]", None, True),
    ],
)
def test_what_the_interface_answers(status, body, retry_seconds, is_unknown):
    with pytest.raises(DeliveryFailed) as failed:
        read(Response(status, body))
    wait = failed.value.retry_after
    assert (wait.total_seconds() if wait else None, failed.value.is_unknown) == (retry_seconds, is_unknown)


@pytest.mark.parametrize(
    ("status", "body", "retry_seconds", "is_unknown"),
    [
        (200, b'{"errcode":130101,"errmsg":"send too fast"}', 600, False),
        (200, b'{"errcode":-1,"errmsg":"busy"}', 5, False),
        (200, b'{"errcode":300001,"errmsg":"no session"}', None, False),
        (404, b"", None, False),
        (200, b"<html>", None, True),
        (200, b'{"errcode":"0"}', None, True),
    ],
)
def test_what_a_conversation_answers(status, body, retry_seconds, is_unknown):
    with pytest.raises(DeliveryFailed) as failed:
        check_answered(Response(status, body))
    wait = failed.value.retry_after
    assert (wait.total_seconds() if wait else None, failed.value.is_unknown) == (retry_seconds, is_unknown)


# --- Anything at all ----------------------------------------------------------------------------------------------

NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "conversationId": JSON | st.just("cidG"),
        "conversationType": JSON | st.sampled_from(["1", "2"]),
        "msgId": JSON | st.just("m"),
        "msgtype": JSON | st.sampled_from(["text", "richText", "picture", "audio", "video", "file"]),
        "text": JSON | st.fixed_dictionaries({"content": JSON}),
        "content": JSON
        | st.fixed_dictionaries({"richText": JSON | st.lists(JSON, max_size=3), "recognition": JSON}),
        "senderId": JSON | st.just("$:LWCP_v1:$x"),
        "senderStaffId": JSON | st.just("staff1"),
        "senderNick": JSON,
        "atUsers": JSON | st.lists(st.fixed_dictionaries({"staffId": JSON | st.just("staff2")}), max_size=2),
        "chatbotUserId": JSON,
        "robotCode": JSON,
        "sessionWebhook": JSON | st.just("https://x.y/z"),
        "sessionWebhookExpiredTime": JSON | st.integers(),
        "createAt": JSON | st.integers(),
    },
)


@given(NEARLY)
def test_no_message_raises_anything(body):
    found = wire.incoming(body, VIEW, Spoken())
    assert found is None or (found.message_id and addresses.is_id(found.sender.partition(":")[2]))
    wire.session(body, VIEW)


@given(
    st.text()
    | JSON.map(json.dumps)
    | st.fixed_dictionaries(
        {
            "type": JSON,
            "headers": JSON | st.fixed_dictionaries({"topic": JSON, "messageId": JSON}),
            "data": JSON | JSON.map(json.dumps),
        }
    ).map(json.dumps)
)
def test_no_frame_raises_anything_but_the_documented(text):
    with contextlib.suppress(Unreadable):
        frame = frames.decode(text)
        assert isinstance(json.loads(frames.acknowledgement(frame)), dict)
        wire.incoming(frames.carried(frame), VIEW, Spoken())


@pytest.mark.parametrize("text", ["x" * (1 << 21), "[" * 100_000, "\ud800", '{"type":', "[]"])
def test_frames_that_are_none_are_unreadable(text):
    with pytest.raises(Unreadable):
        frames.decode(text)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()), st.integers(200, 499))
def test_no_answer_raises_anything_but_the_documented(content, status):
    for reading in (read, check_answered):
        with contextlib.suppress(DeliveryFailed):
            reading(Response(status, content))


@given(
    st.text(max_size=40) | st.from_regex(r"dd:(group|private):.{0,10}", fullmatch=True), st.text(max_size=40)
)
def test_no_outgoing_message_raises_anything_but_the_documented(room, text):
    message = Outgoing("k", room, text, mentions=(Mention("老张", "dd:staff2"),))
    with contextlib.suppress(DeliveryFailed):
        assert isinstance(wire.answer(message, "dd")["text"]["content"], str)
        wire.push(message, "dd", "ding1")


# --- Settings -----------------------------------------------------------------------------------------------------

WHOLE = {"client_id": "dingx", "secret": "hush-hush"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({**WHOLE, "client_id": ""}, "client_id：必填"),
        ({**WHOLE, "secret": ""}, "secret：必填"),
        ({**WHOLE, "api_base": "api.dingtalk.com"}, "api_base：.*https://"),
        ({**WHOLE, "webhook_base": "ftp://x"}, "webhook_base：.*https://"),
        ({**WHOLE, "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_key_is_named(keys, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(keys, settings_type("dingtalk"))


def test_no_secret_is_in_the_repr():
    assert "hush" not in repr(msgspec.convert(WHOLE, settings_type("dingtalk")))
