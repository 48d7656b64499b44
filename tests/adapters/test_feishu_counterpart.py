"""A published framework beside our adapter: `nonebot-adapter-feishu` decrypts and reads the same events, and our messages."""

from __future__ import annotations

import json

import pytest
from nonebot.adapters.feishu import Adapter
from nonebot.adapters.feishu.event import GroupMessageEvent, PrivateMessageEvent
from nonebot.adapters.feishu.message import Message
from nonebot.adapters.feishu.utils import AESCipher

from adapters.contract import Incoming, Mention, Outgoing, RoomKind
from adapters.feishu import wire, writing
from adapters.feishu.crypto import opened
from tests.adapters.feishu_peers import ENCRYPT_KEY, sealed
from tests.adapters.test_feishu_wire import RECORDED, VIEW


def test_it_decrypts_what_we_decrypt():
    text = json.dumps(RECORDED, ensure_ascii=False)
    assert AESCipher(ENCRYPT_KEY).decrypt_string(sealed(text)) == text
    assert opened(sealed(text), ENCRYPT_KEY).decode() == text


@pytest.mark.parametrize(("chat_type", "kind"), [("group", GroupMessageEvent), ("p2p", PrivateMessageEvent)])
def test_it_reads_a_message_as_we_do(chat_type, kind):
    event = {
        **RECORDED,
        "event": {
            **RECORDED["event"],
            "sender": {**RECORDED["event"]["sender"], "tenant_key": "t"},
            "message": {**RECORDED["event"]["message"], "chat_type": chat_type},
        },
    }
    event["event"]["message"]["mentions"] = [
        {**each, "id": {**each["id"], "user_id": "u", "union_id": "on"}, "tenant_key": "t"}
        for each in event["event"]["message"]["mentions"]
    ]
    theirs = Adapter.json_to_event(event)
    [ours] = wire.happenings(event, VIEW)
    assert type(theirs) is kind
    assert isinstance(ours, Incoming)
    assert ours.sender == f"fs:{theirs.get_user_id()}"
    assert ours.message_id == theirs.event.message.message_id
    assert ours.quotes == theirs.event.message.parent_id
    assert (ours.room_kind is RoomKind.GROUP) == (chat_type == "group")


def test_it_reads_the_post_that_we_write():
    message = Outgoing(
        "k", "fs:group:oc_g", "⏳ 1026 @老张 看一下\n第二行", mentions=(Mention("老张", "fs:ou_zhang"),)
    )
    content = json.loads(writing.post(message, "fs", RoomKind.GROUP))["zh_cn"]
    theirs = Message.deserialize(json.dumps({"title": "", **content}), [], "post")
    shown = [(segment.type, segment.data) for segment in theirs]
    calls = [data["user_id"] for kind, data in _pieces(shown) if kind == "at"]
    words = "".join(data["text"] for kind, data in _pieces(shown) if kind == "text")
    assert calls == ["ou_zhang"]
    assert words.replace("\n", "") == "⏳ 1026  看一下第二行"


def _pieces(shown):
    for kind, data in shown:
        if kind == "post":
            for line in data["content"]:
                yield from ((piece["tag"], piece) for piece in line)
        else:
            yield kind, data
