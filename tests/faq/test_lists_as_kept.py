"""Lists as their owners keep them: columns with names of their own, several questions in a cell, hidden rows, pieces of web pages."""

from __future__ import annotations

import io
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.entries import Entry
from faq.formats import UnreadableFile, describe, dump, parse, plan
from faq.formats.cells import asked_in, text_of
from faq.formats.likeness import meant_by
from tests.faq.test_odd_files import pairs, workbook


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("家长常问", "question"), ("用户咨询", "question"), ("故障现象", "question"), ("Title", "question"), ("Issue summary", "question"),
        ("老师回复口径", "answer"), ("标准话术", "answer"), ("处理步骤", "answer"), ("问题解答", "answer"), ("Body", "answer"), ("Agent reply", "answer"),
        ("同类问法", "aliases"), ("类似问题", "aliases"), ("所属模块", "category"), ("Section", "category"),
        ("处理人", ""), ("解决状态", ""), ("咨询时间", ""), ("问题原因", ""), ("备注（内部）", ""), ("访问量", ""), ("Updated at", ""), ("Issue type", ""),
        ("Answered by", ""), ("姓名", ""), ("format", ""), ("video", ""),
    ],
)  # fmt: skip
def test_what_a_column_is_by_its_name(name: str, field: str) -> None:
    assert meant_by(name) == field


def test_columns_with_names_of_their_own_are_guessed_and_told() -> None:
    text = "工单编号,用户咨询,同类问法,标准话术,处理人\nGD1,怎么缴费,缴费,公众号缴费,王丽\nGD2,车位怎么租,,前台签合同,王丽\n"
    rows = parse("x.csv", text.encode("gb18030"))
    assert pairs(rows) == [(2, "怎么缴费", "公众号缴费"), (3, "车位怎么租", "前台签合同")]
    assert rows.rows[0].aliases == ("缴费",)
    assert rows.is_guess
    assert [each.zh for each in rows.remarks] == [
        "按列名猜的：“用户咨询”当作问法、“同类问法”当作相似问法、“标准话术”当作答案。",
        "没有用到的列：工单编号、处理人。",
    ]
    assert describe(plan((), rows), "en")[1:] == [
        "Guessed by their names: “用户咨询” is taken for the question, “同类问法” is taken for other wordings, “标准话术” is taken for the answer.",
        "Columns that are not used: 工单编号, 处理人.",
    ]


def test_columns_that_may_be_one_or_the_other_are_asked_about() -> None:
    with pytest.raises(UnreadableFile, match="列名：事项、处理经过、答复口径"):
        parse("x.csv", "事项,处理经过,答复口径\n甲,一,二\n".encode())


def test_of_columns_that_are_passed_over_only_those_with_something_in_them_are_told() -> None:
    rows = parse("x.csv", "序号,问题,答案,备注,截图\n1,甲,一,已核,\n2,乙,二,,\n".encode())
    assert [each.zh for each in rows.remarks] == ["没有用到的列：备注。"]
    assert not rows.is_guess
    assert parse("x.csv", "问题,答案\n甲,一\n".encode()).remarks == ()


def test_a_column_that_may_say_for_whom_an_answer_is_is_not_passed_over_silently() -> None:
    rows = parse("x.csv", "问题,答案,适用范围\n甲,一,只给二中\n".encode())
    assert ["适用客户" in each.zh for each in rows.remarks] == [True]


@pytest.mark.parametrize("word", ["标题", "问题"])
def test_what_another_program_keeps_as_a_draft_is_not_in_use(word: str) -> None:
    rows = parse(
        "x.csv",
        f"{word},正文,Draft,状态\n甲,一,true,\n乙,二,false,已发布\n丙,三,,已作废\n丁,四,,已完结\n".encode(),
    ).rows
    assert [row.is_enabled for row in rows] == [False, None, False, None]


def test_a_list_of_two_columns_without_headings() -> None:
    rows = parse("x.csv", "怎么缴费？,公众号\n车位怎么租,前台\n几点下班？,六点\n".encode())
    assert pairs(rows) == [(1, "怎么缴费？", "公众号"), (2, "车位怎么租", "前台"), (3, "几点下班？", "六点")]
    assert rows.is_guess
    with pytest.raises(UnreadableFile):
        parse("x.csv", "王丽,8123\n李强,8124\n张敏,8125\n".encode())


@pytest.mark.parametrize(
    ("cell", "questions"),
    [
        ("怎么连WiFi？\nWiFi密码是多少？", ["怎么连WiFi？", "WiFi密码是多少？"]),
        ("怎么连WiFi？/WiFi密码是多少？", ["怎么连WiFi？", "WiFi密码是多少？"]),
        ("1、怎么交\n2、哪里交", ["怎么交", "哪里交"]),
        ("打印机卡纸了？怎么办？", ["打印机卡纸了？怎么办？"]),  # one question
        ("打印机卡纸了，\n怎么办？", ["打印机卡纸了，\n怎么办？"]),  # a line that breaks
        ("能不能用 A/B 两个账号？", ["能不能用 A/B 两个账号？"]),
    ],
)
def test_several_questions_in_one_cell(cell: str, questions: list[str]) -> None:
    assert asked_in(cell) == questions


def test_questions_that_are_numbered_lose_their_numbers_and_others_keep_theirs() -> None:
    numbered = parse("x.csv", "问题,答案\n1、甲吗,一\n2、乙吗,二\n3．2.4G 是什么,三\n".encode())
    assert [row.question for row in numbered.rows] == ["甲吗", "乙吗", "2.4G 是什么"]
    few = parse("x.csv", "问题,答案\n3、怎么办,一\n乙吗,二\n2.4G 是什么,三\n".encode())
    assert [row.question for row in few.rows] == ["3、怎么办", "乙吗", "2.4G 是什么"]


def test_numbers_that_count_the_rows_are_no_ids() -> None:
    counted = parse("x.csv", "编号,问题,答案\n1,甲,一\n2,乙,二\n4,丙,三\n".encode())
    assert [row.id for row in counted.rows] == ["", "", ""]
    given_ = parse("x.csv", "编号,问题,答案\n101,甲,一\n205,乙,二\n".encode())
    assert [row.id for row in given_.rows] == ["101", "205"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<p>点 <b>设置</b>&nbsp;&rarr; <em>导入</em>。</p><ul><li>一</li><li>二</li></ul>", "点 设置 → 导入。\n- 一\n- 二"),
        ("<ol><li>先</li>\n<li>后</li></ol>", "1. 先\n2. 后"),
        ('看<a href="https://a.example/x">说明</a>', "看说明 https://a.example/x"),
        ("第一行<br/>第二行", "第一行\n第二行"),
        ("A &amp; B &lt;3", "A & B <3"),
        ("<div>好</div><script>alert(1)</script>", "好"),
        ("温度<5 且 a>b", "温度<5 且 a>b"),
        ("在 <服务器地址> 里填", "在 <服务器地址> 里填"),
        ("AT&T", "AT&T"),
    ],
)  # fmt: skip
def test_pieces_of_a_web_page_are_what_it_shows(cell: str, text: str) -> None:
    assert text_of(cell) == text


@given(st.text(alphabet="<>/abp i&;lt\n\"'=甲", max_size=60))
def test_whatever_a_cell_holds_is_some_text(cell: str) -> None:
    assert isinstance(text_of(cell), str)
    assert asked_in(cell)


def test_what_we_wrote_ourselves_is_read_as_it_is() -> None:
    entry = Entry(
        id="1", question="1、怎么写 <b>粗体</b>？", answer="写 <b>粗体</b>&nbsp;<br>", aliases=("2、粗体",)
    )
    rest = [Entry(id=str(n), question=f"{n}、问{n}", answer="答") for n in range(2, 6)]
    for name in ("x.csv", "x.xlsx"):
        assert plan([entry, *rest], parse(name, dump(name, [entry, *rest]))).changed == ()


def test_rows_that_nobody_sees_are_not_imported() -> None:
    def hide(book: Any) -> None:
        book.worksheets[0].row_dimensions[3].hidden = True

    sheet = ("FAQ", [["问题", "答案"], ["甲", "一"], ["乙", "旧的"], ["丙", "三"]])
    rows = parse("x.xlsx", workbook(sheet, then=hide))
    assert pairs(rows) == [(2, "甲", "一"), (4, "丙", "三")]
    assert [each.zh for each in rows.remarks] == ["隐藏或筛选掉的行没有导入（第 3 行）；要导入就先取消隐藏。"]
    assert parse("x.xlsx", workbook(sheet)).remarks == ()


def test_pictures_in_a_workbook_are_told() -> None:
    out = io.BytesIO(workbook(("FAQ", [["问题", "答案"], ["甲", "一"]])))
    with ZipFile(out, "a") as members:
        members.writestr("xl/media/image1.png", b"x")
    assert [each.en[:30] for each in parse("x.xlsx", out.getvalue()).remarks] == [
        "The 1 pictures in the file are"
    ]


def test_a_sheet_of_a_workbook_says_what_its_columns_were_taken_for() -> None:
    rows = parse("x.xlsx", workbook(
        ("教师", [["问题", "答案", "备注"], ["甲", "一", "略"]]),
        ("家长", [["家长常问", "回复口径"], ["乙", "二"]]),
        ("通讯录", [["姓名", "电话"], ["刘", "8123"]]),
    ))  # fmt: skip
    assert pairs(rows) == [(2, "甲", "一"), (2, "乙", "二")]
    assert [each.zh for each in rows.remarks] == [
        "工作表“教师”：没有用到的列：备注。",
        "工作表“家长”：按列名猜的：“家长常问”当作问法、“回复口径”当作答案。",
    ]
    assert [fault.found for fault in rows.faults] == ["没有读这张工作表"]


@pytest.mark.parametrize("sign", ["```", "~~~", "````"])
def test_a_heading_in_a_piece_of_program_is_none(sign: str) -> None:
    text = f"## 怎么调用\n{sign}bash\n# 列出\n## 带条件\ncurl\n{sign}\n完。\n## 限流\n一分钟 100 次\n"
    assert pairs(parse("x.md", text.encode())) == [
        (1, "怎么调用", f"{sign}bash\n# 列出\n## 带条件\ncurl\n{sign}\n完。"),
        (8, "限流", "一分钟 100 次"),
    ]


def test_a_piece_of_program_that_nobody_ended_hides_no_question() -> None:
    text = "## 甲\n```bash\nls\n## 乙\n二\n```bash\npwd\n```\n## 丙\n三\n"
    assert [row.question for row in parse("x.md", text.encode()).rows] == ["甲", "乙", "丙"]
    assert [row.question for row in parse("x.md", "## 甲\n```\nls\n## 乙\n二\n".encode()).rows] == [
        "甲",
        "乙",
    ]


def test_a_table_of_contents_is_no_question() -> None:
    text = "# FAQ\n\n## 目录\n- [账号](#账号)\n1. [费用](#费用)\n\n## 账号\n一\n"
    assert [row.question for row in parse("x.md", text.encode()).rows] == ["账号"]
