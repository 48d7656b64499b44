"""Ids of WeCom in the bot's addresses: `NAME:group:CHATID`, `NAME:private:USERID`, `NAME:USERID`; pure."""

from __future__ import annotations

import re
from typing import Final

from adapters.contract import RoomKind
from adapters.places import place_of

# What WeCom allows in a userid; so neither `@all` nor `a|b`, which would reach more people than one.
_USER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_CHAT: Final = re.compile(r"[A-Za-z0-9_.@-]{1,128}")


def is_user(value: str) -> bool:
    """Say whether a text can be the userid of one person."""
    return value.lower() != "all" and _USER.fullmatch(value) is not None


def _is_chat(value: str) -> bool:
    return _CHAT.fullmatch(value) is not None


def place(room: str, name: str) -> tuple[RoomKind, str]:
    """Return kind and platform id of a room of the adapter called `name`.

    Raises:
        DeliveryFailed: It is none.
    """
    return place_of(room, name, _is_chat, is_person=is_user)


def user_of(account: str, name: str) -> str:
    """Return the userid of an account of the adapter called `name`; empty when it is none of a person."""
    adapter, _, number = account.partition(":")
    return number if adapter == name and is_user(number) else ""
