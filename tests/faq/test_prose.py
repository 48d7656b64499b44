"""Question and answer lists as people write them are read, with the lines that a page width has broken joined again."""

from __future__ import annotations

import contextlib
import io
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.formats import UnreadableFile, parse

PAIRS = [
    ("打印机找不到怎么办", "点“重新搜索”。"),
    ("密码忘了怎么找回", "在登录页点“忘记密码”，\n按手机号收验证码。"),
]


def pairs(text: str) -> list[tuple[str, str]]:
    return [(row.question, row.answer) for row in parse("x.txt", text.encode()).rows]


def word(*paragraphs: tuple[str, str]) -> bytes:
    """Return a document with these paragraphs, each with the name of its style."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    xml = f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>'
    out = io.BytesIO()
    with ZipFile(out, "w") as members:
        members.writestr("word/document.xml", xml)
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "问：甲怎么办\n答：一。\n问：乙怎么办\n答：二。\n",
        "Q: 甲怎么办\nA: 一。\n\nQ: 乙怎么办\nA: 二。",
        "Q1. 甲怎么办\nA1. 一。\nQ2. 乙怎么办\nA2. 二。",
        "1、问：甲怎么办\n答：一。\n2、问：乙怎么办\n答：二。",
    ],
)
def test_marks_in_front(text):
    assert pairs(text) == [("甲怎么办", "一。"), ("乙怎么办", "二。")]


def test_numbered_questions_and_what_follows():
    text = "常见问题\n\n1. 甲怎么办？\n先重启。\n再登录。\n\n2. 乙怎么办？\n① 打开设置 ② 点保存"
    assert pairs(text) == [("甲怎么办？", "先重启。\n再登录。"), ("乙怎么办？", "① 打开设置 ② 点保存")]


def test_questions_alone_on_a_line_after_an_empty_one():
    assert pairs("甲怎么办？\n一。\n\n乙怎么办?\n二。\n") == [("甲怎么办？", "一。"), ("乙怎么办?", "二。")]


def test_broken_lines_are_joined():
    text = "问：教师端登录老是提示\n证书过期怎么办\n答：多半是电脑时间\n不对，或客户端太旧。\n请先校时\n再升级。\n"
    assert pairs(text) == [
        ("教师端登录老是提示证书过期怎么办", "多半是电脑时间不对，或客户端太旧。\n请先校时再升级。")
    ]
    english = "Q: How do I reset\nmy password\nA: Press the link on\nthe login page.\n"
    assert pairs(english) == [("How do I reset my password", "Press the link on the login page.")]


def test_steps_stay_on_lines_of_their_own():
    text = "问：投影黑屏怎么办\n答：依次检查\n1. 电源灯\n2. 信号线\n3. 输入源\n"
    assert pairs(text) == [("投影黑屏怎么办", "依次检查\n1. 电源灯\n2. 信号线\n3. 输入源")]


def test_a_question_without_an_answer_is_a_fault():
    rows = parse("x.txt", "问：甲怎么办\n答：一。\n问：乙怎么办\n".encode())
    assert [(fault.line, fault.found) for fault in rows.faults] == [(3, "缺答案")]


def test_a_document_with_headings():
    data = word(
        ("1", "一、打印机找不到"),
        ("a", "点“重新搜索”。"),
        ("a", "还没有就重启。"),
        ("Heading2", "密码忘了"),
        ("a", "点“忘记密码”。"),
    )
    rows = parse("问答.docx", data).rows
    assert [(row.question, row.answer) for row in rows] == [
        ("打印机找不到", "点“重新搜索”。\n还没有就重启。"),
        ("密码忘了", "点“忘记密码”。"),
    ]


def test_a_document_with_marks():
    rows = parse("x.docx", word(("a", "问：甲怎么办"), ("a", "答：一。"), ("a", "第二行。"))).rows
    assert [(row.question, row.answer) for row in rows] == [("甲怎么办", "一。\n第二行。")]


@pytest.mark.parametrize("text", ["", "只是一段话。没有问题。", "\n\n\n"])
def test_a_text_without_questions_says_what_to_write(text):
    with pytest.raises(UnreadableFile, match="问：…"):
        parse("x.txt", text.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(
    ("name", "member"), [("x.docx", "word/document.xml"), ("x.xlsx", "xl/worksheets/sheet1.xml")]
)
def test_a_document_that_defines_entities_is_refused(name, member, encoding):
    out = io.BytesIO()
    written = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode(encoding)
    with ZipFile(out, "w") as members:
        members.writestr(member, (b"\xfe\xff" if encoding == "utf-16-be" else b"") + written)
    with pytest.raises(UnreadableFile) as refused:
        parse(name, out.getvalue())
    assert "有不该有的定义" in refused.value.said("zh")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    for name in ("x.docx", "x.txt"):
        with contextlib.suppress(UnreadableFile):
            parse(name, data)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    try:
        rows = parse("x.txt", text.encode(errors="replace"))
    except UnreadableFile:
        return
    assert rows.rows or rows.faults
