"""Translation between the messages of DingTalk and the bot's own; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from adapters.addressing import addressed, mentioned
from adapters.contract import (
    Attachment,
    DeliveryFailed,
    Incoming,
    KnownPerson,
    Mention,
    Outgoing,
    RoomKind,
    pieces,
)
from adapters.dingtalk.addresses import OUTSIDER, is_id, person_of, place
from adapters.dingtalk.quotes import Spoken
from adapters.values import derived_id, identity, instant, part, word
from adapters.wording import say

LIMIT: Final = 5000  # characters
_LONGEST_ADDRESS: Final = 2048
_PRIVATE: Final = "1"
_GROUP: Final = "2"


class View(msgspec.Struct, frozen=True):
    """From where a message is read: the adapter, how the bot is called, and who is known."""

    name: str
    bot_name: str
    people: tuple[KnownPerson, ...]

    def name_of(self, account: str) -> str:
        """Return how a person is called; empty when nobody knows."""
        return next((person.name for person in self.people if person.account == account), "")


class Session(msgspec.Struct, frozen=True):
    """Through what a conversation can be answered, and until when."""

    room: str
    webhook: str
    until_ms: float
    robot: str


def incoming(body: Mapping[str, Any], view: View, spoken: Spoken) -> Incoming | None:
    """Return what a person said, or None for the bot itself and for types that are nobody's words."""
    author = _author(body)
    place = _room(body, author, view)
    content = _content(body)
    is_own = bool(identity(body.get("chatbotUserId"))) and identity(body.get("senderId")) == identity(
        body.get("chatbotUserId")
    )
    if not is_id(author) or place is None or content is None or is_own:
        return None
    kind, room = place
    words, attachments = content
    text = addressed(words.strip(), view.bot_name)[1]
    account = f"{view.name}:{author}"
    return Incoming(
        room=room,
        room_kind=kind,
        sender=account,
        sender_name=view.name_of(account) or word(body, "senderNick") or author,
        message_id=identity(body.get("msgId")) or derived_id(room, account, repr(body.get("createAt")), text),
        text=text,
        is_addressed=True,  # in a group it hears only those who call it
        mentions=_mentions(body, text, view),
        quotes=spoken.number_of(room, body),
        attachments=attachments,
        sent_at=instant(body.get("createAt"), per_second=1000),
    )


def session(body: Mapping[str, Any], view: View) -> Session | None:
    """Return through what the conversation of a message can be answered; None when it says nothing about that."""
    place = _room(body, _author(body), view)
    webhook, until = word(body, "sessionWebhook"), body.get("sessionWebhookExpiredTime")
    if isinstance(until, bool) or not isinstance(until, (int, float)):
        return None
    if place is None or not 0 < len(webhook) <= _LONGEST_ADDRESS:
        return None
    return Session(place[1], webhook, until, word(body, "robotCode"))


def _author(body: Mapping[str, Any]) -> str:
    return identity(body.get("senderStaffId")) or identity(body.get("senderId"))


def _room(body: Mapping[str, Any], author: str, view: View) -> tuple[RoomKind, str] | None:
    kind, chat = body.get("conversationType"), identity(body.get("conversationId"))
    if kind == _PRIVATE and is_id(author):
        return RoomKind.PRIVATE, f"{view.name}:private:{author}"
    if kind == _GROUP and is_id(chat):
        return RoomKind.GROUP, f"{view.name}:group:{chat}"
    return None


def _mentions(body: Mapping[str, Any], text: str, view: View) -> tuple[Mention, ...]:
    found = {mention.account: mention for mention in mentioned(text, view.people)}
    called = body.get("atUsers")
    for each in called if isinstance(called, list) else ():
        account = f"{view.name}:{word(each, 'staffId')}"
        if name := view.name_of(account):
            found.setdefault(account, Mention(name, account))
    return tuple(found.values())


def _content(body: Mapping[str, Any]) -> tuple[str, tuple[Attachment, ...]] | None:
    content = body.get("content")
    match body.get("msgtype"):
        case "text":
            return word(body.get("text"), "content"), ()
        case "richText":
            pieces_of = part(content, "richText")
            return _rich(pieces_of if isinstance(pieces_of, list) else ())
        case "picture":
            return "", (_attachment("picture", content),)
        case "audio":  # DingTalk has already written down what was said
            return word(content, "recognition"), (Attachment("voice", ""),)
        case "video":
            return "", (_attachment("video", content),)
        case "file":
            return "", (_attachment("file", content),)
        case _:
            return None


def _attachment(kind: str, content: Any) -> Attachment:
    return Attachment(kind, word(content, "fileName"), reference=word(content, "downloadCode")[:2048])


def _rich(found: Sequence[Any]) -> tuple[str, tuple[Attachment, ...]]:
    texts = [text for each in found if isinstance(text := part(each, "text"), str)]
    pictures = tuple(_attachment("picture", each) for each in found if part(each, "type") == "picture")
    return "".join(texts), pictures


# --- Going out ----------------------------------------------------------------------------------------------------


def answer(message: Outgoing, name: str) -> dict[str, Any]:
    """Return the body that answers a conversation. As text, because nothing in it is read as markup; who is called stands beside it."""
    kind, _ = place(message.room, name)
    staff: list[str] = []
    outsiders: list[str] = []
    shown: list[str] = []
    for piece in pieces(message):
        person = "" if isinstance(piece, str) else person_of(piece.account, name)
        if isinstance(piece, str) or kind is RoomKind.PRIVATE or not person:
            shown.append(piece if isinstance(piece, str) else f"@{piece.name}")
            continue
        # A person of the enterprise is called where the text says their id; the client shows the name there.
        is_outsider = person.startswith(OUTSIDER)
        shown.append(f"@{piece.name}" if is_outsider else f"@{person}")
        (outsiders if is_outsider else staff).append(person)
    at = {"atUserIds": staff, "atDingtalkIds": outsiders, "isAtAll": False}
    return {"msgtype": "text", "text": {"content": "".join(shown)}, "at": at}


def document(name: str, media: str) -> tuple[str, dict[str, str]]:
    """Return what shows a file that was uploaded: the name of its template, and what stands in it."""
    return "sampleFile", {"mediaId": media, "fileName": name, "fileType": name.rpartition(".")[2].lower()}


def push(
    message: Outgoing, name: str, robot: str, shown: tuple[str, dict[str, str]] | None = None
) -> tuple[str, dict[str, Any]]:
    """Return path and body that start to speak; nobody can be called there, so names are only names.

    `shown` stands for the text where something else is to be seen.

    Raises:
        DeliveryFailed: The room is not one of this adapter, or nobody of the enterprise.
    """
    kind, number = place(message.room, name)
    template, values = shown or ("sampleText", {"content": message.text})
    said = {"robotCode": robot, "msgKey": template, "msgParam": msgspec.json.encode(values).decode()}
    if kind is RoomKind.GROUP:
        return "v1.0/robot/groupMessages/send", {**said, "openConversationId": number}
    if number.startswith(OUTSIDER):
        raise DeliveryFailed(say("对方不是本企业的人，钉钉不让机器人先开口"), until_heard=True)
    return "v1.0/robot/oToMessages/batchSend", {**said, "userIds": [number]}
