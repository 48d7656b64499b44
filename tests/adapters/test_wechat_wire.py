"""What customer service and official accounts send, as the bot understands it: recorded payloads, and anything else."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from adapters.admission import Refused
from adapters.contract import Attachment, Button, DeliveryFailed, Incoming, Outgoing, RoomKind, What
from adapters.registry import settings_type
from adapters.wechat.customers import customer_in, is_customer, menu, plain
from adapters.wechat.kf import wire as kf
from adapters.wechat.kf.frames import Item, items
from adapters.wechat.mp import wire as mp
from tests.adapters.test_wecom_wire import JSON
from tests.adapters.wecom_peers import AES_KEY

AT = datetime(2026, 1, 1, tzinfo=UTC)
KF_VIEW = kf.View("kf", "小首", {"kf:wmAnn": "王老师"})
MP_VIEW = mp.View("mp", "小首", {"mp:oAnn": "王老师"})

# --- Customer service ---------------------------------------------------------------------------------------------

RECORDED: dict[str, Any] = {
    "msgid": "from_msgid_4622416642169452483",
    "open_kfid": "wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q",
    "external_userid": "wmAnn",
    "send_time": 1767225600,
    "origin": 3,
    "msgtype": "text",
    "text": {"content": "hi"},
}


def kf_heard(**changes: Any) -> Incoming | None:
    whole = {key: value for key, value in {**RECORDED, **changes}.items() if value is not None}
    [item] = items([whole])
    return kf.incoming(item, KF_VIEW)


def test_the_recorded_text_of_a_customer():
    assert kf_heard() == Incoming(
        room="kf:private:wmAnn",
        room_kind=RoomKind.PRIVATE,
        sender="kf:wmAnn",
        sender_name="王老师",
        message_id="from_msgid_4622416642169452483",
        text="hi",
        is_addressed=True,
        sent_at=AT,
    )


@pytest.mark.parametrize(
    ("changes", "text", "attachments"),
    [
        ({"text": {"content": "@小首 打不开"}}, "打不开", ()),
        ({"text": None}, "", ()),
        ({"msgtype": "image", "image": {"media_id": "m"}}, "", (Attachment("picture", ""),)),
        ({"msgtype": "voice", "voice": {"media_id": "m"}}, "", (Attachment("voice", ""),)),
        ({"msgtype": "video", "video": {"media_id": "m"}}, "", (Attachment("video", ""),)),
        ({"msgtype": "file", "file": {"media_id": "m"}}, "", (Attachment("file", ""),)),
        (
            {
                "msgtype": "location",
                "location": {
                    "latitude": 23.1,
                    "longitude": 113.3,
                    "name": "育才小学",
                    "address": "西区 1 号",
                },
            },
            "位置：育才小学 西区 1 号",
            (),
        ),
        (
            {"msgtype": "link", "link": {"title": "标题", "desc": "d", "url": "https://a.b", "pic_url": "p"}},
            "标题\nhttps://a.b",
            (),
        ),
        ({"msgtype": "business_card", "business_card": {"userid": "u"}}, "", ()),
        ({"msgtype": "miniprogram", "miniprogram": {"title": "报修", "appid": "a"}}, "报修", ()),
        ({"msgtype": "channels", "channels": {"sub_type": 1, "title": "动态"}}, "动态", ()),
        ({"msgtype": "merged_msg", "merged_msg": {"title": "聊天记录", "item": []}}, "聊天记录", ()),
        ({"msgtype": "channels_shop_product", "channels_shop_product": {"title": "t"}}, "", ()),
        ({"msgtype": "channels_shop_order", "channels_shop_order": {"order_id": "1"}}, "", ()),
        ({"msgtype": "note"}, "", ()),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "x"}}, "", ()),
    ],
)
def test_every_type_of_message_of_a_customer(changes, text, attachments):
    message = kf_heard(**changes)
    assert message is not None
    assert (message.text, message.attachments) == (text, attachments)


def test_a_touched_menu_stands_for_its_command():
    pressed = kf_heard(text={"content": "好了", "menu_id": "1"})
    assert pressed is not None
    assert (pressed.command, pressed.text) == ("1", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": 4},
        {"origin": 5, "servicer_userid": "mei"},
        {"origin": None},
        {"origin": "3"},
        {"msgtype": "event", "origin": 4, "event": {"event_type": "enter_session", "welcome_code": "W"}},
        {"msgtype": "hologram"},
        {"msgtype": 7},
        {"msgtype": None},
        {"external_userid": None},
        {"external_userid": "wm Ann"},
        {"external_userid": 7},
    ],
)
def test_what_no_customer_said_is_ignored(changes):
    assert kf_heard(**changes) is None


@pytest.mark.parametrize("msgid", [None, "", 7])
def test_a_message_without_an_id_gets_the_same_one_every_time(msgid):
    first, again = kf_heard(msgid=msgid), kf_heard(msgid=msgid)
    assert first is not None
    assert first == again
    assert first.message_id.startswith("derived-")


def event(**fields: Any) -> Item:
    [item] = items(
        [{"msgid": "e", "send_time": 1767225600, "origin": 4, "msgtype": "event", "event": fields}]
    )
    return item


@pytest.mark.parametrize(
    ("change", "by_staff"),
    [(1, True), (2, True), (3, False), (4, True), (9, None), ("1", None), (True, None)],
)
def test_who_serves_a_customer(change, by_staff):
    found = kf.served(
        event(event_type="session_status_change", external_userid="wmAnn", change_type=change, open_kfid="wk")
    )
    assert found == (None if by_staff is None else kf.Served("wmAnn", by_staff))


def test_other_events_change_nobody():
    for kind in (
        "enter_session",
        "servicer_status_change",
        "user_recall_msg",
        "reject_customer_msg_switch_change",
    ):
        assert kf.served(event(event_type=kind, external_userid="wmAnn", change_type=1)) is None
        assert kf.undelivered(event(event_type=kind, fail_msgid="m")) is None


def test_a_message_that_did_not_arrive():
    lost = event(event_type="msg_send_fail", external_userid="wmAnn", fail_msgid="m1", fail_type=4)
    assert kf.undelivered(lost) == kf.Undelivered("wmAnn", "m1", "超过 48 小时")
    reasons = {
        1: "客服账号已被删除",
        2: "应用已关闭",
        5: "会话已关闭",
        6: "超过 5 条",
        7: "没有绑定视频号",
        8: "没有验证主体",
        9: "没有绑定视频号且没有验证主体",
        10: "客户拒收",
        11: "没有成员登录",
        12: "被收回",
        3: "没有说原因",
        13: "没有说原因",
    }
    for number, why in reasons.items():
        found = kf.undelivered(event(event_type="msg_send_fail", fail_type=number))
        assert found is not None
        assert why in found.why
    odd = event(event_type="msg_send_fail", fail_type="4")
    assert kf.undelivered(odd) == kf.Undelivered("", "", "没有说原因")


def test_a_file_is_sent_by_what_the_platform_calls_it():
    body = kf.document(Outgoing("a", "kf:private:wmAnn", ""), "kf", "wk1", "media-1")
    said = kf.outgoing(Outgoing("a", "kf:private:wmAnn", "hi"), "kf", "wk1")
    assert (body["msgtype"], body["file"]) == ("file", {"media_id": "media-1"})
    assert [body[name] for name in ("touser", "open_kfid", "msgid")] == ["wmAnn", "wk1", said["msgid"]]


def test_who_opens_the_chat_without_a_name_is_called_by_their_number_and_may_have_been_known():
    view = kf.View("kf", "小首", {"kf:wmAnn": "王老师"})
    for customer, name in (("wmAnn", "王老师"), ("wmBob", "wmBob")):
        found = kf.entered(
            event(event_type="enter_session", external_userid=customer, welcome_code="W"), view
        )
        assert found is not None
        assert (found[0].sender_name, found[0].sender, found[1]) == (name, f"kf:{customer}", "W")
    taken = kf.recalled(event(event_type="user_recall_msg", external_userid="wmAnn", recall_msgid="m1"), view)
    assert taken is not None
    assert (taken.name, taken.what, taken.key) == ("王老师", What.RECALLED, "m1")


def test_the_account_of_an_event_stands_in_it():
    assert kf.account_of(event(event_type="x", external_userid="wmAnn", open_kfid="wk1")) == ("wmAnn", "wk1")


def bell_xml(**fields: str | None) -> bytes:
    base = {
        "ToUserName": "ww12345678910",
        "CreateTime": "1348831860",
        "MsgType": "event",
        "Event": "kf_msg_or_event",
        "Token": "ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR",
        "OpenKfId": "wkxxxxxxx",
    }
    kept = {key: value for key, value in {**base, **fields}.items() if value is not None}
    return xmltodict.unparse({"xml": kept}, full_document=False).encode()


def test_the_recorded_doorbell():
    token = "ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR"
    assert kf.bell(bell_xml(), "ww12345678910", 0) == kf.Bell("wkxxxxxxx", token)
    assert kf.bell(bell_xml(OpenKfId=None, Token=None), "ww12345678910", 0) == kf.Bell("", "")
    assert kf.bell(bell_xml(Event="change_contact"), "ww12345678910", 0) is None
    assert kf.bell(bell_xml(MsgType="text"), "ww12345678910", 0) is None
    assert kf.bell(bell_xml(AgentID="7"), "ww12345678910", 7) is not None
    assert kf.bell(bell_xml(AgentID="7"), "ww12345678910", 0) is not None


@pytest.mark.parametrize("changes", [{"ToUserName": "ww9"}, {"ToUserName": None}, {"AgentID": "8"}])
def test_a_doorbell_for_others_is_refused(changes):
    with pytest.raises(Refused) as refused:
        kf.bell(bell_xml(**changes), "ww12345678910", 7)
    assert refused.value.status == 403


# --- An official account ------------------------------------------------------------------------------------------


def mp_heard(**fields: str | None) -> Incoming | None:
    base: dict[str, str | None] = {
        "ToUserName": "gh_7f083739789a",
        "FromUserName": "oAnn",
        "CreateTime": "1767225600",
        "MsgType": "text",
        "Content": "this is a test",
        "MsgId": "1234567890123456",
    }
    kept = {key: value for key, value in {**base, **fields}.items() if value is not None}
    return mp.incoming(xmltodict.unparse({"xml": kept}, full_document=False).encode(), MP_VIEW)


def test_the_recorded_text_of_a_follower():
    assert mp_heard() == Incoming(
        room="mp:private:oAnn",
        room_kind=RoomKind.PRIVATE,
        sender="mp:oAnn",
        sender_name="王老师",
        message_id="1234567890123456",
        text="this is a test",
        is_addressed=True,
        sent_at=AT,
    )


@pytest.mark.parametrize(
    ("fields", "text", "attachments"),
    [
        ({"Content": "小首，打不开"}, "打不开", ()),
        ({"Content": None}, "", ()),
        (
            {"MsgType": "image", "PicUrl": "https://p.example/1.jpg", "MediaId": "m1"},
            "",
            (Attachment("picture", "m1", "https://p.example/1.jpg"),),
        ),
        ({"MsgType": "image", "PicUrl": "javascript:x", "MediaId": "m1"}, "", (Attachment("picture", "m1"),)),
        (
            {"MsgType": "voice", "MediaId": "m2", "Format": "amr", "Recognition": "打印机坏了"},
            "打印机坏了",
            (Attachment("voice", "m2"),),
        ),
        ({"MsgType": "video", "MediaId": "m3", "ThumbMediaId": "t"}, "", (Attachment("video", "m3"),)),
        ({"MsgType": "shortvideo", "MediaId": "m3"}, "", (Attachment("video", "m3"),)),
        ({"MsgType": "file", "Title": "日志.txt", "FileKey": "k"}, "", (Attachment("file", "日志.txt"),)),
        ({"MsgType": "location", "Location_X": "23.1", "Label": "育才小学"}, "位置：育才小学", ()),
        (
            {"MsgType": "link", "Title": "标题", "Description": "d", "Url": "https://a.b"},
            "标题\nhttps://a.b",
            (),
        ),
    ],
)
def test_every_type_of_message_of_a_follower(fields, text, attachments):
    message = mp_heard(**{"Content": None, **fields})
    assert message is not None
    assert (message.text, message.attachments, message.command) == (text, attachments, None)


def test_touching_a_menu_says_what_it_stands_for():
    below = mp_heard(Content="好了", bizmsgmenuid="1")
    fixed = mp_heard(MsgType="event", Event="CLICK", EventKey="我的单", MsgId=None, Content=None)
    assert below is not None
    assert fixed is not None
    assert (below.command, below.text) == ("1", "")
    assert (fixed.command, fixed.text) == ("我的单", "")
    assert fixed.message_id.startswith("derived-")


def test_a_menu_touched_again_is_another_message_and_the_same_call_is_not():
    touched = {"MsgType": "event", "Event": "CLICK", "EventKey": "我的单", "MsgId": None, "Content": None}
    calls = [touched, touched, touched | {"CreateTime": "1700000009"}, touched | {"EventKey": "进度"}]
    first, again, later, other = [message.message_id for fields in calls if (message := mp_heard(**fields))]
    assert first == again
    assert len({first, later, other}) == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "event", "Event": "unsubscribe"},
        {"MsgType": "event", "Event": "SCAN", "EventKey": "1", "Ticket": "T"},
        {"MsgType": "event", "Event": "LOCATION", "Latitude": "23"},
        {"MsgType": "event", "Event": "VIEW", "EventKey": "https://a.b"},
        {"MsgType": "event", "Event": "CLICK", "EventKey": None},
        {"MsgType": "hologram"},
        {"MsgType": None},
        {"FromUserName": None},
        {"FromUserName": "o Ann"},
    ],
)
def test_what_no_follower_said_is_ignored(fields):
    assert mp_heard(**fields) is None


def test_a_stranger_has_a_name_all_the_same():
    message = mp_heard(FromUserName="oStranger")
    assert message is not None
    assert message.sender_name == "微信用户"


# --- Going out ----------------------------------------------------------------------------------------------------


def test_messages_to_a_customer_and_to_a_follower():
    assert mp.outgoing(Outgoing("k", "mp:private:oAnn", "hi"), "mp") == {
        "touser": "oAnn",
        "msgtype": "text",
        "text": {"content": "hi"},
    }
    first, second = (kf.outgoing(Outgoing(key, "kf:private:wmAnn", "hi"), "kf", "wk1") for key in ("a", "b"))
    assert {**first, "msgid": ""} == {
        "touser": "wmAnn",
        "open_kfid": "wk1",
        "msgid": "",
        "msgtype": "text",
        "text": {"content": "hi"},
    }
    assert len(first["msgid"]) == 32
    assert first["msgid"] != second["msgid"]


@pytest.mark.parametrize("room", ["kf:group:1", "kf:private:", "kf:private:a b", "mp:private:oAnn", "kf", ""])
def test_no_address_but_that_of_one_person_is_written_to(room):
    with pytest.raises(DeliveryFailed) as failed:
        customer_in(Outgoing("k", room, "hi"), "kf")
    assert failed.value.retry_after is None


def test_an_edit_is_refused():
    with pytest.raises(DeliveryFailed, match="不能修改"):
        customer_in(Outgoing("k", "kf:private:a", "hi", edits="1"), "kf")


@pytest.mark.parametrize(
    "typed", ['<a href="x">y</a>', "<A HREF='x'>", "< a href=x>", "</a>", "<\ta href=x>"]
)
def test_typed_links_stay_text(typed):
    shown = plain(typed)
    assert shown.replace("\u200b", "") == typed
    assert "<a" not in shown.lower()
    assert "\u200b" in shown


@pytest.mark.parametrize("text", ["<b>粗</b>", "3 < 4", "<ab>", "a<b", "1 <2> 3", "&lt;a&gt;"])
def test_other_texts_are_left_alone(text):
    assert plain(text) == text


def test_buttons_that_do_not_fit_are_left_out():
    buttons = (
        Button("好了", "1"),
        Button("长" * 43, "2"),
        Button("空", ""),
        *(Button(f"{n}", f"{n}") for n in range(12)),
    )
    assert len(menu(Outgoing("k", "r", "x", buttons=buttons))) == 10
    assert menu(Outgoing("k", "r", "x", buttons=buttons))[0] == ("好了", "1")
    assert menu(Outgoing("k", "r", "长" * 342, buttons=buttons)) == []


# --- Anything at all ----------------------------------------------------------------------------------------------

NEARLY_ITEM = st.fixed_dictionaries(
    {},
    optional={
        "msgid": JSON | st.just("m"),
        "open_kfid": JSON | st.just("wk"),
        "external_userid": JSON | st.just("wmAnn"),
        "send_time": JSON | st.integers(),
        "origin": JSON | st.sampled_from([3, 4, 5]),
        "msgtype": JSON
        | st.sampled_from(["text", "image", "location", "link", "event", "miniprogram", "file"]),
        "text": JSON | st.fixed_dictionaries({"content": JSON, "menu_id": JSON}),
        "location": JSON,
        "link": JSON | st.fixed_dictionaries({"title": JSON, "url": JSON}),
        "file": JSON,
        "miniprogram": JSON,
        "event": JSON
        | st.fixed_dictionaries(
            {
                "event_type": JSON | st.sampled_from(["session_status_change", "msg_send_fail"]),
                "change_type": JSON | st.integers(0, 5),
                "fail_type": JSON | st.integers(0, 15),
                "external_userid": JSON | st.just("wmAnn"),
            }
        ),
    },
)


@given(st.lists(NEARLY_ITEM | JSON, max_size=3) | JSON)
def test_no_pull_raises_anything(found):
    for item in items(found):
        message = kf.incoming(item, KF_VIEW)
        assert message is None or (message.message_id and is_customer(message.sender.partition(":")[2]))
        kf.served(item)
        kf.undelivered(item)
        assert all(isinstance(word, str) for word in kf.account_of(item))


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        name: st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20)
        | st.sampled_from(
            ["ww1", "7", "text", "image", "event", "CLICK", "kf_msg_or_event", "oAnn", "1767225600"]
        )
        for name in (
            *("ToUserName", "FromUserName", "MsgType", "AgentID", "CreateTime", "MsgId", "Content", "PicUrl"),
            *("Event", "EventKey", "bizmsgmenuid", "Token", "OpenKfId", "Label", "Title", "Url"),
        )
    },
)


@given(FIELDS)
def test_no_document_raises_anything_but_a_refusal(fields):
    document = xmltodict.unparse({"xml": fields}, full_document=False).encode()
    with contextlib.suppress(Refused):
        found = mp.incoming(document, MP_VIEW)
        assert found is None or (found.message_id and is_customer(found.sender.partition(":")[2]))
    with contextlib.suppress(Refused):
        kf.bell(document, "ww1", 7)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(body):
    with contextlib.suppress(Refused):
        mp.incoming(body, MP_VIEW)
    with contextlib.suppress(Refused):
        kf.bell(body, "ww1", 0)


@given(
    st.text(max_size=40) | st.from_regex(r"kf:(group|private):.{0,10}", fullmatch=True), st.text(max_size=40)
)
def test_no_message_raises_anything_but_the_documented(room, text):
    message = Outgoing("k", room, text, buttons=(Button(text, text),))
    with contextlib.suppress(DeliveryFailed):
        body = kf.outgoing(message, "kf", "wk")
        assert body["touser"] == room.removeprefix("kf:private:")
    assert plain(text).replace("\u200b", "") == text.replace("\u200b", "")


# --- Settings -----------------------------------------------------------------------------------------------------

CALLBACK = {"token": "t", "aes_key": AES_KEY}
KF = {"corp_id": "ww1", "secret": "hush-hush", **CALLBACK}
MP = {"app_id": "wx1", "secret": "hush-hush", **CALLBACK}


@pytest.mark.parametrize(
    ("kind", "keys", "words"),
    [
        ("wechat-kf", {**KF, "corp_id": ""}, "corp_id：必填"),
        ("wechat-kf", {**KF, "secret": ""}, "secret：必填"),
        ("wechat-kf", {**KF, "token": ""}, "token：必填"),
        ("wechat-kf", {**KF, "aes_key": "short"}, "aes_key：.*43"),
        ("wechat-kf", {**KF, "api_base": "qyapi.weixin.qq.com"}, "api_base：.*https://"),
        ("wechat-kf", {**KF, "catch_up_minutes": -1}, r"\$\.catch_up_minutes"),
        ("wechat-kf", {**KF, "colour": "red"}, "colour"),
        ("wechat-mp", {**MP, "app_id": ""}, "app_id：必填"),
        ("wechat-mp", {**MP, "secret": ""}, "secret：必填"),
        ("wechat-mp", {**MP, "aes_key": ""}, "aes_key：.*43"),
        ("wechat-mp", {**MP, "api_base": "ftp://x"}, "api_base：.*https://"),
        ("wechat-mp", {**MP, "corp_id": "ww1"}, "corp_id"),
    ],
)
def test_a_wrong_key_is_named(kind, keys, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(keys, settings_type(kind))


@pytest.mark.parametrize(("kind", "keys"), [("wechat-kf", KF), ("wechat-mp", MP)])
def test_no_secret_is_in_the_repr(kind, keys):
    settings = msgspec.convert({**keys, "token": "hush-hush"}, settings_type(kind))
    assert "hush" not in repr(settings)
    assert AES_KEY not in repr(settings)
