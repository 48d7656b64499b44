"""Where a message goes: kind and id of a room, out of its address."""

from __future__ import annotations

from collections.abc import Callable

from adapters.contract import DeliveryFailed, RoomKind


def place_of(room: str, name: str, is_id: Callable[[str], bool]) -> tuple[RoomKind, str]:
    """Return kind and platform id of a room of the adapter called `name`; `is_id` knows what the platform calls one.

    Raises:
        DeliveryFailed: It is none.
    """
    adapter, _, rest = room.partition(":")
    kind, _, number = rest.partition(":")
    if adapter == name and kind in (RoomKind.GROUP, RoomKind.PRIVATE) and is_id(number):
        return RoomKind(kind), number
    raise DeliveryFailed(f"“{room}”不是 {name} 的群或私聊地址")
