"""What was said in the rooms of the simulator, as far back as it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from adapters.contract import Button, File, KnownPerson, KnownRoom, Mention, RoomKind
from adapters.web.people import People
from adapters.web.refusals import Reason, Refused

MOST_MESSAGES = 500  # in one room
MOST_PRIVATE_ROOMS = 200


class Message(msgspec.Struct, frozen=True):
    """One line of a room: what a person or the bot said, or the button that a person pressed."""

    id: str
    room: str
    author: KnownPerson | None  # None: the bot
    text: str
    at: datetime
    mentions: tuple[Mention, ...] = ()
    buttons: tuple[Button, ...] = ()
    quotes: str | None = None
    pressed: str | None = None  # the label of the button; then `text` is empty
    is_edited: bool = False
    file: File | None = None


class Room(msgspec.Struct):
    """A room and its latest messages."""

    address: str
    name: str
    kind: RoomKind
    person: KnownPerson | None = None  # the only one who speaks there, in a private room
    messages: dict[str, Message] = msgspec.field(default_factory=dict)

    def keep(self, message: Message) -> None:
        """Add a message or replace the one with its id, and forget the oldest beyond `MOST_MESSAGES`."""
        self.messages[message.id] = message
        if len(self.messages) > MOST_MESSAGES:
            del self.messages[next(iter(self.messages))]

    def find(self, message_id: str) -> Message:
        """Return a message that is still remembered, or raise `Refused`."""
        try:
            return self.messages[message_id]
        except KeyError:
            raise Refused(Reason.UNKNOWN_MESSAGE) from None


class Rooms:
    """The rooms of the configuration, and one private room for everybody with whom the bot speaks alone."""

    def __init__(self, adapter: str, known: Iterable[KnownRoom], people: People) -> None:
        self._adapter = adapter
        self._people = people
        self._known = {room.address: self._configured(room) for room in known}
        self._private: dict[str, Room] = {}

    def all(self) -> list[Room]:
        """Return the rooms of the configuration, then the private rooms in the order they were opened."""
        return [*self._known.values(), *self._private.values()]

    def find(self, address: str) -> Room:
        """Return the room of an address; everybody who may speak has a private one.

        A private room that was just made is only remembered after `open`.

        Raises:
            Refused: There is no such room.
        """
        if room := self._known.get(address) or self._private.get(address):
            return room
        adapter, kind, identity = [*address.split(":", 2), "", ""][:3]
        if adapter != self._adapter or kind != RoomKind.PRIVATE:
            raise Refused(Reason.UNKNOWN_ROOM)
        try:
            person = self._people.find(f"{self._adapter}:{identity}")
        except Refused:
            raise Refused(Reason.UNKNOWN_ROOM) from None
        # A known person can be found by name too; their room has one address all the same.
        account = person.account.removeprefix(f"{self._adapter}:")
        address = f"{self._adapter}:{RoomKind.PRIVATE}:{account}"
        known = self._known.get(address) or self._private.get(address)
        return known or Room(address, "", RoomKind.PRIVATE, person)

    def open(self, room: Room) -> bool:
        """Remember a private room, forgetting the oldest beyond `MOST_PRIVATE_ROOMS`; return whether it is new."""
        if room.address in self._known or room.address in self._private:
            return False
        if len(self._private) >= MOST_PRIVATE_ROOMS:
            del self._private[next(iter(self._private))]
        self._private[room.address] = room
        return True

    def _configured(self, room: KnownRoom) -> Room:
        _, kind, identity = room.address.split(":", 2)
        if kind != RoomKind.PRIVATE:
            return Room(room.address, room.name, RoomKind(kind))
        try:
            person = self._people.find(f"{self._adapter}:{identity}")
        except Refused:
            raise ValueError(f"{room.address!r}: {identity!r} cannot be the name of a person") from None
        return Room(room.address, room.name, RoomKind.PRIVATE, person)
