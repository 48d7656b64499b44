"""Translation between the events of Satori and the bot's own; pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from adapters.addressing import addressed
from adapters.contract import (
    Attachment,
    File,
    Incoming,
    Mention,
    Notice,
    Outgoing,
    RoomKind,
    What,
    pieces,
)
from adapters.places import place_of
from adapters.satori.elements import Closes, Opens, Text, element, escaped, read
from adapters.values import derived_id, identity, instant, part, word

LIMIT: Final = 2000  # characters; what is behind the gateway may allow more, and seldom allows less
_ID: Final = re.compile(r"[^\s<>\"'&\x00-\x1f]{1,128}")
_DIRECT: Final = 1  # type of a channel
_BREAKS: Final = frozenset({"br", "p", "message"})
_ATTACHMENTS: Final[Mapping[str, str]] = {
    "img": "picture",
    "image": "picture",
    "audio": "voice",
    "video": "video",
    "file": "file",
}
_MOVES: Final = frozenset({"guild-added", "guild-removed", "guild-member-added", "guild-member-removed"})
_LONGEST_COMMAND: Final = 200
_EVERYBODY: Final[Mapping[str, str]] = {"all": "@所有人", "here": "@在线成员"}


class Login(msgspec.Struct, frozen=True):
    """The account that the bot speaks for."""

    platform: str
    user: str
    features: frozenset[str] = frozenset()
    status: int | None = None  # 1: online; None: the gateway does not say


class View(msgspec.Struct, frozen=True):
    """From where an event is read: the adapter, the account, and who is known."""

    name: str
    bot_name: str
    login: Login
    people: Mapping[str, str]  # account to name


class _Words(msgspec.Struct):
    """What a message says, as it is put together."""

    view: View
    texts: list[str] = msgspec.field(default_factory=list)
    attachments: list[Attachment] = msgspec.field(default_factory=list)
    mentions: dict[str, Mention] = msgspec.field(default_factory=dict)
    quotes: str | None = None
    calls_bot: bool = False
    quoted: int = 0  # how deep within what is quoted

    def open(self, tag: Opens) -> None:
        """Take the beginning of an element."""
        if tag.name == "quote":
            self.quotes = self.quotes or tag.attributes.get("id") or None
            self.quoted += not tag.is_empty
        elif self.quoted:
            return
        elif tag.name == "at":
            self.texts.append(self._called(tag))
        elif tag.name in _BREAKS:
            self.texts.append("\n")
        elif tag.name == "sharp":
            self.texts.append(f"#{tag.attributes.get('name') or tag.attributes.get('id', '')}")
        elif tag.name == "a":
            self.texts.append("" if not tag.is_empty else tag.attributes.get("href", ""))
        elif tag.name in _ATTACHMENTS:
            self.attachments.append(_attachment(tag))

    def close(self, tag: Closes) -> None:
        """Take the end of an element."""
        if tag.name == "quote":
            self.quoted = max(self.quoted - 1, 0)
        elif tag.name in _BREAKS and not self.quoted:
            self.texts.append("\n")

    def _called(self, tag: Opens) -> str:
        if kind := tag.attributes.get("type"):
            return _EVERYBODY.get(kind, "")
        number = tag.attributes.get("id", "")
        if number and number == self.view.login.user:
            self.calls_bot = True
            return ""
        name = tag.attributes.get("name", "")
        if not is_id(number):
            return f"@{name}" if name else ""
        account = f"{self.view.name}:{number}"
        shown = self.view.people.get(account) or name or number
        self.mentions.setdefault(account, Mention(shown, account))
        return f"@{shown}"


def is_id(value: str) -> bool:
    """Say whether a text can be the id of one person or channel."""
    return _ID.fullmatch(value) is not None


def logins(ready: Any) -> list[Login]:
    """Return the accounts of a gateway that are complete."""
    found = part(ready, "logins")
    return [login for each in (found if isinstance(found, list) else ()) if (login := _login(each))]


def _login(value: Any) -> Login | None:
    platform = word(value, "platform")
    user = identity(part(part(value, "user"), "id")) or identity(part(value, "self_id"))
    features = part(value, "features")
    known = (
        frozenset(each for each in features if isinstance(each, str))
        if isinstance(features, list)
        else frozenset()
    )
    status = part(value, "status")
    is_said = isinstance(status, int) and not isinstance(status, bool)
    return Login(platform, user, known, status if is_said else None) if platform and user else None


def is_for(event: Any, login: Login) -> bool:
    """Say whether an event concerns an account; a gateway sends those of all."""
    of = part(event, "login")
    platform = word(of, "platform") or word(event, "platform")
    user = identity(part(part(of, "user"), "id")) or identity(part(event, "self_id"))
    return platform in ("", login.platform) and user in ("", login.user)


def happening(event: Any, view: View) -> Incoming | Notice | None:
    """Return what an event tells that concerns the bot; None for everything else."""
    match word(event, "type"):
        case "message-created":
            return _incoming(event, view)
        case "message-deleted":
            return _recalled(event, view)
        case "interaction/button":
            return _pressed(event, view)
        case kind if kind in _MOVES:
            return _moved(event, kind, view)
        case _:
            return None


def channel_of(event: Any) -> tuple[str, str]:
    """Return the author of a message that was said alone, and the channel in which; both empty for any other."""
    channel, author = part(event, "channel"), _author(event)
    if part(channel, "type") != _DIRECT or not (is_id(author) and is_id(identity(part(channel, "id")))):
        return "", ""
    return author, identity(part(channel, "id"))


def _incoming(event: Any, view: View) -> Incoming | None:
    author, message = _author(event), part(event, "message")
    user = part(event, "user") or part(message, "user")
    room = _room(event, author, view)
    content = part(message, "content")
    if not is_id(author) or author == view.login.user or part(user, "is_bot") is True or room is None:
        return None
    words = _read(content if isinstance(content, str) else "", view)
    if (quote := identity(part(part(message, "quote"), "id"))) and words.quotes is None:
        words.quotes = quote
    kind, address = room
    is_addressed, text = addressed("".join(words.texts).strip(), view.bot_name)
    account = f"{view.name}:{author}"
    said_at = part(message, "created_at") or part(event, "timestamp")
    return Incoming(
        room=address,
        room_kind=kind,
        sender=account,
        sender_name=view.people.get(account) or _name(event, user) or author,
        message_id=identity(part(message, "id")) or derived_id(address, account, repr(said_at), text),
        text=text,
        is_addressed=words.calls_bot or is_addressed or kind is RoomKind.PRIVATE,
        mentions=tuple(words.mentions.values()),
        quotes=words.quotes,
        attachments=tuple(words.attachments),
        sent_at=instant(said_at, per_second=1000),
    )


def _recalled(event: Any, view: View) -> Notice | None:
    number = identity(part(part(event, "message"), "id"))
    room = _room(event, _author(event), view)
    if not number or room is None:
        return None
    return Notice(what=What.RECALLED, room=room[1], key=number, message_id=number)


def _pressed(event: Any, view: View) -> Incoming | None:
    author, command = _author(event), word(part(event, "button"), "id")
    room = _room(event, author, view)
    if not is_id(author) or author == view.login.user or not command or room is None:
        return None
    kind, address = room
    account, at = f"{view.name}:{author}", part(event, "timestamp")
    card = identity(part(part(event, "message"), "id"))
    return Incoming(
        room=address,
        room_kind=kind,
        sender=account,
        sender_name=view.people.get(account) or _name(event, part(event, "user")) or author,
        message_id=f"press-{derived_id(address, account, card, command, repr(at))}",
        text="",
        is_addressed=True,
        quotes=card or None,
        command=command[:_LONGEST_COMMAND],
        sent_at=instant(at, per_second=1000),
    )


def _moved(event: Any, kind: str, view: View) -> Notice | None:
    """Return who came or went. A guild is a room where it has no channels besides itself, as a group of QQ."""
    number = identity(part(part(event, "channel"), "id")) or identity(part(part(event, "guild"), "id"))
    member, is_bot = _author(event), kind.startswith("guild-") and not kind.startswith("guild-member")
    if not is_id(number) or not (is_bot or is_id(member)):
        return None
    is_gone = kind.endswith("removed")
    room, at = f"{view.name}:group:{number}", repr(part(event, "timestamp"))
    name = word(part(event, "guild"), "name") or word(part(event, "channel"), "name")
    if is_bot or member == view.login.user:
        what = What.BOT_REMOVED if is_gone else What.BOT_ADDED
        return Notice(what=what, room=room, key=derived_id(what, room, at), room_name=name)
    account = f"{view.name}:{member}"
    what = What.MEMBER_REMOVED if is_gone else What.MEMBER_ADDED
    known = view.people.get(account) or _name(event, part(event, "user"))
    return Notice(what=what, room=room, key=derived_id(what, room, account, at), account=account, name=known)


def _author(event: Any) -> str:
    return identity(part(part(event, "user"), "id")) or identity(
        part(part(part(event, "message"), "user"), "id")
    )


def _room(event: Any, author: str, view: View) -> tuple[RoomKind, str] | None:
    channel = part(event, "channel") or part(part(event, "message"), "channel")
    number = identity(part(channel, "id"))
    if part(channel, "type") == _DIRECT:
        return (RoomKind.PRIVATE, f"{view.name}:private:{author}") if is_id(author) else None
    return (RoomKind.GROUP, f"{view.name}:group:{number}") if is_id(number) else None


def _name(event: Any, user: Any) -> str:
    member = part(event, "member") or part(part(event, "message"), "member")
    names = (word(member, "nick"), word(member, "name"), word(user, "nick"), word(user, "name"))
    return next((name for name in names if name), "")


def _read(content: str, view: View) -> _Words:
    words = _Words(view)
    for piece in read(content):
        match piece:
            case Text(text):
                if not words.quoted:
                    words.texts.append(text)
            case Opens():
                words.open(piece)
            case Closes():
                words.close(piece)
    return words


def _attachment(tag: Opens) -> Attachment:
    address = tag.attributes.get("src") or tag.attributes.get("url", "")
    is_address = address.startswith(("https://", "http://"))
    return Attachment(
        _ATTACHMENTS[tag.name], tag.attributes.get("title", ""), address if is_address else None
    )


# --- Going out ----------------------------------------------------------------------------------------------------


def place(room: str, name: str) -> tuple[RoomKind, str]:
    """Return kind and platform id of a room of the adapter called `name`: a channel, or a person.

    Raises:
        DeliveryFailed: It is none.
    """
    return place_of(room, name, is_id)


def document(file: File) -> str:
    """Return the element that shows a file; what is in it stands in the element, so that no gateway must fetch it from us."""
    encoded = base64.b64encode(file.content).decode()
    return element("file", {"src": f"data:application/octet-stream;base64,{encoded}", "title": file.name})


def content(message: Outgoing, name: str, kind: RoomKind, *, has_buttons: bool = False) -> str:
    """Return a message as the gateway takes it: nothing in its words is an element, people are called only where we call them."""
    written: list[str] = []
    if message.quotes is not None and message.edits is None:
        written.append(element("quote", {"id": message.quotes}))
    for piece in pieces(message):
        if isinstance(piece, str):
            written.append(escaped(piece))
        elif kind is RoomKind.GROUP and (person := _person(piece.account, name)):
            written.append(element("at", {"id": person, "name": piece.name}))
        else:
            written.append(escaped(f"@{piece.name}"))
    for button in message.buttons if has_buttons else ():
        opened = element("button", {"id": button.command, "type": "action"}).removesuffix("/>").rstrip()
        written.append(f"{opened}>{escaped(button.label)}</button>")
    return "".join(written)


def _person(account: str, name: str) -> str:
    adapter, _, number = account.partition(":")
    return number if adapter == name and is_id(number) and number.lower() not in ("all", "here") else ""
