"""On which line of a TOML text every key and every item of a list stands."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

# The way to a value from the top of the file: keys of tables and, in lists, positions counted from 0.
Place = tuple[str | int, ...]

_BLANK = re.compile(r"[ \t]*")
_BETWEEN = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r'"{3}(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'{3}.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE_VALUE = re.compile(r"[^,\]}\n#]+")


def line_numbers(text: str) -> Mapping[Place, int]:
    """Return the line, counted from 1, of everything in a text that tomllib has read without complaint.

    A table stands where its header or its first key does.
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return scanner.lines


def line_of(lines: Mapping[Place, int], place: Place) -> int | None:
    """Return the line of a place; what is missing is looked for where the table around it begins."""
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return None


class _Scanner:
    """Walks once through a text that is known to be valid, so that it need not judge it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.lines: dict[Place, int] = {}
        self.line_ends = [found.start() for found in re.finditer("\n", text)]
        self.table_counts: dict[Place, int] = {}  # of arrays of tables: how many have begun

    def document(self) -> None:
        table: Place = ()
        while self.skip(_BETWEEN) < len(self.text):
            if self.text.startswith("[[", self.position):
                table = self.header("[[", "]]")
            elif self.text.startswith("[", self.position):
                table = self.header("[", "]")
            else:
                self.pair(table)

    def header(self, opening: str, closing: str) -> Place:
        line = self.line()
        self.position += len(opening)
        *above, last = self.key()
        self.expect(closing)
        place: Place = ()
        for part in above:
            place = self.newest((*place, part), line)
        place = (*place, last)
        if opening == "[[":
            self.lines.setdefault(place, line)
            self.table_counts[place] = self.table_counts.get(place, 0) + 1
        return self.newest(place, line)

    def newest(self, place: Place, line: int) -> Place:
        """Return the table that a header means by this name: in an array of tables, the one begun last."""
        self.lines.setdefault(place, line)
        if place in self.table_counts:
            place = (*place, self.table_counts[place] - 1)
            self.lines.setdefault(place, line)
        return place

    def pair(self, table: Place) -> None:
        line = self.line()
        for part in self.key():
            table = (*table, part)
            self.lines.setdefault(table, line)
        self.expect("=")
        self.skip(_BLANK)
        self.value(table)

    def key(self) -> list[str]:
        parts = [self.key_part()]
        while self.is_next("."):
            self.position += 1
            parts.append(self.key_part())
        return parts

    def key_part(self) -> str:
        self.skip(_BLANK)
        written = self.take(_KEY_PART)
        return str(tomllib.loads(f"key = {written}")["key"]) if written[0] in "\"'" else written

    def value(self, place: Place) -> None:
        match self.text[self.position : self.position + 1]:
            case "[":
                self.items(place)
            case "{":
                self.inline_table(place)
            case '"' | "'":
                self.take(_STRING)
            case _:
                self.take(_BARE_VALUE)

    def items(self, place: Place) -> None:
        self.expect("[")
        count = 0
        while self.skip(_BETWEEN) < len(self.text) and not self.is_next("]"):
            self.lines[(*place, count)] = self.line()
            self.value((*place, count))
            count += 1
            self.skip(_BETWEEN)
            if self.is_next(","):
                self.position += 1
        self.expect("]")

    def inline_table(self, place: Place) -> None:
        self.expect("{")
        while self.skip(_BLANK) < len(self.text) and not self.is_next("}"):
            self.pair(place)
            if self.is_next(","):
                self.position += 1
        self.expect("}")

    def is_next(self, character: str) -> bool:
        self.skip(_BLANK)
        return self.text.startswith(character, self.position)

    def expect(self, characters: str) -> None:
        if not self.is_next(characters):
            raise ValueError(f"{characters} expected on line {self.line()}")
        self.position += len(characters)

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.position)
        if not found:
            raise ValueError(f"not TOML on line {self.line()}")
        self.position = found.end()
        return found.group()

    def skip(self, pattern: re.Pattern[str]) -> int:
        self.take(pattern)
        return self.position

    def line(self) -> int:
        return bisect_right(self.line_ends, self.position - 1) + 1
