"""Where a message goes: kind and id of a room, out of its address."""

from __future__ import annotations

from collections.abc import Callable

from adapters.contract import DeliveryFailed, RoomKind
from adapters.wording import say


def place_of(
    room: str, name: str, is_id: Callable[[str], bool], *, is_person: Callable[[str], bool] | None = None
) -> tuple[RoomKind, str]:
    """Return kind and platform id of a room of the adapter called `name`; `is_id` knows what the platform calls one.

    Where people have other ids than groups, `is_person` knows those.

    Raises:
        DeliveryFailed: It is none.
    """
    adapter, _, rest = room.partition(":")
    kind, _, number = rest.partition(":")
    if adapter == name and kind == RoomKind.GROUP and is_id(number):
        return RoomKind.GROUP, number
    if adapter == name and kind == RoomKind.PRIVATE and (is_person or is_id)(number):
        return RoomKind.PRIVATE, number
    raise DeliveryFailed(say("“{room}”不是 {name} 的群或私聊地址", room=room, name=name))
