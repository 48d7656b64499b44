"""Excel workbooks (xlsx): every sheet with headings that is not hidden, one entry a row."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zipfile import ZipFile, ZipInfo

from msgspec.structs import replace

from faq.entries import Entry
from faq.formats.definitions import has_definitions
from faq.formats.headings import HEADINGS
from faq.formats.rows import (
    Draft,
    Fault,
    Read,
    Remark,
    UnreadableFile,
    in_sheet,
    pictures_in,
    remark_in_sheet,
)
from faq.formats.sheets import cells_of
from faq.formats.tables import Line, NoHeadings, drafts
from faq.formats.taken import NOTHING, Chosen, Column

_WIDTHS = (10, 36, 40, 60, 12, 14, 16, 8, 30, 30, 12, 12, 12, 10)
# Attributes are short: without an end a file that somebody made on purpose would be searched through from every place in it.
_MERGED = re.compile(rb'mergeCell\b[^>]{0,300}\bref="([A-Z]{1,3})(\d+):[A-Z]{1,3}(\d+)"')
_HIDDEN = re.compile(rb'<row\b(?=[^>]{0,300}\bhidden="(?:1|true)")[^>]{0,300}\br="(\d+)"')
_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3}\d+)"[^>]{0,300}><f[^>]{0,300}(?:/>|>[^<]{0,9000}</f>)(?:<v\s{0,9}/>|<v></v>)?</c>'
)
_NO_VALUE = "#N/A"  # as if it could not be worked out
_LINES_SHOWN = 5
MOST_ROWS = 100_000
MOST_UNPACKED_BYTES = 200_000_000


def parse(data: bytes, chosen: Chosen = NOTHING) -> list[Read]:
    """Return the rows of the sheets; columns are what was `chosen`, else what their names say.

    Raises:
        UnreadableFile: It is not a workbook, or no sheet names columns we know.
    """
    # openpyxl takes 100 ms and 20 MB, and most starts of the bot read no workbook.
    from openpyxl import load_workbook

    try:
        with ZipFile(io.BytesIO(data)) as members:
            if sum(member.file_size for member in members.infolist()) > MOST_UNPACKED_BYTES:
                raise UnreadableFile(
                    "这个工作簿展开后太大了，请分成几个文件。",
                    "The workbook is too large once unpacked, make several files of it.",
                )
            if any(_is_odd(members, each) for each in members.infolist()):
                raise UnreadableFile(
                    "这个工作簿里有不该有的定义，请在 Excel 里另存为 .xlsx 再试。",
                    "The workbook has definitions that do not belong there, save it as .xlsx with Excel and try again.",
                )
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
                found = _of_all([(sheet.title, *_of_one(sheet, members, chosen)) for sheet in sheets])
                return [*pictures_in(members, "xl/media/"), *found]
            finally:
                book.close()
    except (UnreadableFile, MemoryError):
        raise
    except Exception as error:
        # A damaged workbook fails anywhere in zip, XML or openpyxl, each with errors of its own.
        raise UnreadableFile(
            "这个文件不是完好的 xlsx 工作簿，请在 Excel 里另存为 .xlsx 再试。",
            "The file is no sound xlsx workbook, save it as .xlsx with Excel and try again.",
        ) from error


def _is_odd(members: ZipFile, member: ZipInfo) -> bool:
    if not member.filename.lower().endswith((".xml", ".rels")):
        return False
    with members.open(member) as xml:
        return has_definitions(xml)


def _of_all(sheets: Sequence[tuple[str, list[Read], UnreadableFile | None]]) -> list[Read]:
    """Return what all sheets have; one without headings beside others is a fault, an empty one nothing."""
    if all(why is not None for _, _, why in sheets):
        raise next(
            (why for _, _, why in sorted(sheets, key=lambda each: not (each[2] and each[2].columns)) if why),
            UnreadableFile("工作簿里没有能看到的工作表。", "The workbook has no sheet that can be seen."),
        )
    found: list[Read] = []
    for title, rows, why in sheets:
        if isinstance(why, NoHeadings):
            found.append(
                Fault(
                    1,
                    "没有读这张工作表",
                    f"“{title}”：{why.said('zh')}不是问答的表不用管。",
                    "sheet not read",
                    f"“{title}”: {why.said('en')} If it is about something else, never mind.",
                )
            )
            found += why.columns  # somebody may say what they are
        is_first = not any(isinstance(each, Draft) for each in found)
        found += [
            each if is_first and not (isinstance(each, Remark) and len(sheets) > 1) else _named(each, title)
            for each in rows
        ]
    return found


def _named(each: Read, title: str) -> Read:
    if isinstance(each, Column):
        return each
    if isinstance(each, Draft):
        return replace(each, sheet=title)
    return remark_in_sheet(each, title) if isinstance(each, Remark) else in_sheet(each, title)


def _of_one(sheet: Any, members: ZipFile, chosen: Chosen) -> tuple[list[Read], UnreadableFile | None]:
    """Return what a sheet has, or why nothing."""
    sheet.reset_dimensions()  # some programs write wrong ones, and rows or columns would be left out
    body = members.read(
        sheet._worksheet_path.lstrip("/")
    )  # reading row by row, openpyxl does not tell everything
    merged, uncomputed = _merged(body), _uncomputed(body)
    try:
        rows = _filled(_numbered(sheet.iter_rows(), uncomputed), merged)
        hidden = _hidden(body)
        left_out: list[int] = []
        if hidden:
            rows = _shown_only(rows, hidden, left_out)
        goes_on = {(line, column) for line, columns in merged.items() for column in columns}
        found = drafts(rows, chosen=chosen, goes_on=goes_on)
        return [*_told(left_out), *found], None
    except UnreadableFile as why:
        return [], why


def _numbered(rows: Iterable[Sequence[Any]], uncomputed: Collection[str]) -> Iterator[Line]:
    for line, row in enumerate(rows, 1):
        cells = [_shown(cell) for cell in row]
        if uncomputed:
            cells = [
                text or (_NO_VALUE if getattr(cell, "coordinate", "") in uncomputed else "")
                for cell, text in zip(row, cells, strict=True)
            ]
        if line > MOST_ROWS and any(cells):
            yield (
                line,
                Fault(
                    line,
                    "行数太多",
                    f"一个文件最多 {MOST_ROWS} 行，请分开导入",
                    "too many rows",
                    f"at most {MOST_ROWS} rows a file, import it in pieces",
                ),
            )
            return
        yield line, cells


def _hidden(body: bytes) -> set[int]:
    """Return the rows that nobody sees: what somebody hid, or a filter."""
    return {int(row) for row in _HIDDEN.findall(body)} if b"hidden=" in body else set()


def _shown_only(rows: Iterable[Line], hidden: Collection[int], left_out: list[int]) -> Iterator[Line]:
    """Yield the rows that are seen; the others that say something are noted in `left_out`."""
    for line, cells in rows:
        if line not in hidden:
            yield line, cells
        elif isinstance(cells, Fault) or any(cells):
            left_out.append(line)


def _told(left_out: Sequence[int]) -> list[Read]:
    if not left_out:
        return []
    lines = "、".join(map(str, left_out[:_LINES_SHOWN]))
    zh, en = f"第 {lines} 行", f"rows {lines.replace('、', ', ')}"
    if len(left_out) > _LINES_SHOWN:
        zh, en = f"{zh}等 {len(left_out)} 行", f"{en} and others, {len(left_out)} in all"
    return [
        Remark(
            f"隐藏或筛选掉的行没有导入（{zh}）；要导入就先取消隐藏。",
            f"Rows that are hidden or filtered out are not imported ({en}); show them first to have them.",
        )
    ]


def _uncomputed(body: bytes) -> set[str]:
    """Return the places of formulas whose value is not in the file, as programs write them that do not calculate."""
    return {place.decode() for place in _FORMULA.findall(body)} if b"<f" in body else set()


def _merged(body: bytes) -> dict[int, set[int]]:
    """Return by row the columns of the cells that were merged with the one above them."""
    found: dict[int, set[int]] = {}
    for first, begin, end in _MERGED.findall(body, body.rfind(b"sheetData>") + 1):
        column = sum(26**place * (sign - 64) for place, sign in enumerate(reversed(first))) - 1
        for row in range(int(begin) + 1, min(int(end), MOST_ROWS) + 1):
            found.setdefault(row, set()).add(column)
    return found


def _filled(rows: Iterable[Line], merged: Mapping[int, Collection[int]]) -> Iterator[Line]:
    """Yield rows in which what stands in a merged cell stands in each row of it."""
    above: Sequence[str] = ()
    for line, cells in rows:
        if not isinstance(cells, Fault) and any(cells):  # an empty row is none, whatever is merged across it
            held = merged.get(line, ())
            own = dict(enumerate(cells)) | {column: above[column] for column in held if column < len(above)}
            cells = [own.get(column, "") for column in range(max(own, default=-1) + 1)]
            above = cells
        yield line, cells


def _shown(cell: Any) -> str:
    """Return what a cell shows: shares are kept as parts of one, and times with seconds that nobody wrote."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in (cell.number_format or ""):
        return f"{value * 100:.10g}%"
    return _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}" if not value.second else f"{value:%H:%M:%S}"
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
        cells: list[Any] = []
        for text in row:
            if not text:
                cells.append(None)
                continue
            # A workbook cannot hold control characters at all; losing one is better than losing the export.
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
