"""Question and answer lists as people write them, in Word or as plain text: no columns, only paragraphs.

Told apart by what such lists have in common: 问/答 or Q/A in front, headings, numbers before a question, a question mark at its end.
Lines that a page width has broken are joined again.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

import msgspec

from faq.formats.encodings import decode
from faq.formats.rows import Draft, Fault, UnreadableFile

MOST_UNPACKED_BYTES = 50_000_000
_QUESTION = re.compile(
    r"(?:\d{1,4}\s*[.、．)）]\s*)?(?:问题?|提问|[Qq](?:uestion)?)\s*\d{0,4}\s*(?:[:：.、．]|\s(?=\S))\s*(?P<text>.+)"
)
_ANSWER = re.compile(r"(?:回?答案?|解答|答复|[Aa](?:nswer)?)\s*\d{0,4}\s*[:：.、．]\s*(?P<text>.*)")
_NUMBERED = re.compile(
    r"(?:第?\s*(?P<digits>\d{1,4})\s*[.、．)）:：]|[（(]\s*\d{1,4}\s*[)）]|[一二三四五六七八九十]{1,3}\s*[、.．])\s*(?P<text>\S.*)"
)
_ITEM = re.compile(r"(?:[-*•·]|[①-⑳]|\d{1,3}\s*[.、．)）]|[（(]\d{1,3}[)）])\s*\S")
_ASKS = re.compile(r"[?？]\s*$")
_ENDED = re.compile(r"[。．.!！?？;；:：…）)”’」』]\s*$")
_HEADING = re.compile(r"(?:heading|标题|title)\s*\d*|[1-9]", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Paragraph(msgspec.Struct, frozen=True):
    """One paragraph. Where it comes from a text file a paragraph is a line, and may be only a part of one."""

    line: int
    text: str
    is_heading: bool = False
    may_be_broken: bool = False


class _Pair(msgspec.Struct):
    line: int
    question: str
    answer: list[str] = msgspec.field(default_factory=list)
    is_answered: bool = False  # an answer mark was seen: nothing more belongs to the question


def parse_text(data: bytes) -> list[Draft | Fault]:
    """Return the pairs of a plain text.

    Raises:
        UnreadableFile: It is not a text, or no question can be told in it.
    """
    lines = decode(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _drafts([Paragraph(n, line.strip(), may_be_broken=True) for n, line in enumerate(lines, 1)])


def parse_word(data: bytes) -> list[Draft | Fault]:
    """Return the pairs of a Word document (docx).

    Raises:
        UnreadableFile: It is not one, or no question can be told in it.
    """
    try:
        with ZipFile(io.BytesIO(data)) as members:
            info = members.getinfo("word/document.xml")
            if info.file_size > MOST_UNPACKED_BYTES:
                raise UnreadableFile("这个文档展开后太大了，请分成几个文件。")
            xml = members.read(info)
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
            raise UnreadableFile("这个文档里有不该有的定义，请在 Word 里另存为 .docx 再试。")
        root = ElementTree.fromstring(xml)  # noqa: S314 - without definitions there is nothing to expand
    except (
        BadZipFile,
        KeyError,
        ElementTree.ParseError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise UnreadableFile("这个文件不是完好的 docx 文档，请在 Word 里另存为 .docx 再试。") from error
    return _drafts(list(_paragraphs(root)))


def _paragraphs(root: ElementTree.Element) -> Iterator[Paragraph]:
    number = 0
    for element in root.iter(f"{_W}p"):
        style = element.find(f"{_W}pPr/{_W}pStyle")
        is_heading = style is not None and bool(_HEADING.fullmatch(style.get(f"{_W}val", "")))
        for part in "".join(_written(element)).split("\n"):
            number += 1
            yield Paragraph(number, part.strip(), is_heading)


def _written(paragraph: ElementTree.Element) -> Iterator[str]:
    for element in paragraph.iter():
        if element.tag == f"{_W}t":
            yield element.text or ""
        elif element.tag == f"{_W}tab":
            yield " "
        elif element.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"


def _drafts(paragraphs: Sequence[Paragraph]) -> list[Draft | Fault]:
    has_marks = any(_ANSWER.match(each.text) for each in paragraphs)
    has_headings = any(each.is_heading for each in paragraphs)
    pairs = list(_pairs(paragraphs, has_marks=has_marks, has_headings=has_headings))
    if not pairs:
        raise UnreadableFile("没有认出问答：请写成“问：…”“答：…”，或每个问题单独一行并以问号结尾。")
    return [
        Draft(line=pair.line, question=pair.question, answer="\n".join(pair.answer).strip("\n"))
        for pair in pairs
    ]


def _pairs(paragraphs: Sequence[Paragraph], *, has_marks: bool, has_headings: bool) -> Iterator[_Pair]:
    pair: _Pair | None = None
    was_empty = True
    open_line = False  # the line before may go on in this one
    for paragraph in paragraphs:
        text = paragraph.text
        if not text:
            was_empty, open_line = True, False
            continue
        begins = _question_of(paragraph, has_marks=has_marks, has_headings=has_headings, was_empty=was_empty)
        marked = _ANSWER.match(text) if pair is not None else None
        if begins is not None and marked is None:
            if pair is not None:
                yield pair
            pair = _Pair(paragraph.line, begins)
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
        return _unnumbered(text) if paragraph.is_heading else None
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
