"""What the events of the QQ platform mean to the bot; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from adapters.addressing import addressed
from adapters.contract import Attachment, Incoming, Notice, RoomKind, What
from adapters.qq.content import Content, nickname
from adapters.qq.frames import (
    Author,
    Called,
    Data,
    Element,
    Envelope,
    File,
    Op,
    Press,
    Scene,
    part,
    parts,
    word,
)

_MESSAGES: Final = frozenset({"GROUP_AT_MESSAGE_CREATE", "GROUP_MESSAGE_CREATE", "C2C_MESSAGE_CREATE"})
# Whether the bot may speak first afterwards; None: not said by this event.
_CHANGES: Final[Mapping[str, bool | None]] = {
    "GROUP_ADD_ROBOT": None,
    "GROUP_DEL_ROBOT": False,
    "GROUP_MSG_REJECT": False,
    "GROUP_MSG_RECEIVE": True,
    "FRIEND_ADD": None,
    "FRIEND_DEL": False,
    "C2C_MSG_REJECT": False,
    "C2C_MSG_RECEIVE": True,
}
_TOLD: Final[Mapping[str, What]] = {
    "GROUP_ADD_ROBOT": What.BOT_ADDED,
    "GROUP_DEL_ROBOT": What.BOT_REMOVED,
    "GROUP_MSG_REJECT": What.MUTED,
    "GROUP_MSG_RECEIVE": What.UNMUTED,
    "FRIEND_ADD": What.UNMUTED,
    "C2C_MSG_REJECT": What.MUTED,
    "C2C_MSG_RECEIVE": What.UNMUTED,
}
_MEMBERS: Final[Mapping[str, What]] = {
    "GROUP_MEMBER_ADD": What.MEMBER_ADDED,
    "GROUP_MEMBER_REMOVE": What.MEMBER_REMOVED,
}
_QUOTING: Final = 103
_KINDS: Final[Mapping[str, str]] = {
    "image": "picture",
    "video": "video",
    "voice": "voice",
    "audio": "voice",
}
_FAR_FUTURE: Final = 32_503_680_000  # the year 3000; beyond it a time is a mistake


class View(msgspec.Struct, frozen=True):
    """From where an event is read: the adapter, how the bot is called, and who is known."""

    name: str
    bot_name: str
    people: Mapping[str, str]  # account to name


class Said(msgspec.Struct, frozen=True):
    """A person said something; `index` is what a quote of it will name."""

    message: Incoming
    index: str | None


class Pressed(msgspec.Struct, frozen=True):
    """A person pressed a button. The platform wants to hear that this was noticed, also where we make nothing of it."""

    interaction: str
    event: str  # may be answered like a message
    message: Incoming | None


class Changed(msgspec.Struct, frozen=True):
    """What the bot may do in a room has changed; `may_push` is None when it is not known."""

    what: str
    room: str
    event: str  # may be answered like a message
    may_push: bool | None
    notice: Notice | None = None  # what the rest of the bot wants to know of it


def read(envelope: Envelope, view: View) -> Said | Pressed | Changed | Notice | None:
    """Return what an event means, or None for everything else: the bot's own words, other bots, unknown events."""
    if type(envelope.op) is not int or envelope.op != Op.DISPATCH or not isinstance(envelope.t, str):
        return None
    data = part(Data, envelope.d)
    if envelope.t in _MESSAGES:
        return _said(envelope.t, data, view)
    if envelope.t == "INTERACTION_CREATE":
        return _pressed(word(envelope.id), data, view)
    if envelope.t in _CHANGES:
        return _changed(envelope.t, word(envelope.id), data, view)
    if envelope.t in _MEMBERS:
        return _member(_MEMBERS[envelope.t], word(envelope.id), data, view)
    return None


def _said(event: str, data: Data, view: View) -> Said | None:
    author = part(Author, data.author)
    if author.bot is True:
        return None
    if event == "C2C_MESSAGE_CREATE":
        openid = word(author.user_openid) or word(author.id)
        room, kind = f"{view.name}:private:{openid}", RoomKind.PRIVATE
    else:
        openid = word(author.member_openid) or word(author.id)
        group = word(data.group_openid)
        if not group:
            return None
        room, kind = f"{view.name}:group:{group}", RoomKind.GROUP
    if not openid:
        return None
    account = f"{view.name}:{openid}"
    scene = part(Scene, data.message_scene)
    index, quoted = _indices(scene.ext)
    content = Content(view.name, view.people, parts(Called, data.mentions))
    content.read(data.content if isinstance(data.content, str) else "")
    if word(data.message_type) == str(_QUOTING):
        content.drop_automatic_call(_quoted_author(data, quoted))
    files = parts(File, data.attachments)
    text = content.text() or _transcript(files)
    by_name, text = addressed(text, view.bot_name)
    return Said(
        Incoming(
            room=room,
            room_kind=kind,
            sender=account,
            sender_name=word(author.username) or view.people.get(account) or nickname(openid),
            message_id=word(data.id) or _derived_id(room, account, data.timestamp, text),
            text=text,
            is_addressed=content.is_addressed
            or by_name
            or event in ("GROUP_AT_MESSAGE_CREATE", "C2C_MESSAGE_CREATE"),
            mentions=tuple(content.mentions.values()),
            quotes=quoted,
            attachments=tuple(_attachment(file) for file in files),
            sent_at=_instant(data.timestamp),
        ),
        index,
    )


def _indices(ext: object) -> tuple[str | None, str | None]:
    """Return the index of a message and of the one it quotes."""
    found: dict[str, str] = {}
    for item in ext if isinstance(ext, list) else ():
        key, _, value = word(item).partition("=")
        if value:
            found.setdefault(key, value)
    return found.get("msg_idx"), found.get("ref_msg_idx")


def _quoted_author(data: Data, quoted: str | None) -> str:
    elements = parts(Element, data.msg_elements)
    # The platform does not promise to say which element it is; what is quoted then comes first.
    named = next((each for each in elements if word(each.msg_idx) == quoted), None)
    element = named or next((each for each in elements if not word(each.msg_idx)), None)
    author = part(Author, element.author if element else None)
    return word(author.member_openid) or word(author.user_openid) or word(author.id)


def _attachment(file: File) -> Attachment:
    kind = _KINDS.get(word(file.content_type).partition("/")[0].lower(), "file")
    url = word(file.url)
    if url and "://" not in url:
        url = f"https://{url}"
    return Attachment(kind, word(file.filename), url if url.startswith(("https://", "http://")) else None)


def _transcript(files: list[File]) -> str:
    return " ".join(filter(None, (word(file.asr_refer_text) for file in files)))


def _pressed(event: str, data: Data, view: View) -> Pressed | None:
    interaction = word(data.id)
    if not interaction:
        return None
    group, member, user = (
        word(data.group_openid),
        word(data.group_member_openid),
        word(data.user_openid),
    )
    press = part(Press, part(Press, data.data).resolved)
    command = word(press.button_data)
    if group and member:
        room, kind, openid = f"{view.name}:group:{group}", RoomKind.GROUP, member
    elif user and not group:
        room, kind, openid = f"{view.name}:private:{user}", RoomKind.PRIVATE, user
    else:
        return Pressed(interaction, event, None)
    if not command:
        return Pressed(interaction, event, None)
    account = f"{view.name}:{openid}"
    message = Incoming(
        room=room,
        room_kind=kind,
        sender=account,
        sender_name=view.people.get(account) or nickname(openid),
        message_id=interaction,
        text="",
        is_addressed=True,
        quotes=word(press.message_id) or None,
        command=command,
        sent_at=_instant(data.timestamp),
    )
    return Pressed(interaction, event, message)


def _changed(what: str, event: str, data: Data, view: View) -> Changed | None:
    group, user = word(data.group_openid), word(data.openid)
    if group and what.startswith("GROUP_"):
        room = f"{view.name}:group:{group}"
        return Changed(what, room, event, _CHANGES[what], _notice(what, room, event))
    if user and not what.startswith("GROUP_"):
        room = f"{view.name}:private:{user}"
        return Changed(what, room, event, _CHANGES[what], _notice(what, room, event))
    return None


def _notice(what: str, room: str, event: str) -> Notice | None:
    kind = _TOLD.get(what)
    return Notice(what=kind, room=room, key=event) if kind and event else None


def _member(what: What, event: str, data: Data, view: View) -> Notice | None:
    group, member = word(data.group_openid), word(data.member_openid)
    if not (event and group and member):
        return None
    room, account = f"{view.name}:group:{group}", f"{view.name}:{member}"
    return Notice(what=what, room=room, key=event, account=account, name=view.people.get(account, ""))


def _instant(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else None
        except (ValueError, OverflowError):
            return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < _FAR_FUTURE:
        return datetime.fromtimestamp(value, UTC)
    return None


def _derived_id(room: str, sender: str, timestamp: object, text: str) -> str:
    # Never a random one: a redelivery must get the same.
    stable = "\0".join((room, sender, word(timestamp), text))
    return "derived-" + hashlib.blake2b(stable.encode(errors="surrogatepass"), digest_size=8).hexdigest()
