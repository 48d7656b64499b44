"""From Telegram's updates to the bot's own messages; pure."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from telegram import (
    CallbackQuery,
    Chat,
    ChatMember,
    ChatMemberRestricted,
    ChatMemberUpdated,
    MaybeInaccessibleMessage,
    Message,
    Update,
    User,
)

from adapters.addressing import addressed
from adapters.contract import Incoming, Notice, RoomKind, What
from adapters.telegram.addresses import Place
from adapters.telegram.attachments import attachments
from adapters.telegram.entities import Reading, read
from adapters.telegram.utf16 import word
from adapters.telegram.view import View

ALLOWED: Final = ("message", "callback_query", "my_chat_member")  # what Telegram is asked to send
_GROUPS: Final = frozenset({"group", "supergroup"})


class Unreadable(Exception):
    """An update that is none; the text says why, without its content."""


class Moved(msgspec.Struct, frozen=True):
    """A group became a supergroup and has another id now."""

    old: int
    new: int


class Standing(msgspec.Struct, frozen=True):
    """What the bot now is in a chat: member, administrator, left, kicked …"""

    room: str
    title: str
    status: str
    before: str = ""
    may_speak: bool = True
    might_speak: bool = True  # before


class Heard(msgspec.Struct, frozen=True):
    """What one update says; most updates say only one of these."""

    message: Incoming | None = None
    query: str | None = None  # a pressed button, which Telegram wants to be answered
    moved: Moved | None = None
    standing: Standing | None = None
    member: Notice | None = (
        None  # somebody joined a group or left it; its key is given by whoever knows the update
    )
    username: str = ""  # of the writer, in lower case


def number_of(data: Any) -> int | None:
    """Return the number of an update, or None when it has none."""
    number = data.get("update_id") if isinstance(data, dict) else None
    return number if type(number) is int and 0 <= number < 2**63 else None


def heard(data: Any, view: View) -> Heard:
    """Return what an update says, which is nothing for kinds that do not concern the bot.

    Raises:
        Unreadable: It is no update that Telegram would send.
    """
    if number_of(data) is None:
        raise Unreadable("no update_id")
    try:
        update = Update.de_json(data, None)
        if update.message is not None:
            return _message(update.message, view)
        if update.callback_query is not None:
            return _query(update.callback_query, view)
        if update.my_chat_member is not None:
            return Heard(standing=_standing(update.my_chat_member, view))
    except Exception as error:
        # python-telegram-bot checks nothing: whatever a wrong type leads to comes out of it, or of reading it.
        raise Unreadable(type(error).__name__) from error
    return Heard()


def _message(message: Message, view: View) -> Heard:
    if message.migrate_to_chat_id or message.migrate_from_chat_id:
        old = message.migrate_from_chat_id or message.chat.id
        return Heard(moved=Moved(int(old), int(message.migrate_to_chat_id or message.chat.id)))
    place = _place(message, view)
    author = _author(message, view)
    if place is None or author is None or not _is_said(message):
        return Heard(member=_moved(message, view))
    account, name = author
    reading = read(message, view)
    if reading.is_for_another:
        return Heard()
    answered = _answered(message)
    by_name, text = addressed(reading.text.strip(), view.bot_name)
    if text.split(maxsplit=1)[:1] == ["/start"]:
        text = "/help"  # Telegram says /start for people who open the chat; they want to know what to do
    said = Incoming(
        room=place.address(view.name),
        room_kind=place.kind,
        sender=account,
        sender_name=name,
        message_id=str(int(message.message_id)),
        text=text,
        is_addressed=by_name or place.kind is RoomKind.PRIVATE or _calls(reading, answered, view),
        mentions=reading.mentions,
        quotes=str(int(answered.message_id)) if answered else None,
        attachments=tuple(attachments(message)),
        sent_at=message.date,
        room_name=word(message.chat.title),
    )
    return Heard(said, username=word(getattr(message.from_user, "username", "")).lower())


def _query(query: CallbackQuery, view: View) -> Heard:
    identity = word(query.id)
    on = query.message
    place = _place(on, view) if on is not None else None
    command = word(query.data)
    if not identity:
        raise Unreadable("no id of a callback query")
    user = query.from_user
    if on is None or place is None or not command or _is_nobody(user, view):
        return Heard(query=identity)
    account = f"{view.name}:{int(user.id)}"
    pressed = Incoming(
        room=place.address(view.name),
        room_kind=place.kind,
        sender=account,
        sender_name=view.people.get(account) or _full_name(user),
        # Of the press, and still showing which message an answer belongs under.
        message_id=f"{int(on.message_id)}+{identity}",
        text="",
        is_addressed=True,
        quotes=str(int(on.message_id)),
        command=command,
    )
    return Heard(pressed, query=identity, username=word(user.username).lower())


def _standing(change: ChatMemberUpdated, view: View) -> Standing | None:
    place = _place_of(change.chat, None, view)
    if place is None or change.new_chat_member.user.id != view.bot:
        return None
    new, old = change.new_chat_member, change.old_chat_member
    return Standing(
        place.address(view.name),
        word(change.chat.title),
        str(new.status),
        str(old.status),
        may_speak=_may_speak(new),
        might_speak=_may_speak(old),
    )


def _may_speak(member: ChatMember) -> bool:
    return not (isinstance(member, ChatMemberRestricted) and member.can_send_messages is False)


def _moved(message: Message, view: View) -> Notice | None:
    """Return that somebody joined a group or left it; of several who join, the first."""
    left = message.left_chat_member
    what = What.MEMBER_REMOVED if left is not None else What.MEMBER_ADDED
    come_or_gone = (left,) if left is not None else message.new_chat_members or ()
    people = [user for user in come_or_gone if not _is_nobody(user, view)]
    place = _place(message, view)
    if not people or place is None:
        return None
    account = f"{view.name}:{int(people[0].id)}"
    return Notice(
        what=what,
        room=place.address(view.name),
        key="",
        room_name=word(message.chat.title),
        account=account,
        name=view.people.get(account) or _full_name(people[0]),
    )


def _place(message: MaybeInaccessibleMessage, view: View) -> Place | None:
    # Answers in an ordinary supergroup carry a thread too; only forums have topics.
    topic = getattr(message, "message_thread_id", None) if _is_in_topic(message) else None
    return _place_of(message.chat, int(topic) if topic else None, view)


def _place_of(chat: Chat, topic: int | None, view: View) -> Place | None:
    number = int(chat.id)
    if chat.type in _GROUPS:
        home = view.homes.get(number) if topic is None else None
        return Place(RoomKind.GROUP, home or number, topic)
    return Place(RoomKind.PRIVATE, number) if chat.type == "private" and number > 0 else None


def _is_in_topic(message: MaybeInaccessibleMessage) -> bool:
    return getattr(message, "is_topic_message", None) is True and message.chat.type == "supergroup"


def _author(message: Message, view: View) -> tuple[str, str] | None:
    """Return account and name of a person; None for bots, Telegram itself, and copies of a channel's posts."""
    group = message.sender_chat
    if group is not None:
        if message.is_automatic_forward or int(group.id) >= 0:
            return None
        # An anonymous administrator speaks as the group, anybody else as a channel of theirs.
        account = f"{view.name}:{int(group.id)}"
        signature = word(message.author_signature) if group.id == message.chat.id else ""
        return account, view.people.get(account) or signature or word(group.title) or str(int(group.id))
    user = message.from_user
    if user is None or _is_nobody(user, view):
        return None
    account = f"{view.name}:{int(user.id)}"
    return account, view.people.get(account) or _full_name(user)


def _is_nobody(user: User, view: View) -> bool:
    return bool(user.is_bot) or int(user.id) <= 0 or int(user.id) == view.bot


def _full_name(user: User) -> str:
    parts = (word(user.first_name), word(user.last_name))
    return " ".join(part for part in parts if part) or word(user.username) or str(int(user.id))


def _is_said(message: Message) -> bool:
    """Say whether a person wrote or showed something; everything else is Telegram telling of an event."""
    return bool(word(message.text) or word(message.caption) or message.effective_attachment)


def _answered(message: Message) -> Message | None:
    answered = message.reply_to_message
    # Whatever is said in a topic formally answers the note that opened it.
    if answered is not None and _is_in_topic(message) and answered.message_id == message.message_thread_id:
        return None
    return answered


def _calls(reading: Reading, answered: Message | None, view: View) -> bool:
    answers_bot = (
        answered is not None and answered.from_user is not None and answered.from_user.id == view.bot
    )
    return reading.calls_bot or answers_bot
