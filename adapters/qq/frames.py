"""The shapes of what the QQ platform sends over gateway and webhook, and how they are read."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, TypeVar

import msgspec

from adapters import json_frames
from adapters.json_frames import LARGEST, Unreadable

__all__ = ["LARGEST", "Unreadable"]


class Op(IntEnum):
    """What an envelope is for."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    RECONNECT = 7
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11
    CALLBACK_ACK = 12
    CALLBACK_CHALLENGE = 13


class Envelope(msgspec.Struct, gc=False):
    """The outer shape of everything; `d` is read further by whoever knows what it is."""

    op: Any = None
    s: Any = None
    t: Any = None
    id: Any = None
    d: Any = None


class Data(msgspec.Struct, gc=False):
    """What `d` may hold, as far as we read it. Nothing is relied on: one odd field must not cost a message."""

    id: Any = None
    content: Any = None
    timestamp: Any = None
    group_openid: Any = None
    openid: Any = None
    author: Any = None
    mentions: Any = None
    message_type: Any = None
    message_scene: Any = None
    msg_elements: Any = None
    attachments: Any = None
    user_openid: Any = None
    group_member_openid: Any = None
    member_openid: Any = None
    data: Any = None
    session_id: Any = None
    heartbeat_interval: Any = None
    plain_token: Any = None
    event_ts: Any = None


class Author(msgspec.Struct, gc=False):
    """Who wrote a message."""

    id: Any = None
    member_openid: Any = None
    user_openid: Any = None
    username: Any = None
    bot: Any = None


class Called(msgspec.Struct, gc=False):
    """Somebody whom a message mentions."""

    id: Any = None
    member_openid: Any = None
    username: Any = None
    scope: Any = None
    is_you: Any = None


class Scene(msgspec.Struct, gc=False):
    """Where a message stands: `ext` holds its own index and that of the one it quotes."""

    ext: Any = None


class Element(msgspec.Struct, gc=False):
    """A quoted message."""

    msg_idx: Any = None
    author: Any = None


class File(msgspec.Struct, gc=False):
    """A picture or file; for a voice message also what was said."""

    content_type: Any = None
    filename: Any = None
    url: Any = None
    asr_refer_text: Any = None


class Press(msgspec.Struct, gc=False):
    """What a pressed button carries, in two layers."""

    resolved: Any = None
    button_data: Any = None
    message_id: Any = None


Part = TypeVar("Part", Data, Author, Called, Scene, Element, File, Press)

_decoder: Final = msgspec.json.Decoder(Envelope)


def decode(body: str | bytes) -> Envelope:
    """Read one frame of the gateway or one body of the webhook.

    Raises:
        Unreadable: Whatever is wrong with it, nothing else is ever raised.
    """
    return json_frames.decode(_decoder, body)


def part(kind: type[Part], value: object) -> Part:
    """Return a part of an event; one that is missing or of another shape is empty."""
    if not isinstance(value, dict):
        return kind()
    return msgspec.convert({key: item for key, item in value.items() if isinstance(key, str)}, kind)


def parts(kind: type[Part], values: object) -> list[Part]:
    """Return the parts in a list, without those of another shape."""
    if not isinstance(values, list):
        return []
    return [part(kind, value) for value in values if isinstance(value, dict)]


def word(value: object) -> str:
    """Return a text or an id without the space around it; nothing for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if type(value) is int and -(2**63) <= value < 2**64 else ""
