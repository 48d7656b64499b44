"""What the bot asks of a chat platform: the values that cross the border and the powers an adapter may have."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from adapters.receipt import Receipt


class RoomKind(StrEnum):
    """How many people read what is said there."""

    GROUP = "group"
    PRIVATE = "private"


class Attachment(msgspec.Struct, frozen=True):
    """A picture or file that came with a message."""

    kind: str  # picture | file | voice | video | forward: what others have said, sent on together
    name: str
    url: str | None = None
    reference: str = ""  # the platform's own name for it, for `FetchesFiles`


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of a person, the same whatever platform it came from.

    `room` and `sender` are addresses as in the configuration: `NAME:group:ID` or `NAME:private:ID`, and `NAME:USERID`.
    `message_id` is the platform's own; together with `room` it is the same for every redelivery of one message.
    `text` has the mention of the bot and the quoted text removed; it is empty for a sticker or a picture alone.
    `command` is what a pressed button stands for (the `command` of a `Button`), and then `text` is empty.
    """

    room: str
    room_kind: RoomKind
    sender: str
    sender_name: str
    message_id: str
    text: str
    is_addressed: bool = False  # mentions the bot, or is said to it privately
    mentions: tuple[Mention, ...] = ()  # of others than the bot
    quotes: str | None = None  # the platform's id of the message it answers
    command: str | None = None
    attachments: tuple[Attachment, ...] = ()
    sent_at: datetime | None = None  # aware, UTC; None when the platform does not say
    room_name: str = ""  # of a group, where the platform says it
    is_late: bool = False  # missed while the link was down and fetched afterwards
    receipt: Receipt | None = field(default=None, compare=False, repr=False)


class What(StrEnum):
    """Something that happens in a room without a word."""

    BOT_ADDED = "bot_added"
    BOT_REMOVED = "bot_removed"
    MEMBER_ADDED = "member_added"
    MEMBER_REMOVED = "member_removed"
    RECALLED = "recalled"  # a message was taken back
    MUTED = "muted"  # the bot may not speak there of itself any more
    UNMUTED = "unmuted"  # it may again


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What happened in a room. `key` is the same for every redelivery of one notice, and differs between two."""

    what: What
    room: str
    key: str
    room_name: str = ""
    account: str = ""  # of the member, or of the author of what was taken back
    name: str = ""
    message_id: str = ""  # of what was taken back
    receipt: Receipt | None = field(default=None, compare=False, repr=False)


class Mention(msgspec.Struct, frozen=True):
    """A person whom a message calls: in `text` it stands as `@` and the name."""

    name: str
    account: str  # `NAME:USERID`


class Button(msgspec.Struct, frozen=True):
    """A short cut for something that could also be typed."""

    label: str
    command: str  # what pressing it says, for example `接单 1024`


@dataclass(frozen=True, slots=True)
class File:
    """A file of the bot."""

    name: str
    content: bytes = field(repr=False)


class Outgoing(msgspec.Struct, frozen=True):
    """One message of the bot.

    `text` is plain text and is shown as it stands: an adapter never reads markup in it. The first `@name` of every entry in `mentions`,
    or else the first plain name, calls that person. Where the platform lacks a power the adapter renders the best it has: buttons may be left out (the text
    already says what to type), and an edit is only asked for where `can_edit` is true.
    """

    key: str  # the same for every attempt to deliver this message
    room: str
    text: str
    mentions: tuple[Mention, ...] = ()
    buttons: tuple[Button, ...] = ()
    quotes: str | None = None  # the platform's id of the message it answers
    edits: str | None = None  # the platform's id of the bot's own message that this text replaces
    pictures: tuple[
        str, ...
    ] = ()  # addresses (https://…) of pictures to show under the text; only where `shows_pictures`


class Quota(msgspec.Struct, frozen=True):
    """How many messages a platform takes in a longer time than a minute."""

    most: int
    span: timedelta
    is_of_room: bool = True  # False: of the whole adapter
    only_pushes: bool = False  # answers do not count, where the adapter can say what is one (`TellsPushes`)
    until_heard: bool = False  # counted anew from each word of the room, and not by time


class Capabilities(msgspec.Struct, frozen=True):
    """What a platform lets a bot do. The defaults are a chat without any restriction."""

    sees_all_messages: bool = True
    accounts_are_local: bool = False  # everybody has another one in each group, and one more in private
    can_push: bool = True  # may speak first
    can_edit: bool = False
    can_mention: bool = True
    can_quote: bool = True
    can_recall: bool = False
    has_buttons: bool = False
    shows_pictures: bool = False  # given an address; elsewhere the address stands in the text
    max_file_bytes: int | None = None  # of a file the bot sends, through `SendsFiles`; None: it sends none
    files_in_groups: bool = True  # where it sends files at all
    reply_window: timedelta | None = None  # None: no limit
    replies_per_message: int | None = None
    per_minute_room: int | None = None  # messages a room may get a minute; None: no limit
    per_minute: int | None = None  # messages the whole adapter may send a minute
    quotas: tuple[Quota, ...] = ()  # of an hour, a day, or a word of the room
    max_length: int = 4000  # in `length_unit`
    length_unit: str = "characters"  # characters | bytes | utf16


class DeliveryFailed(Exception):
    """The platform did not take a message.

    `retry_after` is how long to wait before the next attempt, or None when trying again is useless.
    `is_unknown` says that the message may have arrived all the same (a time-out, a connection cut before the answer).
    `until_heard` says that the platform lets the bot speak only after somebody has: the message is held until then.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry_after: timedelta | None = None,
        is_unknown: bool = False,
        until_heard: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.is_unknown = is_unknown
        self.until_heard = until_heard


class Finding(msgspec.Struct, frozen=True):
    """One line of `shouwen doctor`: what was looked at, whether it is well, and what to do if it is not."""

    subject: str
    is_well: bool
    says: str


class KnownRoom(msgspec.Struct, frozen=True):
    """A room of the configuration, as far as an adapter may know it."""

    address: str
    name: str


class KnownPerson(msgspec.Struct, frozen=True):
    """A person of the configuration, as far as an adapter may know them."""

    account: str
    name: str
    role: str


class Timekeeper(Protocol):
    """The only source of time an adapter has."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards; only differences mean anything."""
        ...

    async def sleep(self, length: timedelta) -> None:
        """Wait for a length of real time."""
        ...


class TimeTravel(Protocol):
    """A clock that can be moved forward; whatever falls due on the way happens at its own instant."""

    async def forward(self, length: timedelta) -> datetime:
        """Let time pass and return the instant reached, aware, in UTC."""
        ...

    async def to_next_deadline(self) -> datetime | None:
        """Let time pass until the next deadline, or return None when nothing is waiting."""
        ...


class Surroundings(msgspec.Struct, frozen=True):
    """What the program gives to every adapter it creates."""

    name: str  # the adapter's name in the configuration; first part of its addresses
    bot_name: str
    clock: Timekeeper
    language: str = "zh"
    rooms: tuple[KnownRoom, ...] = ()  # those with an address of this adapter
    people: tuple[KnownPerson, ...] = ()  # those with an account on this adapter
    travel: TimeTravel | None = None  # given only to the simulator, and only with `time_travel`
    zone: ZoneInfo = msgspec.field(default_factory=lambda: ZoneInfo("UTC"))  # of the bot's times


class Adapter(Protocol):
    """A connection to one chat platform.

    `incoming` connects, reconnects with back-off, and yields until `close` is called; it never raises because of
    something a platform sent. `send` may be called while `incoming` runs, also many times at once.
    """

    name: str
    capabilities: Capabilities

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what people say, and what happens where the platform tells it, oldest first."""
        ...

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return the platform's id for it.

        Raises:
            DeliveryFailed: The platform did not take it, or it is unknown whether it did.
        """
        ...

    async def close(self) -> None:
        """End the connection; `incoming` then ends."""
        ...


@runtime_checkable
class TakesCallbacks(Protocol):
    """An adapter that the platform calls: the program routes `/hooks/NAME` and below to it."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request or WebSocket upgrade of the platform."""
        ...


@runtime_checkable
class HasPages(Protocol):
    """An adapter with pages of its own, such as the simulator."""

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to add to the program's web server."""
        ...


@runtime_checkable
class Connects(Protocol):
    """An adapter that knows whether its platform can be reached right now; one without this power always can."""

    @property
    def is_connected(self) -> bool:
        """True while messages can come and go."""
        ...


@runtime_checkable
class Examines(Protocol):
    """An adapter that can say whether it is set up well."""

    async def examine(self) -> list[Finding]:
        """Look at credentials, connection and rights."""
        ...


def pieces(message: Outgoing) -> Iterator[str | Mention]:
    """Cut the text of a message at the people it calls: plain text and mentions, in order.

    A mention stands where the text first says `@name`, or else where it first says the name. Anything else in the text stays
    text, whoever typed it.
    """
    text = message.text
    places = sorted(_places(message), key=lambda place: place[:2])
    position = 0
    for start, end, mention in places:
        if start < position:
            continue
        if start > position:
            yield text[position:start]
        yield mention
        position = end
    if position < len(text):
        yield text[position:]


def _places(message: Outgoing) -> Iterator[tuple[int, int, Mention]]:
    for mention in message.mentions:
        for written in (f"@{mention.name}", mention.name):
            start = message.text.find(written)
            if start >= 0:
                yield start, start + len(written), mention
                break
