"""What people and files bring that is no question and no FAQ: handled or listed, quickly, and nothing is lost by it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from time import process_time
from zipfile import ZipFile

import msgspec
import pytest
from openpyxl import load_workbook

from faq.entries import Entry
from faq.formats import dump, parse, plan
from faq.knowledge import Answer, KnowledgeBase, judge
from tests.faq.test_odd_files import document, paragraph, workbook

SAYS_NOTHING = {
    "empty": "",
    "spaces": " \u3000\t\n ",
    "punctuation": "？！……——“”",
    "smileys": "🙂🙂👍",
    "a picture": "[CQ:image,file=a.png,url=https://example.org/a.png]",
    "a picture by name": "[图片]",
    "a link": "https://example.org/?q=1",
    "digits": "13800138000",
    "control characters": "\x00\x07\x1b[31m",
    "half a character": "\ud800\udfff",
    "turned round": "\u202e\u202d\u2066",
    "marks without letters": "\u0301\u0301\u0301",
    "a mention of all": "[CQ:at,qq=all] @全体成员 ",
    "one letter without end": "啊" * 200_000,
    "digits without end": "9" * 2_000_000,
    "a word without end": "x" * 2_000_000,
    "emoji without end": "😂" * 100_000,
}


@pytest.mark.parametrize("text", SAYS_NOTHING.values(), ids=SAYS_NOTHING.keys())
def test_what_says_nothing_finds_nothing_and_costs_little(example: KnowledgeBase, text: str) -> None:
    start = process_time()
    assert example.match(text) == []
    assert process_time() - start < 0.5


def test_of_an_endless_text_the_beginning_is_read(example: KnowledgeBase) -> None:
    question = example.entries()[0].question
    start = process_time()
    found = example.match(question + "。" + "然后" * 500_000)
    assert process_time() - start < 0.5
    assert all(0 <= hit.score <= 1 for hit in found)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "'; DROP TABLE", "{0.__class__}", "%s%n", "../../etc/passwd", "<script>", "𝕏𝕐ℤ", "ﷺ" * 90],
)
def test_odd_letters_are_only_letters(example: KnowledgeBase, text: str) -> None:
    assert all(hit.score < 0.9 for hit in example.match(text))


def test_a_wording_of_two_entries_is_never_answered_by_one_of_them() -> None:
    both = [
        Entry(id="K-1", question="打印机卡纸怎么办", aliases=("纸卡住了出不来",), answer="打开后盖"),
        Entry(id="K-2", question="碎纸机卡纸怎么办", aliases=("纸卡住了出不来",), answer="按倒退键"),
    ]
    hits = KnowledgeBase(both).match("纸卡住了出不来")
    assert {hit.entry.id for hit in hits[:2]} == {"K-1", "K-2"}
    assert not isinstance(judge(hits, answer_at=0.5, suggest_at=0.3), Answer)


def _finished(steps: Iterator[None]) -> None:
    for _ in steps:
        pass


@pytest.mark.parametrize("at", range(6))
def test_a_base_that_is_replaced_while_it_is_searched_answers_by_what_it_is_now(at: int) -> None:
    old = [Entry(id=f"K-{n}", question=f"{n}号打印机连不上网络怎么办", answer="旧") for n in range(40)]
    base = KnowledgeBase(old)
    steps, ahead = base.looked_up("7号打印机连不上网络"), base.read_ahead()
    for _ in range(at):
        next(steps, None)
        next(ahead, None)
    for entry in old:
        base.remove(entry.id)
    base.put(Entry(id="N-1", question="7号打印机连不上网络怎么办", answer="新"))
    _finished(steps)
    _finished(ahead)
    assert [hit.entry.answer for hit in base.match("7号打印机连不上网络")] == ["新"]


LONG = "长" * 700_000  # two megabytes
TOO_LONG = {
    "x.csv": f"问题,答案\n甲,一\n乙,{LONG}\n丙,三\n".encode(),
    "x.jsonl": b"\n".join(
        msgspec.json.encode({"question": q, "answer": a}) for q, a in (("甲", "一"), ("乙", LONG), ("丙", "三"))
    ),
    "x.md": f"## 甲\n一\n## 乙\n{LONG}\n## 丙\n三\n".encode(),
    "x.txt": f"问：甲\n答：一。\n\n问：乙\n答：{LONG}。\n\n问：丙\n答：三。\n".encode(),
    "x.docx": document(
        "".join(map(paragraph, ("问：甲", "答：一。", "问：乙", f"答：{LONG}", "问：丙", "答：三。")))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_cell_of_megabytes_is_listed_and_what_is_around_it_is_read(name: str) -> None:
    rows = parse(name, TOO_LONG[name])
    assert [row.question for row in rows.rows] == ["甲", "丙"]
    assert [fault.found for fault in rows.faults] == ["太长"]


FORMULAS = ("=1+1", "+86 138", "-2℃", "@SUM(A1)", "\t=1+1", " =1+1", "＝1+1", "'=1")


def test_what_looks_like_a_formula_leaves_as_text() -> None:
    known = [
        Entry(id=f"K-{n}", question=f"问{n}", answer="答\n" + text, category=text)
        for n, text in enumerate(FORMULAS)
    ]
    table = csv.reader(io.StringIO(dump("x.csv", known).decode("utf-8-sig"), newline=""))
    cells = [cell for row in table for cell in row]
    assert [cell for cell in cells if cell.startswith(tuple("=+-@\t ＝"))] == []
    with ZipFile(io.BytesIO(dump("x.xlsx", known))) as members:
        assert b"<f>" not in members.read("xl/worksheets/sheet1.xml")
    sheet = load_workbook(io.BytesIO(dump("x.xlsx", known))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {
        "s",
        "inlineStr",
    }


def test_a_formula_that_nobody_has_calculated_says_so() -> None:
    rows = parse("x.xlsx", workbook(("FAQ", [["问题", "答案"], ["甲", "=A1&B1"], ["乙", "二"]])))
    assert [row.question for row in rows.rows] == ["乙"]
    assert [fault.found for fault in rows.faults] == ["公式出错"]


def test_ids_used_twice_are_listed_and_the_first_stays() -> None:
    planned = plan((), parse("x.csv", "编号,问题,答案\nK-1,甲,一\nK-1,乙,二\nK-2,丙,三\n".encode()))
    assert [(entry.id, entry.question) for entry in planned.new] == [("K-1", "甲"), ("K-2", "丙")]
    assert [(fault.line, fault.found) for fault in planned.faulty] == [(3, "编号重复")]


MARKUP = (
    "[CQ:at,qq=all]",
    '<at id="all"></at>',
    "**粗** [链接](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "@全体成员",
)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "md", "jsonl"])
def test_markup_of_a_platform_in_an_answer_is_kept_as_it_stands(suffix: str) -> None:
    known = tuple(Entry(id=f"K-{n}", question=f"问{n}", answer=text) for n, text in enumerate(MARKUP))
    assert plan((), parse(f"x.{suffix}", dump(f"x.{suffix}", known))).new == known
