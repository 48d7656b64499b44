"""The conversation on a terminal, or over a pipe: who is speaking, what was said, what the bot printed."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final, TextIO

from adapters.addressing import addressed, mentioned
from adapters.console.lines import PRIVATE, NoSuchRoom, Presses, Says, Speaker, shown, understand
from adapters.console.texts import TEXTS
from adapters.contract import Capabilities, DeliveryFailed, Incoming, Outgoing, RoomKind, Surroundings
from adapters.wording import say

_REMEMBERED: Final = 200  # of the bot's messages, for quoting and for buttons


class ConsoleAdapter:
    """Reads lines until the input ends, prints what the bot says."""

    capabilities = Capabilities(has_buttons=True, can_quote=False, can_mention=False)

    def __init__(self, surroundings: Surroundings, *, read: Callable[[], bytes], screen: TextIO) -> None:
        """`read` waits for more input and returns it, or nothing at its end."""
        self.name = surroundings.name
        self._surroundings = surroundings
        self._read = read
        self._screen = screen
        self._texts = TEXTS.get(surroundings.language, TEXTS["zh"])
        self._rooms = {room.name: room.address for room in surroundings.rooms}
        if not self._rooms:
            self._rooms = {self._texts["room"]: f"{self.name}:group:console"}
        self._accounts = {person.name: person.account for person in surroundings.people}
        self._speaker = self._first_speaker()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._said: deque[tuple[str, Outgoing]] = deque(maxlen=_REMEMBERED)
        self._is_closed = False
        # Part of every id, because ids must differ from those of an earlier run.
        self._run = secrets.token_hex(4)
        self._count = 0

    async def incoming(self) -> AsyncIterator[Incoming]:
        """Yield what is typed, until the input ends or `close` is called."""
        speaker = self._speaker
        self._hint("welcome", place=self._place(speaker), person=speaker.person)
        loop = asyncio.get_running_loop()
        # A daemon, because nothing can end a read that waits for a person.
        threading.Thread(
            target=_forward_lines,
            args=(self._read, loop, self._lines),
            name=f"console {self.name}",
            daemon=True,
        ).start()
        while not self._is_closed and (line := await self._lines.get()) is not None:
            if line.strip() and (message := self._heard(line)) is not None:
                yield message

    async def send(self, message: Outgoing) -> str:
        """Print a message and return its id.

        Raises:
            DeliveryFailed: The room is not one of this adapter, or nobody reads the output any more.
        """
        place = self._place_of(message.room)
        if place is None or message.edits is not None:
            raise DeliveryFailed(say("控制台里没有“{room}”，也不能修改已显示的消息", room=message.room))
        if self._is_closed:
            raise DeliveryFailed(say("控制台已关闭"))
        try:
            self._print(shown(place, message.text, message.buttons))
        except (OSError, ValueError) as error:  # a pipe that was closed at its other end, or here
            raise DeliveryFailed(say("控制台的输出已关闭")) from error
        number = self._next_id()
        self._said.append((number, message))
        return number

    async def close(self) -> None:
        """Stop listening; `incoming` then ends."""
        self._is_closed = True
        self._lines.put_nowait(None)

    def _first_speaker(self) -> Speaker:
        people = self._surroundings.people
        first = next((person for person in people if person.role == "contact"), people[0] if people else None)
        return Speaker(next(iter(self._rooms)), first.name if first else self._texts["me"])

    def _heard(self, line: str) -> Incoming | None:
        match understand(line, self._rooms):
            case NoSuchRoom(name):
                self._hint("no_room", name=name, rooms="、".join(self._rooms))
                return None
            case Says(speaker, text, quotes):
                self._speaker = speaker or self._speaker
                return self._message(text, quotes)
            case Presses(speaker, label):
                self._speaker = speaker or self._speaker
                return self._press(label)

    def _message(self, text: str, quotes: str | None) -> Incoming | None:
        quoted = None
        if quotes is not None:
            quoted = self._latest(lambda said: quotes in said.text)
            if quoted is None:
                self._hint("no_quote", place=self._place(self._speaker), quotes=quotes)
                return None
        return self._incoming(text, quotes=quoted[0] if quoted else None)

    def _press(self, label: str) -> Incoming | None:
        found = self._latest(lambda said: any(button.label == label for button in said.buttons))
        if found is None:
            self._hint("no_button", place=self._place(self._speaker), label=label)
            return None
        command = next(button.command for button in found[1].buttons if button.label == label)
        return self._incoming("", quotes=found[0], command=command)

    def _latest(self, fits: Callable[[Outgoing], bool]) -> tuple[str, Outgoing] | None:
        room = self._address(self._speaker)
        return next((said for said in reversed(self._said) if said[1].room == room and fits(said[1])), None)

    def _incoming(self, text: str, *, quotes: str | None, command: str | None = None) -> Incoming:
        room = self._address(self._speaker)
        kind = RoomKind.PRIVATE if room.startswith(f"{self.name}:private:") else RoomKind.GROUP
        by_name, rest = addressed(text, self._surroundings.bot_name)
        return Incoming(
            room=room,
            room_kind=kind,
            sender=self._account(self._speaker.person),
            sender_name=self._speaker.person,
            message_id=self._next_id(),
            text=rest,
            is_addressed=by_name or kind is RoomKind.PRIVATE,
            mentions=mentioned(rest, self._surroundings.people),
            quotes=quotes,
            command=command,
            sent_at=self._surroundings.clock.now(),
        )

    def _address(self, speaker: Speaker) -> str:
        if speaker.room is not None:
            return self._rooms[speaker.room]
        return f"{self.name}:private:{self._account(speaker.person).partition(':')[2]}"

    def _account(self, person: str) -> str:
        return self._accounts.get(person, f"{self.name}:{person}")

    def _place(self, speaker: Speaker) -> str:
        return f"{PRIVATE} {speaker.person}" if speaker.room is None else speaker.room

    def _place_of(self, address: str) -> str | None:
        """Return how a room is called on the screen, or None when it is not here."""
        name = next((name for name, known in self._rooms.items() if known == address), None)
        if name is not None:
            return name
        adapter, _, rest = address.partition(":")
        kind, _, number = rest.partition(":")
        if adapter != self.name or kind != "private" or not number:
            return None
        account = f"{self.name}:{number}"
        person = next((name for name, known in self._accounts.items() if known == account), number)
        return f"{PRIVATE} {person}"

    def _hint(self, text: str, **details: str) -> None:
        # Hints are for whoever reads the screen; when nobody does, `send` says so for what matters.
        with contextlib.suppress(OSError, ValueError):
            self._print(self._texts[text].format(**details) + "\n")

    def _print(self, text: str) -> None:
        self._screen.write(text)
        self._screen.flush()

    def _next_id(self) -> str:
        self._count += 1
        return f"{self._run}-{self._count}"


def _forward_lines(
    read: Callable[[], bytes], loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str | None]
) -> None:
    """Hand lines to the event loop until the input ends; None stands for its end."""

    def hand_over(line: str | None) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, line)

    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest = ""
    try:
        while chunk := _chunk(read):
            *complete, rest = (rest + decoder.decode(chunk)).split("\n")
            for line in complete:
                hand_over(line)
        if rest:
            hand_over(rest)
        hand_over(None)
    except RuntimeError:
        return  # the program ended while a person was still thinking


def _chunk(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except OSError:
        return b""  # the terminal is gone: the same as its end
