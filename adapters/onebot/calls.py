"""Asking the QQ side: who can be asked, and the questions about rooms and earlier messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, runtime_checkable

import msgspec

from adapters.contract import DeliveryFailed, RoomKind
from adapters.onebot.frames import Call, Frame, SentSegment
from adapters.onebot.wire import file_names, identity, instant, texts

RECONNECTING: Final = timedelta(seconds=5)  # NapCat's own pause before it connects again
_HISTORY: Final = 50  # messages of a room that are asked for
_HISTORIES: Final = {
    RoomKind.GROUP: ("get_group_msg_history", "group_id"),
    RoomKind.PRIVATE: ("get_friend_msg_history", "user_id"),
}
_UNKNOWN_CALL: Final = (404, 1404)
_PATIENCE: Final = 3.0  # seconds, for questions that nobody may have to wait for


class Unanswered(Exception):
    """A request went out, and no answer will come: whether it took effect is unknown."""


class Caller(Protocol):
    """Something that takes requests to the QQ side."""

    async def call(self, call: Call, *, patience_seconds: float | None = None) -> Frame:
        """Send a request and return its answer; None waits as long as for any call.

        Raises:
            Unanswered: No answer will come.
        """
        ...


@runtime_checkable
class TellsTime(Protocol):
    """A caller to which the QQ side has said what time it is there."""

    def times(self) -> tuple[datetime, datetime] | None:
        """Return its instant and ours when it was told, both aware; None until then."""
        ...


class NoSuchPower(Exception):
    """The QQ side refuses a question. `is_general`: it does not know the call at all, or does not answer soon."""

    def __init__(self, why: str, *, is_general: bool = False) -> None:
        super().__init__(why)
        self.is_general = is_general


async def ask(caller: Caller, action: str, echo: str, **params: Any) -> Any:
    """Return what the QQ side answers to a question.

    Raises:
        NoSuchPower: It cannot, or not soon.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await caller.call(Call(action, params, echo))
    except (Unanswered, TimeoutError) as lost:
        raise NoSuchPower(f"{action}: {type(lost).__name__}", is_general=True) from lost
    except DeliveryFailed as failed:
        raise NoSuchPower(f"{action}: {failed.reason}", is_general=True) from failed
    if answer.status != "ok" and answer.retcode != 0:
        raise NoSuchPower(f"{action}: retcode {answer.retcode}", is_general=answer.retcode in _UNKNOWN_CALL)
    return answer.data


async def is_logged_in(caller: Caller, echo: str) -> bool:
    """Say whether QQ itself has the account: a QQ side may run on after QQ has thrown it out. Not told is not bad."""
    try:
        status = await ask(caller, "get_status", echo)
    except NoSuchPower:
        return True
    return not (isinstance(status, dict) and status.get("online") is False)


async def muted_until(caller: Caller, group: str, account: str, echo: str) -> datetime | None:
    """Return until when an account may not speak in a group; None where it may, or where nobody can tell."""
    if not all(number.isascii() and number.isdecimal() for number in (group, account)):
        return None
    params = {"group_id": int(group), "user_id": int(account), "no_cache": True}
    try:
        member = await ask(caller, "get_group_member_info", echo, **params)
    except NoSuchPower:
        return None
    return instant(member.get("shut_up_timestamp")) if isinstance(member, dict) else None


async def history(caller: Caller, room: str, echo: str) -> list[Frame]:
    """Return what was said in a room lately, oldest first; not every QQ side can tell.

    Raises:
        NoSuchPower: This one cannot.
    """
    _, kind, number = room.split(":", 2)
    place: int | str = int(number) if number.isdecimal() and number.isascii() else number
    action, key = _HISTORIES[RoomKind(kind)]
    data = await ask(caller, action, echo, **{key: place, "count": _HISTORY})
    found = data.get("messages") if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise NoSuchPower(f"{action}: no messages in the answer")
    told = {"message_type": kind, "group_id": place if kind == RoomKind.GROUP else None}
    frames = [frame for each in found if (frame := _frame(each, told)) is not None]
    return sorted(frames, key=lambda frame: frame.time if isinstance(frame.time, (int, float)) else 0)


def _frame(said: Any, told: Mapping[str, Any]) -> Frame | None:
    """Read one message of a history; some QQ sides leave out what an event would say of itself."""
    if not isinstance(said, dict):
        return None
    sender = said.get("sender")
    author = said.get("user_id") or (sender.get("user_id") if isinstance(sender, dict) else None)
    try:
        frame = msgspec.convert({**said, **told, "user_id": author}, Frame)
    except msgspec.ValidationError:
        return None
    return msgspec.structs.replace(frame, post_type=frame.post_type or "message")


def own_message(
    frames: list[Frame], is_it: Callable[[Frame], bool], accounts: set[str], since: datetime
) -> str:
    """Return the id of the latest of our own messages since an instant that is the one, or nothing."""
    for frame in reversed(frames):
        is_ours = frame.post_type == "message_sent" or identity(frame.user_id) in accounts
        at = instant(frame.time)
        if is_ours and (at is None or at >= since) and is_it(frame):
            return identity(frame.message_id)
    return ""


def says(segments: Iterable[SentSegment]) -> Callable[[Frame], bool]:
    """Return what recognises a message by its words; QQ sides differ in the white space they keep."""
    words = _squeezed(segment.data["text"] for segment in segments if segment.type == "text")
    return lambda frame: _squeezed(texts(frame)) == words


def brings(name: str) -> Callable[[Frame], bool]:
    """Return what recognises a message by the file in it."""
    return lambda frame: name in file_names(frame)


def _squeezed(words: Iterable[str]) -> str:
    return "".join("".join(words).split())
