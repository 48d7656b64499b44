"""What may still be answered in which room, and where the bot may speak first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import msgspec

from adapters.contract import RoomKind
from adapters.remembered import RememberedValues

GROUP_WINDOW: Final = timedelta(minutes=5)
GROUP_REPLIES: Final = 5
_PRIVATE_WINDOW: Final = timedelta(minutes=60)
_PRIVATE_REPLIES: Final = 4
_MARGIN: Final = 3.0  # seconds, for the way there
_KEPT: Final = 16  # messages per room: more than enough replies
_MOST_ROOMS: Final = 10_000
_ASK_AGAIN_AFTER: Final = 3600.0  # seconds; the event that tells of a new permission may have been missed
_ASK_AGAIN_AFTER_EVENT: Final = 86_400.0


class Source(msgspec.Struct, eq=False):
    """Something in a room that can be answered, until its time or its replies are used up.

    An event takes one reply only: it has no `msg_seq` by which a second one could be told from a repetition.
    """

    id: str
    is_event: bool
    until: float  # on the monotonic clock
    replies: int
    numbers: dict[int, str] = msgspec.field(
        default_factory=dict
    )  # `msg_seq` that are taken, and by which message

    def close(self) -> None:
        """Note that the platform takes no more answers to it."""
        self.until = 0.0

    def give_back(self) -> None:
        """Note that a reply was not used after all."""
        self.replies += 1


class Windows:
    """The answerable messages and events of every room, freshest last."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[str, Source]] = {}

    def heard(self, room: str, number: str, now: float, *, is_event: bool = False) -> None:
        """Note something that can be answered; what is known already keeps its count."""
        sources = self._rooms.pop(room, {})
        self._rooms[room] = sources  # the room heard last stands last
        if number and number not in sources:
            window, replies = _limits(room)
            until = now + window.total_seconds() - _MARGIN
            sources[number] = Source(number, is_event, until, 1 if is_event else replies)
        for old in [key for key, source in sources.items() if source.until <= now]:
            del sources[old]
        while len(sources) > _KEPT:
            del sources[next(iter(sources))]
        while len(self._rooms) > _MOST_ROOMS:
            del self._rooms[next(iter(self._rooms))]

    def take(self, room: str, preferred: str | None, now: float) -> Source | None:
        """Take one reply of the message to answer, else of the freshest that has one left; None when none has."""
        source = next(self._open(room, preferred, now), None)
        if source is not None:
            source.replies -= 1
        return source

    def guess(self, room: str, number: str, running_for: float, now: float) -> Source | None:
        """Take one reply of a message that was never heard in this run, while it may be one of the run before."""
        window, _ = _limits(room)
        if running_for >= window.total_seconds() or number in self._rooms.get(room, {}):
            return None
        self.heard(room, number, now - running_for)
        return self.take(room, number, now)

    def is_open(self, room: str, now: float) -> bool:
        """Say whether something in a room can still be answered."""
        return next(self._open(room, None, now), None) is not None

    def _open(self, room: str, preferred: str | None, now: float) -> Iterator[Source]:
        sources = self._rooms.get(room, {})
        wanted = [sources[preferred]] if preferred in sources else []
        for source in (*wanted, *reversed(sources.values())):
            if source.replies > 0 and source.until > now:
                yield source


class Pushes:
    """Where the platform has refused to let the bot speak first."""

    def __init__(self) -> None:
        self._refused = RememberedValues[str, tuple[float, str]](_MOST_ROOMS)

    def refused(self, room: str, why: str, now: float, *, is_told: bool = False) -> None:
        """Note a refusal; it holds until an event says otherwise, or an hour; a day where an event told of it."""
        self._refused.note(room, (now + (_ASK_AGAIN_AFTER_EVENT if is_told else _ASK_AGAIN_AFTER), why))

    def allowed(self, room: str) -> None:
        """Note that the bot may speak first again, or that it is worth asking."""
        self._refused.take(room, None)

    def why_not(self, room: str, now: float) -> str | None:
        """Return why the bot may not speak first in a room, or None when it may or nobody knows."""
        until, why = self._refused.get(room, (0.0, ""))
        return why if now < until else None


def _limits(room: str) -> tuple[timedelta, int]:
    if f":{RoomKind.PRIVATE}:" in room:
        return _PRIVATE_WINDOW, _PRIVATE_REPLIES
    return GROUP_WINDOW, GROUP_REPLIES
