"""FAQ files are read with all their faults named, and written so that reading gives the same again."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from faq.formats import UnreadableFile, dump, parse, plan, read, template, write
from faq.formats.rows import BROKEN, LONGEST, OTHERS, join, split
from faq.formats.workbooks import MOST_UNPACKED_BYTES
from faq.knowledge import Entry

SUFFIXES = ("csv", "xlsx", "md", "jsonl")

# Texts a file may hold: no control characters, nothing that stands for an undecodable one.
letters = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters="\ufffd")
awkward = st.sampled_from(
    ["=1+1", "'=x", "''@a", "+86", "-负", "@谁", "a|b", "a；b", "a;b", "\\", "\\n", "\\;", "## 标题", "# 组", "\\## x", "- 相似: x", "* 标签：y",
     "- 启用: 否", '"', "a,b", "{#K-1}", "K-001 前缀", "a / b", "_x000D_", "1", "1.0", "是", "\u2028", "```", "\ufeffx", "&lt;"]
)  # fmt: skip
line = (st.text(letters, min_size=1, max_size=20) | awkward).map(str.strip).filter(bool)
question = line.map(lambda text: f"{text}问")  # a question of punctuation alone is a fault
answer = (  # what a table shows of a formula that failed is no answer
    st.lists(line | st.just(""), min_size=1, max_size=4)
    .map("\n".join)
    .map(str.strip)
    .filter(lambda text: text not in {"", *BROKEN})
)
addresses = st.lists(
    st.sampled_from(["https://example.org/a.png", "http://10.0.0.1/图.jpg?x=|1"]), max_size=2, unique=True
).map(tuple)
several = st.lists(line, max_size=3, unique=True).map(tuple)
entries = st.lists(
    st.builds(
        Entry,
        id=st.integers(1, 999).map(lambda number: f"K-{number:03d}")
        | st.sampled_from(["a.b:c", "编号-1", "=1"]),
        question=question,
        aliases=several,
        answer=answer,
        customer=st.sampled_from([None, "yucai", "育才小学"]),
        category=st.just("") | line,
        tags=several,
        is_enabled=st.booleans(),
        pictures=addresses,
        links=st.lists(
            st.sampled_from(["图文 https://example.org/a?b=1;c", "https://example.org"]),
            max_size=2,
            unique=True,
        ).map(tuple),
        valid_from=st.none() | st.just(date(2026, 3, 1)),
        valid_until=st.none() | st.dates(date(2026, 3, 1), date(2027, 1, 1)),
        review_on=st.none() | st.just(date(2026, 7, 1)),
        owner=st.sampled_from(["", "zhang"]),
    ),
    max_size=5,
    unique_by=(lambda entry: entry.id, lambda entry: entry.question),
)


# What is something else in the files of others: pieces of program nobody ended, with headings in them, contents, pieces of pages.
ODD_ANSWERS = (
    "```",
    "```",
    "~~~\n## 一\n~~~",
    "```bash\n# 二\n## 三",
    "```\n## 四 {#K-9}\n```",
    "一\n```\n二",
    "- [账号](#账号)",
    "<p>一</p>&nbsp;",
)


@settings(max_examples=60, deadline=None)
@given(known=entries)
@example(known=[Entry(id=f"K-{n}", question=f"问{n}", answer=each) for n, each in enumerate(ODD_ANSWERS)])
def test_what_is_written_is_read_again(known: list[Entry]) -> None:
    for suffix in SUFFIXES:  # to make up entries takes longer than to write and read them
        if known or suffix != "md":  # an empty Markdown file is refused: it holds no question
            _is_read_again(suffix, known)


def _is_read_again(suffix: str, known: list[Entry]) -> None:
    data = dump(f"x.{suffix}", known)
    rows = parse(f"x.{suffix}", data)
    assert rows.faults == ()
    made = [(row.question, row.answer, row.id, row.customer) for row in rows.rows]
    assert made == [(each.question, each.answer, each.id, each.customer) for each in known]
    written = [{name: getattr(each, name) for name in OTHERS} for each in known]
    assert [
        {name: row.others.get(name, of[name]) for name in OTHERS}
        for row, of in zip(rows.rows, written, strict=True)
    ] == written
    again = plan(known, rows)
    assert (again.new, again.changed, again.faulty) == ((), (), ())
    assert len(again.duplicate) == len(known)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_example_goes_through_every_format(
    example_entries: tuple[Entry, ...], suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"faq.{suffix}"
    write(path, example_entries)
    assert plan((), read(path)).new == example_entries
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


HEADING = "标准问法,相似问法,答案,分类,适用客户,标签,编号\n"
ROW = (
    "打印机找不到,搜不到打印机|打印机列表是空的；连不到打印机,点“重新搜索”,打印,育才小学,打印机;驱动,K-102\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_csv_in_the_encodings_people_have(encoding: str) -> None:
    [row] = parse("x.csv", (HEADING + ROW).encode(encoding)).rows
    assert (row.line, row.id, row.question) == (2, "K-102", "打印机找不到")
    assert row.aliases == ("搜不到打印机", "打印机列表是空的", "连不到打印机")
    assert (row.category, row.customer, row.tags) == ("打印", "育才小学", ("打印机", "驱动"))


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_delimiters(delimiter: str) -> None:
    [row] = parse(
        "x.csv", delimiter.join(["Question", "Answer"]).encode() + b"\r\n" + delimiter.join("qa").encode()
    ).rows
    assert (row.question, row.answer, row.aliases, row.has_customer) == ("q", "a", None, False)


def test_several_values_of_a_cell() -> None:
    assert split("甲\n乙|丙；丁; 戊 ||") == ("甲", "乙", "丙", "丁", "戊")
    assert split(r"甲\|乙|C:\temp") == ("甲|乙", r"C:\temp")
    assert split("") == ()


@given(st.lists(line, max_size=5, unique=True))
def test_cells_are_split_as_they_were_joined(values: list[str]) -> None:
    assert split(join(values)) == tuple(values)


def test_a_row_keeps_the_line_it_begins_on() -> None:
    data = '标准问法,答案\n甲,"一\n二"\n\n乙,三\n'.encode()
    assert [(row.line, row.question) for row in parse("x.csv", data).rows] == [(2, "甲"), (5, "乙")]


FAULTS = [
    (",甲,一", "缺问法"),
    ("？？,,一", "缺问法"),
    ("甲,,", "缺答案"),
    (f"甲,,{'长' * (LONGEST + 1)}", "太长"),
    (f"甲,{'长' * (LONGEST + 1)},一", "太长"),
    ("甲\x07,,一", "有控制字符"),
]


@pytest.mark.parametrize(("cells", "found"), FAULTS)
def test_a_faulty_row_is_named_and_the_others_are_read(cells: str, found: str) -> None:
    rows = parse("x.csv", f"标准问法,相似问法,答案\n好,,好\n{cells}\n也好,,好\n".encode())
    assert [row.line for row in rows.rows] == [2, 4]
    [fault] = rows.faults
    assert (fault.line, fault.found) == (3, found)
    assert fault.expected


def test_an_id_used_twice_for_different_questions_is_a_fault() -> None:
    rows = parse("x.csv", "id,question,answer\nK-1,甲,一\nK-1,乙,二\nK-1,甲,一\n".encode())
    assert [row.line for row in rows.rows] == [2, 4]
    assert [each.said("zh") for each in rows.faults] == [("编号重复", "编号 K-1 第 2 行已用于“甲”")]
    assert [each.said("en") for each in rows.faults] == [("id used twice", "id K-1 is that of “甲” in row 2")]


@pytest.mark.parametrize("id_", ["K 1", "K{1}", "x" * 65])
def test_an_id_that_cannot_be_written_everywhere_is_a_fault(id_: str) -> None:
    [fault] = parse("x.csv", f"id,question,answer\n{id_},甲,一\n".encode()).faults
    assert fault.found == "编号不合规"


def test_enabled_is_yes_or_no() -> None:
    rows = parse("x.csv", "question,answer,启用\n甲,一,否\n乙,二,是\n丙,三,\n丁,四,也许\n".encode())
    assert [row.is_enabled for row in rows.rows] == [False, True, True]
    assert [fault.found for fault in rows.faults] == ["启用一栏看不懂"]


def test_a_row_that_cannot_be_decoded_is_a_fault() -> None:
    good = "".join(f"问题{number},答案{number}\n" for number in range(20)).encode()
    rows = parse("x.csv", "标准问法,答案\n".encode() + b"\xe9\x97\xff,x\n" + good)
    assert len(rows.rows) == 20
    assert [(fault.line, fault.found) for fault in rows.faults] == [(2, "有认不出的字")]


def test_formulas_are_written_as_text() -> None:
    entry = Entry(id="K-001", question="=HYPERLINK(1)", aliases=("+1",), answer="@SUM(A1)", category="-1")
    text = dump("x.csv", [entry]).decode("utf-8-sig")
    assert "K-001,'=HYPERLINK(1),'+1,'@SUM(A1),'-1," in text
    sheet = load_workbook(io.BytesIO(dump("x.xlsx", [entry]))).worksheets[0]
    assert [cell.data_type for cell in sheet[2][:5]] == ["s"] * 5
    assert sheet["B2"].value == "=HYPERLINK(1)"


def test_csv_begins_with_the_mark_that_excel_needs() -> None:
    assert dump("x.csv", []).startswith(b"\xef\xbb\xbf")


def test_a_workbook_made_by_hand() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["编号", "问题", "备注", "答案"],
        [1, "甲", "略", 3.0],
        [None, None, None, None],
        [2.0, "乙", None, None],
        [3, "丙", None, True],
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    rows = parse("表.XLSX", out.getvalue())
    assert [(row.line, row.id, row.question, row.answer) for row in rows.rows] == [
        (2, "", "甲", "3"),  # numbers that only count the rows are no ids
        (5, "", "丙", "是"),
    ]
    assert [(fault.line, fault.found) for fault in rows.faults] == [(4, "缺答案")]


def test_a_control_character_does_not_stop_the_export() -> None:
    [row] = parse("x.xlsx", dump("x.xlsx", [Entry(id="K-001", question="甲\x07", answer="一")])).rows
    assert row.question == "甲"


MARKDOWN = """# 常见问题

说明文字，不属于任何问题。

## 教师端登录提示“证书过期” {#K-037}
- 相似: 证书失效
* 相似：登不上显示证书过期
- 相似问法: 证书到期 / 证书坏了
- 分类: 账号
- 标签: 登录；证书
- 适用客户: 育才小学

多半是电脑时间不对。

- ① 自动校时
- ② 装 3.2 以上版本

# 打印

## K-102 打印机找不到
点“重新搜索”。
\\## 这一行属于答案
## 没有答案的问题
"""


def test_markdown() -> None:
    rows = parse("x.md", MARKDOWN.encode())
    first, second = rows.rows
    assert (first.line, first.id, first.question) == (5, "K-037", "教师端登录提示“证书过期”")
    assert first.aliases == ("证书失效", "登不上显示证书过期", "证书到期", "证书坏了")
    assert (first.category, first.tags, first.customer) == ("账号", ("登录", "证书"), "育才小学")
    assert first.answer == "多半是电脑时间不对。\n\n- ① 自动校时\n- ② 装 3.2 以上版本"
    assert (second.id, second.question, second.answer) == (
        "K-102",
        "打印机找不到",
        "点“重新搜索”。\n## 这一行属于答案",
    )
    assert second.customer is None
    assert [(fault.line, fault.found) for fault in rows.faults] == [(23, "缺答案")]


def test_json_lines_as_the_benchmark_has_them() -> None:
    data = '{"id": "x-1", "question": "甲", "aliases": ["乙"], "answer": "一", "more": {"a": 1}}\n\n{"标准问法": "丙", "答案": "二", "相似问法": "丁|戊"}\n'
    first, second = parse("x.jsonl", data.encode()).rows
    assert (first.id, first.aliases, first.category) == ("x-1", ("乙",), None)
    assert (second.line, second.question, second.aliases) == (3, "丙", ("丁", "戊"))


@pytest.mark.parametrize(
    "text",
    ["{", "[1]", '"x"', "甲,乙", '{"question": {"a": 1}, "answer": "x"}', '{"question": "x", "answer": [1]}'],
)
def test_a_line_that_is_no_entry_is_a_fault(text: str) -> None:
    rows = parse("x.jsonl", f'{text}\n{{"question": "甲", "answer": "一"}}\n'.encode())
    assert len(rows.rows) == 1
    assert [fault.line for fault in rows.faults] == [1]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.pdf", b"%PDF"),
        ("x", b""),
        ("x.csv", b""),
        ("x.csv", "甲,乙\n丙,丁\n".encode()),
        ("x.csv", b"\x00\x01\x02"),
        ("x.csv", bytes(range(128, 256)) * 4),
        ("x.xlsx", b"not a zip"),
        ("x.xlsx", b"PK\x03\x04 broken"),
        ("x.xlsx", b"PK\x05\x06" + b"\x00" * 18),
        ("x.md", "没有标题".encode()),
        ("x.csv", b"a" * 20_000_001),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_file_that_cannot_be_read_says_why_in_one_sentence(name: str, data: bytes) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        parse(name, data)
    assert str(refusal.value).endswith("。")
    assert "\n" not in str(refusal.value)


def test_a_damaged_workbook_is_refused_wherever_it_is_damaged() -> None:
    good = dump("x.xlsx", [Entry(id="K-001", question="甲", answer="一")])
    refused = 0
    for place in range(0, len(good), 37):
        try:
            parse("x.xlsx", good[:place] + b"\xff\xff\xff" + good[place + 3 :])
        except UnreadableFile:
            refused += 1
    assert refused > 10


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as members:
        members.writestr("xl/workbook.xml", b"\x00" * (MOST_UNPACKED_BYTES + 1))
    with pytest.raises(UnreadableFile, match="太大"):
        parse("x.xlsx", out.getvalue())


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"读不到 .*nowhere\.csv"):
        read(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("suffix", ["csv", "md", "jsonl"])
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(suffix: str, data: bytes) -> None:
    try:
        rows = parse(f"x.{suffix}", data)
    except UnreadableFile:
        return
    assert all(row.question and row.answer for row in rows.rows)


@pytest.mark.parametrize(
    ("heading", "cell", "found"),
    [
        ("图片", "a.png", "图片看不懂"),
        ("链接", "见官网", "链接看不懂"),
        ("生效日", "下周", "生效日看不懂"),
        ("失效日", "2026-02-30", "失效日看不懂"),
    ],
)
def test_a_cell_that_is_no_date_or_address_is_a_fault(heading: str, cell: str, found: str) -> None:
    rows = parse("x.csv", f"问题,答案,{heading}\n甲,一,{cell}\n乙,二,\n".encode())
    assert [(fault.line, fault.found) for fault in rows.faults] == [(2, found)]
    assert [row.question for row in rows.rows] == ["乙"]


@pytest.mark.parametrize(
    "text", ["2026-09-01", "2026/9/1", "2026.9.1", "2026年9月1日", "2026-09-01T00:00:00"]
)
def test_dates_as_people_and_spreadsheets_write_them(text: str) -> None:
    (row,) = parse("x.csv", f"问题,答案,生效日\n甲,一,{text}\n".encode()).rows
    assert row.others == {"valid_from": date(2026, 9, 1)}


def test_an_end_before_the_beginning_is_a_fault() -> None:
    rows = parse("x.csv", "问题,答案,生效日,失效日\n甲,一,2026-09-02,2026-09-01\n".encode())
    assert [fault.found for fault in rows.faults] == ["失效日早于生效日"]


def test_a_cell_of_two_megabytes_is_listed_and_the_rows_around_it_are_read() -> None:
    data = f"问题,答案\n甲,一\n乙,{'x' * 2_000_000}\n丙,三\n".encode()
    rows = parse("x.csv", data)
    assert [(row.line, row.question) for row in rows.rows] == [(2, "甲"), (4, "丙")]
    assert [(fault.line, fault.found) for fault in rows.faults] == [(3, "太长")]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_example_of_a_template_is_passed_over(suffix: str) -> None:
    rows = parse(f"x.{suffix}", template(f"x.{suffix}"))
    assert (rows.rows, rows.faults) == ((), ())


@pytest.mark.parametrize("name", ["x.docx", "x.txt", "x.pdf"])
def test_what_we_do_not_write_is_refused(name: str) -> None:
    with pytest.raises(UnreadableFile, match=r"请用 \.csv、\.xlsx、\.md、\.jsonl"):
        dump(name, ())
