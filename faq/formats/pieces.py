"""Rows and entries as lines of JSON: few enough to a line that nobody waits for one to be written or read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import msgspec

from faq.entries import Entry
from faq.formats.rows import Fault, Remark, Row, Rows
from faq.formats.taken import Column

_AT_ONCE = 200  # some hundred microseconds
_T = TypeVar("_T")


class _Some(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a line holds."""

    rows: tuple[Row, ...] = ()
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Remark, ...] = ()
    columns: tuple[Column, ...] = ()


_some = msgspec.json.Decoder(_Some)
_entries = msgspec.json.Decoder(tuple[Entry, ...])


def lines_of_rows(rows: Rows) -> Iterator[bytes]:
    """Yield what was read as lines."""
    yield msgspec.json.encode(_Some(remarks=rows.remarks, columns=rows.columns)) + b"\n"
    for some in _cut(rows.rows):
        yield msgspec.json.encode(_Some(rows=tuple(some))) + b"\n"
    for faults in _cut(rows.faults):
        yield msgspec.json.encode(_Some(faults=tuple(faults))) + b"\n"


def rows_of_lines(lines: Iterable[bytes]) -> Rows:
    """Return what was read, from its lines.

    Raises:
        msgspec.MsgspecError: A line is none of these.
    """
    rows: list[Row] = []
    faults: list[Fault] = []
    remarks: list[Remark] = []
    columns: list[Column] = []
    for line in lines:
        some = _some.decode(line)
        rows += some.rows
        faults += some.faults
        remarks += some.remarks
        columns += some.columns
    return Rows(tuple(rows), tuple(faults), tuple(remarks), tuple(columns))


def lines_of_entries(entries: Sequence[Entry]) -> Iterator[bytes]:
    """Yield entries as lines."""
    for some in _cut(entries):
        yield msgspec.json.encode(some) + b"\n"


def entries_of_lines(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Yield the entries of lines.

    Raises:
        msgspec.MsgspecError: A line is none of these.
    """
    for line in lines:
        yield from _entries.decode(line)


def _cut(values: Iterable[_T]) -> Iterator[list[_T]]:
    left = iter(values)
    while some := list(islice(left, _AT_ONCE)):
        yield some
