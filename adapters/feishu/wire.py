"""Translation of events of Feishu: what people say, touch and take back, and who comes and goes; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from adapters.addressing import addressed
from adapters.contract import Attachment, Incoming, Mention, Notice, RoomKind, What
from adapters.feishu.addresses import MESSAGE, is_id
from adapters.values import derived_id, instant, part, text_of, word

MESSAGE_EVENT: Final = "im.message.receive_v1"
TOUCHED: Final = "card.action.trigger"

_ATTACHMENTS: Final[Mapping[str, tuple[str, str]]] = {  # kind, and the key of its name on the platform
    "image": ("picture", "image_key"),
    "file": ("file", "file_key"),
    "audio": ("voice", "file_key"),
    "media": ("video", "file_key"),
}
_WORDLESS: Final = frozenset(
    {"sticker", "interactive", "share_chat", "share_user", "hongbao", "todo", "vote"}
)
_EVERYBODY: Final = "@_all"


class View(msgspec.Struct, frozen=True):
    """From where an event is read: the adapter, who the bot is, and who is known."""

    name: str
    bot_name: str
    bot_id: str  # its own open_id, by which it is called
    people: Mapping[str, str]  # account to name


class _Words(msgspec.Struct):
    """What a message says, as it is put together."""

    view: View
    called: Mapping[str, tuple[str, str]]  # key to open_id and name
    texts: list[str] = msgspec.field(default_factory=list)
    attachments: list[Attachment] = msgspec.field(default_factory=list)
    mentions: dict[str, Mention] = msgspec.field(default_factory=dict)
    calls_bot: bool = False

    def call(self, key: str) -> str:
        """Return what stands in the text for somebody who is called; nothing for the bot."""
        if key == _EVERYBODY:
            return "@所有人"
        number, name = self.called.get(key, ("", ""))
        if number and number == self.view.bot_id:
            self.calls_bot = True
            return ""
        if not is_id(number):
            return f"@{name}" if name else ""
        account = f"{self.view.name}:{number}"
        shown = self.view.people.get(account) or name or number
        self.mentions.setdefault(account, Mention(shown, account))
        return f"@{shown}"


def happenings(event: Mapping[str, Any], view: View) -> Iterator[Incoming | Notice]:
    """Yield what an event tells that concerns the bot; nothing for everything else."""
    kind = word(event.get("header"), "event_type")
    body = event.get("event")
    if kind == MESSAGE_EVENT:
        if (message := incoming(body, view)) is not None:
            yield message
    elif kind == TOUCHED:
        if (touched := _touched(event, view)) is not None:
            yield touched
    else:
        yield from _notices(kind, event, view)


def incoming(event: Any, view: View) -> Incoming | None:
    """Return what a person said, or None for applications, for the bot itself, and for types that are nobody's words."""
    sender, message = part(event, "sender"), part(event, "message")
    author = word(part(sender, "sender_id"), "open_id")
    if word(sender, "sender_type") != "user" or not is_id(author) or author == view.bot_id:
        return None
    place = _room(word(message, "chat_type"), word(message, "chat_id"), author, view)
    words = _read(message, view)
    if place is None or words is None:
        return None
    kind, room = place
    is_addressed, text = addressed("".join(words.texts).strip(), view.bot_name)
    account = f"{view.name}:{author}"
    number = word(message, "message_id")
    return Incoming(
        room=room,
        room_kind=kind,
        sender=account,
        sender_name=view.people.get(account, ""),
        message_id=number or derived_id(room, account, repr(part(message, "create_time")), text),
        text=text,
        is_addressed=words.calls_bot or is_addressed or kind is RoomKind.PRIVATE,
        mentions=tuple(words.mentions.values()),
        quotes=word(message, "parent_id") or None,
        attachments=tuple(words.attachments),
        sent_at=instant(part(message, "create_time"), per_second=1000),
    )


def _room(chat_type: str, chat: str, author: str, view: View) -> tuple[RoomKind, str] | None:
    if chat_type == "p2p":
        return RoomKind.PRIVATE, f"{view.name}:private:{author}"
    if chat_type in ("group", "topic_group") and is_id(chat):
        return RoomKind.GROUP, f"{view.name}:group:{chat}"
    return None


def _read(message: Any, view: View) -> _Words | None:
    kind = word(message, "message_type")
    content = _content(part(message, "content"))
    mentions = part(message, "mentions")
    called = {
        word(each, "key"): (word(part(each, "id"), "open_id"), word(each, "name"))
        for each in (mentions if isinstance(mentions, list) else ())
    }
    words = _Words(view, called)
    number = word(message, "message_id")
    if kind == "text":
        words.texts.append(_with_calls(text_of(part(content, "text")), words))
    elif kind == "post":
        _read_post(content, words, number)
    elif kind == "location":
        words.texts.append(f"位置：{word(content, 'name')}")
    elif kind == "merge_forward":
        words.attachments.append(Attachment("forward", ""))
    elif kind in _ATTACHMENTS:
        words.attachments.append(_attachment(kind, content, number))
    elif kind not in _WORDLESS:
        return None
    return words


def _content(value: Any) -> Any:
    """Return what the JSON in a text says; Feishu puts one into the other."""
    try:
        return msgspec.json.decode(value) if isinstance(value, str) else None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def _with_calls(text: str, words: _Words) -> str:
    # The longest first: `@_user_1` begins `@_user_12`.
    for key in sorted((*words.called, _EVERYBODY), key=len, reverse=True):
        if key and key in text:
            text = text.replace(key, words.call(key))
    return text


def _read_post(content: Any, words: _Words, number: str) -> None:
    lines: list[str] = [word(content, "title")]
    paragraphs = part(content, "content")
    for paragraph in paragraphs if isinstance(paragraphs, list) else ():
        pieces = paragraph if isinstance(paragraph, list) else ()
        lines.append("".join(_piece(piece, words, number) for piece in pieces))
    words.texts.append("\n".join(line for line in lines if line.strip()))


def _piece(piece: Any, words: _Words, number: str) -> str:
    tag = part(piece, "tag")
    if tag == "at":
        return words.call(word(piece, "user_id"))
    if tag == "img":
        words.attachments.append(_attachment("image", piece, number))
        return ""
    if tag == "media":
        words.attachments.append(_attachment("media", piece, number))
        return ""
    found = part(piece, "text")  # text, a, md, code_block; and whatever comes to be
    return found if isinstance(found, str) else ""


def _attachment(kind: str, content: Any, number: str) -> Attachment:
    shown, key = _ATTACHMENTS[kind]
    found = word(content, key)
    type_of = "image" if kind == "image" else "file"
    reference = f"{number}/{found}/{type_of}" if MESSAGE.fullmatch(number) and is_id(found) else ""
    return Attachment(shown, word(content, "file_name") or found, reference=reference)


def _touched(event: Mapping[str, Any], view: View) -> Incoming | None:
    body, header = event.get("event"), event.get("header")
    author, context = word(part(body, "operator"), "open_id"), part(body, "context")
    command = word(part(part(body, "action"), "value"), "command")
    chat, card = word(context, "open_chat_id"), word(context, "open_message_id")
    if not (is_id(author) and command):
        return None
    # What is touched in a private chat tells the same kind of chat id as in a group; the button knows where it was shown.
    is_private = word(part(part(body, "action"), "value"), "room") == RoomKind.PRIVATE
    place = _room("p2p" if is_private else "group", chat, author, view)
    if place is None:
        return None
    kind, room = place
    account = f"{view.name}:{author}"
    number = word(header, "event_id") or derived_id(room, account, card, command, word(header, "create_time"))
    return Incoming(
        room=room,
        room_kind=kind,
        sender=account,
        sender_name=view.people.get(account, ""),
        message_id=f"touch-{number}",
        text="",
        is_addressed=True,
        quotes=card or None,
        command=command,
        sent_at=instant(part(header, "create_time"), per_second=1000),
    )


_MEMBERS: Final[Mapping[str, What]] = {
    "im.chat.member.user.added_v1": What.MEMBER_ADDED,
    "im.chat.member.user.deleted_v1": What.MEMBER_REMOVED,
}


def _notices(kind: str, event: Mapping[str, Any], view: View) -> Iterator[Notice]:
    body = event.get("event")
    chat = word(body, "chat_id")
    if not is_id(chat):
        return
    room, key = f"{view.name}:group:{chat}", word(event.get("header"), "event_id") or derived_id(repr(body))
    if kind == "im.message.recalled_v1":
        number = word(body, "message_id")
        yield Notice(what=What.RECALLED, room=room, key=number or key, message_id=number)
    elif kind == "im.chat.member.bot.added_v1":
        yield Notice(what=What.BOT_ADDED, room=room, key=key, room_name=word(body, "name"))
    elif kind in ("im.chat.member.bot.deleted_v1", "im.chat.disbanded_v1"):
        yield Notice(what=What.BOT_REMOVED, room=room, key=key, room_name=word(body, "name"))
    elif kind in _MEMBERS:
        users = part(body, "users")
        for index, user in enumerate(users if isinstance(users, list) else ()):
            number = word(part(user, "user_id"), "open_id")
            if is_id(number):
                yield Notice(
                    what=_MEMBERS[kind],
                    room=room,
                    key=f"{key}.{index}",
                    account=f"{view.name}:{number}",
                    name=word(user, "name"),
                )
