"""Translation between the messages of a WeCom application and the bot's own; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from adapters.addressing import addressed
from adapters.admission import Refused
from adapters.contract import Attachment, DeliveryFailed, Incoming, Outgoing, RoomKind
from adapters.values import derived_id, instant
from adapters.wechat import xml
from adapters.wecom import cards
from adapters.wecom.accounts import is_user, place
from adapters.wording import say

LIMIT: Final = 2048  # bytes; WeCom cuts what is longer without a word
DUPLICATE_SECONDS: Final = 60

_ATTACHMENTS: Final[Mapping[str, str]] = {
    "image": "picture",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "file": "file",
}


class View(msgspec.Struct, frozen=True):
    """From where a message is read: the adapter, the application, and who is known."""

    name: str
    bot_name: str
    corp_id: str
    agent_id: int
    people: Mapping[str, str]  # account to name


def incoming(document: bytes, view: View) -> Incoming | None:
    """Return what a member said, or None for events and types that are nobody's words.

    Raises:
        Refused: Not the XML of a message, or meant for another enterprise or application.
    """
    try:
        fields = xml.fields(document)
    except xml.Unreadable as error:
        raise Refused(400, str(error)) from error
    if fields.get("ToUserName") != view.corp_id:
        raise Refused(403, "meant for another enterprise")
    if fields.get("AgentID", str(view.agent_id)).strip() != str(view.agent_id):
        raise Refused(403, "meant for another application")
    author, kind = fields.get("FromUserName", ""), fields.get("MsgType", "")
    if is_user(author) and kind == "event":
        return _pressed(fields, view, author)
    attachment = _attachment(kind, fields)
    if not is_user(author) or not (attachment or kind in ("text", "location", "link")):
        return None
    room, sender = f"{view.name}:private:{author}", f"{view.name}:{author}"
    _, text = addressed(_words(kind, fields).strip(), view.bot_name)
    return Incoming(
        room=room,
        room_kind=RoomKind.PRIVATE,
        sender=sender,
        sender_name=view.people.get(sender) or author,
        message_id=fields.get("MsgId", "").strip()
        or derived_id(room, sender, fields.get("CreateTime", ""), kind, text),
        text=text,
        is_addressed=True,
        attachments=(attachment,) if attachment else (),
        sent_at=instant(fields.get("CreateTime", "").strip()),
    )


def _pressed(fields: Mapping[str, str], view: View, author: str) -> Incoming | None:
    """Return what a member asks by pressing a button of a card; its keys are what the buttons stand for."""
    command, task = fields.get("EventKey", "").strip(), fields.get("TaskId", "").strip()
    if fields.get("Event") != cards.EVENT or not cards.is_command(command):
        return None
    room, sender = f"{view.name}:private:{author}", f"{view.name}:{author}"
    born = fields.get("CreateTime", "").strip()
    return Incoming(
        room=room,
        room_kind=RoomKind.PRIVATE,
        sender=sender,
        sender_name=view.people.get(sender) or author,
        message_id=derived_id(room, sender, born, cards.EVENT, task, command),
        text="",
        is_addressed=True,
        quotes=f"{cards.MARK}{task}" if task else None,
        command=command,
        sent_at=instant(born),
    )


def change_code(document: bytes) -> tuple[str, str]:
    """Return the number of the card that was pressed and the code with which it can be changed once; empty for all else."""
    fields = xml.fields(document)
    if fields.get("Event") != cards.EVENT:
        return "", ""
    return fields.get("TaskId", "").strip(), fields.get("ResponseCode", "").strip()


def card(message: Outgoing, name: str, agent_id: int, number: str) -> dict[str, Any]:
    """Return the request that sends a card with buttons."""
    return {
        "touser": member(message.room, name),
        "msgtype": "template_card",
        "agentid": agent_id,
        "template_card": cards.card(message, number),
    }


def change(message: Outgoing, name: str, agent_id: int, number: str, code: str) -> dict[str, Any]:
    """Return the request that gives a card another text and other buttons; each `code` does it once."""
    return {
        "userids": [member(message.room, name)],
        "agentid": agent_id,
        "response_code": code,
        "template_card": cards.card(message, number),
    }


def _words(kind: str, fields: Mapping[str, str]) -> str:
    if kind == "text":
        return fields.get("Content", "")
    if kind == "location":
        return f"位置：{fields.get('Label', '').strip()}"
    if kind == "link":
        return "\n".join(word for word in (fields.get("Title", ""), fields.get("Url", "")) if word)
    return ""


def _attachment(kind: str, fields: Mapping[str, str]) -> Attachment | None:
    if kind not in _ATTACHMENTS:
        return None
    url = fields.get("PicUrl", "").strip()
    name = fields.get("FileName", "").strip() or fields.get("MediaId", "").strip()
    is_address = url.startswith(("https://", "http://"))
    reference = fields.get("MediaId", "").strip()[:256]
    return Attachment(_ATTACHMENTS[kind], name, url if is_address else None, reference)


def member(room: str, name: str) -> str:
    """Return whom a room is for.

    Raises:
        DeliveryFailed: It is not a private one of this adapter.
    """
    kind, user = place(room, name)
    if kind is not RoomKind.PRIVATE:
        raise DeliveryFailed(say("“{room}”：企业微信应用只能私聊成员，不能发到群", room=room))
    return user


def document(message: Outgoing, name: str, agent_id: int, media: str) -> dict[str, Any]:
    """Return the request that sends a file that was uploaded."""
    return {
        "touser": member(message.room, name),
        "msgtype": "file",
        "agentid": agent_id,
        "file": {"media_id": media},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": DUPLICATE_SECONDS,
    }


def outgoing(message: Outgoing, name: str, agent_id: int) -> dict[str, Any]:
    """Return the request that sends a text; the platform drops it when it got the same one within a minute.

    Raises:
        DeliveryFailed: The room is not a private one of this adapter.
    """
    return {
        "touser": member(message.room, name),
        "msgtype": "text",
        "agentid": agent_id,
        "text": {"content": message.text},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": DUPLICATE_SECONDS,
    }
