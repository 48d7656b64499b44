"""How a batch of changes is said to SQLite: with as few calls as may be, since each one gives up and takes back the interpreter."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from bot.store.sqlite.statements import Statement, Turn

# How many rows go into one call. Few sizes, so that SQLite prepares each statement once.
_SIZES = (64, 16, 4, 1)
_VALUES = re.compile(r"VALUES\s*(\((?:[^()]|\([^()]*\))*\))")
# A row of its own and nothing that is looked up; the words above it tell what it is for.
_ADDS = re.compile(r"(?:--[^\n]*\n)*INSERT INTO \w+ \([^)]*\)\s+VALUES \(\?,")


class Refusal(Exception):
    """A row of a batch was refused; which one shows when the changes are made one by one."""


class Batches:
    """Says what many changes have in common with one statement of many rows."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, int], str] = {}

    def execute(self, cursor: sqlite3.Cursor, changes: Sequence[Sequence[Statement]]) -> list[int]:
        """Run changes as if one after another, and return how many rows each has changed.

        Raises:
            Refusal: A statement changed no row although it must, so the transaction is of no use.
            sqlite3.Error, ValueError, OverflowError: SQLite refused a row.
        """
        by_turn: dict[Turn, list[Statement]] = {}
        for statement in chain.from_iterable(changes):
            by_turn.setdefault(statement.turn, []).append(statement)
        changed = {}
        for turn in sorted(by_turn):
            if turn is Turn.IN_PLACE:
                for sql, alike in groupby(by_turn[turn], key=lambda statement: statement.sql):
                    if _ADDS.match(sql):
                        self._added(cursor, list(alike))
                        continue
                    for statement in alike:
                        changed[id(statement)] = _alone(cursor, statement)
            else:
                self._added(cursor, by_turn[turn])
        return [sum(changed.get(id(statement), 1) for statement in change) for change in changes]

    def _added(self, cursor: sqlite3.Cursor, statements: Sequence[Statement]) -> None:
        for part in _parts(statements):
            rows = tuple(chain.from_iterable(statement.row for statement in part))
            if cursor.execute(self._text(part[0].sql, len(part)), rows).rowcount != len(part):
                raise Refusal

    def _text(self, sql: str, count: int) -> str:
        text = self._texts.get((sql, count))
        if text is None:
            text = self._texts[sql, count] = _VALUES.sub(
                lambda found: f"VALUES {', '.join([found[1]] * count)}", sql, count=1
            )
        return text


def _alone(cursor: sqlite3.Cursor, statement: Statement) -> int:
    rows = cursor.execute(statement.sql, statement.row).rowcount
    if not rows and statement.refusal is not None:
        raise Refusal
    return rows


def _parts(statements: Sequence[Statement]) -> Iterator[Sequence[Statement]]:
    start = 0
    for size in _sizes(len(statements)):
        yield statements[start : start + size]
        start += size


def _sizes(count: int) -> Iterable[int]:
    for size in _SIZES:
        yield from [size] * (count // size)
        count %= size
