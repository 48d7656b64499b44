"""Numbers that Word makes itself and keeps beside the text: which ones a paragraph is shown with."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

from faq.formats.word_styles import Styles

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_COUNTED = (
    "decimal",
    "chinese",
    "japaneseCounting",
    "ideograph",
)  # beginnings of the names of formats that count
_Level = tuple[str, int]  # the list and the level in it


class Numbers:
    """Counts the paragraphs of each list, in the order of the document."""

    def __init__(self, numbering: ElementTree.Element | None, styles: Styles) -> None:
        """Know the lists of a document by its part `numbering.xml`, None where it has none."""
        self._styles = styles
        self._formats = {} if numbering is None else _formats(numbering)
        self._counted: Counter[_Level] = Counter()

    def shown(self, paragraph: ElementTree.Element) -> str:
        """Return the number in front of the next paragraph, "3. "; empty for none, or a mere bullet."""
        of = self._styles.numbering(paragraph)
        given, depth = (of.find(f"{_W}numId"), of.find(f"{_W}ilvl")) if of is not None else (None, None)
        number = given.get(f"{_W}val", "0") if given is not None else "0"
        level = depth.get(f"{_W}val", "0") if depth is not None else "0"
        if number == "0" or not level.isdecimal():
            return ""
        if not self._formats.get((number, int(level)), "decimal").startswith(_COUNTED):
            return ""
        self._counted[number, int(level)] += 1
        for deeper in range(int(level) + 1, _LEVELS):
            self._counted.pop((number, deeper), None)
        return f"{self._counted[number, int(level)]}. "


def _formats(numbering: ElementTree.Element) -> dict[_Level, str]:
    """Return by list and level what its paragraphs are marked with."""
    kinds: dict[str, dict[int, str]] = {}
    for kind in numbering.iter(f"{_W}abstractNum"):
        levels = kinds.setdefault(kind.get(f"{_W}abstractNumId", ""), {})
        for level in kind.iter(f"{_W}lvl"):
            depth, form = level.get(f"{_W}ilvl", ""), level.find(f"{_W}numFmt")
            if depth.isdecimal() and form is not None:
                levels[int(depth)] = form.get(f"{_W}val", "decimal")
    found: dict[_Level, str] = {}
    for each in numbering.iter(f"{_W}num"):
        of = each.find(f"{_W}abstractNumId")
        levels = kinds.get(of.get(f"{_W}val", ""), {}) if of is not None else {}
        for depth_of, mark in levels.items():
            found[each.get(f"{_W}numId", ""), depth_of] = mark
    return found
