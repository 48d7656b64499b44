"""Asking the QQ side: who can be asked, and the questions about rooms and earlier messages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, Protocol, runtime_checkable

import msgspec

from adapters.contract import DeliveryFailed
from adapters.onebot.frames import Call, Frame, SentSegment
from adapters.onebot.wire import identity, instant, texts

_HISTORY: Final = 50  # messages of a room that are asked for
_UNKNOWN_CALL: Final = (404, 1404)
_PATIENCE: Final = 3.0  # seconds, for questions that nobody may have to wait for


class Unanswered(Exception):
    """A request went out, and no answer will come: whether it took effect is unknown."""


class Caller(Protocol):
    """Something that takes requests to the QQ side."""

    async def call(self, call: Call) -> Frame:
        """Send a request and return its answer.

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


async def history(caller: Caller, group: str, echo: str) -> list[Frame]:
    """Return what was said in a group lately, oldest first; not every QQ side can tell.

    Raises:
        NoSuchPower: This one cannot.
    """
    number: int | str = int(group) if group.isdecimal() and group.isascii() else group
    data = await ask(caller, "get_group_msg_history", echo, group_id=number, count=_HISTORY)
    found = data.get("messages") if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise NoSuchPower("get_group_msg_history: no messages in the answer")
    frames = [frame for each in found if (frame := _frame(each, number)) is not None]
    return sorted(frames, key=lambda frame: frame.time if isinstance(frame.time, (int, float)) else 0)


def _frame(said: Any, group: int | str) -> Frame | None:
    """Read one message of a history; some QQ sides leave out what an event would say of itself."""
    if not isinstance(said, dict):
        return None
    sender = said.get("sender")
    author = said.get("user_id") or (sender.get("user_id") if isinstance(sender, dict) else None)
    try:
        frame = msgspec.convert(
            {**said, "group_id": group, "message_type": "group", "user_id": author}, Frame
        )
    except msgspec.ValidationError:
        return None
    return msgspec.structs.replace(frame, post_type=frame.post_type or "message")


def own_message(frames: list[Frame], segments: list[SentSegment], accounts: set[str]) -> str:
    """Return the id of the latest of our own messages with the same words, or nothing."""
    words = "".join(_words(segments)).strip()
    for frame in reversed(frames):
        is_ours = frame.post_type == "message_sent" or identity(frame.user_id) in accounts
        if is_ours and "".join(texts(frame)).strip() == words:
            return identity(frame.message_id)
    return ""


def _words(segments: list[SentSegment]) -> Iterator[str]:
    return (segment.data["text"] for segment in segments if segment.type == "text")
