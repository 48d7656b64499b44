"""Which column of a table is taken as what: by its name, or because somebody said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from string import ascii_uppercase
from types import MappingProxyType

import msgspec

from faq.formats.headings import COLUMNS, LISTS, STATES, bare, field_of

_SAMPLES, _SAMPLE = 2, 40  # of a column, and characters of one

Chosen = Mapping[
    str, str
]  # what somebody said: a column as `key` makes it of its name → the field, empty for none
NOTHING: Chosen = MappingProxyType({})


class Column(msgspec.Struct, frozen=True, gc=False):
    """One column, what it was taken as, and the first that stands in it."""

    name: str  # its heading; its letter where there is none
    letter: str  # as spreadsheets count
    field: str  # empty: not used
    samples: tuple[str, ...] = ()


class Unsuitable(ValueError):
    """What was said of columns cannot be; the text says why in Chinese, `english` in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(chinese)
        self.english = english


def key(name: str) -> str:
    """Return a name as columns are told apart by it."""
    return bare(name) or name.strip()


def letter(place: int) -> str:
    """Return what spreadsheets call the column of a place: A, B … Z, AA."""
    rounds, rest = divmod(place, len(ascii_uppercase))
    return (letter(rounds - 1) if rounds else "") + ascii_uppercase[rest]


def names_of(cells: Sequence[str]) -> list[str]:
    """Return how the columns under a row of headings are called."""
    return [cell.strip() or letter(place) for place, cell in enumerate(cells)]


def said(pairs: Iterable[str]) -> dict[str, str]:
    """Return what `标题=question` and the like say of columns; nothing, or `-`, after the sign leaves a column out.

    Raises:
        Unsuitable: One is no such pair, or names no field.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, word = (part.strip() for part in pair.rpartition("="))
        if not sign or not name:
            raise Unsuitable(
                f"“{pair}”要写成 列名=用途，例：标题=标准问法",
                f"“{pair}” should be COLUMN=MEANING, as in Title=question",
            )
        field = "" if word in ("", "-") else word if word in COLUMNS else field_of(word)
        if field is None:
            zh, en = "、".join(names[0] for names in COLUMNS.values()), ", ".join(COLUMNS)
            raise Unsuitable(f"“{word}”不是用途，可用：{zh}", f"“{word}” is no meaning, use one of {en}")
        found[key(name)] = field
    return found


def overlaid(names: Sequence[str], fields: Sequence[str | None], chosen: Chosen) -> list[str | None]:
    """Return the fields of columns with what somebody said of them in the place of what was found by itself.

    Several columns may be the answer: they stand under each other in it.

    Raises:
        Unsuitable: Two columns are to be what only one can be.
    """
    told = [chosen.get(key(name)) for name in names]
    holders: dict[str, str] = {}
    found: list[str | None] = []
    for name, field, own in zip(names, told, fields, strict=True):
        if field is None:
            found.append(None if own in told and own not in LISTS else own)
        elif not field or field == "answer" or field in LISTS:
            found.append(field or None)
        elif (other := holders.setdefault(field, name)) == name:
            found.append(field if field not in found else None)
        else:
            title = (COLUMNS | STATES)[field][0]
            raise Unsuitable(
                f"“{other}”和“{name}”不能都当作{title}，留一列。",
                f"“{other}” and “{name}” cannot both be {field}, leave one of them.",
            )
    return found


class Samples:
    """The first that stands in each column of a table, while its rows go by."""

    def __init__(self) -> None:
        self._found: list[list[str]] = []

    def see(self, cells: Sequence[str]) -> None:
        """Look at a row."""
        while len(self._found) < len(cells):
            self._found.append([])
        for cell, found in zip(cells, self._found, strict=False):
            if len(found) < _SAMPLES and (text := " ".join(cell[: 2 * _SAMPLE].split())):
                short = text if len(text) <= _SAMPLE else f"{text[:_SAMPLE]}…"
                found += [short] if short not in found else []

    def columns(self, names: Sequence[str], fields: Sequence[str | None]) -> list[Column]:
        """Return the columns, those without name and content left out; `names` may be fewer, or none."""
        found = []
        for place in range(max(len(names), len(self._found))):
            name = names[place] if place < len(names) else ""
            field = fields[place] if place < len(fields) else None
            samples = tuple(self._found[place]) if place < len(self._found) else ()
            if samples or (name and name != letter(place)):
                found.append(Column(name or letter(place), letter(place), field or "", samples))
        return found


def merged(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return each name once, as where it was of use first: sheets of one workbook are like each other."""
    found: dict[str, Column] = {}
    for column in columns:
        before = found.setdefault(key(column.name), column)
        if column.field and not before.field:
            found[key(column.name)] = column
    return tuple(found.values())
