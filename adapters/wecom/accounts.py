"""Ids of WeCom in the bot's addresses: `NAME:group:CHATID`, `NAME:private:USERID`, `NAME:USERID`; pure."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any, Final

from adapters.contract import DeliveryFailed, RoomKind

# What WeCom allows in a userid; so neither `@all` nor `a|b`, which would reach more people than one.
_USER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_CHAT: Final = re.compile(r"[A-Za-z0-9_.@-]{1,128}")
_FAR_FUTURE: Final = 32_503_680_000  # the year 3000; beyond it a time is a mistake


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


def instant(value: Any) -> datetime | None:
    """Return a time in seconds, a number or a text of digits, as UTC."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 12:
        value = int(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < _FAR_FUTURE:
        return datetime.fromtimestamp(value, UTC)
    return None


def derived_id(*stable: str) -> str:
    """Return an id made of what stays the same when a message without one is sent again."""
    digest = hashlib.blake2b("\0".join(stable).encode(errors="surrogatepass"), digest_size=8)
    return f"derived-{digest.hexdigest()}"
