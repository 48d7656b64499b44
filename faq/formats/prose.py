"""Question and answer lists as people write them, in Word (`documents`) or as plain text: no columns, only paragraphs.

Told apart by what such lists have in common: 问/答 or Q/A in front, headings, numbers before a question, a question mark at its end.
Lines that a page width has broken are joined again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from faq.formats.encodings import decode
from faq.formats.rows import Draft, Fault, UnreadableFile

_QUESTION = re.compile(
    r"(?:\d{1,4}\s*[.、．)）]\s*)?"
    r"(?:[【\[]\s*(?:问题?|提问|[QqＱ])\s*\d{0,4}\s*[】\]]\s*[:：]?"
    r"|(?:问题?|提问|[QqＱ](?:uestion)?)\s*\d{0,4}\s*(?:[:：.、．]|\s(?=\S)))\s*(?P<text>.+)"
)
_ANSWER = re.compile(
    r"(?:[【\[]\s*(?:回?答案?|解答|答复|[AaＡ])\s*\d{0,4}\s*[】\]]\s*[:：]?"
    r"|(?:回?答案?|解答|答复|[AaＡ](?:nswer)?)\s*\d{0,4}\s*[:：.、．])\s*(?P<text>.*)"
)
# "问：…？答：…" on one line.
_ANSWERED_AT_ONCE = re.compile(r"(?<=[?？。\s])\s*(?=(?:回?答案?|解答|答复|[AaＡ])\s*\d{0,4}\s*[:：])")
_NUMBERED = re.compile(
    r"(?:第?\s*(?P<digits>\d{1,4})\s*[.、．)）:：]|[（(]\s*\d{1,4}\s*[)）]|[一二三四五六七八九十]{1,3}\s*[、.．])\s*(?P<text>\S.*)"
)
_ITEM = re.compile(r"(?:[-*•·]|[①-⑳]|\d{1,3}\s*[.、．)）]|[（(]\d{1,3}[)）])\s*\S")
_ASKS = re.compile(r"[?？]\s*$")
_ENDED = re.compile(r"[。．.!！?？;；:：…）)”’」』]\s*$")


class Paragraph(msgspec.Struct, frozen=True):
    """One paragraph. Where it comes from a text file a paragraph is a line, and may be only a part of one."""

    line: int
    text: str
    depth: int = 0  # of a heading, 1 for the largest
    may_be_broken: bool = False


class _Pair(msgspec.Struct):
    line: int
    question: str
    depth: int = 0
    category: str | None = None
    answer: list[str] = msgspec.field(default_factory=list)
    is_answered: bool = False  # an answer mark was seen: nothing more belongs to the question


def parse_text(data: bytes) -> list[Draft | Fault]:
    """Return the pairs of a plain text.

    Raises:
        UnreadableFile: It is not a text, or no question can be told in it.
    """
    lines = decode(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return drafts_of([Paragraph(n, line.strip(), may_be_broken=True) for n, line in enumerate(lines, 1)])


def drafts_of(given: Sequence[Paragraph]) -> list[Draft | Fault]:
    """Return the pairs of some paragraphs.

    Raises:
        UnreadableFile: No question can be told among them.
    """
    paragraphs = [
        replace(each, text=part.strip())
        for each in given
        for part in (_ANSWERED_AT_ONCE.split(each.text, 1) if _QUESTION.match(each.text) else (each.text,))
    ]
    has_marks = any(_ANSWER.match(each.text) for each in paragraphs)
    has_headings = any(each.depth for each in paragraphs)
    pairs = list(_pairs(paragraphs, has_marks=has_marks, has_headings=has_headings))
    if not pairs:
        raise UnreadableFile(
            "没有认出问答：请写成“问：…”“答：…”，或每个问题单独一行并以问号结尾。",
            "No questions and answers were made out: write “Q: …” and “A: …”, or each question on a line of its own with a question mark.",
        )
    return [
        Draft(
            line=pair.line,
            question=pair.question,
            answer="\n".join(pair.answer).strip("\n"),
            category=pair.category,
        )
        for pair in pairs
    ]


def _pairs(paragraphs: Sequence[Paragraph], *, has_marks: bool, has_headings: bool) -> Iterator[_Pair]:
    pair: _Pair | None = None
    was_empty = True
    chapter: str | None = None
    open_line = False  # the line before may go on in this one
    for paragraph in paragraphs:
        text = paragraph.text
        if not text:
            was_empty, open_line = True, False
            continue
        begins = _question_of(paragraph, has_marks=has_marks, has_headings=has_headings, was_empty=was_empty)
        marked = _ANSWER.match(text) if pair is not None else None
        if begins is not None and marked is None:
            if pair is not None and pair.depth and pair.depth < paragraph.depth and not any(pair.answer):
                chapter = pair.question  # a heading over others
            elif pair is not None:
                yield pair
            pair = _Pair(paragraph.line, begins, paragraph.depth, chapter)
        elif pair is not None and marked is not None:
            pair.is_answered = True
            if marked["text"]:
                pair.answer.append(marked["text"])
        elif pair is not None and open_line and not _ITEM.match(text):
            _continue(pair, text)
        elif pair is not None and has_marks and not pair.is_answered:
            pair.question = _joined(pair.question, text)
        elif pair is not None:
            pair.answer.append(text)
        was_empty = False
        open_line = paragraph.may_be_broken and not _ENDED.search(text)
    if pair is not None:
        yield pair


def _question_of(paragraph: Paragraph, *, has_marks: bool, has_headings: bool, was_empty: bool) -> str | None:
    """Return the question that a paragraph begins, or None."""
    text = paragraph.text
    marked = _QUESTION.match(text)
    if marked is not None:
        return marked["text"].strip()
    if has_headings:
        return _unnumbered(text) if paragraph.depth else None
    if has_marks:  # lists with 答 alone: the numbered or asking line before it
        numbered = _NUMBERED.match(text)
        return numbered["text"] if numbered and _ASKS.search(text) else None
    if _ASKS.search(text) and (was_empty or _NUMBERED.match(text)):
        return _unnumbered(text)
    return None


def _continue(pair: _Pair, text: str) -> None:
    """Add the rest of a line that the width of a page has broken."""
    if pair.answer:
        pair.answer[-1] = _joined(pair.answer[-1], text)
    elif _ASKS.search(pair.question) or pair.is_answered:
        pair.answer.append(text)
    else:
        pair.question = _joined(pair.question, text)


def _unnumbered(text: str) -> str:
    numbered = _NUMBERED.match(text)
    return numbered["text"] if numbered else text


def _joined(first: str, second: str) -> str:
    is_latin = first[-1:].isascii() and second[:1].isascii() and first[-1:].isalnum()
    return f"{first} {second}" if is_latin else first + second
