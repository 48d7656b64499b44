"""A paper as a workbook: read again it says the same, and nothing in it is a formula."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from bot.records.paper_files import workbook
from bot.records.paper_pages import page
from bot.tickets.papers import Paper, Table

PAPER = Paper(
    title="育才小学 6 月巡检 报告",
    facts=(("客户", "育才小学"), ("单号", "1090")),
    tables=(
        Table(
            heading="检查结果",
            columns=("检查项", "结果", "备注"),
            rows=(("服务器", "需要处理", "磁盘 82%\n" * 3), ("交换机", "正常", "")),
            widths=(24, 12, 34),
            marked=frozenset({0}),
        ),
    ),
    notes=("结果原话：服务器磁盘82%",),
    signatures=("工程师签字", "客户签字"),
)


def rows(paper: Paper) -> list[tuple[object, ...]]:
    sheet = load_workbook(io.BytesIO(workbook(paper))).active
    assert sheet is not None
    return [tuple(value for value in row if value is not None) for row in sheet.iter_rows(values_only=True)]


def test_everything_of_a_paper_is_read_again_from_top_to_bottom() -> None:
    assert [row for row in rows(PAPER) if row] == [
        ("育才小学 6 月巡检 报告",),
        ("客户", "育才小学"),
        ("单号", "1090"),
        ("检查结果",),
        ("检查项", "结果", "备注"),
        ("服务器", "需要处理", "磁盘 82%\n" * 3),
        ("交换机", "正常"),
        ("结果原话：服务器磁盘82%",),
        ("工程师签字", "_" * 20),
        ("客户签字", "_" * 20),
    ]


@pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(“x”)", "+86", "@x", "a\x00b\x07", "长" * 40_000])
def test_what_people_wrote_is_text_whatever_it_looks_like(text: str) -> None:
    made = workbook(Paper(title="x", facts=(("备注", text),)))
    sheet = load_workbook(io.BytesIO(made)).active
    assert sheet is not None
    cell = sheet["B2"]
    assert cell.data_type == "s"
    assert str(cell.value) == "".join(each for each in text if each >= " ")[:30_000]


def test_it_prints_on_the_width_of_one_page() -> None:
    sheet = load_workbook(io.BytesIO(workbook(PAPER))).active
    assert sheet is not None
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight, sheet.page_setup.paperSize) == (
        1,
        0,
        9,
    )
    assert sheet.row_dimensions[7].height > sheet.row_dimensions[8].height


def test_what_people_wrote_is_text_on_the_page() -> None:
    paper = Paper(
        title="甲 <b>",
        facts=(("a", "<script>"),),
        tables=(Table(columns=("x",), rows=(("&",), ("<i>",)), heading="h", marked=frozenset({1})),),
    )
    made = page(paper, "zh").decode()
    assert "<script>" not in made
    assert "<title>甲 &lt;b&gt;</title>" in made
    assert '<tr class="marked"><td>&lt;i&gt;</td></tr>' in made
    assert "<tr><td>&amp;</td></tr>" in made
