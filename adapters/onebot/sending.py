"""Sending one part of a message, and finding out later whether one arrived whose answer was lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from adapters.contract import DeliveryFailed, File, Notice, Outgoing, RoomKind, Timekeeper, What
from adapters.onebot import files, wire
from adapters.onebot.calls import (
    RECONNECTING,
    Caller,
    NoSuchPower,
    Unanswered,
    brings,
    history,
    is_logged_in,
    muted_until,
    own_message,
    says,
)
from adapters.onebot.frames import Call, Frame
from adapters.onebot.outcome import check, delivered_id
from adapters.remembered import Remembered, RememberedValues
from adapters.wording import say, words_of

_LOGGING_IN: Final = timedelta(seconds=30)  # somebody has to scan a code
_SKEW: Final = timedelta(minutes=2)  # between our clock and that of QQ
_REMEMBERED: Final = 2000


class Sending:
    """Sends messages through whoever takes calls for their room.

    A message whose answer was lost may have arrived: before it is sent again the history of the group is searched for it, where the
    QQ side can tell.
    """

    def __init__(
        self,
        adapter: str,
        caller_for: Callable[[str], Awaitable[Caller]],
        echoes: Iterator[str],
        own: set[str],
        clock: Timekeeper,
    ) -> None:
        self._adapter = adapter
        self._caller_for = caller_for
        self._echoes = echoes
        self._own = own
        self._clock = clock
        # Rooms where the bot was told to be silent, and until when it is certain that it must be.
        self._muted = RememberedValues[str, float](_REMEMBERED)
        # When something was sent that may have arrived, by the key of the message.
        self._doubtful = RememberedValues[str, tuple[Call, datetime]](_REMEMBERED)
        self._doubtful_files = RememberedValues[str, datetime](_REMEMBERED)
        self._delivered = Remembered[str](_REMEMBERED)  # ids that were given for messages

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return its id.

        Raises:
            DeliveryFailed: Not connected, refused, or it is unknown whether it arrived.
        """
        call = wire.outgoing(message, self._adapter, next(self._echoes))
        if self._clock.monotonic() < self._muted.get(message.room, 0.0):
            # QQ would refuse, and takes accounts away that go on trying.
            raise DeliveryFailed(say("机器人在这个群里被禁言"), until_heard=True)
        caller = await self._caller_for(message.room)
        earlier = self._doubtful.take(message.key, None)
        if earlier is not None and (found := await self._found(caller, message.room, *_told(*earlier))):
            return found
        begun = self._clock.now()
        try:
            return self._noted(delivered_id(await caller.call(call), message.key))
        except Unanswered as lost:
            self._doubtful.note(message.key, (call, begun))
            raise DeliveryFailed(words_of(lost), retry_after=RECONNECTING, is_unknown=True) from lost
        except DeliveryFailed as failed:
            if failed.is_unknown and (found := await self._found(caller, message.room, *_told(call, begun))):
                return found
            # A QQ side may say of a muted account that it took too long (NapCat does): nothing has arrived then.
            if failed.retry_after is None and await self._is_muted(caller, message.room):
                raise DeliveryFailed(
                    say("机器人在这个群里被禁言（{why}）", why=failed.reason), until_heard=True
                ) from failed
            # Nor has anything where QQ has thrown the account out, whatever the QQ side makes of it.
            if failed.retry_after is None and not await is_logged_in(caller, next(self._echoes)):
                self._doubtful.note(message.key, (call, begun))
                raise DeliveryFailed(logged_out(), retry_after=_LOGGING_IN) from failed
            raise

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Put a file into a room and return its id, where QQ gives one. One that may have arrived is looked for first.

        Raises:
            DeliveryFailed: Not connected, refused, or it is unknown whether it arrived.
        """
        wire.place(message.room, self._adapter)
        caller = await self._caller_for(message.room)
        earlier = self._doubtful_files.take(message.key, None)
        if earlier is not None and (
            found := await self._found(caller, message.room, brings(file.name), earlier - _SKEW)
        ):
            return found
        begun = self._clock.now()
        try:
            return await files.send(caller, next(self._echoes), message.room, file)
        except DeliveryFailed as failed:
            if failed.is_unknown:
                self._doubtful_files.note(message.key, begun)
            raise

    async def _is_muted(self, caller: Caller, room: str) -> bool:
        """Say whether the bot may not speak in a room: it was told so, or the QQ side says so when it is asked."""
        if room in self._muted:
            return True
        kind, group = wire.place(room, self._adapter)
        if kind is not RoomKind.GROUP or len(self._own) != 1:
            return False
        until = await muted_until(caller, group, next(iter(self._own)), next(self._echoes))
        left = (until - self._clock.now()).total_seconds() if until is not None else 0.0
        if left > 0:
            self._muted.note(room, self._clock.monotonic() + left)
        return left > 0

    def noticed(self, notice: Notice, seconds: float = 0.0) -> None:
        """Remember where the bot was told to be silent, and for how long. That this is over is not always told: it is tried then."""
        if notice.what is What.MUTED:
            self._muted.note(notice.room, self._clock.monotonic() + seconds)
        elif notice.what is What.UNMUTED:
            self._muted.take(notice.room, None)

    async def recall(self, room: str, message_id: str) -> None:
        """Take a message of the bot back.

        Raises:
            DeliveryFailed: It is too late, or not known any more.
        """
        number: int | str = int(message_id) if message_id.lstrip("-").isdecimal() else message_id
        caller = await self._caller_for(room)
        try:
            check(await caller.call(Call("delete_msg", {"message_id": number}, next(self._echoes))))
        except Unanswered as lost:
            raise DeliveryFailed(words_of(lost), is_unknown=True) from lost

    async def _found(self, caller: Caller, room: str, is_it: Callable[[Frame], bool], since: datetime) -> str:
        try:
            said = await history(caller, room, next(self._echoes))
        except NoSuchPower:
            return ""
        fresh = [frame for frame in said if wire.identity(frame.message_id) not in self._delivered]
        found = own_message(fresh, is_it, self._own, since)
        return self._noted(found) if found else ""

    def _noted(self, number: str) -> str:
        self._delivered.note(number)
        return number


def logged_out() -> str:
    """Return what to tell while QQ does not have the account."""
    return say("QQ 帐号已掉线：请在 QQ 端重新登录")


def _told(call: Call, begun: datetime) -> tuple[Callable[[Frame], bool], datetime]:
    """Return what recognises a message that was sent, and since when it may have been said: the same was perhaps said long before."""
    return says(call.params["message"]), begun - _SKEW
