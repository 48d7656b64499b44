"""The frames of a stream: what they carry, and how they are acknowledged; pure."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from adapters import json_frames
from adapters.json_frames import Unreadable
from adapters.values import word

ROBOT: Final = "/v1.0/im/bot/messages/get"
CARD: Final = "/v1.0/card/instances/callback"
PING: Final = "ping"
DISCONNECT: Final = "disconnect"


class Frame(msgspec.Struct, gc=False):
    """Anything that comes down the stream. Every field may be anything."""

    type: Any = None
    headers: Any = None
    data: Any = None

    @property
    def topic(self) -> str:
        """What it is about."""
        return word(self.headers, "topic")

    @property
    def number(self) -> str:
        """The id by which it is acknowledged; empty when it has none."""
        return word(self.headers, "messageId")


_frames: Final = msgspec.json.Decoder(Frame)


def decode(text: str) -> Frame:
    """Read one frame.

    Raises:
        Unreadable: Whatever is wrong with it, nothing else is ever raised.
    """
    return json_frames.decode(_frames, text)


def carried(frame: Frame) -> dict[str, Any]:
    """Return what a frame carries: JSON in a text.

    Raises:
        Unreadable: It carries none.
    """
    try:
        found = msgspec.json.decode(frame.data) if isinstance(frame.data, str) else None
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Unreadable(str(error)) from error
    if not isinstance(found, dict):
        raise Unreadable("it carries no object")
    return found


def acknowledgement(frame: Frame) -> str:
    """Return the frame that acknowledges another; a ping gets its own words back."""
    data = frame.data if frame.topic == PING and isinstance(frame.data, str) else '{"response":null}'
    headers = {"messageId": frame.number, "contentType": "application/json"}
    return msgspec.json.encode({"code": 200, "headers": headers, "message": "OK", "data": data}).decode()
