"""The older string form of a QQ message, with codes such as `[CQ:at,qq=10001]` in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from adapters.onebot.frames import Segment, SegmentData

# `[` and `]` inside a code are escaped by the standard, so a code ends at the first `]`
# and a stray `[CQ:` cannot make the search run on through the text.
_CODE = re.compile(r"\[CQ:([A-Za-z0-9_.-]+)((?:,[^,\[\]=]+=[^,\[\]]*)*),?\]")


def segments(text: str) -> Iterator[Segment]:
    """Cut a message string into segments; whatever is not a well-formed code is text."""
    position = 0
    for code in _CODE.finditer(text):
        if code.start() > position:
            yield _plain(text[position : code.start()])
        yield Segment(code[1], _data(code[2]))
        position = code.end()
    if position < len(text):
        yield _plain(text[position:])


def _plain(escaped: str) -> Segment:
    return Segment("text", SegmentData(text=_unescaped(escaped)))


def _data(parameters: str) -> SegmentData:
    pairs = (part.partition("=") for part in parameters.split(",") if part)
    values = {key.strip(): _unescaped(value) for key, _, value in pairs}
    return msgspec.convert(values, SegmentData)


def _unescaped(text: str) -> str:
    # `&amp;` last: `&amp;#91;` is the text `&#91;`, not a bracket.
    return text.replace("&#44;", ",").replace("&#91;", "[").replace("&#93;", "]").replace("&amp;", "&")
