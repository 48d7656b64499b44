"""CSV files, as Excel and WPS write and open them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from faq.formats.encodings import decode
from faq.formats.rows import HEADINGS, LONGEST, Draft, Fault, UnreadableFile, draft, field_of, join
from faq.knowledge import Entry

# Spreadsheets run what begins so as a formula. A quote in front makes it text, and is taken away again on reading.
_FORMULA = re.compile(r"'*[=+\-@＝＋－＠]")
_QUOTED_FORMULA = re.compile(r"'+[=+\-@＝＋－＠]")


def parse(data: bytes) -> list[Draft | Fault]:
    """Return the rows of a CSV file with the line each begins on.

    Raises:
        UnreadableFile: It is not a text, or its first row names no columns we know.
    """
    text = decode(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    headings: list[str | None] | None = None
    found: list[Draft | Fault] = []
    for line, cells in _lines(reader):
        if isinstance(cells, Fault):
            found.append(cells)
        elif not any(cell.strip() for cell in cells):
            continue
        elif headings is None:
            headings = columns(cells)
        else:
            found.append(draft(line, headings, [_unquoted(cell) for cell in cells]))
    if headings is None:
        raise UnreadableFile("文件是空的：第一行要有“标准问法”和“答案”。")
    return found


def columns(cells: Iterable[str]) -> list[str | None]:
    """Return the field of every column of a heading row.

    Raises:
        UnreadableFile: The question or the answer is missing among them.
    """
    headings = [field_of(cell) for cell in cells]
    if "question" not in headings or "answer" not in headings:
        raise UnreadableFile("第一行要有列名“标准问法”和“答案”（或 question 和 answer）。")
    return headings


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(",\t;", key=first.count)


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
        yield begins, cells


def _unread(line: int, error: csv.Error) -> Fault:
    if "field limit" in str(error):
        return Fault(line, "太长", f"每一格最多 {LONGEST} 字")
    return Fault(line, f"读不懂这一行（{error}）", "检查引号是否成对")


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
