"""Translation between OneBot v11 frames and the bot's own messages; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from adapters.addressing import addressed
from adapters.contract import Attachment, DeliveryFailed, Incoming, Mention, Outgoing, RoomKind, pieces
from adapters.onebot import cq
from adapters.onebot.frames import Call, Frame, Segment, SegmentData, SentSegment
from adapters.places import place_of
from adapters.wording import say

_ATTACHMENTS: Final[Mapping[str, str]] = {
    "image": "picture",
    "file": "file",
    "record": "voice",
    "video": "video",
    "forward": "forward",
}
_STICKER: Final = "1"
_STICKER_IN_WORDS: Final = "[动画表情]"
# Written by nobody who could be called or asked back: people behind the mask of a group, and QQ itself.
_NOBODYS: Final = frozenset({"anonymous", "notice"})
_FAR_FUTURE: Final = 32_503_680_000  # the year 3000; beyond it a time is a mistake


class View(msgspec.Struct, frozen=True):
    """From where a frame is read: the adapter, how the bot is called, and who is known."""

    name: str
    bot_name: str
    people: Mapping[str, str]  # account to name


class _Content(msgspec.Struct):
    """What the segments of one message say; filled while they are read."""

    text: list[str] = msgspec.field(default_factory=list)
    is_addressed: bool = False
    after_call: bool = False
    mentions: dict[str, Mention] = msgspec.field(default_factory=dict)
    quotes: str | None = None
    attachments: list[Attachment] = msgspec.field(default_factory=list)


def identity(value: Any) -> str:
    """Return an id as text, or nothing when it is no id: null, zero, a float, or larger than 64 bits."""
    if type(value) is int:  # and so no bool
        return str(value) if value and -(2**63) <= value < 2**64 else ""
    return value.strip() if isinstance(value, str) else ""


def incoming(
    frame: Frame, view: View, self_id: str, others: Collection[str] = (), *, is_late: bool = False
) -> Incoming | None:
    """Return what a person said, or None for everything else: notices, requests, the bot's own words.

    `self_id` is the bot's account, used where the frame does not name it; `others` are more accounts of its own.
    """
    if frame.post_type != "message" or frame.anonymous or frame.sub_type in _NOBODYS:
        return None
    bot = identity(frame.self_id) or self_id
    author = identity(frame.user_id)
    group = identity(frame.group_id)
    own = {bot, *others}
    if not author or author in own:
        return None
    if frame.message_type == "group" and group:
        room, kind = f"{view.name}:group:{group}", RoomKind.GROUP
    elif frame.message_type == "private":
        room, kind = f"{view.name}:private:{author}", RoomKind.PRIVATE
    else:
        return None
    content = _read(_segments(frame.message), view, own)
    by_name, text = addressed("".join(content.text).strip(), view.bot_name)
    sender = f"{view.name}:{author}"
    return Incoming(
        room=room,
        room_kind=kind,
        sender=sender,
        sender_name=_sender_name(frame) or author,
        message_id=identity(frame.message_id) or _derived_id(room, sender, frame.time, text),
        text=text,
        is_addressed=content.is_addressed or by_name or kind is RoomKind.PRIVATE,
        mentions=tuple(content.mentions.values()),
        quotes=content.quotes,
        attachments=tuple(content.attachments),
        sent_at=instant(frame.time),
        room_name=_word(frame.group_name) if kind is RoomKind.GROUP else "",
        is_late=is_late,
    )


def chat_with(account: str) -> str:
    """Return the room in which a person is talked to alone."""
    adapter, _, number = account.partition(":")
    return f"{adapter}:{RoomKind.PRIVATE}:{number}"


def texts(frame: Frame) -> Iterator[str]:
    """Yield the plain words of a message, without people it calls and what it quotes."""
    for segment in _segments(frame.message):
        if segment is not None and segment.type == "text" and segment.data is not None:
            yield segment.data.text if isinstance(segment.data.text, str) else ""


def file_names(frame: Frame) -> set[str]:
    """Return how the files in a message are called."""
    found = (each.data for each in _segments(frame.message) if each is not None and each.type == "file")
    return {name for data in found if data is not None for name in (_word(data.name), _word(data.file))}


def _segments(message: str | list[Segment | None] | None) -> Iterable[Segment | None]:
    if isinstance(message, str):
        return cq.segments(message)
    return message or ()


def _read(segments: Iterable[Segment | None], view: View, own: Collection[str]) -> _Content:
    content = _Content()
    for segment in segments:
        if segment is None or segment.data is None:
            continue
        data = segment.data
        if segment.type == "text":
            _read_text(data, content)
        elif segment.type == "at":
            _read_call(data, view, own, content)
        elif segment.type == "reply":
            content.quotes = content.quotes or identity(data.id) or None
        elif (kind := _ATTACHMENTS.get(segment.type or "")) and not _is_sticker(data):
            content.attachments.append(_attachment(kind, data))
    return content


def _read_text(data: SegmentData, content: _Content) -> None:
    if isinstance(data.text, str):
        # QQ puts a space behind every call; without the name it would stand there alone.
        content.text.append(data.text.lstrip(" ") if content.after_call else data.text)
        content.after_call = False


def _read_call(data: SegmentData, view: View, own: Collection[str], content: _Content) -> None:
    called = identity(data.qq)
    if called and called in own:
        content.is_addressed = True
        content.after_call = True
    elif called == "all":
        content.text.append("@全体成员")
    elif called:
        account = f"{view.name}:{called}"
        name = view.people.get(account) or _word(data.name).lstrip("@＠") or called
        content.mentions.setdefault(account, Mention(name, account))
        content.text.append(f"@{name}")


def _is_sticker(data: SegmentData) -> bool:
    """Say whether a picture is one that people send for a smile: it shows nothing of what is wrong."""
    kinds = (identity(data.sub_type), identity(data.sub_type_of_others))
    return _STICKER in kinds or bool(identity(data.emoji_id)) or _word(data.summary) == _STICKER_IN_WORDS


def _attachment(kind: str, data: SegmentData) -> Attachment:
    url = _word(data.url)
    file = _word(data.file)
    # `file` may also hold the whole content (base64://…), which is no name.
    name = _word(data.name) or (file if len(file) <= 255 else "")
    reference = identity(data.file_id) or (file if kind != "file" and len(file) <= 255 else "")
    return Attachment(kind, name, url if url.startswith(("https://", "http://")) else None, reference)


def _sender_name(frame: Frame) -> str:
    sender = frame.sender
    return (_word(sender.card) or _word(sender.nickname)) if sender is not None else ""


def _word(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def instant(time: Any) -> datetime | None:
    """Return when something happened, aware, in UTC; None when it does not say so sensibly."""
    if isinstance(time, (int, float)) and not isinstance(time, bool) and 0 < time < _FAR_FUTURE:
        return datetime.fromtimestamp(time, UTC)
    return None


def _derived_id(room: str, sender: str, time: Any, text: str) -> str:
    # Never a random one: a redelivery must get the same.
    stable = "\0".join((room, sender, repr(instant(time)), text))
    return "derived-" + hashlib.blake2b(stable.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def outgoing(message: Outgoing, name: str, echo: str = "") -> Call:
    """Return the request that sends a message; text is never read as CQ codes, because it goes as segments.

    Raises:
        DeliveryFailed: The room is not one of this adapter, or an edit is asked for, which QQ does not have.
    """
    kind, number = place(message.room, name)
    if message.edits is not None:
        raise DeliveryFailed(say("QQ 不能修改已发出的消息"))
    to: int | str = int(number) if _is_number(number) else number
    segments = list(_sent(message, name, can_call=kind is RoomKind.GROUP))
    if kind is RoomKind.GROUP:
        return Call("send_group_msg", {"group_id": to, "message": segments}, echo)
    return Call("send_private_msg", {"user_id": to, "message": segments}, echo)


def place(room: str, name: str) -> tuple[RoomKind, str]:
    """Return kind and number of a room of this adapter.

    Raises:
        DeliveryFailed: It is none.
    """
    return place_of(room, name, bool)


def _sent(message: Outgoing, name: str, *, can_call: bool) -> Iterator[SentSegment]:
    if message.quotes is not None:
        yield SentSegment("reply", {"id": message.quotes})
    yield from _said(message, name, can_call=can_call)
    for address in message.pictures:
        yield SentSegment("image", {"file": address})


def _said(message: Outgoing, name: str, *, can_call: bool) -> Iterator[SentSegment]:
    if not message.mentions:
        yield SentSegment("text", {"text": message.text})
        return
    for piece in pieces(message):
        if isinstance(piece, str):
            yield SentSegment("text", {"text": piece})
            continue
        adapter, _, account = piece.account.partition(":")
        if can_call and adapter == name and _is_number(account):  # so never `all`
            yield SentSegment("at", {"qq": account})
        else:
            yield SentSegment("text", {"text": f"@{piece.name}"})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 19
