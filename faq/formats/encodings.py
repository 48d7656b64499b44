"""Which encoding a text file has: UTF-8 or UTF-16 with or without mark, or GB18030 as Chinese Excel writes it."""

from __future__ import annotations

import codecs

from faq.formats.rows import UnreadableFile

# Bytes that are decoded in one go, some hundred microseconds: whoever shares the interpreter has a turn in between.
_AT_ONCE = 1 << 18
_UNKNOWN = "\ufffd"
# Above this share of the characters beyond ASCII, a decoding is the wrong one and not a text with a few broken rows.
_TOO_MANY = 0.2


def decode(data: bytes) -> str:
    """Return the text of a file; what cannot be decoded is left as U+FFFD, so that its row becomes a fault.

    Raises:
        UnreadableFile: It is not a text.
    """
    # GB18030 takes nearly any bytes for characters, so UTF-8 comes first.
    for encoding in _wide(data) or ("utf-8-sig", "gb18030"):
        text = _decoded(data, encoding)
        beyond_ascii = sum(not character.isascii() for character in text)
        if "\x00" not in text and text.count(_UNKNOWN) <= _TOO_MANY * beyond_ascii:
            return text
    raise UnreadableFile(
        "这个文件不是文本，请另存为 UTF-8 编码再试。", "The file is no text, save it as UTF-8 and try again."
    )


def _decoded(data: bytes, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    pieces = [decoder.decode(data[start : start + _AT_ONCE]) for start in range(0, len(data), _AT_ONCE)]
    return "".join([*pieces, decoder.decode(b"", final=True)])


def _wide(data: bytes) -> tuple[str, ...]:
    """Return which UTF-16 it is, by its mark, or by the places of its line ends; nothing for another encoding."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\x00" not in data:
        return ()
    little, big = data[::2].count(b"\n"), data[1::2].count(b"\n")
    return ("utf-16-le",) if little > big else ("utf-16-be",) if big else ()
