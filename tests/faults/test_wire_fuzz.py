"""A million spoilt payloads through what reads each of the first four platforms: only the documented refusal ever comes out.

The short round runs in every test; `make faults` runs the long one and prints its figures.
"""

from __future__ import annotations

import contextlib
import copy
import json
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from adapters.admission import Refused
from adapters.contract import KnownPerson
from adapters.onebot import cq, notices
from adapters.onebot import frames as onebot_frames
from adapters.onebot import wire as onebot_wire
from adapters.qq import frames as qq_frames
from adapters.qq import wire as qq_wire
from adapters.said import Said
from adapters.telegram import wire as telegram_wire
from adapters.telegram.view import View as TelegramView
from adapters.wecom.aibot import frames as aibot_frames
from adapters.wecom.aibot import wire as aibot_wire
from adapters.wecom.app import wire as app_wire
from tests.faults.conftest import Held

SHORT, LONG = 2_000, 1_000_000  # of each of the platforms
PARTS = 4  # in which they are played, so that two processes end together
PEOPLE = {"qq:20002": "老张"}
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 2**80, 1.5, "", "x", "\ud800", "\u0000", "[CQ:at,qq=all]", [], [None], {}, {"a": 1},
    {"text": None}, [[[]]], "9" * 400, {"type": "text"}, [{"type": 1}], "2026-05-15T12:01:45+08:00",
)  # fmt: skip

ONEBOT = {
    "time": 1767225600, "self_id": 10001000, "post_type": "message", "message_type": "group", "sub_type": "normal",
    "message_id": -881122, "group_id": 87654321, "user_id": 12345678, "anonymous": None, "notice_type": "group_upload",
    "operator_id": 5, "file": {"id": "/a", "name": "a.log", "size": 3, "busid": 102}, "group_name": "群",
    "message": [{"type": "reply", "data": {"id": "5001"}}, {"type": "at", "data": {"qq": "10001000"}},
                {"type": "text", "data": {"text": " 怎么安装？"}}, {"type": "file", "data": {"file": "a", "file_id": "/x"}}],
    "sender": {"user_id": 12345678, "nickname": "Ann", "card": "Ann (dev)"}, "interval": 5000, "echo": "c", "status": "ok",
}  # fmt: skip
QQ = {
    "op": 0, "s": 5, "t": "GROUP_MESSAGE_CREATE", "id": "GROUP_MESSAGE_CREATE:abc",
    "d": {"id": "ROBOT1.0_xyz", "content": "<@42F7> 截止时间", "timestamp": "2026-05-15T12:01:45+08:00", "group_openid": "C9F7",
          "author": {"id": "E4F4", "member_openid": "E4F4", "username": "Ann", "bot": False},
          "mentions": [{"scope": "single", "is_you": True, "bot": True, "id": "42F7", "username": "simbot"}],
          "message_type": 103, "message_scene": {"source": "default", "ext": ["msg_idx=REFIDX_a1", "ref_msg_idx=R"]},
          "msg_elements": [{"content": "x", "msg_elements": None}],
          "attachments": [{"content_type": "image/png", "filename": "a.png", "url": "https://x", "size": 3}]},
}  # fmt: skip
TELEGRAM = {
    "update_id": 1000,
    "message": {"message_id": 12, "date": 1767225600, "chat": {"id": -1001234567890, "type": "supergroup", "title": "support"},
                "message_thread_id": 7, "is_topic_message": True, "from": {"id": 777001, "is_bot": False, "first_name": "Ann"},
                "text": "@sim_bot when?", "entities": [{"type": "mention", "offset": 0, "length": 8}],
                "new_chat_members": [{"id": 5, "is_bot": False, "first_name": "Li"}],
                "reply_to_message": {"message_id": 10, "date": 1, "chat": {"id": -1001234567890, "type": "supergroup"}, "text": "e"}},
}  # fmt: skip
AIBOT = {
    "msgid": "CAIQ1", "aibotid": "bot", "chatid": "123456", "chattype": "group", "from": {"userid": "u"}, "create_time": 1,
    "response_url": "https://qyapi.weixin.qq.com/x", "msgtype": "mixed", "text": {"content": "@小首 在吗"},
    "mixed": {"msg_item": [{"msgtype": "text", "text": {"content": "a"}}, {"msgtype": "image", "image": {"url": "u"}}]},
    "quote": {"msgtype": "text", "text": {"content": "q"}}, "event": {"eventtype": "enter_chat"},
}  # fmt: skip
APP = (
    "<xml><ToUserName><![CDATA[ww123]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>"
    "<CreateTime>1767225600</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hello]]></Content>"
    "<MsgId>4561255354251345929</MsgId><AgentID>218</AgentID></xml>"
)
AIBOT_PRESS = {
    "msgid": "CAIQ2", "aibotid": "bot", "chatid": "123456", "chattype": "group", "from": {"userid": "u", "corpid": "ww123"},
    "create_time": 1, "msgtype": "event", "response_url": "https://qyapi.weixin.qq.com/x",
    "event": {"eventtype": "template_card_event",
              "template_card_event": {"card_type": "button_interaction", "event_key": "接单 1001", "task_id": "1f2e3d4c5b6a7988"}},
}  # fmt: skip
APP_PRESS = (
    "<xml><ToUserName><![CDATA[ww123]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>"
    "<CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event>"
    "<EventKey><![CDATA[接单 1001]]></EventKey><TaskId><![CDATA[1f2e3d4c5b6a7988]]></TaskId>"
    "<CardType><![CDATA[button_interaction]]></CardType><ResponseCode><![CDATA[abc]]></ResponseCode><AgentID>218</AgentID></xml>"
)
_WRITTEN = {id(each): msgspec.json.encode(each) for each in (ONEBOT, QQ, TELEGRAM, AIBOT, AIBOT_PRESS)}


def spoilt(chance: random.Random, payload: Any) -> Any:
    """Return one of the payloads above with one to three places replaced, dropped or repeated."""
    value = msgspec.json.decode(_WRITTEN[id(payload)])  # a copy
    for _ in range(chance.randint(1, 3)):
        place = value
        while isinstance(place, (dict, list)) and place:
            key = chance.choice(list(place)) if isinstance(place, dict) else chance.randrange(len(place))
            if chance.random() < 0.4 or not isinstance(place[key], (dict, list)):
                if chance.random() < 0.15:
                    del place[key]
                else:
                    place[key] = copy.deepcopy(chance.choice(ODD))  # it may be spoilt in turn
                break
            place = place[key]
    return value


def torn(chance: random.Random, text: str) -> bytes:
    """Return a text with a few bytes cut, swapped or added."""
    data = bytearray(text.encode(errors="surrogatepass"))
    for _ in range(chance.randint(0, 3)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(3):
            case 0:
                del data[at : at + chance.randint(1, 9)]
            case 1:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 4)))
            case _:
                data[at:at] = chance.choice(
                    (b"<!ENTITY a 'b'>", b"]]>", b"&lt;", b"\x00", b"</xml>", b"{{", b'"')
                )
    return bytes(data)


def _json(chance: random.Random, value: Any) -> bytes:
    text = json.dumps(spoilt(chance, value))
    return torn(chance, text) if chance.random() < 0.3 else text.encode()


def onebot(chance: random.Random) -> None:
    view = onebot_wire.View("qq", "小首", PEOPLE)
    try:
        frame = onebot_frames.decode(_json(chance, ONEBOT).decode(errors="replace"))
    except onebot_frames.Unreadable:
        return
    onebot_wire.incoming(frame, view, "10001000", {"10001000"})
    notices.noticed(frame, view, "10001000")
    list(cq.segments(torn(chance, "[CQ:reply,id=5001][CQ:at,qq=1] a&#91;b").decode(errors="replace")))


def qq(chance: random.Random) -> None:
    try:
        envelope = qq_frames.decode(_json(chance, QQ))
    except qq_frames.Unreadable:
        return
    qq_wire.read(envelope, qq_wire.View("qq", "小首", PEOPLE))


def telegram(chance: random.Random) -> None:
    view = TelegramView(
        name="tg", bot_name="小首", bot=7, username="sim_bot", people={}, usernames={}, homes={}
    )
    try:
        telegram_wire.heard(spoilt(chance, TELEGRAM), view)
    except telegram_wire.Unreadable:
        return


def wecom(chance: random.Random) -> None:
    people = (KnownPerson("wecom:20002", "老张", "engineer"),)
    with contextlib.suppress(aibot_frames.Unreadable):
        body = aibot_frames.decode_body(_json(chance, chance.choice((AIBOT, AIBOT_PRESS))))
        aibot_wire.incoming(body, aibot_wire.View("wecom", "小首", people), Said())
        aibot_wire.card_pressed(body)
    document = torn(chance, chance.choice((APP, APP_PRESS)))
    with contextlib.suppress(Refused):
        message = app_wire.incoming(document, app_wire.View("wecom", "小首", "ww123", 218, {}))
        if message is not None and message.command is not None:
            app_wire.change_code(document)


@pytest.mark.fault("payloads")
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("feed", [onebot, qq, telegram, wecom], ids=lambda feed: feed.__name__)
def test_spoilt_payloads_are_read_or_refused(
    feed: Callable[[random.Random], None],
    part: int,
    is_long: bool,
    seed: int,
    held: Held,
) -> None:
    chance = random.Random(f"{seed} {part}")
    count = (LONG if is_long else SHORT) // PARTS
    for _ in range(count):
        feed(chance)
    held(count)
