"""Which messages can still be answered directly, and through what; each only once."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import msgspec

_MOST: Final = 5000


class Reply(msgspec.Struct, frozen=True):
    """A way to answer one message: the id of its frame, or the address that came with it."""

    room: str
    through: str
    until: float  # on the clock that never runs backwards


class Replies:
    """Remembers how to answer the latest messages."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Reply] = OrderedDict()

    def add(self, message_id: str, reply: Reply) -> None:
        """Remember a way to answer a message; that of a redelivery is the better one."""
        self._open[message_id] = reply
        if len(self._open) > _MOST:
            self._open.popitem(last=False)

    def take(self, message_id: str | None, room: str, now: float) -> Reply | None:
        """Return the way to answer this message in this room, and forget it; None when there is none any more."""
        found = self._open.get(message_id or "")
        if found is None or found.room != room:
            return None
        del self._open[message_id or ""]
        return found if now < found.until else None

    def take_latest(self, room: str, now: float) -> Reply | None:
        """Return the way to answer the latest message in this room, and forget it; None when there is none."""
        latest = next((key for key, reply in reversed(self._open.items()) if reply.room == room), None)
        return self.take(latest, room, now)

    def clear(self) -> None:
        """Forget all."""
        self._open.clear()
