"""What browsers and the simulator tell each other: JSON bodies one way, server-sent events the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal, assert_never
from zoneinfo import ZoneInfo

import msgspec

from adapters.contract import KnownPerson, Mention, Outgoing, RoomKind, pieces
from adapters.web.audience import Came, Edited, Event, Opened, Said, TimePassed
from adapters.web.history import Message, Room
from adapters.web.texts import Texts

LONGEST_JOURNEY = 31 * 24 * 3600  # seconds of one step through time

# The contract does not tell rooms of the configuration apart; the name does, and it only chooses the hint and who speaks first.
DUTY = re.compile(r"值班|值守|duty|triage|on-?call", re.IGNORECASE)

Short = Annotated[str, msgspec.Meta(max_length=200)]


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person writes in a room, perhaps about an earlier message."""

    room: Short
    person: Short
    text: str
    quotes: Short | None = None


class Press(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person presses a button of the bot; `button` is its command."""

    room: Short
    person: Short
    message: Short
    button: str


class Travel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The clock is to move by so many seconds, or to the next deadline: one of both."""

    seconds: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_JOURNEY)] | None = None
    to: Literal["next"] | None = None

    def __post_init__(self) -> None:
        """Refuse a journey with two destinations or none."""
        if (self.seconds is None) == (self.to is None):
            raise ValueError("give `seconds` or `to`")


class View(msgspec.Struct, frozen=True):
    """How one browser sees the simulator: in a language, with times of the bot's zone."""

    texts: Texts
    zone: ZoneInfo

    def clock(self, now: datetime) -> dict[str, Any]:
        """Return an instant to be shown as the bot's clock."""
        return {"at": now.isoformat(), "text": f"{self._day(now)} {self._time(now)}"}

    def room(self, room: Room) -> dict[str, Any]:
        """Return a room without its messages."""
        name = room.name or self.texts["private_room"].format(name=room.person.name if room.person else "")
        return {
            "address": room.address,
            "name": name,
            "purpose": _purpose(room),
            "person": room.person.account if room.person else None,
        }

    def message(self, message: Message) -> dict[str, Any]:
        """Return a message, its text cut into plain text and calls of people."""
        author = message.author
        return {
            "id": message.id,
            "room": message.room,
            "author": _person(author) if author else None,
            "pieces": _pieces(message),
            "day": self._day(message.at),
            "time": self._time(message.at),
            "buttons": [{"label": each.label, "command": each.command} for each in message.buttons],
            "quotes": message.quotes,
            "pressed": message.pressed,
            "edited": message.is_edited,
            "file": message.file.name if message.file else None,
        }

    def event(self, event: Event) -> bytes:
        """Return a change as a server-sent event."""
        match event:
            case Said(message):
                return server_sent("message", self.message(message))
            case Edited(message):
                return server_sent("edit", self.message(message))
            case Opened(room):
                return server_sent("room", self.room(room))
            case Came(person):
                return server_sent("person", _person(person))
            case TimePassed(now):
                return server_sent("clock", self.clock(now))
            case _:
                assert_never(event)

    def snapshot(
        self, *, bot: str, rooms: Iterable[Room], people: Iterable[KnownPerson], now: datetime
    ) -> bytes:
        """Return everything there is to see, as the first event."""
        value = {
            "bot": bot,
            "rooms": [
                self.room(room) | {"messages": [self.message(each) for each in room.messages.values()]}
                for room in rooms
            ],
            "people": [_person(person) for person in people],
            "clock": self.clock(now),
        }
        return server_sent("snapshot", value)

    def _day(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        weekday = self.texts["weekdays"].split()[local.weekday()]
        return self.texts["day"].format(date=local.date().isoformat(), weekday=weekday)

    def _time(self, at: datetime) -> str:
        return at.astimezone(self.zone).strftime("%H:%M")


def server_sent(name: str, value: Any) -> bytes:
    """Return one event; JSON has no line breaks, so one data line is enough."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(value))


def _person(person: KnownPerson) -> dict[str, str]:
    return {"account": person.account, "name": person.name, "role": person.role}


def _pieces(message: Message) -> list[dict[str, str]]:
    whole = Outgoing(key=message.id, room=message.room, text=message.text, mentions=message.mentions)
    return [
        {"text": f"@{piece.name}", "calls": piece.account} if isinstance(piece, Mention) else {"text": piece}
        for piece in pieces(whole)
    ]


def _purpose(room: Room) -> str:
    if room.kind is RoomKind.PRIVATE:
        return "private"
    return "duty" if DUTY.search(f"{room.name} {room.address.split(':', 2)[2]}") else "customer"
