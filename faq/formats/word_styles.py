"""The styles of a Word document by what they make of a paragraph: a heading of some depth, a line of the contents, a numbered one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

import msgspec

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING: Final = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)
# Where a document has no list of its styles they are told by their ids: Word's Chinese editions call a heading by its depth.
_HEADING_ID: Final = re.compile(r"(?:heading|标题|title)\s*(\d*)|([1-9])", re.IGNORECASE)
_CONTENTS: Final = re.compile(r"(?:toc|目录|table of figures)\b.*", re.IGNORECASE)
_DEEPEST: Final = 9
_LONGEST: Final = 20  # of a chain of styles that rest on one another; nobody makes one so long


class Style(msgspec.Struct, frozen=True):
    """What a style says itself, and the id of the one that it rests on."""

    name: str
    rests_on: str
    outline: int | None  # 0 for the largest heading
    numbering: ElementTree.Element | None


class Styles:
    """The styles of one document."""

    def __init__(self, root: ElementTree.Element | None) -> None:
        """Know the styles by the part `styles.xml`, None where a document has none."""
        styles = () if root is None else root.iter(f"{_W}style")
        self._styles = {each.get(f"{_W}styleId", ""): _style(each) for each in styles}

    def is_contents(self, paragraph: ElementTree.Element) -> bool:
        """Say whether a paragraph stands in the table of contents: it repeats what comes later."""
        style = _of(paragraph)
        name = self._styles[style].name if style in self._styles else style
        return _CONTENTS.fullmatch(name) is not None

    def depth(self, paragraph: ElementTree.Element) -> int:
        """Return how deep a heading is, 1 for the largest; 0 for what is none."""
        own = _outline(paragraph.find(f"{_W}pPr"))
        if own is not None:
            return _depth_of(own)
        style = _of(paragraph)
        if style not in self._styles:
            named = _HEADING_ID.fullmatch(style)
            return int(named[1] or named[2] or 1) if named else 0
        for each in self._chain(style):
            if each.outline is not None:
                return _depth_of(each.outline)
            if named := _HEADING.fullmatch(each.name):
                return int(named[1])
        return 0

    def numbering(self, paragraph: ElementTree.Element) -> ElementTree.Element | None:
        """Return the list that a paragraph is in, by itself or by its style."""
        own = paragraph.find(f"{_W}pPr/{_W}numPr")
        if own is not None:
            return own
        styles = self._chain(_of(paragraph))
        return next((each.numbering for each in styles if each.numbering is not None), None)

    def _chain(self, style: str) -> Iterator[Style]:
        for _ in range(_LONGEST):
            if style not in self._styles:
                return
            yield self._styles[style]
            style = self._styles[style].rests_on


def _of(paragraph: ElementTree.Element) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return style.get(f"{_W}val", "") if style is not None else ""


def _style(element: ElementTree.Element) -> Style:
    name, rests_on = element.find(f"{_W}name"), element.find(f"{_W}basedOn")
    layout = element.find(f"{_W}pPr")
    return Style(
        name=name.get(f"{_W}val", "") if name is not None else "",
        rests_on=rests_on.get(f"{_W}val", "") if rests_on is not None else "",
        outline=_outline(layout),
        numbering=layout.find(f"{_W}numPr") if layout is not None else None,
    )


def _outline(layout: ElementTree.Element | None) -> int | None:
    found = layout.find(f"{_W}outlineLvl") if layout is not None else None
    value = found.get(f"{_W}val", "") if found is not None else ""
    return int(value) if value.isdecimal() else None


def _depth_of(outline: int) -> int:
    return outline + 1 if outline < _DEEPEST else 0
