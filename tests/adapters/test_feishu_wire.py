"""What Feishu sends, as the bot understands it, and how the bot's messages are written: recorded payloads, and anything else."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from adapters.admission import Refused
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
from adapters.feishu import wire, writing
from adapters.feishu.addresses import is_id, place
from adapters.feishu.crypto import Tampered, opened, signature
from adapters.feishu.door import Challenge, Door
from adapters.feishu.outcome import read
from adapters.registry import settings_type
from adapters.server import Response
from tests.adapters.feishu_peers import BORN, ENCRYPT_KEY, TOKEN, sealed
from tests.adapters.test_wecom_wire import JSON

AT = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime.fromtimestamp(BORN, UTC)
VIEW = wire.View("fs", "小首", "ou_bot", {"fs:ou_ann": "王老师", "fs:ou_zhang": "老张"})
ZHANG = {"key": "@_user_2", "id": {"open_id": "ou_zhang"}, "name": "Zhang San"}
CALL = {"key": "@_user_1", "id": {"open_id": "ou_bot"}, "name": "simbot"}

# The event of the documents.
RECORDED: dict[str, Any] = {
    "schema": "2.0",
    "header": {
        "event_id": "5e3702a84e847582be8db7fb73283c02",
        "event_type": "im.message.receive_v1",
        "create_time": "1767225600000",
        "token": "VT",
        "app_id": "cli_x",
        "tenant_key": "t",
    },
    "event": {
        "sender": {
            "sender_id": {"open_id": "ou_ann", "user_id": "u1", "union_id": "on_1"},
            "sender_type": "user",
        },
        "message": {
            "message_id": "om_1",
            "root_id": "",
            "parent_id": "om_0",
            "thread_id": "",
            "chat_id": "oc_g",
            "chat_type": "group",
            "message_type": "text",
            "create_time": "1767225600000",
            "content": '{"text":"@_user_1 怎么报名"}',
            "mentions": [CALL],
        },
    },
}


def heard(content: Any = None, *, sender: dict[str, Any] | None = None, **changes: Any) -> Incoming | None:
    message = {**RECORDED["event"]["message"], **changes}
    if content is not None:
        message["content"] = json.dumps(content, ensure_ascii=False)
    who = {**RECORDED["event"]["sender"], **(sender or {})}
    event = {**RECORDED, "event": {"sender": who, "message": message}}
    found = list(wire.happenings(event, VIEW))
    assert len(found) <= 1
    return found[0] if found else None  # type: ignore[return-value]


def test_the_recorded_call_in_a_group():
    assert heard() == Incoming(
        room="fs:group:oc_g",
        room_kind=RoomKind.GROUP,
        sender="fs:ou_ann",
        sender_name="王老师",
        message_id="om_1",
        text="怎么报名",
        is_addressed=True,
        quotes="om_0",
        sent_at=AT,
    )


def test_a_private_message_belongs_to_the_person():
    private = heard({"text": "在吗"}, chat_type="p2p", mentions=None, parent_id="")
    assert private is not None
    assert (private.room, private.room_kind) == ("fs:private:ou_ann", RoomKind.PRIVATE)
    assert (private.is_addressed, private.quotes) == (True, None)


@pytest.mark.parametrize(
    ("text", "mentions", "shown", "called", "is_addressed"),
    [
        ("@_user_2 看一下", [ZHANG], "@老张 看一下", ("fs:ou_zhang",), False),
        ("@_user_1 转交 1024 @_user_2", [CALL, ZHANG], "转交 1024 @老张", ("fs:ou_zhang",), True),
        ("@_all 开会", [], "@所有人 开会", (), False),
        ("@小首 打不开", [], "打不开", (), True),
        (
            "@_user_12 和 @_user_1",
            [CALL, {"key": "@_user_12", "id": {"open_id": "ou_li"}, "name": "小李"}],
            "@小李 和",
            ("fs:ou_li",),
            True,
        ),
        (
            "@_user_3 在吗",
            [{"key": "@_user_3", "id": {"open_id": ""}, "name": "外人"}],
            "@外人 在吗",
            (),
            False,
        ),
        (
            "@_user_4 在吗",
            [{"key": "@_user_4", "id": {"open_id": "ou_4"}}],
            "@ou_4 在吗",
            ("fs:ou_4",),
            False,
        ),
        ("大家好", None, "大家好", (), False),
        ("大家好", [{"id": {"open_id": "ou_zhang"}, "name": "老张"}, 7], "大家好", (), False),
    ],
)
def test_whom_a_text_calls(text, mentions, shown, called, is_addressed):
    message = heard({"text": text}, mentions=mentions)
    assert message is not None
    assert message.text == shown
    assert tuple(mention.account for mention in message.mentions) == called
    assert message.is_addressed == is_addressed


def test_a_post_calls_as_a_text_does():
    def said(*pieces: dict[str, Any]) -> Incoming | None:
        return heard({"content": [list(pieces)]}, message_type="post", mentions=[CALL, ZHANG])

    words = {"tag": "text", "text": " 转交 1024 "}
    called = said({"tag": "at", "user_id": "@_user_1"}, words, {"tag": "at", "user_id": "@_user_2"})
    assert called is not None
    assert (called.text, called.is_addressed) == ("转交 1024 @老张", True)
    assert called.mentions == (Mention("老张", "fs:ou_zhang"),)
    passing = said({"tag": "at", "user_id": "@_user_2"}, words)
    assert passing is not None
    assert (passing.text, passing.is_addressed) == ("@老张 转交 1024", False)


def test_nobody_is_taken_for_a_bot_that_does_not_know_itself_yet():
    stranger = {"key": "@_user_1", "id": {}, "name": "外人"}
    message = {**RECORDED["event"]["message"], "mentions": [stranger]}
    [heard_] = wire.happenings(
        {**RECORDED, "event": {**RECORDED["event"], "message": message}},
        msgspec.structs.replace(VIEW, bot_id=""),
    )
    assert (heard_.text, heard_.is_addressed) == ("@外人 怎么报名", False)


@pytest.mark.parametrize("odd", [{"message_id": "om/../1"}, {"content": '{"image_key":"../img"}'}])
def test_what_is_no_id_leads_to_no_file(odd):
    message = heard(**{"message_type": "image", "content": '{"image_key":"img_1"}'} | odd)
    assert message is not None
    assert [each.reference for each in message.attachments] == [""]


POST = {
    "title": "打不开",
    "content": [
        [
            {"tag": "at", "user_id": "@_user_1", "user_name": "simbot"},
            {"tag": "text", "text": " 第一行 "},
            {"tag": "a", "href": "https://a.b", "text": "链接"},
            {"tag": "emotion", "emoji_type": "SMILE"},
        ],
        [{"tag": "img", "image_key": "img_1"}],
        [{"tag": "media", "file_key": "file_1", "image_key": "img_2"}],
        [{"tag": "code_block", "language": "PYTHON", "text": "print()"}, {"tag": "hr"}],
        "odd",
        [None],
    ],
}


@pytest.mark.parametrize(
    ("kind", "content", "text", "attachments"),
    [
        (
            "post",
            POST,
            "打不开\n 第一行 链接\nprint()",
            (
                Attachment("picture", "img_1", reference="om_1/img_1/image"),
                Attachment("video", "file_1", reference="om_1/file_1/file"),
            ),
        ),
        (
            "image",
            {"image_key": "img_1"},
            "",
            (Attachment("picture", "img_1", reference="om_1/img_1/image"),),
        ),
        (
            "file",
            {"file_key": "file_1", "file_name": "常见问题.xlsx"},
            "",
            (Attachment("file", "常见问题.xlsx", reference="om_1/file_1/file"),),
        ),
        (
            "audio",
            {"file_key": "file_2", "duration": 2000},
            "",
            (Attachment("voice", "file_2", reference="om_1/file_2/file"),),
        ),
        (
            "media",
            {"file_key": "file_3", "image_key": "i", "file_name": "a.mp4", "duration": 1},
            "",
            (Attachment("video", "a.mp4", reference="om_1/file_3/file"),),
        ),
        ("sticker", {"file_key": "file_4"}, "", ()),
        ("interactive", {"title": "t"}, "", ()),
        ("merge_forward", {"content": "Merged and Forwarded Message"}, "", (Attachment("forward", ""),)),
        ("share_chat", {"chat_id": "oc_2"}, "", ()),
        ("share_user", {"user_id": "ou_2"}, "", ()),
        ("hongbao", {"text": "红包"}, "", ()),
        ("todo", {"task_id": "t"}, "", ()),
        ("vote", {"topic": "几点"}, "", ()),
        ("location", {"name": "育才小学", "longitude": "1", "latitude": "2"}, "位置：育才小学", ()),
        ("text", {"text": 7}, "", ()),
        ("text", "odd", "", ()),
        ("post", {"content": 7}, "", ()),
    ],
)
def test_every_type_of_message(kind, content, text, attachments):
    message = heard(content, message_type=kind)
    assert message is not None
    assert (message.text, message.attachments) == (text, attachments)


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": {"sender_type": "app"}},
        {"sender": {"sender_type": "anonymous"}},
        {"sender": {"sender_id": {"open_id": "ou_bot"}}},
        {"sender": {"sender_id": None}},
        {"message_type": "system"},
        {"message_type": "hologram"},
        {"message_type": 7},
        {"chat_type": "channel"},
        {"chat_id": "../oc"},
    ],
)
def test_what_nobody_said_is_ignored(changes):
    assert heard(**changes) is None


def test_a_message_without_an_id_gets_the_same_one_every_time():
    first, again = heard(message_id=""), heard(message_id="")
    assert first is not None
    assert first == again
    assert first.message_id.startswith("derived-")


def event(kind: str, body: Any) -> dict[str, Any]:
    return {"schema": "2.0", "header": {**RECORDED["header"], "event_type": kind}, "event": body}


def test_a_touched_button_is_a_command():
    body = {
        "operator": {"tenant_key": "t", "user_id": "u", "open_id": "ou_zhang", "union_id": "on"},
        "token": "c-295ee57216a5dc9de90fefd0aadb4b1d7d",
        "action": {"value": {"command": "接单 1024", "room": "group"}, "tag": "button", "name": "Button_x"},
        "host": "im_message",
        "context": {"open_message_id": "om_card", "open_chat_id": "oc_g"},
    }
    [touched] = wire.happenings(event("card.action.trigger", body), VIEW)
    assert isinstance(touched, Incoming)
    assert (touched.command, touched.text, touched.quotes) == ("接单 1024", "", "om_card")
    assert (touched.room, touched.sender) == ("fs:group:oc_g", "fs:ou_zhang")
    assert touched.message_id == "touch-5e3702a84e847582be8db7fb73283c02"
    assert (touched.sender_name, touched.is_addressed, touched.sent_at) == ("老张", True, AT)
    lost = {**body, "context": {**body["context"], "open_chat_id": "../oc"}}
    assert list(wire.happenings(event("card.action.trigger", lost), VIEW)) == []
    body["action"] = {"value": {"command": "1", "room": "private"}, "tag": "button"}
    [private] = wire.happenings(event("card.action.trigger", body), VIEW)
    assert private.room == "fs:private:ou_zhang"
    for odd in (None, {}, {"value": {}}, {"value": {"command": 7}}, {"value": "x"}):
        assert list(wire.happenings(event("card.action.trigger", {**body, "action": odd}), VIEW)) == []


def test_a_touch_without_an_id_gets_the_same_one_every_time_and_another_for_another_button():
    def touched(command: str, card: str) -> str:
        body = {
            "operator": {"open_id": "ou_zhang"},
            "action": {"value": {"command": command, "room": "group"}},
            "context": {"open_message_id": card, "open_chat_id": "oc_g"},
        }
        whole = event("card.action.trigger", body)
        [found] = wire.happenings({**whole, "header": {**whole["header"], "event_id": ""}}, VIEW)
        assert isinstance(found, Incoming)
        return found.message_id

    ids = [
        touched(*each) for each in (("接单", "om_1"), ("接单", "om_1"), ("接单", "om_2"), ("退出", "om_1"))
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_what_happens_in_groups_without_a_word():
    def noticed(kind: str, **body: Any) -> list[Any]:
        return list(wire.happenings(event(kind, {"chat_id": "oc_g", **body}), VIEW))

    key = "5e3702a84e847582be8db7fb73283c02"
    assert noticed("im.message.recalled_v1", message_id="om_1", recall_time="1") == [
        Notice(what=What.RECALLED, room="fs:group:oc_g", key="om_1", message_id="om_1")
    ]
    assert noticed("im.chat.member.bot.added_v1", name="育才群", external=False) == [
        Notice(what=What.BOT_ADDED, room="fs:group:oc_g", key=key, room_name="育才群")
    ]
    assert noticed("im.chat.member.bot.deleted_v1", name="育才群")[0].what is What.BOT_REMOVED
    users = [{"name": "周老师", "user_id": {"open_id": "ou_zhou"}}, {"name": "无名"}]
    assert noticed("im.chat.member.user.added_v1", users=users) == [
        Notice(
            what=What.MEMBER_ADDED, room="fs:group:oc_g", key=f"{key}.0", account="fs:ou_zhou", name="周老师"
        )
    ]
    assert noticed("im.chat.member.user.deleted_v1", users=users)[0].what is What.MEMBER_REMOVED
    assert noticed("im.chat.disbanded_v1", name="育才群")[0].what is What.BOT_REMOVED
    for kind in ("im.message.reaction.created_v1", "im.message.message_read_v1", "x"):
        assert noticed(kind, message_id="om_1") == []
    assert list(wire.happenings(event("im.message.recalled_v1", {"chat_id": None}), VIEW)) == []


# --- Who may come in ----------------------------------------------------------------------------------------------


def test_the_signature_of_the_documents():
    expected = "a2b57e5f983985e66864e6fd103c090deab4309d3b322f0341587fee5b1f54c8"
    assert signature("1700000000", "abcdef", "EK", b'{"encrypt":"x"}') == expected


def test_the_encryption_of_the_documents():
    # Sample of the platform's own documents: key `test key`, plain text `hello world`.
    assert opened("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=", "test key") == b"hello world"


@pytest.mark.parametrize("padding", [b"\x00" * 16, b"\x11" * 32, b"\x02\x03", b"\x03\x02", b"x" * 16])
def test_padding_that_is_none_is_refused(padding):
    whole = padding.rjust(32, b"x")
    key = hashlib.sha256(ENCRYPT_KEY.encode()).digest()
    closed = bytes(16) + AES.new(key, AES.MODE_CBC, bytes(16)).encrypt(whole)
    with pytest.raises(Tampered):
        opened(base64.b64encode(closed).decode(), ENCRYPT_KEY)


@pytest.mark.parametrize(
    "text", ["", "x", "AAAA", "A" * 44 + "=", "é", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
)
def test_what_was_not_encrypted_is_not_opened(text):
    with pytest.raises(Tampered):
        opened(text, ENCRYPT_KEY)


def signed(body: bytes, at: int = BORN) -> dict[str, str]:
    return {
        "X-Lark-Request-Timestamp": str(at),
        "X-Lark-Request-Nonce": "n",
        "X-Lark-Signature": signature(str(at), "n", ENCRYPT_KEY, body),
    }


def test_the_address_is_verified_encrypted_or_not():
    challenge = {"type": "url_verification", "challenge": "ajls384kdjx98XX", "token": TOKEN}
    body = json.dumps({"encrypt": sealed(json.dumps(challenge))}).encode()
    assert Door(ENCRYPT_KEY, TOKEN).open({}, body, NOW) == Challenge("ajls384kdjx98XX")
    assert Door("", TOKEN).open({}, json.dumps(challenge).encode(), NOW) == Challenge("ajls384kdjx98XX")
    with pytest.raises(Refused):
        Door("", "other").open({}, json.dumps(challenge).encode(), NOW)


def test_a_stranger_learns_nothing_of_what_is_encrypted_by_changing_it() -> None:
    """One answer whether the padding or the words are wrong; else each byte could be found with a few hundred calls."""
    whole = base64.b64decode(sealed('{"type":"url_verification","challenge":"x"}'))
    answers = set()
    for value in range(256):
        changed = bytearray(whole)
        changed[-17] ^= value or 1  # the last byte of the padding, after decryption
        body = json.dumps({"encrypt": base64.b64encode(changed).decode()}).encode()
        with pytest.raises(Refused) as refused:
            Door(ENCRYPT_KEY, TOKEN).open({}, body, NOW)
        answers.add((refused.value.status, refused.value.reason if refused.value.status != 403 else ""))
    assert answers == {(403, "")}


def test_an_event_needs_every_proof():
    whole = {**RECORDED, "header": {**RECORDED["header"], "token": TOKEN}}
    body = json.dumps({"encrypt": sealed(json.dumps(whole))}).encode()
    door = Door(ENCRYPT_KEY, TOKEN)
    assert door.open(signed(body), body, NOW) == whole
    other = json.dumps({"encrypt": sealed(json.dumps(whole), "another key")}).encode()
    plain = json.dumps(whole).encode()
    for headers, content, status in (
        ({}, body, 403),
        ({**signed(body), "X-Lark-Signature": "0" * 64}, body, 403),
        ({**signed(body), "X-Lark-Request-Nonce": "other"}, body, 403),
        (signed(body, BORN - 301), body, 403),
        (signed(body, BORN + 301), body, 403),
        (signed(other), other, 403),
        (signed(plain), plain, 400),
        (signed(b"["), b"[", 400),
        (signed(b"[]"), b"[]", 400),
        (signed(b"\xff"), b"\xff", 400),
    ):
        with pytest.raises(Refused) as refused:
            door.open(headers, content, NOW)
        assert refused.value.status == status
    for token in ("VT", "", TOKEN + "x", "é", 7, None):
        forged = json.dumps({**RECORDED, "header": {"token": token}}).encode()
        with pytest.raises(Refused):
            Door("", TOKEN).open({}, forged, NOW)


# --- Going out ----------------------------------------------------------------------------------------------------

CALLED = Mention("老张", "fs:ou_zhang")


def test_a_message_is_a_post_whose_words_are_no_markup():
    message = Outgoing(
        "k", "fs:group:oc_g", '⏳ 1026 @老张\n<at user_id="all"></at> **粗**', mentions=(CALLED,)
    )
    assert json.loads(writing.post(message, "fs", RoomKind.GROUP)) == {
        "zh_cn": {
            "content": [
                [
                    {"tag": "text", "text": "⏳ 1026 "},
                    {"tag": "at", "user_id": "ou_zhang"},
                    {"tag": "text", "text": ""},
                ],
                [{"tag": "text", "text": '<at user_id="all"></at> **粗**'}],
            ]
        }
    }
    assert '"at"' not in writing.post(message, "fs", RoomKind.PRIVATE)


def test_buttons_make_a_card_that_may_be_changed():
    message = Outgoing(
        "k", "fs:group:oc_g", "🆕 1001", buttons=(Button("接单", "接单 1001"), Button("改派", "改派 1001"))
    )
    card = json.loads(writing.card(message, "fs", RoomKind.GROUP))
    assert card["config"]["update_multi"] is True
    assert card["elements"][0]["text"] == {"tag": "plain_text", "content": "🆕 1001"}
    assert [action["value"] for action in card["elements"][1]["actions"]] == [
        {"command": "接单 1001", "room": "group"},
        {"command": "改派 1001", "room": "group"},
    ]


def test_only_the_bot_itself_calls_somebody_in_a_card():
    typed = "<at id=all></at> **粗** [a](b) <font color='red'>x</font>"
    message = Outgoing(
        "k", "fs:group:oc_g", f"@老张 {typed}", mentions=(CALLED,), buttons=(Button("接受", "接受 1"),)
    )
    text = json.loads(writing.card(message, "fs", RoomKind.GROUP))["elements"][0]["text"]
    assert text["tag"] == "lark_md"
    assert text["content"].startswith("<at id=ou_zhang></at> ")
    rest = text["content"].removeprefix("<at id=ou_zhang></at> ")
    assert html.unescape(rest) == typed
    assert not set(rest) & set("<>*[]`_~")


def test_nobody_but_a_person_can_be_called():
    for account in ("fs:all", "fs:", "qq:1", "fs:a/b", "fs:@_all"):
        message = Outgoing("k", "fs:group:oc_g", "@全体 好", mentions=(Mention("全体", account),))
        assert '"tag":"at"' not in writing.post(message, "fs", RoomKind.GROUP)


@pytest.mark.parametrize(
    ("status", "body", "retry_seconds", "is_unknown"),
    [
        (400, b'{"code":230002,"msg":"x"}', None, False),
        (400, b'{"code":99991400,"msg":"x"}', 5, False),
        (200, b'{"code":230020,"msg":"x"}', 5, False),
        (429, b"", 5, False),
        (200, b'{"code":10003,"msg":"x"}', 60, False),
        (404, b"<html>", None, False),
        (200, b"<html>", None, True),
        (200, b"[]", None, True),
        (200, b'{"code":true}', None, True),
        (200, b'{"code":"0"}', None, True),
    ],
)
def test_what_an_answer_means(status, body, retry_seconds, is_unknown):
    with pytest.raises(DeliveryFailed) as failed:
        read(Response(status, body))
    wait = failed.value.retry_after
    assert (wait.total_seconds() if wait else None, failed.value.is_unknown) == (retry_seconds, is_unknown)


# --- Anything at all ----------------------------------------------------------------------------------------------

NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "header": JSON
        | st.fixed_dictionaries(
            {
                "event_type": JSON
                | st.sampled_from(
                    [
                        "im.message.receive_v1",
                        "card.action.trigger",
                        "im.message.recalled_v1",
                        "im.chat.member.user.added_v1",
                    ]
                ),
                "event_id": JSON,
                "create_time": JSON,
            }
        ),
        "event": JSON
        | st.fixed_dictionaries(
            {},
            optional={
                "sender": JSON
                | st.fixed_dictionaries(
                    {"sender_type": JSON | st.just("user"), "sender_id": JSON | st.just({"open_id": "ou_a"})}
                ),
                "message": JSON
                | st.fixed_dictionaries(
                    {
                        "message_id": JSON | st.just("om_1"),
                        "chat_type": JSON | st.sampled_from(["group", "p2p"]),
                        "chat_id": JSON | st.just("oc_g"),
                        "message_type": JSON | st.sampled_from(["text", "post", "image", "file", "location"]),
                        "content": JSON | JSON.map(json.dumps) | st.just(json.dumps(POST)),
                        "mentions": JSON
                        | st.lists(
                            st.fixed_dictionaries({"key": JSON, "id": JSON, "name": JSON}), max_size=2
                        ),
                        "create_time": JSON | st.integers().map(str),
                        "parent_id": JSON,
                    }
                ),
                "operator": JSON | st.just({"open_id": "ou_a"}),
                "action": JSON | st.fixed_dictionaries({"value": JSON | st.just({"command": "1"})}),
                "context": JSON,
                "chat_id": JSON | st.just("oc_g"),
                "users": JSON | st.lists(JSON | st.just({"user_id": {"open_id": "ou_a"}}), max_size=2),
            },
        ),
    },
)


@given(NEARLY)
def test_no_event_raises_anything(event):
    for found in wire.happenings(event, VIEW):
        if isinstance(found, Incoming):
            assert found.message_id
            assert is_id(found.sender.partition(":")[2])
        else:
            assert found.key
            assert is_id(found.room.rpartition(":")[2])


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()), st.booleans())
def test_no_body_raises_anything_but_a_refusal(body, has_key):
    with contextlib.suppress(Refused):
        Door(ENCRYPT_KEY if has_key else "", TOKEN).open(signed(body), body, NOW)
    with contextlib.suppress(DeliveryFailed):
        read(Response(200, body))


@given(JSON)
def test_no_sealed_event_raises_anything_but_a_refusal(content):
    body = json.dumps({"encrypt": sealed(json.dumps(content))}).encode()
    with contextlib.suppress(Refused):
        Door(ENCRYPT_KEY, "").open(signed(body), body, NOW)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_every_text_is_shown_as_it_stands(text):
    message = Outgoing("k", "fs:group:oc_g", text)
    lines = json.loads(writing.post(message, "fs", RoomKind.GROUP))["zh_cn"]["content"]
    assert "\n".join("".join(piece["text"] for piece in line) for line in lines) == text
    assert html.unescape(writing.escaped(text.replace("\r", "").replace("\x00", ""))) is not None


@given(st.text(st.characters(codec="utf-8"), max_size=60_000))
def test_every_part_fits_in_a_card(text):
    for part in writing.parts(text[:20_000]):
        message = Outgoing("k", "fs:group:oc_g", part, mentions=(CALLED,), buttons=(Button("好", "1"),))
        assert len(writing.post(message, "fs", RoomKind.GROUP).encode()) < 150_000
        assert len(writing.escaped(part).encode()) <= 20_000


@given(st.text(max_size=40) | st.from_regex(r"fs:(group|private):.{0,10}", fullmatch=True))
def test_no_room_raises_anything_but_the_documented(room):
    with contextlib.suppress(DeliveryFailed):
        kind, number = place(room, "fs")
        assert room == f"fs:{kind}:{number}"


# --- Settings -----------------------------------------------------------------------------------------------------

WHOLE = {"app_id": "cli_x", "secret": "hush-hush", "encrypt_key": "hush-key"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({**WHOLE, "app_id": ""}, "app_id：必填"),
        ({**WHOLE, "secret": ""}, "secret：必填"),
        ({**WHOLE, "encrypt_key": ""}, "encrypt_key：.*冒充"),
        ({**WHOLE, "api_base": "open.feishu.cn"}, "api_base：.*https://"),
        ({**WHOLE, "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_key_is_named(keys, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(keys, settings_type("feishu"))


def test_no_secret_is_in_the_repr():
    settings = msgspec.convert({**WHOLE, "verification_token": "hush-token"}, settings_type("feishu"))
    assert "hush" not in repr(settings)
