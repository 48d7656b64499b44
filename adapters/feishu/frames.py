"""The frames of Feishu's long connection: messages of protobuf (`pbbp2.Frame`), read and written without its library; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from adapters.json_frames import Unreadable

CONTROL: Final = 0
DATA: Final = 1
PING: Final = "ping"
PONG: Final = "pong"

_VARINT: Final = 0
_FIXED64: Final = 1
_LENGTH: Final = 2
_FIXED32: Final = 5
_LONGEST_VARINT: Final = 10  # bytes
_UINT64: Final = (1 << 64) - 1
_MOST_HEADERS: Final = 64

# Numbers of the fields of a frame.
_SEQ, _LOG, _SERVICE, _METHOD, _HEADERS, _ENCODING, _TYPE, _PAYLOAD, _LOG_NEW = range(1, 10)
_KEY, _VALUE = 1, 2  # of a header


class Frame(msgspec.Struct, frozen=True):
    """Anything that goes over the connection, in either direction. None: the field is not there."""

    method: int
    service: int = 0
    seq: int = 0
    log: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    payload: bytes | None = None
    payload_encoding: str | None = None
    payload_type: str | None = None
    log_new: str | None = None

    def header(self, key: str) -> str:
        """Return a header, the first of its name; empty when there is none."""
        return next((value for name, value in self.headers if name == key), "")

    def number(self, key: str, default: int) -> int:
        """Return a header that counts something; `default` when it is missing or no such number."""
        value = self.header(key)
        return int(value) if value.isascii() and value.isdecimal() and len(value) <= 9 else default


def ping(service: int) -> Frame:
    """Return what tells Feishu that this end is alive."""
    return Frame(CONTROL, service, headers=(("type", PING),))


def acknowledgement(frame: Frame, *, is_saved: bool, took_ms: int) -> Frame:
    """Return what answers a frame that brought something: it was saved, or should be brought again."""
    code = 200 if is_saved else 500
    headers = (*frame.headers, ("biz_rt", str(took_ms)))
    return replace(frame, headers=headers, payload=msgspec.json.encode({"code": code}))


def decode(content: bytes) -> Frame:
    """Read one frame; fields that nobody knows are skipped.

    Raises:
        Unreadable: Whatever is wrong with it, nothing else is ever raised.
    """
    numbers: dict[int, int] = {}
    texts: dict[int, bytes] = {}
    headers: list[tuple[str, str]] = []
    for field, value in _fields(content):
        if isinstance(value, int):
            numbers[field] = value
        elif field == _HEADERS:
            if len(headers) >= _MOST_HEADERS:
                raise Unreadable("too many headers")
            headers.append(_header(value))
        else:
            texts[field] = value
    if _METHOD not in numbers:
        raise Unreadable("no method")
    return Frame(
        method=_signed(numbers[_METHOD]),
        service=_signed(numbers.get(_SERVICE, 0)),
        seq=numbers.get(_SEQ, 0),
        log=numbers.get(_LOG, 0),
        headers=tuple(headers),
        payload=texts.get(_PAYLOAD),
        payload_encoding=_optional(texts, _ENCODING),
        payload_type=_optional(texts, _TYPE),
        log_new=_optional(texts, _LOG_NEW),
    )


def encode(frame: Frame) -> bytes:
    """Write one frame."""
    written = bytearray()
    for field, number in (
        (_SEQ, frame.seq),
        (_LOG, frame.log),
        (_SERVICE, frame.service),
        (_METHOD, frame.method),
    ):
        written += _varint(field << 3 | _VARINT) + _varint(number & _UINT64)
    for key, value in frame.headers:
        written += _lengthy(_HEADERS, _lengthy(_KEY, key.encode()) + _lengthy(_VALUE, value.encode()))
    for field, content in (
        (_ENCODING, frame.payload_encoding),
        (_TYPE, frame.payload_type),
        (_PAYLOAD, frame.payload),
        (_LOG_NEW, frame.log_new),
    ):
        if content is not None:
            written += _lengthy(field, content.encode() if isinstance(content, str) else content)
    return bytes(written)


def _header(content: bytes) -> tuple[str, str]:
    found = {field: value for field, value in _fields(content) if isinstance(value, bytes)}
    return _text(found.get(_KEY, b"")), _text(found.get(_VALUE, b""))


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of every field of a message."""
    at = 0
    while at < len(content):
        tag, at = _read_varint(content, at)
        field, kind = tag >> 3, tag & 7
        if not field:
            raise Unreadable("field 0")
        if kind == _VARINT:
            number, at = _read_varint(content, at)
            yield field, number
            continue
        if kind == _LENGTH:
            length, at = _read_varint(content, at)
        elif kind in (_FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
        else:
            raise Unreadable(f"wire type {kind}")
        if length > len(content) - at:
            raise Unreadable("a field ends beyond the frame")
        if kind == _LENGTH:
            yield field, content[at : at + length]
        at += length


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(content[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value & _UINT64, at + index + 1
    raise Unreadable("a number has no end")


def _varint(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def _lengthy(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _LENGTH) + _varint(len(content)) + content


def _signed(value: int) -> int:
    """Return a number as the 32 bits with a sign that protobuf makes of it."""
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


def _optional(texts: dict[int, bytes], field: int) -> str | None:
    return _text(texts[field]) if field in texts else None


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Unreadable("a text is not UTF-8") from None
