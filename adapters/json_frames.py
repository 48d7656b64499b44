"""Frames that are JSON in a text: read up to a size, and never more than that goes wrong; pure."""

from __future__ import annotations

import re
from typing import Final, TypeVar

import msgspec

LARGEST: Final = 1 << 20  # bytes
_Frame = TypeVar("_Frame")
_CONTROL: Final = re.compile(r"[\x00-\x1f]")


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
        try:
            return decoder.decode(_without_control(text))
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            raise Unreadable(str(error)) from error


def _without_control(text: str | bytes) -> str:
    """Return a text that some platform did not write as JSON does: what somebody pasted stands in it as it is."""
    return _CONTROL.sub(" ", text if isinstance(text, str) else text.decode())


def _size(text: str | bytes) -> int:
    return len(text if isinstance(text, bytes) else text.encode(errors="surrogatepass"))
