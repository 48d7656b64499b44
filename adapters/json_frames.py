"""Frames that are JSON in a text: read up to a size, and never more than that goes wrong; pure."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

LARGEST: Final = 1 << 20  # bytes
_Frame = TypeVar("_Frame")


class Unreadable(Exception):
    """A frame or what it carries is too large, not JSON, or not of the shape that it should have."""


def decode(decoder: msgspec.json.Decoder[_Frame], text: str | bytes) -> _Frame:
    """Read one frame.

    Raises:
        Unreadable: Whatever is wrong with it, nothing else is ever raised.
    """
    # The cheap comparison spares nearly every frame the encoding that an exact count of bytes needs.
    if len(text) * 4 > LARGEST and _size(text) > LARGEST:
        raise Unreadable(f"larger than {LARGEST} bytes")
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Unreadable(str(error)) from error


def _size(text: str | bytes) -> int:
    return len(text if isinstance(text, bytes) else text.encode(errors="surrogatepass"))
