"""Which encoding a text file has: UTF-8 with or without mark, UTF-16 with mark, or GB18030 as Chinese Excel writes it."""

from __future__ import annotations

import codecs

from faq.formats.rows import UnreadableFile

_UNKNOWN = "\ufffd"
# Above this share of characters nobody can read, it is not a text with a few broken rows.
_TOO_MANY = 0.1


def decode(data: bytes) -> str:
    """Return the text of a file; what cannot be decoded is left as U+FFFD, so that its row becomes a fault.

    Raises:
        UnreadableFile: It is not a text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        text = min(
            (data.decode(encoding, "replace") for encoding in ("utf-8-sig", "gb18030")),
            key=lambda attempt: attempt.count(_UNKNOWN),
        )
    if text.count("\x00") or text.count(_UNKNOWN) > _TOO_MANY * len(text):
        raise UnreadableFile("这个文件不是文本，请另存为 UTF-8 编码再试。")
    return text
