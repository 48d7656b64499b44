"""Lists whose questions are numbered: 1, 2, 3 … through the document, or anew in every chapter; the steps in an answer have numbers too."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from faq.formats.paragraphs import NUMBERED, Paragraph, unnumbered

# What people ask about: a question word, or something that does not work.
_TROUBLE = re.compile(
    r"[?？]|怎么|怎样|如何|咋|什么|为何|哪|谁|多少|几[个点次天]|吗|能否|是否|[能可会]不[能可会]|[不没]了|[不没][到上出开动了来全清]|没有|无法|不能|不会|"
    r"失败|报错|错误|异常|忘记|忘了|丢失|丢了|空白|卡顿|卡死|很慢|黑屏|蓝屏|死机|\b(?:how|what|why|where|when|who|which|can|does|is|are|not|error|fail\w*)\b",
    re.IGNORECASE,
)
_CHAPTER = re.compile(
    r"(?:第[一二三四五六七八九十\d]{1,3}[章节部][分]?\s*|[一二三四五六七八九十]{1,3}\s*[、.．]\s*)\S.{0,20}"
)
_PART = re.compile(r"第[一二三四五六七八九十\d]{1,3}(?:章|节|部分)\s*")
_LEAST = 2


def looks_asked(text: str) -> bool:
    """Say whether a heading is about something people ask, and not the name of a subject."""
    return _TROUBLE.search(text) is not None


def numbered(paragraphs: Sequence[Paragraph]) -> tuple[dict[int, str], dict[int, str]]:
    """Return by their places the questions that are numbered one after the other, and the chapters over them; nothing where there are none.

    At least two, with something under each, and at least half of them about what people ask: else the numbers are steps or chapters.
    """
    questions: dict[int, str] = {}
    chapters: dict[int, str] = {}
    expected, item = 1, 0  # the number of the next question; that of the step before, 0 for none
    said = [(place, each) for place, each in enumerate(paragraphs) if each.text]
    for place, each in said:
        number = _number(each.text)
        if number is None and _is_chapter(each):
            chapters[place] = unnumbered(_PART.sub("", each.text))
            expected, item = 1, 0
        elif number == expected and (number != item + 1 or not item or looks_asked(each.text)):
            questions[place] = unnumbered(each.text)
            expected, item = expected + 1, 0
        else:
            item = number or 0
    if len(chapters) == 1:  # the title of all: it ends nothing, and says nothing about a question
        chapters = dict.fromkeys(chapters, "")
    asking = sum(1 for question in questions.values() if looks_asked(question))
    heads = questions.keys() | chapters.keys()
    is_list = (
        len(questions) >= _LEAST
        and 2 * asking >= len(questions)
        and _has_text_under_each(said, questions, heads)
    )
    return (questions, chapters) if is_list else ({}, {})


def _has_text_under_each(
    said: Sequence[tuple[int, Paragraph]], questions: Collection[int], heads: Collection[int]
) -> bool:
    below = zip(said, [*said[1:], None], strict=True)
    return all(
        after is not None and after[0] not in heads for (place, _), after in below if place in questions
    )


def _is_chapter(paragraph: Paragraph) -> bool:
    is_over_others = paragraph.depth > 0 or _CHAPTER.fullmatch(paragraph.text) is not None
    return is_over_others and not looks_asked(paragraph.text)


def _number(text: str) -> int | None:
    found = NUMBERED.match(text)
    return int(found["digits"]) if found and found["digits"] else None
