"""Translation between the events and requests of the QQ platform and the bot's own messages; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from adapters.addressing import addressed
from adapters.contract import Attachment, DeliveryFailed, Incoming, Mention, Outgoing, RoomKind, pieces
from adapters.qq import markup
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
_QUOTING: Final = 103
_KINDS: Final[Mapping[str, str]] = {
    "image": "picture",
    "video": "video",
    "voice": "voice",
    "audio": "voice",
}
_FAR_FUTURE: Final = 32_503_680_000  # the year 3000; beyond it a time is a mistake


@dataclass(frozen=True, slots=True)
class View:
    """From where an event is read: the adapter, how the bot is called, and who is known."""

    name: str
    bot_name: str
    people: Mapping[str, str]  # account to name


@dataclass(frozen=True, slots=True)
class Said:
    """A person said something; `index` is what a quote of it will name."""

    message: Incoming
    index: str | None


@dataclass(frozen=True, slots=True)
class Pressed:
    """A person pressed a button. The platform wants to hear that this was noticed, also where we make nothing of it."""

    interaction: str
    event: str  # may be answered like a message
    message: Incoming | None


@dataclass(frozen=True, slots=True)
class Changed:
    """What the bot may do in a room has changed; `may_push` is None when it is not known."""

    what: str
    room: str
    event: str  # may be answered like a message
    may_push: bool | None


def read(envelope: Envelope, view: View) -> Said | Pressed | Changed | None:
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
    calls = parts(Called, data.mentions)
    reader = _Reader(view, calls)
    reader.read(data.content if isinstance(data.content, str) else "")
    if word(data.message_type) == str(_QUOTING):
        reader.drop_automatic_call(_quoted_author(data, quoted))
    files = parts(File, data.attachments)
    text = reader.text() or _transcript(files)
    by_name, text = addressed(text, view.bot_name)
    return Said(
        Incoming(
            room=room,
            room_kind=kind,
            sender=account,
            sender_name=word(author.username) or view.people.get(account) or _nickname(openid),
            message_id=word(data.id) or _derived_id(room, account, data.timestamp, text),
            text=text,
            is_addressed=reader.is_addressed
            or by_name
            or event in ("GROUP_AT_MESSAGE_CREATE", "C2C_MESSAGE_CREATE"),
            mentions=tuple(reader.mentions.values()),
            quotes=quoted,
            attachments=tuple(_attachment(file) for file in files),
            sent_at=_instant(data.timestamp),
        ),
        index,
    )


class _Reader:
    """Reads the content of one message together with the list of those whom it calls."""

    def __init__(self, view: View, calls: list[Called]) -> None:
        self.mentions: dict[str, Mention] = {}
        self.is_addressed = False
        self._view = view
        self._called: dict[str, Called] = {}
        self._openids: dict[str, str] = {}  # of either id of a person
        for call in calls:
            openid = word(call.member_openid) or word(call.id)
            if openid and call.scope != "all":
                self._called[openid] = call
                self._openids |= {openid: openid, word(call.id) or openid: openid}
        self._seen: set[str] = set()
        self._words: list[str | Mention] = []

    def read(self, content: str) -> None:
        is_behind_call = False
        for piece in markup.read(content):
            if isinstance(piece, str):
                # QQ puts a space behind every call; without the name it would stand there alone.
                self._words.append(piece.lstrip(" ") if is_behind_call else piece)
                is_behind_call = False
            else:
                is_behind_call = self._call(piece.openid)
        for openid in self._called:  # those whom the platform has cut out of the text
            if openid not in self._seen:
                self._words.append(" ")
                self._call(openid)

    def text(self) -> str:
        return "".join(piece if isinstance(piece, str) else f"@{piece.name}" for piece in self._words).strip()

    def drop_automatic_call(self, author: str) -> None:
        """Leave out the call at the start that the client itself puts before a quote of somebody else's message."""
        said = (piece for piece in self._words if isinstance(piece, Mention) or piece.strip())
        first = next(said, None)
        if not isinstance(first, Mention) or (author and first.account != f"{self._view.name}:{author}"):
            return
        self._words.remove(first)
        if first not in self._words:
            self.mentions.pop(first.account, None)

    def _call(self, called: str) -> bool:
        """Note a call; True when it was for the bot, and so leaves no name in the text."""
        openid = self._openids.get(called, called)
        if not openid:
            self._words.append("@全体成员")
            return False
        self._seen.add(openid)
        call = self._called.get(openid)
        if call is not None and call.is_you is True:
            self.is_addressed = True
            return True
        account = f"{self._view.name}:{openid}"
        name = self._view.people.get(account) or (word(call.username).lstrip("@＠") if call else "")
        mention = self.mentions.setdefault(account, Mention(name or _nickname(openid), account))
        self._words.append(mention)
        return False


def _nickname(openid: str) -> str:
    return f"用户{openid[:4]}"  # the platform does not always say how people are called


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
    element = next((each for each in elements if word(each.msg_idx) == quoted), None)
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
        sender_name=view.people.get(account) or _nickname(openid),
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
        return Changed(what, f"{view.name}:group:{group}", event, _CHANGES[what])
    if user and not what.startswith("GROUP_"):
        return Changed(what, f"{view.name}:private:{user}", event, _CHANGES[what])
    return None


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


# --- what we send --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes."""

    kind: RoomKind
    openid: str


@dataclass(frozen=True, slots=True)
class Style:
    """How a message is written: as text or as markdown with buttons, and whether addresses keep their scheme."""

    as_markdown: bool = False
    has_links: bool = True


def address(message: Outgoing, name: str) -> Address:
    """Return where a message goes.

    Raises:
        DeliveryFailed: The room is not one of this adapter, or an edit is asked for, which QQ does not have.
    """
    adapter, _, rest = message.room.partition(":")
    kind, _, openid = rest.partition(":")
    if adapter != name or kind not in ("group", "private") or not openid:
        raise DeliveryFailed(f"“{message.room}”不是 {name} 的群或私聊地址")
    if message.edits is not None:
        raise DeliveryFailed("QQ 不能修改已发出的消息")
    return Address(RoomKind(kind), openid)


def body(message: Outgoing, name: str, to: Address, style: Style) -> dict[str, Any]:
    """Return the request that sends a message, without what it answers."""
    content = "".join(_written(message, name, to, style))
    if not style.as_markdown:
        return {"msg_type": 0, "content": content}
    request: dict[str, Any] = {"msg_type": 2, "markdown": {"content": content}}
    if message.buttons:
        request["keyboard"] = {"content": {"rows": list(_rows(message))}}
    return request


def _written(message: Outgoing, name: str, to: Address, style: Style) -> Iterator[str]:
    safe = markup.markdown if style.as_markdown else markup.plain
    for piece in pieces(message):
        if isinstance(piece, str):
            yield safe(piece if style.has_links else markup.without_schemes(piece))
            continue
        adapter, _, openid = piece.account.partition(":")
        if to.kind is RoomKind.GROUP and adapter == name and markup.can_be_called(openid):
            yield markup.called(openid)
        else:
            yield safe(f"@{piece.name}")


def _rows(message: Outgoing) -> Iterator[dict[str, Any]]:
    """Yield rows of at most five buttons, five rows: what the platform takes."""
    for row in range(0, min(len(message.buttons), 25), 5):
        yield {
            "buttons": [
                {
                    "id": str(row + place),
                    "render_data": {"label": button.label, "visited_label": button.label, "style": 1},
                    "action": {
                        "type": 1,  # tells us, and shows nothing in the chat
                        "permission": {"type": 2},  # everybody; who may is decided where the ticket is known
                        "data": button.command,
                        "unsupport_tips": f"请回：{button.command}",
                    },
                }
                for place, button in enumerate(message.buttons[row : row + 5])
            ]
        }


def sequence(key: str, refusals: int) -> int:
    """Return the `msg_seq` of a message: the same for every attempt whose fate is unknown, also after a restart.

    The platform refuses a number that it has seen for the same `msg_id`, so a repetition cannot be shown twice. After a
    definite refusal another number is taken, because it is not known whether the refused one counts as seen.
    """
    digest = hashlib.blake2b(f"{key}\0{refusals}".encode(errors="surrogatepass"), digest_size=8).digest()
    return 1 + int.from_bytes(digest) % 1_000_000
