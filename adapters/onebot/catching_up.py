"""What was said in groups and privately while nobody listened: fetched once when an account is connected, where its QQ side can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from adapters.contract import Incoming, RoomKind
from adapters.onebot.calls import Caller, NoSuchPower, history
from adapters.onebot.frames import Frame
from adapters.onebot.voices import is_alone
from adapters.remembered import Remembered, RememberedValues

_log = structlog.get_logger(__name__)

_REMEMBERED: Final = 20_000


class Known:
    """Messages that went on to the bot already."""

    def __init__(self) -> None:
        self._known = Remembered[tuple[str, str]](_REMEMBERED)
        self._heard_by = RememberedValues[int, str](_REMEMBERED)

    def is_new(self, message: Incoming, account: str) -> bool:
        """Note a message that one of our accounts has heard; False when it was noted before, by this account or another one.

        Each account knows it by a number of its own: where another one takes over a group, it brings once more what was heard.
        """
        if not self.is_first(message.room, message.message_id):
            return False
        if message.room_kind is not RoomKind.GROUP or message.sent_at is None:
            return True
        kinds = tuple(each.kind for each in message.attachments)
        said = hash((message.room, message.sender, message.sent_at, message.text, kinds))
        first = self._heard_by.get(said, account)
        self._heard_by.note(said, first)
        return first == account

    def is_first(self, room: str, name: str) -> bool:
        """Note something that is named in a room; False when it was noted before."""
        return self._known.is_first((room, name))


class CatchingUp:
    """The rooms of one connection. What comes in for a room waits until what was said there before has been fetched."""

    def __init__(
        self,
        rooms: Sequence[str],
        account: str,
        *,
        hand_on: Callable[[Incoming], None],
        known: Known,
        adapter: str,
    ) -> None:
        self._waiting: dict[str, list[Incoming]] = {room: [] for room in rooms}
        self._account = account
        self._hand_on = hand_on
        self._known = known
        self._hears_people = True  # until the QQ side cannot tell what was said privately
        self._log = _log.bind(adapter=adapter)

    def take(self, message: Incoming) -> None:
        """Hand on a message, after everything that was said before it."""
        waiting = self._waiting.get(message.room)
        if waiting is not None:
            waiting.append(message)
        elif self._is_new(message):
            self._hand_on(message)

    async def run(
        self,
        caller: Caller | None,
        echoes: Iterator[str],
        read: Callable[[Frame], Incoming | None],
        *,
        since: datetime,
    ) -> None:
        """Fetch what was said since an instant, room by room; ends early where the QQ side cannot tell."""
        count = 0
        try:
            while caller is not None and self._waiting:
                room = next(iter(self._waiting))
                said = await self._said(caller, room, next(echoes))
                heard = {message.message_id for message in self._waiting[room]}
                for message in map(read, said):
                    if message is None or message.message_id in heard:
                        continue
                    if message.sent_at and message.sent_at >= since and self._is_new(message):
                        self._hand_on(message)
                        count += 1
                self._release(room)
        except NoSuchPower as missing:
            self._log.info("no history", action="onebot_no_history", why=str(missing))
        finally:
            for room in tuple(self._waiting):
                self._release(room)
        if count:
            self._log.info("caught up", action="onebot_caught_up", messages=count)

    async def _said(self, caller: Caller, room: str, echo: str) -> list[Frame]:
        is_private = is_alone(room)
        if is_private and not self._hears_people:
            return []
        try:
            return await history(caller, room, echo)
        except NoSuchPower as missing:
            if missing.is_general and not is_private:
                raise
            self._hears_people = not missing.is_general
            return []  # perhaps it is not in this group, or knows nobody of this number

    def _release(self, room: str) -> None:
        for message in self._waiting.pop(room):
            if self._is_new(message):
                self._hand_on(message)

    def _is_new(self, message: Incoming) -> bool:
        return self._known.is_new(message, self._account)


def since(now: datetime, minutes: int) -> datetime:
    """Return how far back something missed may lie."""
    return now - timedelta(minutes=minutes)
