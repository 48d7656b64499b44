"""Every event and every type of message that the four first platforms document, row by row, and what becomes of each.

The rows are written after the documents of the platforms. A type that stands in `DOCUMENTED` without a payload fails, and so does a payload
of a type that does not: whoever learns of a new type adds it in both places and sees what the adapter makes of it. `-` is nothing, and a line in the log.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from adapters.contract import Incoming, KnownPerson, Notice
from adapters.onebot import frames as onebot_frames
from adapters.onebot import wire as onebot
from adapters.onebot.notices import noticed
from adapters.qq import wire as qq
from adapters.qq.frames import decode as qq_decode
from adapters.said import Said
from adapters.telegram import wire as telegram
from adapters.telegram.view import View as TelegramView
from adapters.wecom.aibot import frames as aibot_frames
from adapters.wecom.aibot import wire as aibot
from adapters.wecom.app import wire as app

NOTHING = "-"
Rows = dict[str, tuple[Any, str]]


def told(found: Any) -> str:
    """Return what became of a payload in one line: words, what came with them, and whom they quote; or what happened."""
    if isinstance(found, Incoming):
        parts = [
            found.text,
            f"⌘{found.command}" if found.command else "",
            f"↩{found.quotes}" if found.quotes else "",
            "!" if found.is_addressed else "",
            *(f"[{each.kind} {each.name}]" for each in found.attachments),
            *(f"@{each.account}" for each in found.mentions),
        ]
        return f"{found.room.partition(':')[2]}: " + " ".join(part for part in parts if part)
    if isinstance(found, Notice):
        return f"{found.what} {found.room.partition(':')[2]} {found.account or found.message_id}".strip()
    return NOTHING if found is None else type(found).__name__


# --- OneBot v11 ---------------------------------------------------------------------------------------------------

_OB = {"time": 1767225600, "self_id": 10001000, "group_id": 87654321, "user_id": 12345678}
_GROUP = {**_OB, "post_type": "message", "message_type": "group", "sub_type": "normal", "message_id": -881122,
          "sender": {"user_id": 12345678, "nickname": "Ann", "card": "Ann (dev)", "role": "member"}}  # fmt: skip


def _says(*segments: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**_GROUP, "message": list(segments), **more}


def _seg(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


def _notice(kind: str, **more: Any) -> dict[str, Any]:
    return {**_OB, "post_type": "notice", "notice_type": kind, **more}


_TEXT = _seg("text", text="怎么安装？")
G, P = "group:87654321", "private:12345678"
ONEBOT: Rows = {
    "message group": (_says(_seg("reply", id="5001"), _seg("at", qq="10001000"), _seg("text", text=" 怎么安装？")), f"{G}: 怎么安装？ ↩5001 !"),
    "message group, CQ string": ({**_GROUP, "message": "[CQ:reply,id=5001][CQ:at,qq=10001000] 怎么安装？"}, f"{G}: 怎么安装？ ↩5001 !"),
    "message group, anonymous": (_says(_TEXT, sub_type="anonymous", anonymous={"id": 1, "name": "大力鬼王"}), NOTHING),
    "message group, notice": (_says(_TEXT, sub_type="notice"), NOTHING),
    "message private friend": ({**_OB, "post_type": "message", "message_type": "private", "sub_type": "friend", "message_id": 1, "message": [_TEXT]}, f"{P}: 怎么安装？ !"),
    "message private group": ({**_OB, "post_type": "message", "message_type": "private", "sub_type": "group", "message_id": 1, "message": [_TEXT]}, f"{P}: 怎么安装？ !"),
    "message private other": ({**_OB, "post_type": "message", "message_type": "private", "sub_type": "other", "message_id": 1, "message": [_TEXT]}, f"{P}: 怎么安装？ !"),
    "message_sent": ({**_GROUP, "post_type": "message_sent", "user_id": 10001000, "message": [_TEXT]}, NOTHING),
    "segment text": (_says(_TEXT), f"{G}: 怎么安装？"),
    "segment face": (_says(_seg("face", id="14")), f"{G}: "),
    "segment image": (_says(_seg("image", file="ABC.image", url="https://gchat.qpic.cn/x", sub_type=0)), f"{G}: [picture ABC.image]"),
    "segment record": (_says(_seg("record", file="a.amr")), f"{G}: [voice a.amr]"),
    "segment video": (_says(_seg("video", file="a.mp4")), f"{G}: [video a.mp4]"),
    "segment at": (_says(_seg("at", qq="20002"), _seg("text", text=" 看下")), f"{G}: @老张 看下 @onebot:20002"),
    "segment at all": (_says(_seg("at", qq="all"), _seg("text", text=" 看下")), f"{G}: @全体成员 看下"),
    "segment reply": (_says(_seg("reply", id="-7"), _TEXT), f"{G}: 怎么安装？ ↩-7"),
    "segment file": (_says(_seg("file", file="a.log", file_id="/x", file_size="123")), f"{G}: [file a.log]"),
    **{
        f"segment {kind}": (_says(_seg(kind, id="1", data="{}", url="https://x", title="t", content="c"), _TEXT), f"{G}: 怎么安装？")
        for kind in ("node", "json", "xml", "share", "location", "contact", "poke", "dice", "rps", "markdown", "mface", "music")
    },
    "segment forward": (_says(_seg("forward", id="7MyQ")), f"{G}: [forward ]"),
    "segment unknown": (_says(_seg("hologram", x=1), _TEXT), f"{G}: 怎么安装？"),
    "segment null": ({**_GROUP, "message": [None, {"type": None, "data": None}, _TEXT]}, f"{G}: 怎么安装？"),
    "notice group_recall": (_notice("group_recall", operator_id=12345678, message_id=-881122), f"recalled {G} onebot:12345678"),
    "notice friend_recall": ({"time": 1, "self_id": 10001000, "post_type": "notice", "notice_type": "friend_recall", "user_id": 12345678, "message_id": 5}, f"recalled {P} onebot:12345678"),
    "notice group_increase approve": (_notice("group_increase", sub_type="approve", operator_id=1), f"member_added {G} onebot:12345678"),
    "notice group_increase invite, the bot": (_notice("group_increase", sub_type="invite", operator_id=1, user_id=10001000), f"bot_added {G} onebot:10001000"),
    "notice group_decrease leave": (_notice("group_decrease", sub_type="leave", operator_id=12345678), f"member_removed {G} onebot:12345678"),
    "notice group_decrease kick": (_notice("group_decrease", sub_type="kick", operator_id=1), f"member_removed {G} onebot:12345678"),
    "notice group_decrease kick_me": (_notice("group_decrease", sub_type="kick_me", operator_id=1, user_id=10001000), f"bot_removed {G} onebot:10001000"),
    "notice group_decrease disband": (_notice("group_decrease", sub_type="disband", operator_id=1), f"bot_removed {G} onebot:12345678"),
    "notice group_upload": (_notice("group_upload", file={"id": "/f1", "name": "FAQ.xlsx", "size": 10, "busid": 102}), f"{G}: [file FAQ.xlsx]"),
    "notice group_admin": (_notice("group_admin", sub_type="set"), NOTHING),
    "notice group_ban": (_notice("group_ban", sub_type="ban", operator_id=1, duration=600), NOTHING),
    "notice group_ban, the bot": (_notice("group_ban", sub_type="ban", operator_id=1, user_id=10001000, duration=600), f"muted {G} onebot:10001000"),
    "notice group_ban, lifted": (_notice("group_ban", sub_type="lift_ban", operator_id=1, user_id=10001000, duration=0), f"unmuted {G} onebot:10001000"),
    "notice group_ban, everybody": (_notice("group_ban", sub_type="ban", operator_id=1, user_id=0, duration=-1), NOTHING),
    "notice friend_add": (_notice("friend_add"), NOTHING),
    "notice notify poke": (_notice("notify", sub_type="poke", target_id=10001000), NOTHING),
    "notice notify lucky_king": (_notice("notify", sub_type="lucky_king", target_id=1), NOTHING),
    "notice notify honor": (_notice("notify", sub_type="honor", honor_type="talkative"), NOTHING),
    "notice bot_offline": (_notice("bot_offline", message="掉线"), NOTHING),
    "notice group_card": (_notice("group_card", card_new="Ann", card_old="A"), NOTHING),
    "notice essence": (_notice("essence", sub_type="add", message_id=1, operator_id=1), NOTHING),
    "notice group_msg_emoji_like": (_notice("group_msg_emoji_like", message_id=1, likes=[{"emoji_id": "76", "count": 1}]), NOTHING),
    "notice input_status": (_notice("input_status", status_text="对方正在输入…"), NOTHING),
    "request friend": ({**_OB, "post_type": "request", "request_type": "friend", "flag": "f", "comment": "hi"}, NOTHING),
    "request group add": ({**_OB, "post_type": "request", "request_type": "group", "sub_type": "add", "flag": "f"}, NOTHING),
    "request group invite": ({**_OB, "post_type": "request", "request_type": "group", "sub_type": "invite", "flag": "f"}, NOTHING),
    "meta_event lifecycle": ({**_OB, "post_type": "meta_event", "meta_event_type": "lifecycle", "sub_type": "connect"}, NOTHING),
    "meta_event heartbeat": ({**_OB, "post_type": "meta_event", "meta_event_type": "heartbeat", "interval": 30000, "status": {"online": True, "good": True}}, NOTHING),
    "event unknown": ({**_OB, "post_type": "telepathy"}, NOTHING),
}  # fmt: skip


def read_onebot(payload: Any) -> Any:
    frame = onebot_frames.decode(json.dumps(payload))
    view = onebot.View("onebot", "小首", {"onebot:20002": "老张"})
    read = noticed if frame.post_type == "notice" else onebot.incoming
    return read(frame, view, "10001000")


# --- The official QQ bot ------------------------------------------------------------------------------------------

_AUTHOR = {"id": "E4F4", "member_openid": "E4F4", "user_openid": "E4F4", "username": "Ann", "bot": False}
_QQ = {"id": "ROBOT1.0_xyz", "content": " 截止时间", "timestamp": "2026-05-15T12:01:45+08:00", "group_openid": "C9F7",
       "author": _AUTHOR, "message_type": 0, "message_scene": {"source": "default", "ext": ["msg_idx=REFIDX_a1"]}}  # fmt: skip
_MEMBER = {
    "group_openid": "C9F7",
    "member_openid": "E4F4",
    "op_member_openid": "OP1",
    "openid": "E4F4",
    "timestamp": 1767225600,
}


def _event(kind: str, data: Any, op: int = 0) -> dict[str, Any]:
    return {"op": op, "s": 5, "t": kind, "id": f"{kind}:abc", "d": data}


def _press(chat: dict[str, Any]) -> dict[str, Any]:
    return {"id": "I1", **chat, "data": {"resolved": {"button_data": "接单 1001", "button_id": "1"}}}


QG, QP = "group:C9F7", "private:E4F4"
_YOU = {
    "scope": "single",
    "is_you": True,
    "bot": True,
    "id": "42F7",
    "member_openid": "42F7",
    "username": "simbot",
}
QQ: Rows = {
    "GROUP_AT_MESSAGE_CREATE": (_event("GROUP_AT_MESSAGE_CREATE", _QQ), f"{QG}: 截止时间 !"),
    "GROUP_MESSAGE_CREATE": (_event("GROUP_MESSAGE_CREATE", {**_QQ, "content": "<@42F7> 截止时间", "mentions": [_YOU]}), f"{QG}: 截止时间 !"),
    "GROUP_MESSAGE_CREATE, no call": (_event("GROUP_MESSAGE_CREATE", _QQ), f"{QG}: 截止时间"),
    "GROUP_MESSAGE_CREATE of a bot": (_event("GROUP_MESSAGE_CREATE", {**_QQ, "author": {**_AUTHOR, "bot": True}}), NOTHING),
    "C2C_MESSAGE_CREATE": (_event("C2C_MESSAGE_CREATE", _QQ), f"{QP}: 截止时间 !"),
    "message_type 3 card": (_event("GROUP_MESSAGE_CREATE", {**_QQ, "message_type": 3, "content": ""}), f"{QG}: "),
    "message_type 101 parallel": (_event("GROUP_MESSAGE_CREATE", {**_QQ, "message_type": 101}), f"{QG}: 截止时间"),
    "message_type 102 forwarded": (_event("GROUP_MESSAGE_CREATE", {**_QQ, "message_type": 102, "content": "", "msg_elements": None}), f"{QG}: "),
    "message_type 103 quote": (_event("GROUP_MESSAGE_CREATE", {**_QQ, "message_type": 103, "message_scene": {"ext": ["ref_msg_idx=REFIDX_q", "msg_idx=REFIDX_a1"]}, "msg_elements": [{"msg_idx": "REFIDX_q", "author": {"id": "X"}}]}), f"{QG}: 截止时间 ↩REFIDX_q"),
    "attachment image": (_event("C2C_MESSAGE_CREATE", {**_QQ, "content": "", "attachments": [{"content_type": "image/png", "filename": "a.png", "url": "https://multimedia.nt.qq.com.cn/x"}]}), f"{QP}: ! [picture a.png]"),
    "attachment file": (_event("C2C_MESSAGE_CREATE", {**_QQ, "content": "", "attachments": [{"content_type": "file", "filename": "FAQ.xlsx", "url": "https://x"}]}), f"{QP}: ! [file FAQ.xlsx]"),
    "attachment voice": (_event("C2C_MESSAGE_CREATE", {**_QQ, "content": "", "attachments": [{"content_type": "voice", "filename": "a.amr", "url": "https://x", "asr_refer_text": "打不开"}]}), f"{QP}: 打不开 ! [voice a.amr]"),
    "attachment video": (_event("C2C_MESSAGE_CREATE", {**_QQ, "content": "", "attachments": [{"content_type": "video/mp4", "filename": "a.mp4", "url": "https://x"}]}), f"{QP}: ! [video a.mp4]"),
    "GROUP_ADD_ROBOT": (_event("GROUP_ADD_ROBOT", _MEMBER), "bot_added group:C9F7"),
    "GROUP_DEL_ROBOT": (_event("GROUP_DEL_ROBOT", _MEMBER), "bot_removed group:C9F7"),
    "GROUP_MSG_REJECT": (_event("GROUP_MSG_REJECT", _MEMBER), "muted group:C9F7"),
    "GROUP_MSG_RECEIVE": (_event("GROUP_MSG_RECEIVE", _MEMBER), "unmuted group:C9F7"),
    "GROUP_MEMBER_ADD": (_event("GROUP_MEMBER_ADD", _MEMBER), f"member_added {QG} qq:E4F4"),
    "GROUP_MEMBER_REMOVE": (_event("GROUP_MEMBER_REMOVE", _MEMBER), f"member_removed {QG} qq:E4F4"),
    "GROUP_JOIN_REQUEST": (_event("GROUP_JOIN_REQUEST", _MEMBER), NOTHING),
    "FRIEND_ADD": (_event("FRIEND_ADD", _MEMBER), "unmuted private:E4F4"),
    "FRIEND_DEL": (_event("FRIEND_DEL", _MEMBER), "Changed"),
    "C2C_MSG_REJECT": (_event("C2C_MSG_REJECT", _MEMBER), "muted private:E4F4"),
    "C2C_MSG_RECEIVE": (_event("C2C_MSG_RECEIVE", _MEMBER), "unmuted private:E4F4"),
    "INTERACTION_CREATE in a group": (_event("INTERACTION_CREATE", _press({"group_openid": "C9F7", "group_member_openid": "E4F4"})), f"{QG}: ⌘接单 1001 !"),
    "INTERACTION_CREATE in private": (_event("INTERACTION_CREATE", _press({"user_openid": "E4F4"})), f"{QP}: ⌘接单 1001 !"),
    "READY": (_event("READY", {"session_id": "s"}), NOTHING),
    "RESUMED": (_event("RESUMED", ""), NOTHING),
    "op 10": ({"op": 10, "d": {"heartbeat_interval": 41250}}, NOTHING),
    "op 11": ({"op": 11}, NOTHING),
    "op 7": ({"op": 7, "d": None}, NOTHING),
    "op 9": ({"op": 9, "d": False}, NOTHING),
    "op 13": ({"op": 13, "d": {"plain_token": "Arq0", "event_ts": "1725442341"}}, NOTHING),
    "event unknown": (_event("GROUP_TELEPATHY", {}), NOTHING),
}  # fmt: skip


def read_qq(payload: Any) -> Any:
    found = qq.read(qq_decode(json.dumps(payload)), qq.View("qq", "小首", {}))
    if isinstance(found, qq.Changed):
        return found.notice or found
    return found.message if isinstance(found, (qq.Said, qq.Pressed)) else found


# --- WeCom: the intelligent robot ---------------------------------------------------------------------------------

_BODY = {"msgid": "CAIQ1", "aibotid": "AIB", "chatid": "wrk1", "chattype": "group", "from": {"userid": "zhangsan"},
         "create_time": 1767225600, "response_url": "https://qyapi.weixin.qq.com/x", "msgtype": "text"}  # fmt: skip
_ONE = {**_BODY, "chattype": "single", "chatid": ""}
_PICTURE = {"url": "https://ww-aibot-img.cos.ap-guangzhou.myqcloud.com/a.png?sign=x", "aeskey": "a2V5"}
WG, WP = "group:wrk1", "private:zhangsan"
AIBOT: Rows = {
    "text in a group": ({**_BODY, "text": {"content": "@小首 周会几点"}}, f"{WG}: 周会几点 !"),
    "text with a quote": ({**_BODY, "text": {"content": "@小首 这条"}, "quote": {"msgtype": "text", "text": {"content": "quoted"}}}, f"{WG}: 这条 !"),
    "text in private": ({**_ONE, "text": {"content": "周会几点"}}, f"{WP}: 周会几点 !"),
    "image": ({**_ONE, "msgtype": "image", "image": _PICTURE}, f"{WP}: ! [picture a.png]"),
    "mixed": ({**_BODY, "msgtype": "mixed", "mixed": {"msg_item": [{"msgtype": "text", "text": {"content": "@小首 看图"}}, {"msgtype": "image", "image": _PICTURE}]}}, f"{WG}: 看图 ! [picture a.png]"),
    "voice": ({**_ONE, "msgtype": "voice", "voice": {"content": "打不开"}}, f"{WP}: 打不开 ! [voice ]"),
    "file": ({**_ONE, "msgtype": "file", "file": {"url": "https://x.myqcloud.com/FAQ.xlsx", "aeskey": "a2V5"}}, f"{WP}: ! [file FAQ.xlsx]"),
    "video": ({**_ONE, "msgtype": "video", "video": {"url": "https://x.myqcloud.com/a.mp4"}}, f"{WP}: ! [video a.mp4]"),
    "stream": ({**_ONE, "msgtype": "stream", "stream": {"id": "s-1"}}, NOTHING),
    "event enter_chat": ({**_ONE, "msgtype": "event", "event": {"eventtype": "enter_chat"}}, NOTHING),
    "event template_card_event": ({**_BODY, "msgtype": "event", "event": {"eventtype": "template_card_event", "template_card_event": {"card_type": "button_interaction", "event_key": "接单 1001", "task_id": "t1"}}}, f"{WG}: ⌘接单 1001 ↩card:t1 !"),
    "event template_card_event, flat": ({**_ONE, "msgtype": "event", "event": {"eventtype": "template_card_event", "event_key": "接单 1001", "task_id": "t1"}}, f"{WP}: ⌘接单 1001 ↩card:t1 !"),
    "event template_card_event, empty": ({**_BODY, "msgtype": "event", "event": {"eventtype": "template_card_event"}}, NOTHING),
    "event feedback_event": ({**_BODY, "msgtype": "event", "event": {"eventtype": "feedback_event"}}, NOTHING),
    "event disconnected_event": ({"msgtype": "event", "event": {"eventtype": "disconnected_event"}}, NOTHING),
    "unknown": ({**_BODY, "msgtype": "hologram", "hologram": {}}, NOTHING),
}  # fmt: skip


def read_aibot(payload: Any) -> Any:
    view = aibot.View("wecom", "小首", (KnownPerson("wecom:li", "小李", "engineer"),))
    return aibot.incoming(aibot_frames.decode_body(json.dumps(payload).encode()), view, Said())


# --- WeCom: the application ---------------------------------------------------------------------------------------


def _xml(kind: str, **fields: str) -> str:
    usual = {
        "ToUserName": "ww123",
        "FromUserName": "zhangsan",
        "CreateTime": "1767225600",
        "MsgType": kind,
        "AgentID": "218",
        "MsgId": "456",
    }
    return "<xml>" + "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in {**usual, **fields}.items()) + "</xml>"  # fmt: skip


APP: Rows = {
    "text": (_xml("text", Content="hello"), f"{WP}: hello !"),
    "image": (_xml("image", PicUrl="https://wework.qpic.cn/x", MediaId="m1"), f"{WP}: ! [picture m1]"),
    "voice": (_xml("voice", MediaId="m2", Format="amr"), f"{WP}: ! [voice m2]"),
    "video": (_xml("video", MediaId="m3", ThumbMediaId="t"), f"{WP}: ! [video m3]"),
    "location": (_xml("location", Label="本部三楼", Location_X="1", Location_Y="2"), f"{WP}: 位置：本部三楼 !"),
    "link": (_xml("link", Title="公告", Url="https://x"), f"{WP}: 公告\nhttps://x !"),
    **{
        f"event {event}": (_xml("event", Event=event, EventKey="k", MsgId=""), NOTHING)
        for event in ("enter_agent", "subscribe", "unsubscribe", "click", "view")
    },
    "event template_card_event": (_xml("event", Event="template_card_event", EventKey="接单 1001", TaskId="t1", CardType="button_interaction", ResponseCode="rc", MsgId=""), f"{WP}: ⌘接单 1001 ↩card:t1 !"),
    "event template_card_event, empty": (_xml("event", Event="template_card_event", MsgId=""), NOTHING),
    "unknown": (_xml("hologram"), NOTHING),
}  # fmt: skip


def read_app(payload: Any) -> Any:
    return app.incoming(payload.encode(), app.View("wecom", "小首", "ww123", 218, {}))


# --- Telegram -----------------------------------------------------------------------------------------------------

_CHAT = {"id": -1001234567890, "type": "supergroup", "title": "support"}
_ANN = {"id": 777001, "is_bot": False, "first_name": "Ann", "username": "ann"}
_BOT = {"id": 7000001, "is_bot": True, "first_name": "首", "username": "sim_bot"}
_SMALL = {"file_id": "f0", "file_unique_id": "u0", "width": 1, "height": 1}
_LARGE = {"file_id": "f1", "file_unique_id": "u1", "width": 2, "height": 2}
_FILE = {"file_id": "f1", "file_unique_id": "u1"}


def _update(**message: Any) -> dict[str, Any]:
    return {
        "update_id": 1000,
        "message": {"message_id": 12, "date": 1767225600, "chat": _CHAT, "from": _ANN, **message},
    }


def _member(status: str, before: str, key: str = "my_chat_member", user: Any = None) -> dict[str, Any]:
    who = user or _BOT
    change = {"chat": _CHAT, "from": _ANN, "date": 1, "old_chat_member": {"user": who, "status": before},
              "new_chat_member": {"user": who, "status": status}}  # fmt: skip
    return {"update_id": 1000, key: change}


TG = "group:-1001234567890"
TELEGRAM: Rows = {
    "message": (_update(text="@sim_bot when", entities=[{"type": "mention", "offset": 0, "length": 8}]), f"{TG}: when !"),
    "message in a topic": (_update(text="when", message_thread_id=7, is_topic_message=True), f"{TG}/7: when"),
    "message, text_mention": (_update(text="小李 看下", entities=[{"type": "text_mention", "offset": 0, "length": 2, "user": {"id": 777002, "is_bot": False, "first_name": "小李"}}]), f"{TG}: @小李 看下 @tg:777002"),
    "message, reply": (_update(text="好了", reply_to_message={"message_id": 10, "date": 1, "chat": _CHAT, "from": _BOT, "text": "earlier"}), f"{TG}: 好了 ↩10 !"),
    "message, command": (_update(text="/mine@sim_bot", entities=[{"type": "bot_command", "offset": 0, "length": 13}]), f"{TG}: /mine !"),
    "message private": (_update(text="hi", chat={"id": 777001, "type": "private"}), "private:777001: hi !"),
    "message of an anonymous admin": (_update(text="hi", sender_chat=_CHAT, **{"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}}), f"{TG}: hi"),
    "message of a bot": (_update(text="hi", **{"from": {**_BOT, "id": 5}}), NOTHING),
    "message.photo": (_update(photo=[_SMALL, _LARGE], caption="看图"), f"{TG}: 看图 [picture picture-u1]"),
    "message.document": (_update(document={**_FILE, "file_name": "FAQ.xlsx"}), f"{TG}: [file FAQ.xlsx]"),
    "message.voice": (_update(voice={**_FILE, "duration": 1}), f"{TG}: [voice voice-u1]"),
    "message.video": (_update(video={**_FILE, "duration": 1, "width": 1, "height": 1}), f"{TG}: [video video-u1]"),
    "message.audio": (_update(audio={**_FILE, "duration": 1, "file_name": "a.mp3"}), f"{TG}: [file a.mp3]"),
    "message.sticker": (_update(sticker={**_FILE, "width": 1, "height": 1, "is_animated": False, "is_video": False, "type": "regular"}), f"{TG}: "),
    "message.new_chat_members": (_update(new_chat_members=[_ANN]), f"member_added {TG} tg:777001"),
    "message.left_chat_member": (_update(left_chat_member=_ANN), f"member_removed {TG} tg:777001"),
    "message.migrate_to_chat_id": (_update(chat={"id": -5, "type": "group", "title": "s"}, migrate_to_chat_id=-1009), "Moved"),
    "edited_message": ({"update_id": 1000, "edited_message": _update(text="x")["message"]}, NOTHING),
    "my_chat_member": (_member("member", "left"), "Standing"),
    "chat_member": (_member("left", "member", "chat_member", _ANN), NOTHING),
    "callback_query": ({"update_id": 1000, "callback_query": {"id": "q1", "from": _ANN, "chat_instance": "c", "data": "接单 1001", "message": _update(text="card", **{"from": _BOT})["message"]}}, f"{TG}: ⌘接单 1001 ↩12 !"),
    "message_reaction": ({"update_id": 1000, "message_reaction": {"chat": _CHAT, "message_id": 1, "date": 1, "user": _ANN, "old_reaction": [], "new_reaction": []}}, NOTHING),
    "unknown": ({"update_id": 1000, "telepathy": {}}, NOTHING),
}  # fmt: skip


def read_telegram(payload: Any) -> Any:
    view = TelegramView("tg", "小首", 7000001, "sim_bot", {}, {}, {})
    heard = telegram.heard(payload, view)
    return heard.message or heard.member or heard.moved or heard.standing


# --- The lists ----------------------------------------------------------------------------------------------------

DOCUMENTED = {
    "onebot": (
        *("message group", "message group, CQ string", "message group, anonymous", "message group, notice"),
        *("message private friend", "message private group", "message private other", "message_sent"),
        *(f"segment {kind}" for kind in (
            "text", "face", "image", "record", "video", "at", "at all", "reply", "forward", "node", "json", "xml", "share", "location",
            "contact", "poke", "dice", "rps", "markdown", "mface", "music", "file", "unknown", "null",
        )),
        *(f"notice {kind}" for kind in (
            "group_recall", "friend_recall", "group_increase approve", "group_increase invite, the bot", "group_decrease leave",
            "group_decrease kick", "group_decrease kick_me", "group_decrease disband", "group_upload", "group_admin", "group_ban", "group_ban, the bot", "group_ban, lifted", "group_ban, everybody", "friend_add", "notify poke",
            "notify lucky_king", "notify honor", "bot_offline", "group_card", "essence", "group_msg_emoji_like", "input_status",
        )),
        *("request friend", "request group add", "request group invite", "meta_event lifecycle", "meta_event heartbeat", "event unknown"),
    ),
    "qq": (
        *("GROUP_AT_MESSAGE_CREATE", "GROUP_MESSAGE_CREATE", "GROUP_MESSAGE_CREATE, no call", "GROUP_MESSAGE_CREATE of a bot", "C2C_MESSAGE_CREATE"),
        *("message_type 3 card", "message_type 101 parallel", "message_type 102 forwarded", "message_type 103 quote"),
        *("attachment image", "attachment file", "attachment voice", "attachment video"),
        *("GROUP_ADD_ROBOT", "GROUP_DEL_ROBOT", "GROUP_MSG_REJECT", "GROUP_MSG_RECEIVE", "GROUP_MEMBER_ADD", "GROUP_MEMBER_REMOVE", "GROUP_JOIN_REQUEST"),
        *("FRIEND_ADD", "FRIEND_DEL", "C2C_MSG_REJECT", "C2C_MSG_RECEIVE", "INTERACTION_CREATE in a group", "INTERACTION_CREATE in private"),
        *("READY", "RESUMED", "op 7", "op 9", "op 10", "op 11", "op 13", "event unknown"),
    ),
    "wecom-aibot": (
        *("text in a group", "text with a quote", "text in private", "image", "mixed", "voice", "file", "video", "stream"),
        *("event enter_chat", "event template_card_event", "event template_card_event, flat", "event template_card_event, empty", "event feedback_event", "event disconnected_event", "unknown"),
    ),
    "wecom-app": (
        *("text", "image", "voice", "video", "location", "link", "unknown"),
        *(f"event {each}" for each in ("enter_agent", "subscribe", "unsubscribe", "click", "view", "template_card_event", "template_card_event, empty")),
    ),
    "telegram": (
        *("message", "message in a topic", "message, text_mention", "message, reply", "message, command", "message private"),
        *("message of an anonymous admin", "message of a bot", "message.photo", "message.document", "message.voice", "message.video"),
        *("message.audio", "message.sticker", "message.new_chat_members", "message.left_chat_member", "message.migrate_to_chat_id"),
        *("edited_message", "my_chat_member", "chat_member", "callback_query", "message_reaction", "unknown"),
    ),
}  # fmt: skip
TABLES = {
    "onebot": (ONEBOT, read_onebot),
    "qq": (QQ, read_qq),
    "wecom-aibot": (AIBOT, read_aibot),
    "wecom-app": (APP, read_app),
    "telegram": (TELEGRAM, read_telegram),
}


@pytest.mark.parametrize("platform", TABLES)
def test_every_documented_type_has_a_payload(platform: str) -> None:
    rows, _ = TABLES[platform]
    assert sorted(rows) == sorted(DOCUMENTED[platform])


@pytest.mark.parametrize(
    ("platform", "row"), [(platform, row) for platform, (rows, _) in TABLES.items() for row in rows]
)
def test_what_becomes_of_it(platform: str, row: str) -> None:
    rows, read = TABLES[platform]
    payload, becomes = rows[row]
    assert told(read(payload)).strip() == becomes.strip()


def test_a_payload_that_is_delivered_twice_has_one_name() -> None:
    for rows, read in TABLES.values():
        for payload, _ in rows.values():
            once, again = read(payload), read(msgspec.json.decode(msgspec.json.encode(payload)))
            if isinstance(once, Incoming):
                assert once.message_id == again.message_id != ""
            elif isinstance(once, Notice):
                assert once.key == again.key
