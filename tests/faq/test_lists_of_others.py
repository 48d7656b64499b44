"""Lists of questions in the shapes people keep them: numbered by hand or by Word, under chapters, in Markdown, pasted tables, JSON."""

from __future__ import annotations

import io
from datetime import date, time
from zipfile import ZipFile

import pytest

from faq.entries import Entry
from faq.formats import UnreadableFile, dump, parse, plan
from tests.faq.test_odd_files import workbook

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_NUMBERING = (
    f'<w:numbering {_W}><w:abstractNum w:abstractNumId="5"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num></w:numbering>'
)


def word(*paragraphs: tuple[str, int | None]) -> bytes:
    """Return a document with paragraphs, each at its level of the one list, None for outside of it, -1 for a title."""
    body = ""
    for text, level in paragraphs:
        about = ""
        if level == -1:
            about = '<w:pStyle w:val="Title"/>'
        elif level is not None:
            about = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
        body += f"<w:p><w:pPr>{about}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
    out = io.BytesIO()
    with ZipFile(out, "w") as members:
        members.writestr("word/document.xml", f"<w:document {_W}><w:body>{body}</w:body></w:document>")
        members.writestr("word/numbering.xml", _NUMBERING)
    return out.getvalue()


def told(name: str, data: str | bytes) -> list[tuple[str, str, str]]:
    rows = parse(name, data if isinstance(data, bytes) else data.encode())
    assert rows.faults == ()
    return [(row.question, row.answer, row.category or "") for row in rows.rows]


_HANDBOOK = """# 教师手册
## 一、账号
### 新老师怎么开通账号
找教务处登记。
## 二、多媒体
使用前请先登记。
### 教室音响有啸叫
把话筒拿远一点。
"""


def test_words_under_a_chapter_are_no_answer_and_are_told_of() -> None:
    rows = parse("x.md", _HANDBOOK.encode())
    assert [(row.question, row.answer, row.category) for row in rows.rows] == [
        ("新老师怎么开通账号", "找教务处登记。", "账号"),
        ("教室音响有啸叫", "把话筒拿远一点。", "多媒体"),
    ]
    assert [remark.zh for remark in rows.remarks] == [
        "“二、多媒体”（第 5 行）是一章，它下面、第一个问题前面的话没有导入。"
    ]


def test_chapters_with_words_of_their_own_over_what_is_asked() -> None:
    text = "## 网络\n全校覆盖。\n### 怎么连网？\n选 Edu。\n## 打印\n在一楼。\n### 怎么打印？\n刷卡。\n"
    assert [(row.question, row.category) for row in parse("x.md", text.encode()).rows] == [
        ("怎么连网？", "网络"),
        ("怎么打印？", "打印"),
    ]


@pytest.mark.parametrize("title", ["怎么连网？", "连不上网"])
def test_steps_with_headings_stay_in_their_answer(title: str) -> None:
    text = f"## {title}\n分两步。\n### 第一步\n选 Edu。\n### 第二步\n登录。\n"
    assert told("x.md", text) == [(title, "分两步。\n### 第一步\n选 Edu。\n### 第二步\n登录。", "")]


def test_word_numbers_the_questions_and_the_steps_itself() -> None:
    data = word(
        ("常见问题", -1),
        ("打印机找不到怎么办？", 0),
        ("点重新搜索。", None),
        ("怎么修改密码", 0),
        ("点头像。", 1),
        ("点修改密码。", 1),
        ("至少 8 位", 2),
        ("忘记密码", 0),
        ("找管理员。", None),
    )
    assert told("x.docx", data) == [
        ("打印机找不到怎么办？", "点重新搜索。", ""),
        ("怎么修改密码", "1. 点头像。\n2. 点修改密码。\n至少 8 位", ""),
        ("忘记密码", "找管理员。", ""),
    ]


def test_a_numbered_list_under_a_title_whose_question_breaks_off() -> None:
    data = word(
        ("智慧平台常见问题", -1),
        ("1、打印机找不到怎么办？", None),
        ("答：点重新搜索。", None),
        ("2、登录提示证书过期，", None),
        ("是什么原因？", None),
        ("（1）自动校时；", None),
        ("（2）装新版本。", None),
    )
    assert told("x.docx", data) == [
        ("打印机找不到怎么办？", "点重新搜索。", ""),
        ("登录提示证书过期，是什么原因？", "（1）自动校时；\n（2）装新版本。", ""),
    ]


def test_numbers_begin_anew_in_every_chapter_and_steps_keep_theirs() -> None:
    text = (
        "常见问题\n\n第一章 登录\n1、怎么改密码\n（1）点头像\n2、忘记密码怎么办\n1. 点忘记密码\n2. 收短信\n3. 输入新密码\n3、验证码收不到\n等一分钟，\n再点一次。\n"
        "二、打印\n1、打印空白\n换墨盒。\n"
    )
    assert told("x.txt", text) == [
        ("怎么改密码", "（1）点头像", "登录"),
        ("忘记密码怎么办", "1. 点忘记密码\n2. 收短信\n3. 输入新密码", "登录"),
        ("验证码收不到", "等一分钟，再点一次。", "登录"),
        ("打印空白", "换墨盒。", "打印"),
    ]


def test_steps_alone_are_no_questions() -> None:
    with pytest.raises(UnreadableFile):
        parse("x.txt", "操作步骤\n1. 打开设置\n先点左边\n2. 点打印机\n再点右边\n".encode())
    one = "打印机找不到怎么办？\n1. 打开设置\n2. 点重新搜索\n\n怎么改密码？\n1. 点头像\n2. 点修改\n"
    assert [question for question, _, _ in told("x.txt", one)] == ["打印机找不到怎么办？", "怎么改密码？"]


def test_a_table_that_was_pasted() -> None:
    assert told("x.txt", "问题\t答案\nwifi连不上\t重启路由器\n") == [("wifi连不上", "重启路由器", "")]


def test_markdown_with_questions_under_subjects() -> None:
    text = "# 平台\n\n## 一、登录\n\n### 1.1 忘记密码？\n\n点忘记。\n\n#### 学生\n\n找班主任。\n\n### 1.2 收不到验证码\n\n等。\n\n## 二、打印\n\n### 2.1 打印空白\n\n换墨盒。\n"
    assert told("x.md", text) == [
        ("忘记密码？", "点忘记。\n\n#### 学生\n\n找班主任。", "登录"),
        ("收不到验证码", "等。", "登录"),
        ("打印空白", "换墨盒。", "打印"),
    ]
    one = "## 1. 怎么改密码\n\n### 学生\n\n找老师\n\n## 2. 怎么退出\n\n点右上角\n"
    assert told("x.md", one) == [("怎么改密码", "### 学生\n\n找老师", ""), ("怎么退出", "点右上角", "")]


def test_markdown_that_marks_question_and_answer() -> None:
    text = "# 帮助\n\n## 登录\n\n**Q1: 怎么改密码？**\n\nA: 点头像：\n\n1. 个人中心\n\n## 打印\n\n- 问：打印空白？\n- 答：换墨盒。\n\n**问：卡纸**\n答：开盖。\n"
    assert told("x.md", text) == [
        ("怎么改密码？", "点头像：\n1. 个人中心", "登录"),
        ("打印空白？", "换墨盒。", "打印"),
        ("卡纸", "开盖。", "打印"),
    ]


def test_a_file_of_ours_is_read_as_it_was_written_whatever_the_answers_hold() -> None:
    known = (
        Entry(id="K-1", question="一、登录", answer="### 细节\n\n问：甲？\n答：乙。\n问：丙？\n答：丁。"),
        Entry(id="K-2", question="1. 问：怎么改", answer="### 1.1 先\n\n改"),
    )
    assert plan((), parse("x.md", dump("x.md", known))).new == known


def test_a_json_list_as_programs_export_it() -> None:
    text = '[\n {"question": "怎么退出",\n  "answer": "右上角"},\n {"问题": "乙", "答案": ["一", "二"]},\n 3\n]\n'
    rows = parse("x.json", text.encode())
    assert [(row.line, row.question, row.answer) for row in rows.rows] == [
        (1, "怎么退出", "右上角"),
        (2, "乙", "一\n二"),
    ]
    assert [fault.line for fault in rows.faults] == [3]
    with pytest.raises(UnreadableFile, match="不是完整的 JSON 列表"):
        parse("x.json", text[:40].encode())


def test_cells_say_what_they_show() -> None:
    def shown(book: object) -> None:
        book.worksheets[0]["B2"].number_format = "0.0%"  # type: ignore[attr-defined]

    sheet = [
        ["问题", "答案", "有效期至"],
        ["甲", 0.125, date(2027, 8, 31)],
        ["乙", time(8, 30), "长期"],
        ["丙", 12.5, None],
    ]
    rows = parse("x.xlsx", workbook(("FAQ", sheet), then=shown))
    assert [(row.answer, row.others.get("valid_until")) for row in rows.rows] == [
        ("12.5%", date(2027, 8, 31)),
        ("08:30", None),
        ("12.5", None),
    ]


def test_a_row_that_repeats_an_earlier_one_and_adds_nothing_is_the_same() -> None:
    text = "问题,相似问法,答案,分类\n甲,乙|丙,一,子\n甲,,一,\n甲,丁,一,\n甲,,二,\n"
    planned = plan((), parse("x.csv", text.encode()))
    assert [row.line for row in planned.duplicate] == [3]
    assert [fault.line for fault in planned.faulty] == [4, 5]


def test_markdown_of_others_is_read_without_its_markup() -> None:
    text = """# 常见问题

## **投影仪**打不开？

先看[电源灯](#灯)，再看

![接线图](https://example.com/p.png "接线")

[说明书](https://example.com/m.pdf)，或 [https://example.com/n](https://example.com/n)。

- **红灯**：报修 ![](img/red.png)
- 2 ** 3 和 snake_case_name 不动

```
ls **/*.py  ![x](https://example.com/code.png)
```
"""
    rows = parse("x.md", text.encode())
    (row,) = rows.rows
    assert row.question == "投影仪打不开？"
    assert row.answer == (
        "先看电源灯，再看\n\n说明书（https://example.com/m.pdf），或 https://example.com/n。\n\n- 红灯：报修\n"
        "- 2 ** 3 和 snake_case_name 不动\n\n```\nls **/*.py  ![x](https://example.com/code.png)\n```"
    )
    assert row.others["pictures"] == ("https://example.com/p.png",)
    assert [remark.en for remark in rows.remarks if "1 pictures" in remark.en]


def test_markdown_of_ours_is_read_as_it_was_written() -> None:
    entry = Entry(
        id="K-1",
        question="怎么**写**",
        answer="[甲](https://example.com) **乙** ![](https://example.com/p.png)",
    )
    (row,) = parse("x.md", dump("x.md", [entry])).rows
    assert (row.question, row.answer) == (entry.question, entry.answer)
