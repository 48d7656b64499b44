"""The frames between the bot and a gateway; pure."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import msgspec

from adapters import json_frames


class Op(IntEnum):
    """What a frame is."""

    EVENT = 0
    PING = 1
    PONG = 2
    IDENTIFY = 3
    READY = 4
    META = 5


class Frame(msgspec.Struct, gc=False):
    """Anything that comes from a gateway. Every field may be anything."""

    op: Any = None
    body: Any = None


_frames: Final = msgspec.json.Decoder(Frame)


def decode(text: str) -> Frame:
    """Read one frame.

    Raises:
        Unreadable: Whatever is wrong with it, nothing else is ever raised.
    """
    return json_frames.decode(_frames, text)


def identify(token: str, sn: int | None) -> str:
    """Return the first frame of a connection; with the number of the last event what was missed comes again."""
    body: dict[str, Any] = {}
    if token:
        body["token"] = token
    if sn is not None:
        body["sn"] = sn
    return msgspec.json.encode({"op": Op.IDENTIFY, "body": body}).decode()


def ping() -> str:
    """Return the frame that says that we are still there."""
    return msgspec.json.encode({"op": Op.PING, "body": {}}).decode()


def number_of(event: Any) -> int | None:
    """Return the number of an event by which a gateway goes on; older ones call it `id`."""
    for key in ("sn", "id"):
        found = event.get(key) if isinstance(event, dict) else None
        if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**63:
            return found
    return None
