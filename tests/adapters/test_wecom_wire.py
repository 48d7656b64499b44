"""What WeCom sends, as the bot understands it: recorded payloads, and anything else that may come."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from adapters.admission import Refused
from adapters.contract import Attachment, DeliveryFailed, Incoming, KnownPerson, Mention, Outgoing, RoomKind
from adapters.json_frames import Unreadable
from adapters.registry import settings_type
from adapters.said import Said
from adapters.values import instant
from adapters.wechat.xml import sealed_in
from adapters.wecom.accounts import is_user, place
from adapters.wecom.aibot import frames
from adapters.wecom.aibot import wire as aibot
from adapters.wecom.app import wire as app
from adapters.wecom.robot import wire as robot
from tests.adapters.wecom_peers import AES_KEY

AT = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = (KnownPerson("wecom:zhangsan", "张三", "contact"), KnownPerson("wecom:zhang", "老张", "engineer"))

# --- An application -----------------------------------------------------------------------------------------------

APP = app.View("wecom", "小首", "ww123", 218, {person.account: person.name for person in PEOPLE})


def xml_message(**fields: str | None) -> bytes:
    base: dict[str, str | None] = {
        "ToUserName": "ww123",
        "FromUserName": "zhangsan",
        "CreateTime": "1767225600",
        "MsgType": "text",
        "MsgId": "4561255354251345929",
        "AgentID": "218",
    }
    kept = {key: value for key, value in {**base, **fields}.items() if value is not None}
    return xmltodict.unparse({"xml": kept}, full_document=False).encode()


def test_a_text_of_a_member():
    assert app.incoming(xml_message(Content="hello"), APP) == Incoming(
        room="wecom:private:zhangsan",
        room_kind=RoomKind.PRIVATE,
        sender="wecom:zhangsan",
        sender_name="张三",
        message_id="4561255354251345929",
        text="hello",
        is_addressed=True,
        sent_at=AT,
    )


def test_the_recorded_message_of_the_documents():
    document = (
        "<xml><ToUserName><![CDATA[ww123]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>"
        "<CreateTime>1767225600</CreateTime>\n<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hello]]></Content>"
        "<MsgId>4561255354251345929</MsgId><AgentID>218</AgentID></xml>"
    )
    heard = app.incoming(document.encode(), APP)
    assert heard is not None
    assert (heard.text, heard.message_id) == ("hello", "4561255354251345929")


@pytest.mark.parametrize(
    ("fields", "text", "attachments"),
    [
        (
            {"MsgType": "image", "PicUrl": "https://p.example/1.jpg", "MediaId": "m1"},
            "",
            (Attachment("picture", "m1", "https://p.example/1.jpg", "m1"),),
        ),
        (
            {"MsgType": "image", "PicUrl": "javascript:x", "MediaId": "m1"},
            "",
            (Attachment("picture", "m1", reference="m1"),),
        ),
        (
            {"MsgType": "voice", "MediaId": "m2", "Format": "amr"},
            "",
            (Attachment("voice", "m2", reference="m2"),),
        ),
        (
            {"MsgType": "video", "MediaId": "m3", "ThumbMediaId": "t"},
            "",
            (Attachment("video", "m3", reference="m3"),),
        ),
        (
            {"MsgType": "file", "MediaId": "m4", "FileName": "日志.txt"},
            "",
            (Attachment("file", "日志.txt", reference="m4"),),
        ),
        (
            {"MsgType": "location", "Location_X": "23.1", "Location_Y": "113.3", "Label": "育才小学 "},
            "位置：育才小学",
            (),
        ),
        ({"MsgType": "link", "Title": "标题", "Url": "https://a.b", "PicUrl": "x"}, "标题\nhttps://a.b", ()),
        ({"MsgType": "text", "Content": "@小首 打不开"}, "打不开", ()),
        ({"MsgType": "text", "Content": None}, "", ()),
    ],
)
def test_every_type_of_message(fields, text, attachments):
    heard = app.incoming(xml_message(**fields), APP)
    assert heard is not None
    assert (heard.text, heard.attachments) == (text, attachments)


@pytest.mark.parametrize(
    "event",
    [
        "enter_agent",
        "subscribe",
        "unsubscribe",
        "click",
        "view",
        "LOCATION",
        "new_one",
    ],
)
def test_events_are_nobodys_words(event):
    assert app.incoming(xml_message(MsgType="event", Event=event, EventKey="k", MsgId=None), APP) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "sticker"},
        {"MsgType": None},
        {"FromUserName": "sys tem"},
        {"FromUserName": "@all"},
        {"FromUserName": None},
    ],
)
def test_what_nobody_said_is_ignored(fields):
    assert app.incoming(xml_message(Content="x", **fields), APP) is None


@pytest.mark.parametrize("fields", [{"ToUserName": "ww999"}, {"ToUserName": None}, {"AgentID": "219"}])
def test_what_is_meant_for_others_is_refused(fields):
    with pytest.raises(Refused, match="another") as refused:
        app.incoming(xml_message(Content="x", **fields), APP)
    assert refused.value.status == 403


def test_a_message_without_an_id_gets_the_same_one_every_time():
    first, again = (app.incoming(xml_message(Content="x", MsgId=None), APP) for _ in range(2))
    other = app.incoming(xml_message(Content="y", MsgId=None), APP)
    assert first is not None
    assert other is not None
    assert first == again
    assert first.message_id.startswith("derived-")
    assert first.message_id != other.message_id


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"<xml/>", b"<xml><Encrypt></Encrypt></xml>", b"<!DOCTYPE x><xml/>"]
)
def test_a_callback_without_anything_sealed_is_refused(body):
    with pytest.raises(Refused) as refused:
        sealed_in(body)
    assert refused.value.status == 400


def test_a_message_to_a_member():
    assert app.outgoing(Outgoing("k", "wecom:private:zhangsan", "hi"), "wecom", 218) == {
        "touser": "zhangsan",
        "msgtype": "text",
        "agentid": 218,
        "text": {"content": "hi"},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 60,
    }
    assert app.document(Outgoing("k", "wecom:private:zhangsan", ""), "wecom", 218, "media-1") == {
        "touser": "zhangsan",
        "msgtype": "file",
        "agentid": 218,
        "file": {"media_id": "media-1"},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 60,
    }


@pytest.mark.parametrize(
    "room",
    [
        "wecom:group:1",
        "wecom:private:@all",
        "wecom:private:a|b",
        "wecom:private:all",
        "wecom:private:",
        "qq:private:1",
        "wecom:private:a b",
    ],
)
def test_no_address_reaches_more_than_one_member(room):
    with pytest.raises(DeliveryFailed) as failed:
        app.outgoing(Outgoing("k", room, "hi"), "wecom", 218)
    assert failed.value.retry_after is None


# --- A group robot ------------------------------------------------------------------------------------------------


def test_a_message_of_the_group_robot():
    zhang, everybody = Mention("老张", "wecom:zhang"), Mention("全体", "wecom:all")
    message = Outgoing("k", "wecom:group:duty", "⏳ 1026 @老张 @全体", mentions=(zhang, zhang, everybody))
    assert robot.outgoing(message, "wecom") == {
        "msgtype": "text",
        "text": {"content": "⏳ 1026 @老张 @全体", "mentioned_list": ["zhang"]},
    }


def test_whoever_is_not_named_in_the_text_is_not_called():
    message = Outgoing("k", "wecom:group:duty", "好了", mentions=(Mention("老张", "wecom:zhang"),))
    assert robot.outgoing(message, "wecom") == {"msgtype": "text", "text": {"content": "好了"}}


def test_the_group_robot_speaks_to_nobody_alone():
    with pytest.raises(DeliveryFailed, match="群机器人"):
        robot.outgoing(Outgoing("k", "wecom:private:zhang", "hi"), "wecom")


# --- An intelligent robot -----------------------------------------------------------------------------------------

VIEW = aibot.View("wecom", "小首", PEOPLE)
RECORDED = {
    "msgid": "CAIQ16HM",
    "aibotid": "AIBxyz",
    "chatid": "wrkSFfCg",
    "chattype": "group",
    "from": {"userid": "zhangsan"},
    "create_time": 1767225600,
    "response_url": "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=x",
    "msgtype": "text",
    "text": {"content": "@RobotA 周会几点"},
    "quote": {"msgtype": "text", "text": {"content": "quoted words"}},
}


def heard(said: Said | None = None, **changes: Any) -> Incoming | None:
    message = {key: value for key, value in {**RECORDED, **changes}.items() if value is not None}
    return aibot.incoming(frames.decode_body(json.dumps(message).encode()), VIEW, said or Said())


def test_the_recorded_text_in_a_group():
    assert heard() == Incoming(
        room="wecom:group:wrkSFfCg",
        room_kind=RoomKind.GROUP,
        sender="wecom:zhangsan",
        sender_name="张三",
        message_id="CAIQ16HM",
        text="周会几点",
        is_addressed=True,
        sent_at=AT,
    )


def test_a_private_text_belongs_to_the_person():
    private = heard(chatid=None, chattype="single", text={"content": "@老张 在吗"})
    assert private is not None
    assert (private.room, private.room_kind) == ("wecom:private:zhangsan", RoomKind.PRIVATE)
    assert private.text == "@老张 在吗"
    assert private.mentions == (Mention("老张", "wecom:zhang"),)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("@小首 打不开", "打不开"),
        ("@小首\u2005打不开", "打不开"),
        ("@客服一号 打不开", "打不开"),
        ("＠客服一号\u3000打不开", "打不开"),
        ("@客服一号", ""),
        ("打不开 @小首", "打不开"),
        ("请问 @小首 报障 投影不亮", "请问 报障 投影不亮"),
        ("请问＠小首报障", "请问报障"),
        ("@老张 看一下 @小首", "@老张 看一下"),
        ("@小首 转交 1024 @老张", "转交 1024 @老张"),
        ("@小首 @小首 打不开", "打不开"),
    ],
)
def test_the_call_at_the_front_is_left_out(content, text):
    message = heard(text={"content": content})
    assert message is not None
    assert message.text == text


@pytest.mark.parametrize(
    ("changes", "text", "attachments"),
    [
        (
            {"msgtype": "image", "image": {"url": "https://x", "aeskey": "k"}},
            "",
            (Attachment("picture", "", "https://x", "k"),),
        ),
        (
            {"msgtype": "file", "file": {"url": "https://x", "aeskey": "k"}},
            "",
            (Attachment("file", "", "https://x", "k"),),
        ),
        ({"msgtype": "video", "video": {"url": "https://x"}}, "", (Attachment("video", "", "https://x"),)),
        ({"msgtype": "voice", "voice": {"content": "打不开了"}}, "打不开了", (Attachment("voice", ""),)),
        (
            {
                "msgtype": "mixed",
                "mixed": {
                    "msg_item": [
                        {"msgtype": "text", "text": {"content": "@RobotA 看图"}},
                        {"msgtype": "image", "image": {"url": "https://x"}},
                        {"msgtype": "text", "text": {"content": "打不开"}},
                        {"msgtype": "news"},
                        None,
                    ]
                },
            },
            "看图\n打不开",
            (Attachment("picture", "", "https://x"),),
        ),
        ({"msgtype": "mixed", "mixed": {}}, "", ()),
        ({"msgtype": "text", "text": None}, "", ()),
        ({"msgtype": "image", "image": 7}, "", (Attachment("picture", ""),)),
    ],
)
def test_every_type_of_message_to_the_robot(changes, text, attachments):
    message = heard(**changes)
    assert message is not None
    assert (message.text, message.attachments) == (text, attachments)


@pytest.mark.parametrize(
    "changes",
    [
        {"msgtype": "event", "event": {"eventtype": "enter_chat"}},
        {"msgtype": "event", "event": {"eventtype": "template_card_event", "template_card_event": {}}},
        {"msgtype": "event", "event": {"eventtype": "feedback_event"}},
        {"msgtype": "stream", "stream": {"id": "s-1"}},
        {"msgtype": "hologram"},
        {"msgtype": 7},
        {"msgtype": None},
        {"from": None},
        {"from": {"userid": ""}},
        {"from": {"userid": True}},
        {"from": "zhangsan"},
        {"chattype": "channel"},
        {"chatid": None},
        {"chatid": 7.5},
    ],
)
def test_what_nobody_said_to_the_robot_is_ignored(changes):
    assert heard(**changes) is None


def test_a_quote_of_the_bots_message_names_it():
    said = Said()
    said.remember("wecom:group:wrkSFfCg", "frame-7", "⏳ 1026 还没人接")
    message = heard(said, quote={"msgtype": "text", "text": {"content": "⏳ 1026 还没人接"}})
    assert message is not None
    assert message.quotes == "frame-7"
    assert heard(said).quotes is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "quote", [None, 7, {}, {"msgtype": "text"}, {"msgtype": 7}, {"msgtype": "text", "text": 7}]
)
def test_an_odd_quote_costs_no_message(quote):
    message = heard(quote=quote)
    assert message is not None
    assert message.quotes is None


@pytest.mark.parametrize("msgid", [None, "", True])
def test_a_message_to_the_robot_without_an_id_gets_the_same_one_every_time(msgid):
    first, again = heard(msgid=msgid), heard(msgid=msgid)
    assert first is not None
    assert first == again
    assert first.message_id.startswith("derived-")


def test_what_the_robot_sends():
    sent = aibot.outgoing(Outgoing("k", "wecom:group:wrk1", "*好*"), "wecom")
    content = "\\*好\\*"
    assert sent.pushed() == {"chatid": "wrk1", "msgtype": "markdown", "markdown": {"content": content}}
    assert sent.answered("s1") == {
        "msgtype": "stream",
        "stream": {"id": "s1", "finish": True, "content": content},
    }
    assert sent.posted() == {"msgtype": "markdown", "markdown": {"content": content}}


def test_an_edit_is_refused():
    with pytest.raises(DeliveryFailed, match="不能修改"):
        robot.outgoing(Outgoing("k", "wecom:group:1", "x", edits="1"), "wecom")


# --- Anything at all ----------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "msgid": JSON | st.just("m"),
        "chatid": JSON | st.just("c"),
        "chattype": JSON | st.sampled_from(["group", "single"]),
        "from": JSON | st.just({"userid": "zhang"}),
        "create_time": JSON | st.integers(),
        "msgtype": JSON
        | st.sampled_from(["text", "image", "mixed", "voice", "file", "video", "event", "stream"]),
        "text": JSON | st.fixed_dictionaries({"content": JSON}),
        "mixed": JSON | st.fixed_dictionaries({"msg_item": st.lists(JSON, max_size=3)}),
        "voice": JSON | st.fixed_dictionaries({"content": st.text()}),
        "image": JSON,
        "file": JSON,
        "video": JSON,
        "quote": JSON | st.fixed_dictionaries({"msgtype": JSON, "text": JSON}),
        "event": JSON | st.fixed_dictionaries({"eventtype": JSON}),
        "response_url": JSON,
    },
)


@given(NEARLY)
def test_nothing_nearly_right_raises_anything(message):
    body = msgspec.convert(message, frames.Body)
    assert isinstance(body.event_type, str)
    found = aibot.incoming(body, VIEW, Said())
    assert found is None or (found.message_id and found.sender and is_user(found.sender.partition(":")[2]))


@given(st.text() | st.binary().map(lambda content: content.decode(errors="replace")) | JSON.map(json.dumps))
def test_no_frame_raises_anything_but_the_documented(text):
    with contextlib.suppress(Unreadable):
        frame = frames.decode(text)
        assert isinstance(frame.req_id, str)
        aibot.incoming(frames.body_of(frame), VIEW, Said())


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_body_raises_anything_but_the_documented(content):
    with contextlib.suppress(Unreadable):
        frames.decode_body(content)


@pytest.mark.parametrize("text", ["x" * (1 << 21), "[" * 100_000, "\ud800", '{"cmd":', "[]", '{"headers":7}'])
def test_frames_that_are_none_are_unreadable(text):
    with pytest.raises(Unreadable):
        frames.decode(text)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20)
            | st.sampled_from(["ww123", "218", "text", "image", "event", "zhangsan", "1767225600"])
            for name in (
                "ToUserName",
                "FromUserName",
                "MsgType",
                "AgentID",
                "CreateTime",
                "MsgId",
                "Content",
                "PicUrl",
            )
        },
    )
)
def test_no_document_of_a_member_raises_anything_but_a_refusal(fields):
    document = xmltodict.unparse({"xml": fields}, full_document=False).encode()
    with contextlib.suppress(Refused):
        found = app.incoming(document, APP)
        assert found is None or (found.message_id and is_user(found.sender.partition(":")[2]))


@given(st.binary(max_size=200))
def test_no_bytes_of_a_callback_raise_anything_but_a_refusal(body):
    with contextlib.suppress(Refused):
        sealed_in(body)
    with contextlib.suppress(Refused):
        app.incoming(body, APP)


@given(JSON)
def test_no_time_raises_anything(value):
    found = instant(value)
    assert found is None or found.tzinfo is UTC


@given(st.text(max_size=40) | st.from_regex(r"wecom:(group|private):.{0,10}", fullmatch=True))
def test_no_room_raises_anything_but_the_documented(room):
    with contextlib.suppress(DeliveryFailed):
        kind, number = place(room, "wecom")
        assert room == f"wecom:{kind}:{number}"


# --- Settings -----------------------------------------------------------------------------------------------------

CALLBACK = {"token": "t", "aes_key": AES_KEY}
WHOLE = {"corp_id": "ww1", "agent_id": 1, "secret": "hush", **CALLBACK}


@pytest.mark.parametrize(
    ("kind", "keys", "words"),
    [
        ("wecom-aibot", {}, "bot_id：.*必填"),
        ("wecom-aibot", {"bot_id": "b"}, "secret：.*必填"),
        ("wecom-aibot", {"bot_id": "b", "secret": "s", "token": "t"}, "token：.*callback"),
        ("wecom-aibot", {"bot_id": "b", "secret": "s", "url": "https://x"}, "url：.*wss://"),
        ("wecom-aibot", {"bot_id": "b", "secret": "s", "url": "wss://"}, "url：.*wss://"),
        ("wecom-aibot", {"mode": "sideways"}, r"\$\.mode"),
        ("wecom-aibot", {"mode": "callback", "secret": "s", **CALLBACK}, "secret：.*websocket"),
        ("wecom-aibot", {"mode": "callback"}, "token：必填"),
        ("wecom-aibot", {"mode": "callback", "token": "t"}, "aes_key：.*43"),
        ("wecom-aibot", {"mode": "callback", **CALLBACK, "api_base": "ftp://x"}, "api_base：.*https://"),
        ("wecom-robot", {}, "webhook"),
        ("wecom-robot", {"webhook": ""}, "webhook：.*https://"),
        ("wecom-robot", {"webhook": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"}, "webhook：.*key="),
        ("wecom-robot", {"webhook": "ftp://x/?key=1"}, "webhook：.*https://"),
        ("wecom-robot", {"webhook": "https://h:99999/?key=1"}, "webhook：.*https://"),
        ("wecom-app", {**WHOLE, "agent_id": 0}, r"\$\.agent_id"),
        ("wecom-app", {**WHOLE, "corp_id": ""}, "corp_id：必填"),
        ("wecom-app", {**WHOLE, "secret": ""}, "secret：必填"),
        ("wecom-app", {**WHOLE, "aes_key": "short"}, "aes_key：.*43"),
        ("wecom-app", {**WHOLE, "api_base": "qyapi.weixin.qq.com"}, "api_base：.*https://"),
        ("wecom-app", {**WHOLE, "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_key_is_named(kind, keys, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(keys, settings_type(kind))


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("wecom-aibot", {"bot_id": "b", "secret": "hush-hush"}),
        ("wecom-aibot", {"mode": "callback", "token": "hush-hush", "aes_key": AES_KEY}),
        ("wecom-robot", {"webhook": "hush-hush"}),
        ("wecom-robot", {"webhook": "https://h/?key=hush-hush"}),
        ("wecom-app", {**WHOLE, "secret": "hush-hush", "token": "hush-hush"}),
    ],
)
def test_no_secret_is_in_the_repr(kind, keys):
    settings = msgspec.convert(keys, settings_type(kind))
    assert "hush" not in repr(settings)
    assert AES_KEY not in repr(settings)


def test_the_key_alone_leads_to_wecom():
    settings = msgspec.convert({"webhook": "a-b-1"}, settings_type("wecom-robot"))
    assert str(settings.address) == "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a-b-1"  # type: ignore[attr-defined]


def test_the_group_robot_calls_by_mobile_number_too():
    people = (Mention("老张", "duty:13800001111"), Mention("小李", "duty:li"))
    text = robot.outgoing(Outgoing("k", "duty:group:g", "@老张 @小李", mentions=people), "duty")["text"]
    assert text["mentioned_list"] == ["13800001111", "li"]
    assert text["mentioned_mobile_list"] == ["13800001111"]
