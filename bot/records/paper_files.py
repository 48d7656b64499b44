"""From a paper to a workbook (xlsx) that opens on a phone in every chat and prints on one page's width."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bot.tickets.papers import Paper, Table

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_USUAL_WIDTH: Final = 18
_FEWEST_COLUMNS: Final = 4
_LINE: Final = 17.0  # points of one line of text
_SIGNING: Final = 34.0
_LONGEST: Final = 30_000  # of a cell: spreadsheets end at 32,767
_HEAD, _MARKED, _RULE = "E8EEF7", "FFF2CC", "BFC7D5"


def workbook(paper: Paper) -> bytes:
    """Return a paper as the bytes of a workbook; what people wrote is text there, never a formula."""
    # openpyxl takes 100 ms and 20 MB, and most starts of the bot write no paper.
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise RuntimeError("a new workbook has a sheet")
    Page(sheet, paper).write()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class _Look(NamedTuple):
    size: int
    is_bold: bool
    has_border: bool
    fill: str


class Page:
    """One sheet, written from top to bottom."""

    def __init__(self, sheet: Worksheet, paper: Paper) -> None:
        self._sheet = sheet
        self._paper = paper
        self._row = 1
        self._looks: dict[_Look, StyleArray] = {}
        self._columns = max([_FEWEST_COLUMNS, *(len(table.columns) for table in paper.tables)])
        self._widths = _widths(paper.tables, self._columns)

    def write(self) -> None:
        """Write everything, and say how it is printed."""
        self._layout()
        self._across(self._paper.title, size=15, is_bold=True, height=30.0)
        for name, value in self._paper.facts:
            self._fact(name, value)
        for table in self._paper.tables:
            self._row += 1
            self._table(table)
        if self._paper.notes:
            self._row += 1
        for note in self._paper.notes:
            self._across(note, size=10)
        if self._paper.signatures:
            self._row += 1
            self._signatures(self._paper.signatures)

    def _layout(self) -> None:
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.properties import PageSetupProperties

        for index, width in enumerate(self._widths, 1):
            self._sheet.column_dimensions[get_column_letter(index)].width = width
        setup = self._sheet.page_setup
        setup.paperSize, setup.orientation = 9, "landscape" if sum(self._widths) > 95 else "portrait"
        setup.fitToWidth, setup.fitToHeight = 1, 0
        self._sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self._sheet.print_options.horizontalCentered = True
        self._sheet.sheet_view.showGridLines = False

    def _fact(self, name: str, value: str) -> None:
        self._put(1, name, is_bold=True, has_border=True, fill=_HEAD)
        for column in range(2, self._columns + 1):
            self._put(column, value if column == 2 else "", has_border=True)
        self._merge(2)
        self._height(_lines(value, sum(self._widths[1:])))

    def _table(self, table: Table) -> None:
        if table.heading:
            self._across(table.heading, size=12, is_bold=True)
        self._cells(table.columns, is_bold=True, fill=_HEAD)
        for index, row in enumerate(table.rows):
            self._cells(row, fill=_MARKED if index in table.marked else "")

    def _cells(self, texts: Sequence[str], *, is_bold: bool = False, fill: str = "") -> None:
        for column, text in enumerate(texts, 1):
            self._put(column, text, is_bold=is_bold, has_border=True, fill=fill)
        self._height(
            max((_lines(text, width) for text, width in zip(texts, self._widths, strict=False)), default=1)
        )

    def _signatures(self, names: Sequence[str]) -> None:
        for name in names:
            self._put(1, name, is_bold=True)
            self._put(2, "_" * 20)
            self._sheet.row_dimensions[self._row].height = _SIGNING
            self._row += 1

    def _across(self, text: str, *, size: int, is_bold: bool = False, height: float = 0.0) -> None:
        self._put(1, text, size=size, is_bold=is_bold)
        self._merge(1)
        self._height(_lines(text, sum(self._widths)), height)

    def _merge(self, first: int) -> None:
        self._sheet.merge_cells(
            start_row=self._row, end_row=self._row, start_column=first, end_column=self._columns
        )

    def _height(self, lines: int, least: float = 0.0) -> None:
        self._sheet.row_dimensions[self._row].height = max(lines * _LINE, least)
        self._row += 1

    def _put(
        self,
        column: int,
        text: str,
        *,
        size: int = 11,
        is_bold: bool = False,
        has_border: bool = False,
        fill: str = "",
    ) -> None:
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        cell: Any = self._sheet.cell(row=self._row, column=column)
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:_LONGEST] or None
        if text:
            cell.data_type = "s"  # also what begins with an equals sign
        look = _Look(size, is_bold, has_border, fill)
        if look not in self._looks:  # dressing every cell anew takes most of the time
            _dress(cell, look)
            self._looks[look] = cell._style
        else:
            cell._style = copy(self._looks[look])


def _dress(cell: Cell | MergedCell, look: _Look) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    cell.font = Font(size=look.size, bold=look.is_bold)
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    if look.has_border:
        side = Side(style="thin", color=_RULE)
        cell.border = Border(left=side, right=side, top=side, bottom=side)
    if look.fill:
        cell.fill = PatternFill("solid", start_color=look.fill)


def _widths(tables: Iterable[Table], count: int) -> list[int]:
    """Return the width of every column: what the widest table wishes."""
    widths = [0] * count
    for table in tables:
        for index, width in enumerate(table.widths[:count]):
            widths[index] = max(widths[index], width)
    return [width or _USUAL_WIDTH for width in widths]


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column: Chinese characters are two wide."""
    return sum(max(1, -(-_width(line) // max(1, width - 1))) for line in (text or " ").split("\n"))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
