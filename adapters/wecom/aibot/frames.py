"""The shapes of what an intelligent robot receives and sends, over the long connection and in callbacks."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from adapters import json_frames
from adapters.json_frames import Unreadable
from adapters.values import word

SUBSCRIBE: Final = "aibot_subscribe"
PING: Final = "ping"
MESSAGE: Final = "aibot_msg_callback"
EVENT: Final = "aibot_event_callback"
RESPOND: Final = "aibot_respond_msg"
SEND: Final = "aibot_send_msg"
UPDATE: Final = "aibot_respond_update_msg"
UPLOAD: Final = "aibot_upload_media_init"
UPLOAD_PIECE: Final = "aibot_upload_media_chunk"
UPLOAD_END: Final = "aibot_upload_media_finish"
KICKED: Final = "disconnected_event"


class Body(msgspec.Struct, gc=False):
    """A message or an event. Every field may be anything: one odd part must not cost the whole message."""

    msgid: Any = None
    aibotid: Any = None
    chatid: Any = None
    chattype: Any = None
    sender: Any = msgspec.field(default=None, name="from")
    create_time: Any = None
    response_url: Any = None
    msgtype: Any = None
    text: Any = None
    image: Any = None
    mixed: Any = None
    voice: Any = None
    file: Any = None
    video: Any = None
    quote: Any = None
    event: Any = None
    encrypt: Any = None  # of a callback that is still sealed

    @property
    def event_type(self) -> str:
        """What happened; empty for a message."""
        return word(self.event, "eventtype")


class Headers(msgspec.Struct, gc=False):
    """What ties an acknowledgement to its frame, and an answer to its question."""

    req_id: Any = None


class Frame(msgspec.Struct, gc=False):
    """Anything that comes down the long connection; an acknowledgement has no `cmd`."""

    cmd: Any = None
    headers: Headers | None = None
    body: Any = None
    errcode: Any = None
    errmsg: Any = None

    @property
    def req_id(self) -> str:
        """The id of the frame, empty when it has none."""
        found = self.headers.req_id if self.headers is not None else None
        return found if isinstance(found, str) else ""


_frames: Final = msgspec.json.Decoder(Frame)
_bodies: Final = msgspec.json.Decoder(Body)
_encoder: Final = msgspec.json.Encoder()


def decode(text: str) -> Frame:
    """Read one frame.

    Raises:
        Unreadable: Whatever is wrong with it, nothing else is ever raised.
    """
    return json_frames.decode(_frames, text)


def decode_body(content: bytes) -> Body:
    """Read the body of a callback, sealed or opened.

    Raises:
        Unreadable: Whatever is wrong with it, nothing else is ever raised.
    """
    return json_frames.decode(_bodies, content)


def body_of(frame: Frame) -> Body:
    """Return the body of a frame.

    Raises:
        Unreadable: It has none.
    """
    try:
        return msgspec.convert(frame.body, Body)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def encode(cmd: str, req_id: str, body: dict[str, Any] | None) -> str:
    """Write one frame."""
    frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    return _encoder.encode(frame).decode()
