"""Markdown that others wrote: which headings are chapters over questions, and lists of 问 and 答 between headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from faq.formats.numbered import looks_asked
from faq.formats.paragraphs import Paragraph
from faq.formats.rows import Read, UnreadableFile

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_IN_FRONT = re.compile(r"\s*(?:[-*+>]\s+)*")
_LEAST = 2  # questions that say themselves what they are


def chapters_of(lines: Sequence[str]) -> dict[int, str]:
    """Return the second-level headings that are chapters, by the numbers of their lines from 1, each with the words it has itself.

    One that has only questions one level deeper is one. Where there is such a one, or most of what stands deeper asks and nothing
    on the second level does, one with words of its own before its questions is one too.
    """
    subjects: dict[int, list[str]] = {}  # what stands between a heading and the first one below it
    deeper: dict[int, list[str]] = {}
    are_asked = False  # headings of the second level
    above, is_literal = 0, False
    for number, line in enumerate(lines, 1):
        if _FENCE.match(line):
            is_literal = not is_literal
        heading = None if is_literal else _HEADING.fullmatch(line)
        if heading is not None and len(heading[1]) <= 2:
            is_subject = len(heading[1]) == 2 and not looks_asked(heading[2])
            are_asked = are_asked or (len(heading[1]) == 2 and not is_subject)
            above = number if is_subject else 0
            if above:
                subjects[above] = []
        elif heading is not None and len(heading[1]) == 3 and above:
            deeper.setdefault(above, []).append(heading[2])
        elif line.strip() and above and above not in deeper:
            subjects[above].append(line)
    under = [question for each in deeper.values() for question in each]
    asked = sum(map(looks_asked, under))
    is_usual = any(not subjects[each] for each in deeper) or (not are_asked and asked * 2 > len(under))
    return {each: " ".join(subjects[each]) for each in deeper if is_usual or not subjects[each]}


def pairs_of_markdown(text: str) -> list[Read]:
    """Return the pairs of a file that marks its questions with 问 or Q, and its answers; nothing for any other.

    Headings are chapters where they are fewer than what is marked.
    """
    # Here, because a first start reads a file of ours, which needs none of it.
    from faq.formats.prose import drafts_of, is_marked

    paragraphs = [_paragraph(number, line, is_marked) for number, line in enumerate(text.split("\n"), 1)]
    marked = sum(is_marked(each.text) for each in paragraphs if not each.depth)
    if marked < 2 * max(_LEAST, sum(1 for each in paragraphs if each.depth)):  # a question and an answer each
        return []
    try:
        return drafts_of(paragraphs)
    except UnreadableFile:
        return []


def _paragraph(number: int, line: str, is_marked: Callable[[str], bool]) -> Paragraph:
    heading = _HEADING.fullmatch(line)
    text = heading[2] if heading else line[_IN_FRONT.match(line).end() :]  # type: ignore[union-attr]
    return Paragraph(number, _plain(text, is_marked), len(heading[1]) if heading else 0)


def _plain(text: str, is_marked: Callable[[str], bool]) -> str:
    """Return a question or answer without the print around its mark: "**问：怎么改？**" is "问：怎么改？"."""
    bare = text.replace("**", "").replace("__", "").strip()
    return bare if is_marked(bare) else text.strip()
