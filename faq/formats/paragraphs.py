"""Paragraphs of a list that somebody wrote, and the questions with answers that are told in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

# "1.1 …" and "3.2.1、…" too, but not "3.2 以上版本" and "2.5D".
NUMBERED = re.compile(
    r"(?:第?\s*(?P<digits>\d{1,4})\s*(?:[、)）:：]|[.．](?!\d))"
    r"|\d{1,3}(?:[.．]\d{1,2}){1,3}(?:[.．]?\s*[、)）:：]|[.．]?\s+(?!以[上下内]|及|版|或|版本|到|至))|[（(]\s*\d{1,4}\s*[)）]|[一二三四五六七八九十]{1,3}\s*[、.．])\s*(?P<text>\S.*)"
)
ENDED = re.compile(r"[。．.!！?？;；:：…）)”’」』]\s*$")
ASKS = re.compile(r"[?？]\s*$")


_WIDE = re.compile(r"[\u1100-\uffdc]")
_PAGE = range(36, 120)  # columns that a page of text has
_FULL = 0.8
_FEWEST = 3


class Paragraph(msgspec.Struct, frozen=True):
    """One paragraph. Where it comes from a text file a paragraph is a line, and may be only a part of one."""

    line: int
    text: str
    depth: int = 0  # of a heading, 1 for the largest
    may_be_broken: bool = False


class Pair(msgspec.Struct):
    """A question with its answer, while the paragraphs are gone through."""

    line: int
    question: str
    depth: int = 0
    category: str | None = None
    answer: list[str] = msgspec.field(default_factory=list)
    alike: list[str] = msgspec.field(default_factory=list)  # other wordings, as they stand there
    is_answered: bool = False  # an answer mark was seen: nothing more belongs to the question


def broken(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Return paragraphs; where they are the lines of a page that was copied, those that are full and end nowhere may go on.

    It was a page where none is longer than one has room for, and several full ones end in the middle of a sentence.
    """
    widths = [_width(each.text) for each in paragraphs]
    widest = max(widths, default=0)
    full = [
        width > _FULL * widest and not each.depth and not ENDED.search(each.text)
        for each, width in zip(paragraphs, widths, strict=True)
    ]
    if widest not in _PAGE or sum(full) < _FEWEST:
        return list(paragraphs)
    return [replace(each, may_be_broken=is_full) for each, is_full in zip(paragraphs, full, strict=True)]


def _width(text: str) -> int:
    return len(text) + len(_WIDE.findall(text))


def unnumbered(text: str) -> str:
    """Return a text without the number in front of it."""
    numbered = NUMBERED.match(text)
    return numbered["text"] if numbered else text


def joined(first: str, second: str) -> str:
    """Return the two parts of a line that was broken as one."""
    is_latin = first[-1:].isascii() and second[:1].isascii() and first[-1:].isalnum()
    return f"{first} {second}" if is_latin else first + second
