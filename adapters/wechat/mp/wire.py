"""Translation between the messages of an official account and the bot's own; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from adapters.addressing import addressed
from adapters.admission import Refused
from adapters.contract import Attachment, Incoming, Outgoing, RoomKind
from adapters.values import derived_id, instant
from adapters.wechat import xml
from adapters.wechat.customers import customer_in, is_customer, menu, plain

_ATTACHMENTS: Final[Mapping[str, str]] = {
    "image": "picture",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "file": "file",
}
# What WeChat writes in place of a sticker or a moving picture.
_NOT_SHOWN: Final = frozenset(
    {"【收到不支持的消息类型，暂无法显示】", "[收到不支持的消息类型，暂无法显示]", "[Unsupported Message]"}
)

# What a new follower wants to know; WeChat's own greeting is off as soon as an account is served by a program.
_WELCOME: Final = "/help"


class View(msgspec.Struct, frozen=True):
    """From where a message is read: the adapter, and who is known."""

    name: str
    bot_name: str
    people: Mapping[str, str]  # account to name


def incoming(document: bytes, view: View) -> Incoming | None:
    """Return what a follower said or touched, or None for events and types that are nobody's words.

    Raises:
        Refused: Not the XML of a message.
    """
    try:
        fields = {name: value.strip() for name, value in xml.fields(document).items()}
    except xml.Unreadable as error:
        raise Refused(400, str(error)) from error
    follower, kind = fields.get("FromUserName", ""), fields.get("MsgType", "")
    if not is_customer(follower):
        return None
    content = _content(kind, fields)
    if content is None:
        return None
    text, command, attachments = content
    room, sender = f"{view.name}:private:{follower}", f"{view.name}:{follower}"
    return Incoming(
        room=room,
        room_kind=RoomKind.PRIVATE,
        sender=sender,
        sender_name=view.people.get(sender) or "微信用户",
        message_id=fields.get("MsgId", "")
        or derived_id(room, fields.get("CreateTime", ""), kind, text, command or ""),
        text="" if command else addressed(text, view.bot_name)[1],
        is_addressed=True,
        command=command,
        attachments=attachments,
        sent_at=instant(fields.get("CreateTime", "")),
    )


def _content(kind: str, fields: Mapping[str, str]) -> tuple[str, str | None, tuple[Attachment, ...]] | None:
    """Return what was typed, what was touched in its place, and what came with it."""
    match kind:
        case "text":
            text = fields.get("Content", "")
            return None if text in _NOT_SHOWN else (text, fields.get("bizmsgmenuid") or None, ())
        case "event":
            # A menu of the account may send commands; its keys are made by the administrator.
            event = fields.get("Event", "").upper()
            if event == "SUBSCRIBE":
                return _WELCOME, None, ()
            touched = fields.get("EventKey") if event == "CLICK" else None
            return ("", touched, ()) if touched else None
        case "location":
            return f"位置：{fields.get('Label', '')}", None, ()
        case "link":
            return "\n".join(filter(None, (fields.get("Title", ""), fields.get("Url", "")))), None, ()
        case _ if kind in _ATTACHMENTS:
            return fields.get("Recognition", ""), None, (_attachment(kind, fields),)
        case _:
            return None


def _attachment(kind: str, fields: Mapping[str, str]) -> Attachment:
    url = fields.get("PicUrl", "")
    name = fields.get("FileName", "") or fields.get("Title", "") or fields.get("MediaId", "")
    is_address = url.startswith(("https://", "http://"))
    return Attachment(_ATTACHMENTS[kind], name, url if is_address else None)


def outgoing(message: Outgoing, name: str) -> dict[str, Any]:
    """Return the request that sends a text; buttons become a menu below it.

    Raises:
        DeliveryFailed: The room is not a private one of this adapter.
    """
    follower = customer_in(message, name)
    if buttons := menu(message):
        items = [{"id": command, "content": label} for label, command in buttons]
        body = {"head_content": plain(message.text), "list": items, "tail_content": ""}
        return {"touser": follower, "msgtype": "msgmenu", "msgmenu": body}
    return {"touser": follower, "msgtype": "text", "text": {"content": plain(message.text)}}
