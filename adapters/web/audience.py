"""The browsers that look at the simulator, and what changes in front of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import msgspec

from adapters.contract import KnownPerson
from adapters.web.history import Message, Room

MOST_WAITING = 256  # events for one browser that does not read them


class Said(msgspec.Struct, frozen=True):
    """A message came to the end of its room."""

    message: Message


class Edited(msgspec.Struct, frozen=True):
    """A message has another text or other buttons now."""

    message: Message


class Opened(msgspec.Struct, frozen=True):
    """A private room is used for the first time."""

    room: Room


class Came(msgspec.Struct, frozen=True):
    """A visitor spoke for the first time."""

    person: KnownPerson


class TimePassed(msgspec.Struct, frozen=True):
    """The clock of the bot was moved, or a while went by in which nothing happened."""

    now: datetime


Event = Said | Edited | Opened | Came | TimePassed


class Listener:
    """One browser: a bounded queue of events, which ends when the browser reads too slowly."""

    def __init__(self, give_up: Callable[[], None]) -> None:
        self._waiting: asyncio.Queue[Event | None] = asyncio.Queue(MOST_WAITING)
        self._give_up = give_up

    def tell(self, event: Event) -> bool:
        """Queue an event; False when the browser is so far behind that it has to start afresh."""
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.end()
            self._give_up()  # its connection may be stuck in a write that would never return
            return False
        return True

    def end(self) -> None:
        """Let the events end now; what still waits is forgotten, because a new snapshot shows it."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def events(self) -> AsyncIterator[Event]:
        """Yield what happens until the listener is ended."""
        while (event := await self._waiting.get()) is not None:
            yield event


class Audience:
    """All browsers that look at the simulator now."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._is_over = False

    def join(self, give_up: Callable[[], None]) -> Listener:
        """Return a new listener; `give_up` is called when its browser has to be cut off."""
        listener = Listener(give_up)
        if self._is_over:
            listener.end()
        else:
            self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener; nothing happens when it was cut off before."""
        self._listeners.discard(listener)

    def tell(self, event: Event) -> None:
        """Tell everybody."""
        self._listeners = {listener for listener in self._listeners if listener.tell(event)}

    def end(self) -> None:
        """Send everybody home, and everybody who comes later."""
        self._is_over = True
        for listener in self._listeners:
            listener.end()
        self._listeners.clear()
