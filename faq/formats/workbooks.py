"""Excel workbooks (xlsx): the first sheet, one entry a row."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from zipfile import ZipFile

from faq.formats.rows import HEADINGS, Draft, Fault, UnreadableFile, draft
from faq.formats.sheets import cells_of, columns
from faq.knowledge import Entry

_WIDTHS = (10, 36, 40, 60, 12, 14, 16, 8, 30, 30, 12, 12, 12, 10)
MOST_ROWS = 100_000
MOST_UNPACKED_BYTES = 200_000_000


def parse(data: bytes) -> list[Draft | Fault]:
    """Return the rows of the first sheet.

    Raises:
        UnreadableFile: It is not a workbook, or its first row names no columns we know.
    """
    # openpyxl takes 100 ms and 20 MB, and most starts of the bot read no workbook.
    from openpyxl import load_workbook

    try:
        with ZipFile(io.BytesIO(data)) as members:
            if sum(member.file_size for member in members.infolist()) > MOST_UNPACKED_BYTES:
                raise UnreadableFile("这个工作簿展开后太大了，请分成几个文件。")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            return _rows(book.worksheets[0].iter_rows(values_only=True) if book.worksheets else ())
        finally:
            book.close()
    except UnreadableFile:
        raise
    except Exception as error:
        # A damaged workbook fails anywhere in zip, XML or openpyxl, each with errors of its own.
        raise UnreadableFile("这个文件不是完好的 xlsx 工作簿，请在 Excel 里另存为 .xlsx 再试。") from error


def _rows(values: Iterable[tuple[object, ...]]) -> list[Draft | Fault]:
    headings: list[str | None] | None = None
    found: list[Draft | Fault] = []
    for line, row in enumerate(values, 1):
        cells = [_text(value) for value in row]
        if not any(cell.strip() for cell in cells):
            continue
        if headings is None:
            headings = columns(cells)
        elif line > MOST_ROWS:
            found.append(Fault(line, "行数太多", f"一个文件最多 {MOST_ROWS} 行，请分开导入"))
            break
        else:
            found.append(draft(line, headings, cells))
    if headings is None:
        raise UnreadableFile("工作簿是空的：第一行要有“标准问法”和“答案”。")
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def dump(entries: Iterable[Entry]) -> bytes:
    """Return a workbook whose cells are all text, also those that look like formulas."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("FAQ")
    for width, column in zip(_WIDTHS, "ABCDEFGHIJKLMN", strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    for row in (HEADINGS, *map(cells_of, entries)):
        cells = []
        for text in row:
            # A workbook cannot hold control characters at all; losing one is better than losing the export.
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
