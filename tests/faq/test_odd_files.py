"""Files as a school's office makes them are read: titles, merged cells, sheets by subject, columns by other names, tables in Word."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from faq.formats import Rows, UnreadableFile, parse, plan, workbooks

HEADINGS = ["标准问法", "答案"]


def workbook(
    *sheets: tuple[str, Sequence[Sequence[object]]], then: Callable[[Any], None] | None = None
) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if then is not None:
        then(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pairs(rows: Rows) -> list[tuple[int, str, str]]:
    return [(row.line, row.question, row.answer) for row in rows.rows]


def test_a_title_and_a_remark_above_the_headings() -> None:
    data = workbook(
        ("FAQ", [["育才小学信息化常见问题汇总"], ["2026年9月"], [], ["序号", *HEADINGS], [1, "甲", "一"]])
    )
    assert pairs(parse("x.xlsx", data)) == [(5, "甲", "一")]
    text = "育才小学常见问题汇总,,\n\n序号,问  题,答  案\n1,甲,一\n"
    assert pairs(parse("x.csv", text.encode("gb18030"))) == [(4, "甲", "一")]


def test_a_running_number_is_no_id() -> None:
    before = plan((), parse("x.csv", "序号,问题,答案\n1,甲,一\n2,乙,二\n".encode())).new
    after = plan(before, parse("x.csv", "序号,问题,答案\n1,丙,三\n2,甲,一\n3,乙,二\n".encode()))
    assert [entry.question for entry in after.new] == ["丙"]
    assert (after.changed, len(after.duplicate)) == ((), 2)


@pytest.mark.parametrize(
    "headings",
    [
        "问题（必填）,答案（必填）",
        "*问题,*答案",
        "Ｑｕｅｓｔｉｏｎ,Ａｎｓｗｅｒ",
        " 标准 问法 ,　答　案　",
        "常见问题,解决办法",
        "问题描述,处理方法",
        "QUESTION ,answer ",
        "'问题,'答案",
    ],
)
def test_headings_as_people_write_them(headings: str) -> None:
    assert pairs(parse("x.csv", f"{headings}\n甲,一\n".encode())) == [(2, "甲", "一")]


def test_of_two_columns_for_the_question_the_plainer_name_counts() -> None:
    (row,) = parse("x.csv", "问题描述,问题,答案,解决办法\n略,甲,一,二\n".encode()).rows
    assert (row.question, row.answer) == ("甲", "一")


def test_several_columns_of_wordings_are_one() -> None:
    (row,) = parse("x.csv", "问题,相似问法1,相似问法2,相似问法 3,答案\n甲,乙,,丙|丁,一\n".encode()).rows
    assert row.aliases == ("乙", "丙", "丁")


def test_headings_that_come_again_are_no_entry() -> None:
    assert pairs(parse("x.csv", "问题,答案\n甲,一\n问题,答案\n乙,二\n".encode())) == [
        (2, "甲", "一"),
        (4, "乙", "二"),
    ]


def test_a_comma_that_cuts_an_answer_off_is_seen() -> None:
    rows = parse("x.csv", "问题,答案\n甲,先重启,再登录\n乙,二,\n".encode())
    assert pairs(rows) == [(3, "乙", "二")]
    assert [(fault.line, fault.found) for fault in rows.faults] == [(2, "格数比列名多")]


def test_excel_says_which_sign_is_between_the_cells() -> None:
    assert pairs(parse("x.csv", "sep=;\r\n问题;答案\r\n甲;一,二,三\r\n".encode())) == [(3, "甲", "一,二,三")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "gb18030", "utf-8-sig"])
def test_other_encodings(encoding: str) -> None:
    data = "问题\t答案\r\n打印机找不到\t点“重新搜索”。\r\n".encode(encoding)
    assert pairs(parse("x.csv", data)) == [(2, "打印机找不到", "点“重新搜索”。")]


def test_a_category_over_several_rows_and_steps_of_one_answer() -> None:
    def merge(book: Any) -> None:
        sheet = book.worksheets[0]
        for cells in ("A2:A4", "B3:B4", "C5:C6", "A5:B5"):
            sheet.merge_cells(cells)

    rows: list[list[object]] = [
        ["分类", "问题", "答案"],
        ["打印", "甲", "一"],
        [None, "乙", "先关机"],
        [None, None, "再开机"],
        ["网络", None, "重连"],
        ["网络", "丁", None],
    ]
    found = parse("x.xlsx", workbook(("FAQ", rows), then=merge))
    assert pairs(found) == [(2, "甲", "一"), (3, "乙", "先关机\n再开机"), (6, "丁", "重连")]
    assert [row.category for row in found.rows] == ["打印", "打印", "网络"]
    assert [(fault.line, fault.found) for fault in found.faults] == [(5, "缺问法")]


def test_every_sheet_that_can_be_seen_is_read() -> None:
    def hide(book: Any) -> None:
        book["旧的"].sheet_state = "hidden"

    data = workbook(
        ("旧的", [HEADINGS, ["旧", "旧"]]),
        ("网络", [HEADINGS, ["甲", "一"]]),
        ("打印", [HEADINGS, ["乙", "二"], ["丙", None]]),
        ("说明", [["请按格式填写"]]),
        ("Sheet5", []),
        then=hide,
    )
    found = parse("x.xlsx", data)
    assert pairs(found) == [(2, "甲", "一"), (2, "乙", "二")]
    assert [(fault.line, fault.found) for fault in found.faults] == [(3, "缺答案"), (1, "没有读这张工作表")]
    assert found.faults[0].expected.startswith("工作表“打印”：")


def test_a_workbook_of_which_all_is_hidden_or_empty_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        parse("x.xlsx", workbook(("空", []), ("也空", [])))


def test_a_wrong_size_of_a_sheet_leaves_nothing_out() -> None:
    data = io.BytesIO(workbook(("FAQ", [HEADINGS, ["甲", "一"], ["乙", "二"]])))
    out = io.BytesIO()
    with ZipFile(data) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, body.replace(b'<dimension ref="A1:B3"', b'<dimension ref="A1"'))
    assert len(parse("x.xlsx", out.getvalue()).rows) == 2


def test_what_a_cell_shows_is_read_and_an_error_is_not_an_answer() -> None:
    day = datetime(2026, 9, 1)  # noqa: DTZ001 - as a spreadsheet has it
    rows = parse(
        "x.xlsx", workbook(("FAQ", [HEADINGS, ["开学", day], ["电话", 13800000000], ["坏", "#N/A"]]))
    )
    assert pairs(rows) == [(2, "开学", "2026-09-01"), (3, "电话", "13800000000")]
    assert [(fault.line, fault.found) for fault in rows.faults] == [(4, "公式出错")]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("旧.xls", "另存为 .xlsx"),
        ("旧.DOC", "另存为 .docx"),
        ("表.et", "另存为 .xlsx"),
        ("文.pdf", "另存为 .docx"),
        ("x.yaml", "不认识"),
    ],
)
def test_a_format_of_another_time_says_what_to_do(name: str, told: str) -> None:
    with pytest.raises(UnreadableFile, match=told):
        parse(name, b"\xd0\xcf\x11\xe0")


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document(body: str) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as members:
        members.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def paragraph(text: str, style: str = "", *, is_bold: bool = False) -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    bold = "<w:rPr><w:b/></w:rPr>" if is_bold else ""
    return f"<w:p>{styled}<w:r>{bold}<w:t>{text}</w:t></w:r></w:p>"


def table(*rows: Sequence[str]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{each}</w:tr>' for each in cells)}</w:tbl>"


def test_a_table_in_word() -> None:
    body = paragraph("常见问题") + table(["序号", "问题", "解决办法"], ["1", "甲", "一"], ["2", "乙", "二"])
    assert [pair[1:] for pair in pairs(parse("x.docx", document(body)))] == [("甲", "一"), ("乙", "二")]


def test_a_table_and_what_stands_around_it_in_word() -> None:
    body = paragraph("问：丙") + paragraph("答：三") + table(["问题", "答案"], ["甲", "一"])
    assert [pair[1:] for pair in pairs(parse("x.docx", document(body)))] == [("丙", "三"), ("甲", "一")]


def test_a_cell_merged_downwards_in_word() -> None:
    first = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + paragraph("甲") + "</w:tc>"
    more = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
    rows = "".join(
        f"<w:tr>{cell}<w:tc>{paragraph(text)}</w:tc></w:tr>"
        for cell, text in ((first, "先关机"), (more, "再开机"))
    )
    head = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("问题", "答案"))
    body = f"<w:tbl><w:tr>{head}</w:tr>{rows}</w:tbl>"
    assert [pair[1:] for pair in pairs(parse("x.docx", document(body)))] == [("甲", "先关机\n再开机")]


def test_questions_in_bold_print() -> None:
    body = "".join(
        paragraph(text, is_bold=is_bold)
        for text, is_bold in (
            ("打印机找不到", True),
            ("点“重新搜索”。", False),
            ("密码忘了", True),
            ("找老师。", False),
        )
    )
    assert [pair[1:] for pair in pairs(parse("x.docx", document(body)))] == [
        ("打印机找不到", "点“重新搜索”。"),
        ("密码忘了", "找老师。"),
    ]


def test_an_empty_row_under_a_merged_cell_is_no_row() -> None:
    rows = [["模块", *HEADINGS], ["考勤", "甲", "一"], [], [None, "乙", "二"]]

    def merge(book: Any) -> None:
        book.worksheets[0].merge_cells("A2:A4")

    read = parse("x.xlsx", workbook(("FAQ", rows), then=merge))
    assert pairs(read) == [(2, "甲", "一"), (4, "乙", "二")]
    assert [row.category for row in read.rows] == ["考勤", "考勤"]
    assert read.faults == ()


def test_a_row_that_repeats_one_of_another_sheet_says_of_which() -> None:
    sheets = [
        (title, [HEADINGS, ["甲", answer]]) for title, answer in (("上", "一"), ("中", "二"), ("下", "三"))
    ]
    planned = plan([], parse("x.xlsx", workbook(*sheets)))
    assert [(fault.line, fault.expected) for fault in planned.faulty] == [
        (2, "工作表“中”：与第一张工作表第 2 行是同一条，只留一行"),
        (2, "工作表“下”：与第一张工作表第 2 行是同一条，只留一行"),
    ]
    same = plan(
        [], parse("x.xlsx", workbook(("上", [HEADINGS]), ("中", [HEADINGS, ["甲", "一"], ["甲", "二"]])))
    )
    assert [fault.expected for fault in same.faulty] == ["与第 2 行是同一条，只留一行"]


def test_a_chapter_over_questions_is_their_category() -> None:
    body = (
        paragraph("一、网络", "Heading1")
        + paragraph("连不上", "Heading2")
        + paragraph("重连。")
        + paragraph("二、打印", "Heading1")
        + paragraph("卡纸", "Heading2")
        + paragraph("开盖。")
    )
    rows = parse("x.docx", document(body))
    assert [(row.question, row.category) for row in rows.rows] == [("连不上", "网络"), ("卡纸", "打印")]
    assert rows.faults == ()


@pytest.mark.parametrize(
    "text",
    [
        "问：甲怎么办？答：一。\n问：乙怎么办？答：二。",
        "【问】甲怎么办？\n【答】一。\n【问】乙怎么办？\n【答】二。",
        "【问题1】甲怎么办？\n【答案】一。\n【问题2】乙怎么办？\n【答案】二。",
        "Ｑ：甲怎么办？\nＡ：一。\nＱ：乙怎么办？\nＡ：二。",
    ],
)
def test_marks_of_other_kinds(text: str) -> None:
    rows = parse("x.txt", text.encode())
    assert [pair[1:] for pair in pairs(rows)] == [("甲怎么办？", "一。"), ("乙怎么办？", "二。")]


def test_what_looks_like_a_title_in_a_piece_of_program_stays_in_its_answer() -> None:
    answer = "运行：\n```\n# 重启服务\nsystemctl restart x\n```\n好了。"
    (row,) = parse("x.md", f"## 甲\n\n{answer}\n\n# 下一组\n\n说明\n".encode()).rows
    assert row.answer == answer


@pytest.mark.parametrize("sign", ["##", "###", "#"])
def test_questions_of_another_depth_in_markdown(sign: str) -> None:
    text = f"{sign} 甲\n\n一\n\n{sign} 乙\n\n二\n"
    assert [pair[1:] for pair in pairs(parse("x.md", text.encode()))] == [("甲", "一"), ("乙", "二")]


def test_a_sheet_without_an_end_is_not_searched_through_from_every_place() -> None:
    began = time.thread_time()
    for piece in (b'<c r="A1"', b"mergeCell ", b'<row hidden="1" ', b'<c r="A1"><f>'):
        for find in (workbooks._FORMULA, workbooks._MERGED, workbooks._HIDDEN):
            find.findall(piece * 20_000)
    assert time.thread_time() - began < 3.0
