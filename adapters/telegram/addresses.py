"""Telegram's ids in the bot's addresses: `NAME:group:CHAT`, `NAME:group:CHAT/TOPIC`, `NAME:private:USER`, `NAME:USER`; pure."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from adapters.contract import DeliveryFailed, RoomKind
from adapters.wording import say

_GROUP: Final = re.compile(r"(-?[0-9]{1,16})(?:/([0-9]{1,10}))?")
_USER: Final = re.compile(r"[0-9]{1,16}")
_FIRST_SUPERGROUP: Final = -1_000_000_000_000  # ids of supergroups lie below


class Place(msgspec.Struct, frozen=True):
    """A chat, or one topic of it."""

    kind: RoomKind
    chat: int
    topic: int | None = None

    def address(self, name: str) -> str:
        """Return the room's address at the adapter called `name`."""
        topic = "" if self.topic is None else f"/{self.topic}"
        return f"{name}:{self.kind}:{self.chat}{topic}"


def place(room: str, name: str) -> Place:
    """Return where a room of the adapter called `name` is.

    Raises:
        DeliveryFailed: It is none.
    """
    adapter, _, rest = room.partition(":")
    kind, _, number = rest.partition(":")
    if adapter == name and kind == RoomKind.GROUP and (found := _GROUP.fullmatch(number)):
        return Place(RoomKind.GROUP, int(found[1]), int(found[2]) if found[2] else None)
    if adapter == name and kind == RoomKind.PRIVATE and _USER.fullmatch(number):
        return Place(RoomKind.PRIVATE, int(number))
    raise DeliveryFailed(say("“{room}”不是 {name} 的群、话题或私聊地址", room=room, name=name))


def user_of(account: str, name: str) -> int | None:
    """Return the user id of an account of the adapter called `name`; None when it is none of a person."""
    adapter, _, number = account.partition(":")
    return int(number) if adapter == name and _USER.fullmatch(number) else None


def can_move(chat: int) -> bool:
    """Say whether a chat is a small group, which gets another id when it becomes a supergroup."""
    return _FIRST_SUPERGROUP < chat < 0
