"""Papers: documents that are filled in from what is known, before they become a file."""

from __future__ import annotations

import re

import msgspec

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_BESIDE_CHINESE = re.compile(r"(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")
_LONGEST_NAME = 60


class Table(msgspec.Struct, frozen=True):
    """Rows under the names of their columns; `widths` are in characters, and a column without one gets what is usual."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    heading: str = ""
    widths: tuple[int, ...] = ()
    marked: frozenset[int] = frozenset()  # rows that somebody must look at, from 0


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One document: what it is, for whom, its tables, and who signs it."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a message brings. `page` of the dashboard has it too; an internal one is never sent where customers read."""

    name: str  # with its suffix
    of: Paper | bytes
    page: str
    is_internal: bool


def file_name(*parts: str, suffix: str = ".xlsx") -> str:
    """Return a name that every system takes, from what is not empty: `育才小学-4月巡检.xlsx`."""
    clean = (_BESIDE_CHINESE.sub("", _FORBIDDEN.sub("-", part)) for part in parts)
    joined = "-".join("-".join(part.split()).strip("-.") for part in clean)
    return joined.strip("-")[:_LONGEST_NAME] + suffix
