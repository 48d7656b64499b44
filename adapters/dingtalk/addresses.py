"""Ids of DingTalk in the bot's addresses: `NAME:group:cid…`, `NAME:private:USERID`, `NAME:USERID`; pure."""

from __future__ import annotations

import re
from typing import Final

from adapters.contract import RoomKind
from adapters.places import place_of

OUTSIDER: Final = "$:LWCP"  # begins the id of somebody who is not of the enterprise
_ID: Final = re.compile(r"[A-Za-z0-9$:_=+/.@-]{1,128}")


def is_id(value: str) -> bool:
    """Say whether a text can be the id of one person or conversation."""
    return value.lower() not in ("all", "@all") and _ID.fullmatch(value) is not None


def place(room: str, name: str) -> tuple[RoomKind, str]:
    """Return kind and platform id of a room of the adapter called `name`.

    Raises:
        DeliveryFailed: It is none.
    """
    return place_of(room, name, is_id)


def person_of(account: str, name: str) -> str:
    """Return the id of an account of the adapter called `name`; empty when it is none of a person."""
    adapter, _, number = account.partition(":")
    return number if adapter == name and is_id(number) else ""
