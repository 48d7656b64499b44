"""CSV files, as Excel and WPS write and open them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from faq.entries import Entry
from faq.formats.encodings import decode
from faq.formats.headings import HEADINGS
from faq.formats.rows import Fault, Read, join, too_long
from faq.formats.tables import drafts
from faq.formats.taken import NOTHING, Chosen

# Spreadsheets run what begins so as a formula. A quote in front makes it text, and is taken away again on reading.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r])")
_QUOTED_FORMULA = re.compile(r"'+(?:\s*[=+\-@＝＋－＠]|[\t\r])")
_TOLD = re.compile(r"(sep=(.))(?=\r?\n)")
_LOOKED_AT = 10  # lines in which the headings may stand


def parse(data: bytes, chosen: Chosen = NOTHING) -> list[Read]:
    """Return the rows of a CSV file with the line each begins on; columns are what was `chosen`, else what their names say.

    Raises:
        UnreadableFile: It is not a text, or its first row names no columns we know.
    """
    text = decode(data)
    if told := _TOLD.match(text):  # Excel's own word for it
        text = text[: told.start(1)] + text[told.end(1) :]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=told[2] if told else _delimiter(text))
    return drafts(_lines(reader), chosen=chosen, is_exact=True)


def _delimiter(text: str) -> str:
    first = text.lstrip().splitlines()[:_LOOKED_AT]
    return max(",\t;", key=lambda sign: max((line.count(sign) for line in first), default=0))


def _lines(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | Fault]]:
    ends = 0
    while True:
        begins = ends + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            ends = reader.line_num  # type: ignore[attr-defined]
            yield begins, _unread(begins, error)
            continue
        ends = reader.line_num  # type: ignore[attr-defined]
        yield begins, [_unquoted(cell) for cell in cells]


def _unread(line: int, error: csv.Error) -> Fault:
    if "field limit" in str(error):
        return too_long(line)
    return Fault(
        line,
        f"读不懂这一行（{error}）",
        "检查引号是否成对",
        f"unreadable row ({error})",
        "look whether the quotes are in pairs",
    )


def _unquoted(cell: str) -> str:
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell


def cells_of(entry: Entry) -> tuple[str, ...]:
    """Return the cells of an entry in the order of `HEADINGS`."""
    return (
        entry.id,
        entry.question,
        join(entry.aliases),
        entry.answer,
        entry.category,
        entry.customer or "",
        join(entry.tags),
        "是" if entry.is_enabled else "否",
        join(entry.pictures),
        join(entry.links),
        *(str(day or "") for day in (entry.valid_from, entry.valid_until, entry.review_on)),
        entry.owner,
    )


def dump(entries: Iterable[Entry]) -> bytes:
    """Return a CSV file that Excel opens as UTF-8 and whose cells are all text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for entry in entries:
        writer.writerow("'" + cell if _FORMULA.match(cell) else cell for cell in cells_of(entry))
    return out.getvalue().encode("utf-8-sig")
