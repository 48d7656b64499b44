"""Question and answer lists as people write them, in Word (`documents`) or as plain text: no columns, only paragraphs.

Told apart by what such lists have in common: 问/答 or Q/A in front, headings, numbers before a question, a question mark at its end.
Lines that a page width has broken are joined again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from faq.formats.encodings import decode
from faq.formats.numbered import looks_asked, numbered
from faq.formats.paragraphs import ASKS, ENDED, NUMBERED, Pair, Paragraph, joined, unnumbered
from faq.formats.rows import Draft, Read, Remark, UnreadableFile, split
from faq.formats.tables import drafts
from faq.formats.taken import NOTHING, Chosen, Column

_QUESTION = re.compile(
    r"(?:\d{1,4}\s*[.、．)）]\s*)?"
    r"(?:[【\[]\s*(?:问题?|提问|[QqＱ])\s*\d{0,4}\s*[】\]]\s*[:：]?"
    r"|(?:问题?|提问|[QqＱ](?:uestion)?)\s*\d{0,4}\s*(?:[:：.、．]|\s(?=\S)))\s*(?P<text>.+)"
)
_ANSWER = re.compile(
    r"(?:[【\[]\s*(?:回?答案?|解答|答复|[AaＡ])\s*\d{0,4}\s*[】\]]\s*[:：]?"
    r"|(?:回?答案?|解答|答复|[AaＡ](?:nswer)?)\s*\d{0,4}\s*[:：.、．])\s*(?P<text>.*)"
)
_ALIKE = re.compile(
    r"(?:[【\[]\s*{names}\s*[】\]]\s*[:：]?|{names}\s*[:：])\s*(?P<text>.+)".format(
        names=r"(?:相似问(?:法|题)?|类似问(?:法|题)|其[他它]问法|同义问法|扩展问法)"
    )
)
# "问：…？答：…" on one line.
_ANSWERED_AT_ONCE = re.compile(r"(?<=[?？。\s])\s*(?=(?:回?答案?|解答|答复|[AaＡ])\s*\d{0,4}\s*[:：])")
_ITEM = re.compile(r"(?:[-*•·]|[①-⑳]|\d{1,3}\s*[.、．)）]|[（(]\d{1,3}[)）])\s*\S")
_LEAST_MARKED = 2
# A report and the minutes of a meeting have headings, too.
_GUESSED = Remark(
    "没有问句：标题当作问法，下面的文字当作答案。",
    "Nothing asks: headings are taken for the questions, what stands under them for the answers.",
    is_guess=True,
)
_TITLES = 10  # lines in which a table's headings may stand
_COMMAS = ("，", "、", ",")
_NONE: Mapping[int, str] = MappingProxyType({})


def parse_text(data: bytes, chosen: Chosen = NOTHING) -> list[Read]:
    """Return the pairs of a plain text; of a table that was pasted into it columns are what was `chosen`, else what their names say.

    Raises:
        UnreadableFile: It is not a text, or no question can be told in it.
    """
    columns: tuple[Column, ...] = ()
    lines = decode(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if any("\t" in line for line in lines[:_TITLES]):  # a table that was pasted from a spreadsheet
        try:
            return drafts(((n, line.split("\t")) for n, line in enumerate(lines, 1)), chosen=chosen)
        except UnreadableFile as why:
            if chosen:
                raise
            columns = why.columns
    try:
        return drafts_of([Paragraph(n, line.strip(), may_be_broken=True) for n, line in enumerate(lines, 1)])
    except UnreadableFile as why:
        raise UnreadableFile(why.said("zh"), why.said("en"), columns) from why


def is_marked(text: str) -> bool:
    """Say whether a paragraph says itself that it is a question or an answer."""
    return bool(_QUESTION.match(text) or _ANSWER.match(text))


def drafts_of(given: Sequence[Paragraph]) -> list[Read]:
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
    if has_marks and (told := _marked(paragraphs)):
        return told
    asked = _asked(paragraphs, has_marks=has_marks, has_headings=has_headings)
    pairs = list(_pairs(paragraphs, asked, has_marks=has_marks))
    # A title or chapters may be the headings, and the questions something else.
    pairs = max(pairs, *_read_otherwise(paragraphs, len(pairs), has_marks=has_marks), key=len)
    if not pairs:
        raise UnreadableFile(
            "没有认出问答：请写成“问：…”“答：…”，或每个问题单独一行并以问号结尾。",
            "No questions and answers were made out: write “Q: …” and “A: …”, or each question on a line of its own with a question mark.",
        )
    is_told = has_marks or any(_QUESTION.match(each.text) for each in paragraphs)
    is_asked = 2 * sum(looks_asked(pair.question) for pair in pairs) >= len(pairs)
    return _drafts(pairs) if is_told or is_asked else [_GUESSED, *_drafts(pairs)]


def _marked(paragraphs: Sequence[Paragraph]) -> list[Read]:
    """Return the pairs of a list whose questions say that they are ones, so that its headings are chapters; nothing where most do not."""
    questions = {
        place: found["text"].strip()
        for place, each in enumerate(paragraphs)
        if (found := _QUESTION.match(each.text))
    }
    headings = {
        place: unnumbered(each.text)
        for place, each in enumerate(paragraphs)
        if each.depth and place not in questions
    }
    if len(questions) < max(_LEAST_MARKED, len(headings)) or not headings:
        return []
    chapters = headings if len(headings) > 1 else dict.fromkeys(headings, "")
    return _drafts(_pairs(paragraphs, questions, chapters, has_marks=True))


def _drafts(pairs: Iterable[Pair]) -> list[Read]:
    return [
        Draft(
            line=pair.line,
            question=pair.question,
            answer="\n".join(pair.answer).strip("\n"),
            category=pair.category,
            aliases=split("\n".join(pair.alike)) if pair.alike else None,
        )
        for pair in pairs
    ]


def _read_otherwise(paragraphs: Sequence[Paragraph], found: int, *, has_marks: bool) -> Iterator[list[Pair]]:
    """Yield what is found when numbers make the questions, and, where headings made only one, when question marks do."""
    questions, chapters = numbered(paragraphs)
    yield list(_pairs(paragraphs, questions, chapters, is_numbered=True))
    if found == 1 and not has_marks:
        yield list(_pairs(paragraphs, _asked(paragraphs, has_marks=False, has_headings=False)))


def _asked(paragraphs: Sequence[Paragraph], *, has_marks: bool, has_headings: bool) -> dict[int, str]:
    """Return by their places the paragraphs that begin a question, each with the question."""
    found: dict[int, str] = {}
    was_empty = True
    for place, each in enumerate(paragraphs):
        asked = (
            _question_of(each, has_marks=has_marks, has_headings=has_headings, was_empty=was_empty)
            if each.text
            else None
        )
        if asked is not None:
            found[place] = asked
        was_empty = not each.text
    return found


def _pairs(
    paragraphs: Sequence[Paragraph],
    questions: Mapping[int, str],
    chapters: Mapping[int, str] = _NONE,
    *,
    has_marks: bool = False,
    is_numbered: bool = False,
) -> Iterator[Pair]:
    pair: Pair | None = None
    chapter: str | None = None
    open_line = False  # the line before may go on in this one
    for place, paragraph in enumerate(paragraphs):
        text = paragraph.text
        if not text:
            open_line = False
            continue
        if place in chapters:
            if pair is not None:
                yield pair
            pair, chapter, open_line = None, chapters[place] or None, False
            continue
        begins = questions.get(place)
        marked = _ANSWER.match(text) if pair is not None else None
        if begins is not None and marked is None:
            if pair is not None and pair.depth and pair.depth < paragraph.depth and not any(pair.answer):
                chapter = pair.question  # a heading over others
            elif pair is not None:
                yield pair
            pair = Pair(paragraph.line, begins, paragraph.depth, chapter)
        elif pair is not None and marked is not None:
            pair.is_answered = True
            if marked["text"]:
                pair.answer.append(marked["text"])
        elif pair is not None and (alike := _ALIKE.match(text)) is not None:
            pair.alike.append(alike["text"])
        elif pair is not None and open_line and not _ITEM.match(text):
            _continue(pair, text)
        elif pair is not None and (_is_unended(pair) or (has_marks and not pair.is_answered)):
            pair.question = joined(pair.question, text)
        elif pair is not None:
            pair.answer.append(text)
        is_whole = is_numbered and begins is not None
        open_line = paragraph.may_be_broken and not is_whole and not ENDED.search(text)
    if pair is not None:
        yield pair


def _question_of(paragraph: Paragraph, *, has_marks: bool, has_headings: bool, was_empty: bool) -> str | None:
    """Return the question that a paragraph begins, or None."""
    text = paragraph.text
    marked = _QUESTION.match(text)
    if marked is not None:
        return marked["text"].strip()
    if has_headings:
        return unnumbered(text) if paragraph.depth else None
    if has_marks:  # lists with 答 alone: the numbered or asking line before it
        numbered = NUMBERED.match(text)
        return numbered["text"] if numbered and ASKS.search(text) else None
    if ASKS.search(text) and (was_empty or NUMBERED.match(text)):
        return unnumbered(text)
    return None


def _is_unended(pair: Pair) -> bool:
    """Say whether a question breaks off at a comma: the next line is the rest of it."""
    return not pair.answer and not pair.is_answered and pair.question.endswith(_COMMAS)


def _continue(pair: Pair, text: str) -> None:
    """Add the rest of a line that the width of a page has broken."""
    if pair.answer:
        pair.answer[-1] = joined(pair.answer[-1], text)
    elif ASKS.search(pair.question) or pair.is_answered:
        pair.answer.append(text)
    else:
        pair.question = joined(pair.question, text)
