"""Translation between the messages of an intelligent robot and the bot's own; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from adapters.addressing import addressed, mentioned, without_calls
from adapters.contract import Attachment, Incoming, KnownPerson, Outgoing, RoomKind
from adapters.markdown import plain
from adapters.said import Said
from adapters.splitting import size_in_bytes, split
from adapters.values import derived_id, identity, instant, part, word
from adapters.wecom import cards
from adapters.wecom.accounts import is_user, place, user_of
from adapters.wecom.aibot.frames import Body
from adapters.wecom.aibot.markdown import rendered

LIMIT: Final = 20_480  # bytes of markdown
# Room for the mark of a repeated message, and for accounts that are longer than the names they stand for.
_LONGEST_PART: Final = LIMIT - 1024

_ATTACHMENTS: Final[Mapping[str, str]] = {"image": "picture", "file": "file", "video": "video"}
_LONGEST_ADDRESS: Final = 4096
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_SPACES: Final = " \t\r\n\u00a0\u2005\u3000"


class View(msgspec.Struct, frozen=True):
    """From where a message is read: the adapter, how the bot is called, and who is known."""

    name: str
    bot_name: str
    people: tuple[KnownPerson, ...]

    def name_of(self, account: str) -> str:
        """Return how a person is called; empty when nobody knows."""
        return next((person.name for person in self.people if person.account == account), "")


def incoming(body: Body, view: View, said: Said) -> Incoming | None:
    """Return what a person said or pressed, or None for other events and for types that are nobody's words."""
    author, place_of_it = identity(part(body.sender, "userid")), _place(body, view)
    if not is_user(author) or place_of_it is None:
        return None
    if body.event_type:
        return _pressed(body, view, author, *place_of_it)
    content = _content(body) if isinstance(body.msgtype, str) else None
    if content is None:
        return None
    room, kind = place_of_it
    words, attachments = content
    text = _without_call(words.strip(), view) if kind is RoomKind.GROUP else words.strip()
    text = without_calls(addressed(text, view.bot_name)[1], view.bot_name)
    sender = f"{view.name}:{author}"
    number = identity(body.msgid)
    return Incoming(
        room=room,
        room_kind=kind,
        sender=sender,
        sender_name=view.name_of(sender) or author,
        message_id=number or derived_id(room, sender, repr(body.create_time), text),
        text=text,
        is_addressed=True,  # in a group it hears only those who call it
        mentions=mentioned(text, view.people),
        quotes=said.number_of(room, quoted(body)),
        attachments=attachments,
        sent_at=instant(body.create_time),
    )


def _place(body: Body, view: View) -> tuple[str, RoomKind] | None:
    author, chat = identity(part(body.sender, "userid")), identity(body.chatid)
    if body.chattype == "group" and chat:
        return f"{view.name}:group:{chat}", RoomKind.GROUP
    if body.chattype == "single" and author:
        return f"{view.name}:private:{author}", RoomKind.PRIVATE
    return None


def _pressed(body: Body, view: View, author: str, room: str, kind: RoomKind) -> Incoming | None:
    """Return what a person asks by pressing a button of a card; its keys are what the buttons stand for."""
    told = part(body.event, cards.EVENT)
    told = told if isinstance(told, dict) else body.event
    command, task = word(told, "event_key"), word(told, "task_id")
    if body.event_type != cards.EVENT or not cards.is_command(command):
        return None
    sender, number = f"{view.name}:{author}", identity(body.msgid)
    return Incoming(
        room=room,
        room_kind=kind,
        sender=sender,
        sender_name=view.name_of(sender) or author,
        message_id=f"press-{number}"
        if number
        else derived_id(room, sender, repr(body.create_time), task, command),
        text="",
        is_addressed=True,
        quotes=f"{cards.MARK}{task}" if task else None,
        command=command,
        sent_at=instant(body.create_time),
    )


def card_pressed(body: Body) -> str:
    """Return the number of the card that an event tells of; empty for everything else."""
    told = part(body.event, cards.EVENT)
    is_told = body.event_type == cards.EVENT
    return word(told if isinstance(told, dict) else body.event, "task_id") if is_told else ""


def quoted(body: Body) -> str:
    """Return the words that a message quotes; empty when it quotes none."""
    return word(part(body.quote, word(body.quote, "msgtype")), "content")


def _content(body: Body) -> tuple[str, tuple[Attachment, ...]] | None:
    if body.msgtype == "mixed":
        items = part(body.mixed, "msg_item")
        return _mixed(items if isinstance(items, list) else [])
    if body.msgtype == "text":
        return word(body.text, "content"), ()
    if body.msgtype == "voice":  # WeCom has already written down what was said
        return word(body.voice, "content"), (Attachment("voice", ""),)
    if kind := _ATTACHMENTS.get(body.msgtype):
        return "", (_attachment(kind, getattr(body, body.msgtype)),)
    return None


def _mixed(items: Sequence[Any]) -> tuple[str, tuple[Attachment, ...]]:
    texts: list[str] = []
    attachments: list[Attachment] = []
    for item in items:
        kind = word(item, "msgtype")
        if kind == "text":
            texts.append(word(part(item, "text"), "content"))
        elif kind in _ATTACHMENTS:
            attachments.append(_attachment(_ATTACHMENTS[kind], part(item, kind)))
    return "\n".join(text for text in texts if text), tuple(attachments)


def _attachment(kind: str, content: Any) -> Attachment:
    """Return a file with its address, good for five minutes, and in a long connection the key to what lies there."""
    url = word(content, "url")
    is_address = url.startswith(("https://", "http://")) and len(url) <= _LONGEST_ADDRESS
    name = word(content, "filename") or word(content, "name") or _last_part(url if is_address else "")
    return Attachment(kind, name, url if is_address else None, word(content, "aeskey")[:64])


def _last_part(url: str) -> str:
    path = url.partition("://")[2].partition("?")[0].partition("/")[2]
    name = path.rpartition("/")[2][:128]
    return name if _SUFFIX.search(name) else ""  # most often it is a number of the platform


def _without_call(text: str, view: View) -> str:
    """Take the call of the robot from the front, whatever its name on WeCom is; there is no list of who is called."""
    is_called, rest = addressed(text, view.bot_name)
    if is_called or text[:1] not in ("@", "＠"):
        return rest
    if any(person.name and text.startswith(person.name, 1) for person in view.people):
        return text  # somebody else is called first; the robot later
    end = min((at for space in _SPACES if (at := text.find(space)) >= 0), default=len(text))
    return text[end:].strip()


def parts(text: str) -> list[str]:
    """Cut a text so that each part is short enough as markdown."""
    return split(text, _LONGEST_PART, _size)


def _size(text: str) -> int:
    return size_in_bytes(plain(text))


class Sent(msgspec.Struct, frozen=True):
    """A message as the platform takes it: where to, and the markdown."""

    chat: str
    content: str

    def pushed(self) -> dict[str, Any]:
        """Return the body that starts to speak."""
        return {"chatid": self.chat, "msgtype": "markdown", "markdown": {"content": self.content}}

    def answered(self, stream: str) -> dict[str, Any]:
        """Return the body that answers a message: a stream that ends with its first word."""
        return {"msgtype": "stream", "stream": {"id": stream, "finish": True, "content": self.content}}

    def posted(self) -> dict[str, Any]:
        """Return the body for the address that came with a callback."""
        return {"msgtype": "markdown", "markdown": {"content": self.content}}


def outgoing(message: Outgoing, name: str) -> Sent:
    """Return a message as the platform takes it.

    Raises:
        DeliveryFailed: The room is not one of this adapter.
    """
    kind, chat = place(message.room, name)
    return Sent(chat, rendered(message, name, kind))


def calls(message: Outgoing, name: str) -> str:
    """Return the markdown that calls whom a message calls and says nothing else; empty where nobody can be called."""
    kind, _ = place(message.room, name)
    if kind is not RoomKind.GROUP:
        return ""
    users = dict.fromkeys(user for piece in message.mentions if (user := user_of(piece.account, name)))
    return " ".join(f"<@{user}>" for user in users)
