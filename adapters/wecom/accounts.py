"""Ids of WeCom in the bot's addresses: `NAME:group:CHATID`, `NAME:private:USERID`, `NAME:USERID`; pure."""

from __future__ import annotations

import re
from typing import Final

from adapters.contract import DeliveryFailed, RoomKind

# What WeCom allows in a userid; so neither `@all` nor `a|b`, which would reach more people than one.
_USER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_CHAT: Final = re.compile(r"[A-Za-z0-9_.@-]{1,128}")


def is_user(value: str) -> bool:
    """Say whether a text can be the userid of one person."""
    return value.lower() != "all" and _USER.fullmatch(value) is not None


def place(room: str, name: str) -> tuple[RoomKind, str]:
    """Return kind and platform id of a room of the adapter called `name`.

    Raises:
        DeliveryFailed: It is none.
    """
    adapter, _, rest = room.partition(":")
    kind, _, number = rest.partition(":")
    if adapter == name and kind == RoomKind.GROUP and _CHAT.fullmatch(number):
        return RoomKind.GROUP, number
    if adapter == name and kind == RoomKind.PRIVATE and is_user(number):
        return RoomKind.PRIVATE, number
    raise DeliveryFailed(f"“{room}”不是 {name} 的群或私聊地址")


def user_of(account: str, name: str) -> str:
    """Return the userid of an account of the adapter called `name`; empty when it is none of a person."""
    adapter, _, number = account.partition(":")
    return number if adapter == name and is_user(number) else ""
