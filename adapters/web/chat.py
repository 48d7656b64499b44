"""The simulated platform itself: what people say and press, and what the bot answers, without any HTTP."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator

from adapters.addressing import addressed
from adapters.contract import File, Incoming, KnownPerson, Outgoing, RoomKind, Surroundings
from adapters.remembered import RememberedValues
from adapters.web.audience import Audience, Came, Edited, Event, Opened, Said
from adapters.web.history import Message, Room, Rooms
from adapters.web.people import People
from adapters.web.refusals import Reason, Refused

LONGEST_TEXT = 4000
MOST_UNREAD = 1000  # messages that the bot has not taken yet
MOST_KEYS = 2000  # of messages of the bot, to recognise another attempt to deliver one


class Chat:
    """Rooms, people and the browsers that look at them."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.people = People(surroundings.name, surroundings.people)
        self.rooms = Rooms(surroundings.name, surroundings.rooms, self.people)
        self.audience = Audience()
        self.is_closed = False
        self._bot_name = surroundings.bot_name
        self._clock = surroundings.clock
        self._unread: asyncio.Queue[Incoming | None] = asyncio.Queue()
        self._delivered = RememberedValues[str, str](MOST_KEYS)

    def say(self, *, room: str, person: str, text: str, quotes: str | None = None) -> str:
        """Let a person write, and return the id of the message.

        Raises:
            Refused: The text is empty or too long, or there is no such room, person or quoted message.
        """
        place, speaker = self._place(room, person)
        if not text.strip():
            raise Refused(Reason.EMPTY)
        if len(text) > LONGEST_TEXT:
            raise Refused(Reason.TOO_LONG)
        if quotes is not None:
            place.find(quotes)
        shown, mentions = self.people.mentioned(text.strip())
        is_called, said = addressed(shown, self._bot_name)
        message = Message(
            id=_new_id(),
            room=place.address,
            author=speaker,
            text=shown,
            at=self._clock.now(),
            mentions=mentions,
            quotes=quotes,
        )
        is_addressed = is_called or place.kind is RoomKind.PRIVATE
        self._take(place, message, _incoming(place, speaker, message, text=said, is_addressed=is_addressed))
        return message.id

    def press(self, *, room: str, person: str, message: str, command: str) -> str:
        """Let a person press a button of the bot, and return the id of that as a message.

        Raises:
            Refused: There is no such room or person, or the message has no such button (any more).
        """
        place, speaker = self._place(room, person)
        pressed = next((each for each in place.find(message).buttons if each.command == command), None)
        if pressed is None:
            raise Refused(Reason.UNKNOWN_BUTTON)
        note = Message(
            id=_new_id(),
            room=place.address,
            author=speaker,
            text="",
            at=self._clock.now(),
            quotes=message,
            pressed=pressed.label,
        )
        incoming = _incoming(place, speaker, note, text="", is_addressed=True, command=command)
        self._take(place, note, incoming)
        return note.id

    def show(self, message: Outgoing, file: File | None = None) -> str:
        """Show what the bot says, or a file of it, and return the id of the message.

        Another attempt to deliver the same message shows nothing new. An edit of a message that was forgotten meanwhile
        (the program was restarted) shows it again under its old id, so that it can still be quoted and edited.

        Raises:
            Refused: There is no such room, the edited message is not the bot's own, or the simulator is closed.
        """
        if self.is_closed:
            raise Refused(Reason.CLOSED)
        if delivered := self._delivered.get(message.key, ""):
            return delivered
        place = self.rooms.find(message.room)
        known = place.messages.get(message.edits) if message.edits else None
        if known is not None and known.author is not None:
            raise Refused(Reason.NOT_YOURS)
        shown = Message(
            id=message.edits or _new_id(),
            room=place.address,
            author=None,
            text="" if file else message.text,
            file=file,
            at=known.at if known else self._clock.now(),
            mentions=tuple(each for each in message.mentions if self.people.is_here(each.account)),
            buttons=message.buttons,
            quotes=known.quotes if known else message.quotes,
            is_edited=message.edits is not None,
        )
        self._publish(place, shown, Edited(shown) if known else Said(shown))
        self._delivered.note(message.key, shown.id)
        return shown.id

    async def incoming(self) -> AsyncIterator[Incoming]:
        """Yield what people say until the simulator is closed."""
        while (message := await self._unread.get()) is not None:
            yield message

    def close(self) -> None:
        """Take nothing more; closing twice is the same as once."""
        if not self.is_closed:
            self.is_closed = True
            self._unread.put_nowait(None)
            self.audience.end()

    def _place(self, room: str, person: str) -> tuple[Room, KnownPerson]:
        place, speaker = self.rooms.find(room), self.people.find(person)
        if place.person is not None and place.person != speaker:
            raise Refused(Reason.NOT_YOURS)
        return place, speaker

    def _take(self, place: Room, shown: Message, incoming: Incoming) -> None:
        if self.is_closed:
            raise Refused(Reason.CLOSED)
        if self._unread.qsize() >= MOST_UNREAD:
            raise Refused(Reason.BUSY)
        if shown.author is not None and self.people.welcome(shown.author):
            self.audience.tell(Came(shown.author))
        self._publish(place, shown, Said(shown))
        self._unread.put_nowait(incoming)

    def _publish(self, place: Room, shown: Message, event: Event) -> None:
        # Before its first message, and without it: every browser gets each message exactly once.
        if self.rooms.open(place):
            self.audience.tell(Opened(place))
        place.keep(shown)
        self.audience.tell(event)


def _incoming(
    place: Room,
    speaker: KnownPerson,
    shown: Message,
    *,
    text: str,
    is_addressed: bool,
    command: str | None = None,
) -> Incoming:
    return Incoming(
        room=place.address,
        room_kind=place.kind,
        sender=speaker.account,
        sender_name=speaker.name,
        message_id=shown.id,
        text=text,
        is_addressed=is_addressed,
        mentions=shown.mentions,
        quotes=shown.quotes,
        command=command,
        sent_at=shown.at,
    )


def _new_id() -> str:
    """Return an id that no message had before, also before the program was restarted."""
    return secrets.token_urlsafe(12)
