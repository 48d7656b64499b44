"""What people put into the cells of their lists beside a question or an answer: numbers in front, several questions, pieces of web pages."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise

from msgspec.structs import replace

from faq.formats.paragraphs import ASKS
from faq.formats.rows import Draft, Read

_NUMBER = re.compile(
    r"\s*(?:\d{1,4}\s*(?:[、．)）]|[.:：](?!\d))|[（(]\d{1,4}[)）]|[①-⑳]|(?:问题?|Q)\s*\d{1,4}\s*[.、．)）:：])\s*(?=\S)"
)
_LEAST_NUMBERED = 3
_MOSTLY = 0.8
_DIGITS = 5
_BETWEEN = re.compile(r"(?<=[?？])\s*[/／|；;\n]\s*(?=\S)")
_TAG = re.compile(r"<(?:br|hr)\s*/?>|</(?:p|div|ul|ol|li|span|strong|b|em|i|u|a|h[1-6]|table|tr|td|th|code|pre|blockquote|section|font)>", re.IGNORECASE)  # fmt: skip
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|apos|hellip|[rl]arr|[lr][ds]quo|[mn]dash|middot|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)  # fmt: skip
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "tr",
        "pre",
        "blockquote",
        "section",
        "br",
        "hr",
    ]
)
_UNSEEN = frozenset(("script", "style", "head", "template"))
_GAPS = re.compile(r"[ \t\r\f\v\xa0]+")


def tidied(rows: Sequence[Read]) -> list[Read]:
    """Return the rows of a table as they were meant: without numbers before the questions and numbers that only count, with one question each, as plain text."""
    plain = [_plain(each) if isinstance(each, Draft) else each for each in rows]
    questions = [each.question for each in plain if isinstance(each, Draft) and each.question.strip()]
    numbered = sum(bool(_NUMBER.match(each)) for each in questions)
    are_numbered = numbered >= max(_LEAST_NUMBERED, _MOSTLY * len(questions))
    are_counted = _are_counted([each.id.strip() for each in plain if isinstance(each, Draft)])
    return [
        _one(replace(each, id="") if are_counted else each, are_numbered=are_numbered)
        if isinstance(each, Draft)
        else each
        for each in plain
    ]


def _are_counted(ids: Sequence[str]) -> bool:
    """Say whether the ids of a table only count its rows: another table counts from 1 as well, and would be taken for the same entries."""
    given = [int(each) for each in ids if each.isdecimal() and len(each) <= _DIGITS]
    return (
        len(given) > 1
        and len(given) == sum(map(bool, ids))
        and all(one < next_ for one, next_ in pairwise(given))
        and given[-1] <= 2 * len(ids)
    )


def _plain(row: Draft) -> Draft:
    question, answer = text_of(row.question), text_of(row.answer)
    return row if (question, answer) == (row.question, row.answer) else replace(row, question=question, answer=answer)  # fmt: skip


def _one(row: Draft, *, are_numbered: bool) -> Draft:
    first, *more = asked_in(row.question, are_numbered=are_numbered)
    if not more:
        return row if first == row.question else replace(row, question=first)
    return replace(row, question=first, aliases=(*more, *(row.aliases or ())))


def asked_in(cell: str, *, are_numbered: bool = False) -> list[str]:
    """Return the questions of a cell, never none: those on lines of their own that are all numbered or all end with a question mark."""
    lines = [line.strip() for line in cell.split("\n") if line.strip()]
    is_list = len(lines) > 1 and all(map(_NUMBER.match, lines))
    parts = lines if is_list else [part.strip() for part in _BETWEEN.split(cell.strip())]
    if len(parts) > 1 and not is_list and not all(map(ASKS.search, parts)):
        parts = [cell]
    if is_list or are_numbered:
        parts = [_NUMBER.sub("", part, count=1) for part in parts]
    return list(dict.fromkeys(parts))


def text_of(cell: str) -> str:
    """Return a cell that was copied from a web page as the text it shows; any other one as it is."""
    if not ("<" in cell and _TAG.search(cell)):
        return html.unescape(cell).replace("\xa0", " ") if "&" in cell and _ENTITY.search(cell) else cell
    page = _Page()
    page.feed(cell)
    page.close()
    return page.text()


class _Page(HTMLParser):
    """Gathers what a piece of a web page shows: a block a line, a sign before what is listed, addresses behind their names."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._said: list[str] = []
        self._unseen = 0
        self._counts: list[int | None] = []  # of the lists we are in; None: without numbers
        self._address, self._name = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a list or a link."""
        self._unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self._said.append("\n")
        if tag in ("ul", "ol"):
            self._counts.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._said.append(self._sign())
        elif tag in ("td", "th"):
            self._said.append(" ")
        elif tag == "a":
            self._address, self._name = dict(attrs).get("href") or "", ""
        elif tag == "img" and (address := dict(attrs).get("src") or "").startswith(("http://", "https://")):
            self._said.append(f" {address} ")

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        if tag in _BLOCKS:
            self._said.append("\n")
        if tag in ("ul", "ol") and self._counts:
            self._counts.pop()
        elif tag == "a":
            if self._address.startswith(("http://", "https://")) and self._name.strip() != self._address:
                self._said.append(f" {self._address} ")
            self._address = ""

    def handle_data(self, data: str) -> None:
        """Add what is shown; line breaks of the page's own text are gaps."""
        if not self._unseen:
            self._name += data
            self._said.append(data.replace("\n", " "))

    def _sign(self) -> str:
        if not self._counts or (count := self._counts[-1]) is None:
            return "- "
        self._counts[-1] = count + 1
        return f"{count + 1}. "

    def text(self) -> str:
        """Return the lines that are shown."""
        lines = (_GAPS.sub(" ", line).strip() for line in "".join(self._said).split("\n"))
        return "\n".join(line for line in lines if line and line != "-")
