"""Paragraphs of a list that somebody wrote, and the questions with answers that are told in it."""

from __future__ import annotations

import re

import msgspec

NUMBERED = re.compile(
    r"(?:第?\s*(?P<digits>\d{1,4})\s*[.、．)）:：]|[（(]\s*\d{1,4}\s*[)）]|[一二三四五六七八九十]{1,3}\s*[、.．])\s*(?P<text>\S.*)"
)
ASKS = re.compile(r"[?？]\s*$")


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
    is_answered: bool = False  # an answer mark was seen: nothing more belongs to the question


def unnumbered(text: str) -> str:
    """Return a text without the number in front of it."""
    numbered = NUMBERED.match(text)
    return numbered["text"] if numbered else text


def joined(first: str, second: str) -> str:
    """Return the two parts of a line that was broken as one."""
    is_latin = first[-1:].isascii() and second[:1].isascii() and first[-1:].isalnum()
    return f"{first} {second}" if is_latin else first + second
