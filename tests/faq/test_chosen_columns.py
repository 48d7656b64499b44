"""Columns whose meaning somebody says: in the place of what their names say, in every kind of file that has columns."""

from __future__ import annotations

import io
import json

import pytest
from openpyxl import Workbook

from faq.formats import Rows, UnreadableFile, Unsuitable, parse, said
from faq.formats.customers import named_owners
from faq.formats.pieces import lines_of_rows, rows_of_lines

NAMES = ["事由", "经过", "我们怎么说", "谁管"]
ROW = ["投影仪没电了", "老师来电", "换两节电池。", "小李"]
OTHER = ["班牌显示旧课表", "", "点同步课表。", "老张"]
CHOICE = said(["事由=标准问法", "我们怎么说=answer", "谁管=负责人", "经过="])


def file_of(suffix: str) -> bytes:
    rows = [NAMES, ROW, OTHER]
    if suffix == "xlsx":
        book, out = Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(out)
        return out.getvalue()
    if suffix == "json":
        return json.dumps(
            [dict(zip(NAMES, row, strict=True)) for row in rows[1:]], ensure_ascii=False
        ).encode()
    return "\n".join({"csv": ",", "txt": "\t"}[suffix].join(row) for row in rows).encode()


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "txt", "json"])
def test_what_somebody_says_a_column_is_counts_whatever_the_file(suffix: str) -> None:
    rows = parse(f"x.{suffix}", file_of(suffix), CHOICE)
    assert [(row.question, row.answer, row.aliases, row.others) for row in rows.rows] == [
        ("投影仪没电了", "换两节电池。", None, {"owner": "小李"}),
        ("班牌显示旧课表", "点同步课表。", None, {"owner": "老张"}),
    ]
    assert [(each.name, each.letter, each.field) for each in rows.columns] == [
        ("事由", "A", "question"),
        ("经过", "B", ""),
        ("我们怎么说", "C", "answer"),
        ("谁管", "D", "owner"),
    ]
    assert rows.columns[0].samples == ("投影仪没电了", "班牌显示旧课表")
    assert not any("没有用" in each.zh for each in rows.remarks)  # it was left out on purpose


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_file_nobody_can_make_out_names_its_columns(suffix: str) -> None:
    with pytest.raises(UnreadableFile) as unread:
        parse(f"x.{suffix}", file_of(suffix))
    assert [(each.name, each.field) for each in unread.value.columns] == [(name, "") for name in NAMES]
    assert unread.value.columns[2].samples == ("换两节电池。", "点同步课表。")


def test_the_rest_is_taken_by_its_names() -> None:
    text = "问题,处理,备注,分类\n打印机卡纸,清纸,找老张,打印\n".encode()
    rows = parse("x.csv", text, said(["备注=答案"]))
    assert [(row.question, row.answer, row.category) for row in rows.rows] == [
        ("打印机卡纸", "找老张", "打印")
    ]
    both = parse("x.csv", text, said(["备注=答案", "处理=答案"]))
    assert [row.answer for row in both.rows] == ["清纸\n找老张"]


def test_what_a_name_says_gives_way() -> None:
    text = "问题,客户怎么问,答案\n编号一,打印机卡纸,清纸\n".encode()
    rows = parse("x.csv", text, said(["客户怎么问=标准问法"]))
    assert [row.question for row in rows.rows] == ["打印机卡纸"]
    assert [each.field for each in rows.columns] == ["", "question", "answer"]


def test_a_list_without_names_is_told_by_letters_and_keeps_its_first_row() -> None:
    text = "打印机卡纸,张三,清纸\n扫描不清楚,李四,擦玻璃板\n".encode()
    rows = parse("x.csv", text, said(["A=question", "C=answer"]))
    assert [(row.question, row.answer) for row in rows.rows] == [
        ("打印机卡纸", "清纸"),
        ("扫描不清楚", "擦玻璃板"),
    ]
    assert [each.name for each in rows.columns] == ["A", "B", "C"]


def test_letters_do_not_make_a_question_of_the_names() -> None:
    assert [row.line for row in parse("x.csv", file_of("csv"), said(["A=question", "C=answer"])).rows][
        -1
    ] == 3
    named = "标题,经过描述,处理结果\n卡纸,卡了,清纸\n".encode()
    assert [row.question for row in parse("x.csv", named, said(["B=question", "C=answer"])).rows] == ["卡了"]


def test_sheets_are_alike_and_one_about_something_else_stays_out() -> None:
    book, out = Workbook(), io.BytesIO()
    for sheet, rows in ((book.active, [NAMES, ROW]), (book.create_sheet("二"), [NAMES, OTHER]),
                        (book.create_sheet("通讯录"), [["姓名", "电话"], ["老张", "1"]])):  # fmt: skip
        for row in rows:
            sheet.append(row)
    book.save(out)
    rows = parse("x.xlsx", out.getvalue(), CHOICE)
    assert [row.question for row in rows.rows] == [ROW[0], OTHER[0]]
    assert [each.found for each in rows.faults] == ["没有读这张工作表"]
    assert [each.name for each in rows.columns] == [
        *NAMES,
        "姓名",
        "电话",
    ]  # they may still be said to be something


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (["标题=问题"], "没有“标题”这一列（有：事由、经过、我们怎么说、谁管）"),
        (["事由=问题", "经过=问题", "谁管=答案"], "“事由”和“经过”不能都当作标准问法"),
        (["事由=问题"], "没有看出哪一列"),
    ],
)
def test_what_cannot_be_is_said(choice: list[str], says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        parse("x.csv", file_of("csv"), said(choice))


def test_a_file_without_columns_has_none_to_say_anything_of() -> None:
    with pytest.raises(UnreadableFile, match="有：没有列"):
        parse("x.md", "## 打印机卡纸\n\n清纸\n".encode(), said(["事由=问题"]))


@pytest.mark.parametrize("pair", ["事由", "=问题", "事由=天气"])
def test_words_that_say_nothing_of_a_column_are_refused(pair: str) -> None:
    with pytest.raises(Unsuitable, match=r"要写成|不是用途"):
        said([pair])


def test_columns_wait_with_their_rows() -> None:
    rows = parse("x.csv", file_of("csv"), CHOICE)
    assert rows_of_lines(lines_of_rows(rows)).columns == rows.columns


def test_who_answers_for_an_entry_is_known_by_name_and_whoever_left_is_told() -> None:
    rows: Rows = named_owners(parse("x.csv", file_of("csv"), CHOICE), {"li": "小李"})
    assert [row.others["owner"] for row in rows.rows] == ["li", "老张"]
    assert "负责人 老张 不在配置的人员里" in rows.remarks[-1].zh
