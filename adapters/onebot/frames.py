"""The shapes of OneBot v11 frames: what the QQ side sends, what we send it, and how both are read and written."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from adapters import json_frames
from adapters.json_frames import LARGEST, Unreadable

__all__ = ["LARGEST", "Unreadable"]


class SegmentData(msgspec.Struct, gc=False):
    """The parts of a segment's data that we read.

    They are strings by the standard, yet implementations also send numbers and null, and unknown segments use the same
    names for other things: one odd segment must not cost the whole message.
    """

    text: Any = None
    qq: Any = None
    id: Any = None
    name: Any = None
    file: Any = None
    url: Any = None
    file_id: Any = None
    sub_type: Any = None  # of a picture: 1 is a sticker
    sub_type_of_others: Any = msgspec.field(
        default=None, name="subType"
    )  # as go-cqhttp and its heirs write it
    summary: Any = None  # what stands for a picture in a list of chats
    emoji_id: Any = None  # of a sticker that was bought; NapCat tells of it as of a picture


class Segment(msgspec.Struct, gc=False):
    """One piece of a message."""

    type: str | None = None
    data: SegmentData | None = None


class Sender(msgspec.Struct, gc=False):
    """How the author is called."""

    nickname: Any = None
    card: Any = None


class UploadedFile(msgspec.Struct, gc=False):
    """A file that was put into a group, as a notice tells of it."""

    id: Any = None
    name: Any = None
    url: Any = None


class Frame(msgspec.Struct, gc=False):
    """Anything that the QQ side sends: an event has a `post_type`, an answer has an `echo` or a `status`.

    One permissive shape for both, because reading it once is what keeps the hot path short.
    """

    post_type: str | None = None
    message_type: str | None = None
    sub_type: str | None = None
    meta_event_type: str | None = None
    notice_type: str | None = None
    request_type: Any = None
    flag: Any = None  # of a request, to answer it
    time: Any = None
    self_id: int | str | None = None
    message_id: int | str | None = None
    group_id: int | str | None = None
    user_id: int | str | None = None
    operator_id: Any = None
    group_name: Any = None
    file: UploadedFile | None = None
    anonymous: Any = None
    message: str | list[Segment | None] | None = None  # in an answer: words about an error
    sender: Sender | None = None
    interval: Any = None  # of heartbeats, in milliseconds
    duration: Any = None  # of a ban, in seconds
    echo: Any = None
    status: Any = None
    retcode: Any = None
    data: Any = None
    wording: Any = None
    msg: Any = None


class SentSegment(msgspec.Struct, frozen=True, gc=False):
    """One piece of a message that we send; all values are strings."""

    type: str
    data: dict[str, str]


class Call(msgspec.Struct, frozen=True, gc=False):
    """A request to the QQ side; its answer carries the same `echo`."""

    action: str
    params: dict[str, Any]
    echo: str = ""


_decoder: Final = msgspec.json.Decoder(Frame)
_SAID: Final = (str, list, type(None))
_objects: Final = msgspec.json.Decoder(dict[str, Any])
_encoder: Final = msgspec.json.Encoder()


def decode(text: str) -> Frame:
    """Read one text frame.

    Raises:
        Unreadable: Whatever is wrong with it, nothing else is ever raised.
    """
    try:
        return json_frames.decode(_decoder, text)
    except Unreadable:
        found = json_frames.decode(_objects, text)
        if not isinstance(found.get("post_type"), str) or not isinstance(found.get("message"), _SAID):
            raise  # nothing is left of it
        return _without_odd_parts(found)


def _without_odd_parts(found: dict[str, Any]) -> Frame:
    """Read an event in which something is not of the shape that it should have, leaving that out: the rest is what somebody said."""
    read: dict[str, Any] = {}
    for field in msgspec.structs.fields(Frame):
        value = found.get(field.encode_name)
        if field.name == "message" and isinstance(value, list):
            value = [segment for each in value if (segment := _readable(each, Segment)) is not None]
        read[field.name] = value if field.name == "message" and value else _readable(value, field.type)
    return Frame(**read)


def _readable(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError):
        return None


def encode(call: Call) -> bytes:
    """Write one request as the bytes of a text frame."""
    return _encoder.encode(call)
