"""An import says beforehand what it would change, and done twice changes nothing."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from faq.formats import ImportPlan, Row, Rows, describe, parse, plan
from faq.knowledge import Entry

words = st.sampled_from(["甲", "乙", "丙", "甲！", "A", "ａ", ""])
lines = st.lists(
    st.tuples(st.sampled_from(["", "", "K-1", "K-002", "X"]), words, words, words, st.sampled_from(["", "yucai"])), max_size=8
)  # fmt: skip


def table(*rows: tuple[str, ...], heading: str = "id,question,aliases,answer,customer") -> Rows:
    return parse("x.csv", "\n".join([heading, *(",".join(row) for row in rows)]).encode())


def after(known: list[Entry], done: ImportPlan) -> list[Entry]:
    return list({entry.id: entry for entry in (*known, *done.new, *done.changed)}.values())


def test_new_entries_get_the_next_ids() -> None:
    known = [Entry(id="K-037", question="旧", answer="旧"), Entry(id="X-900", question="外", answer="外")]
    done = plan(
        known, table(("", "甲", "", "一", ""), ("K-102", "乙", "", "二", ""), ("", "丙", "", "三", ""))
    )
    assert [entry.id for entry in done.new] == ["K-103", "K-102", "K-104"]


def test_the_first_id_is_k_001() -> None:
    assert [entry.id for entry in plan((), table(("", "甲", "", "一", ""))).new] == ["K-001"]


def test_the_same_question_in_other_letters_is_a_duplicate() -> None:
    known = [Entry(id="K-001", question="VPN 连不上？", answer="一")]
    done = plan(known, table(("", "ＶＰＮ 连不上？", "", "一", "")))
    assert [entry.question for entry in done.changed] == ["ＶＰＮ 连不上？"]
    assert plan(known, table(("", "VPN 连不上？", "", "一", ""))).duplicate[0].line == 2


def test_another_answer_or_alias_is_a_change_under_the_same_id() -> None:
    known = [Entry(id="K-001", question="甲", answer="一", aliases=("子",))]
    [changed] = plan(known, table(("", "甲", "子", "二", ""))).changed
    assert (changed.id, changed.answer) == ("K-001", "二")
    [changed] = plan(known, table(("", "甲", "丑", "一", ""))).changed
    assert changed.aliases == ("丑",)


def test_a_question_may_be_changed_under_its_id() -> None:
    known = [Entry(id="K-001", question="甲", answer="一")]
    [changed] = plan(known, table(("K-001", "乙", "", "一", ""))).changed
    assert (changed.id, changed.question) == ("K-001", "乙")


def test_the_same_question_for_another_customer_is_another_entry() -> None:
    known = [Entry(id="K-001", question="甲", answer="一")]
    [new] = plan(known, table(("", "甲", "", "一", "yucai"))).new
    assert (new.id, new.customer) == ("K-002", "yucai")


def test_what_the_file_has_no_column_for_stays() -> None:
    whole = Entry(
        id="K-001",
        question="甲",
        answer="一",
        aliases=("子",),
        category="类",
        tags=("签",),
        customer="yucai",
        is_enabled=False,
    )
    done = plan([whole], table(("K-001", "甲", "二"), heading="id,question,answer"))
    [changed] = done.changed
    assert (changed.aliases, changed.category, changed.tags) == (("子",), "类", ("签",))
    assert (changed.customer, changed.is_enabled, changed.answer) == ("yucai", False, "二")


def test_one_question_with_two_answers_in_one_file_needs_a_look() -> None:
    done = plan((), table(("", "甲", "", "一", ""), ("", "甲", "", "一", ""), ("", "甲", "", "二", "")))
    assert (len(done.new), len(done.duplicate)) == (1, 1)
    assert [(fault.line, fault.found) for fault in done.faulty] == [(4, "与前面重复而内容不同")]


def test_a_question_that_another_entry_has_is_not_taken_from_it() -> None:
    known = [Entry(id="K-001", question="甲", answer="一"), Entry(id="K-002", question="乙", answer="二")]
    done = plan(known, table(("K-002", "甲", "", "二", "")))
    assert (done.new, done.changed) == ((), ())
    assert [(fault.line, fault.found) for fault in done.faulty] == [(2, "问法已有别的编号")]


@given(lines, lines)
def test_importing_twice_changes_nothing(first: list[tuple[str, ...]], second: list[tuple[str, ...]]) -> None:
    known = after([], plan((), table(*first)))
    rows = table(*second)
    done = plan(known, rows)
    assert len(done.new) + len(done.changed) + len(done.duplicate) + len(done.faulty) == len(rows.rows) + len(
        rows.faults
    )
    assert len({entry.id for entry in (*done.new, *done.changed)}) == len(done.new) + len(done.changed)
    again = plan(after(known, done), rows)
    assert (again.new, again.changed) == ((), ())


def test_the_description_is_the_one_people_know() -> None:
    rows = [
        ("", f"问题{number}", "", "" if number in (17, 90) else f"答{number}", "") for number in range(2, 121)
    ]
    again = [("", f"问题{number}", "", f"答{number}", "") for number in range(2, 9)]
    done = plan((), table(*rows, *again))
    assert describe(done) == [
        "读到 126 条：新增 117、重复 7、有改动 0、需看 2（第 17、90 行缺答案）",
        "第 17 行缺答案：答案要有内容",
        "第 90 行缺答案：答案要有内容",
    ]


def test_the_description_names_changed_entries_and_stays_short() -> None:
    known = [Entry(id=f"K-{number:03d}", question=f"问{number}", answer="旧") for number in range(1, 31)]
    rows = [("", f"问{number}", "", "新", "") for number in range(1, 31)]
    first, second, *rest = describe(plan(known, table(*rows, *[("", "缺", "", "", "")] * 40)))
    assert first.startswith("读到 70 条：新增 0、重复 0、有改动 30、需看 40（第 32、33")
    assert "等 40 处" in first
    assert second.startswith("有改动：K-001、K-002")
    assert second.endswith("等 30 处")
    assert len(rest) == 11
    assert rest[-1] == "……另有 30 处需看"


def test_a_wording_of_two_entries_is_listed_and_nothing_is_lost() -> None:
    known = [Entry(id="K-001", question="甲", answer="一", aliases=("丁",))]
    done = plan(
        known,
        table(("", "乙", "丁|戊", "二", ""), ("", "丙", "戊", "三", ""), ("", "己", "丁", "四", "yucai")),
    )
    assert [entry.aliases for entry in done.new] == [("丁", "戊"), ("戊",), ("丁",)]
    assert [(fault.line, fault.expected) for fault in done.conflicting] == [
        (2, "“丁”也是 K-001 的问法，只留一处"),
        (2, "“戊”也是 K-003 的问法，只留一处"),
        (3, "“戊”也是 K-002 的问法，只留一处"),
    ]
    assert describe(done)[0] == "读到 3 条：新增 3、重复 0、有改动 0、需看 0、问法冲突 3"


def test_what_a_file_has_no_column_for_stays() -> None:
    known = [Entry(id="K-001", question="甲", answer="一", pictures=("https://a.cn/1.png",), owner="zhang")]
    (entry,) = plan(known, table(("K-001", "甲", "", "二", ""))).changed
    assert (entry.pictures, entry.owner) == (("https://a.cn/1.png",), "zhang")


def test_rows_that_waited_as_json_are_the_same_rows() -> None:
    rows = table(
        ("甲", "一", "https://a.cn/1.png", "2026-09-01", "zhang"),
        heading="question,answer,pictures,valid_from,owner",
    )
    waited = Rows(msgspec.json.decode(msgspec.json.encode(rows.rows), type=tuple[Row, ...]), ())
    assert plan((), waited) == plan((), rows)


def test_what_an_import_comes_to_is_told_in_english_too() -> None:
    rows = table(
        ("K-1", "A", "same", "one", ""),
        ("K-1", "B", "", "two", ""),
        ("", "", "", "three", ""),
        ("", "C", "", "", ""),
        ("a b", "D", "", "four", ""),
        ("", "E", "same", "five", ""),
    )
    known = [Entry(id="K-1", question="A", answer="before")]
    assert describe(plan(known, rows), "en") == [
        (
            "6 read: 1 new, 0 as they were, 1 changed, 4 to look at, 2 wordings used twice"
            " (row 3: id used twice; row 4: no question; row 5: no answer; row 6: odd id)"
        ),
        "Changed: K-1",
        "Row 3, id used twice: id K-1 is that of “A” in row 2",
        "Row 4, no question: the question needs words",
        "Row 5, no answer: the answer needs words",
        "Row 6, odd id: without spaces and { } | ; / \\, at most 64 characters",
        "Row 2, wording used twice: “same” is also one of K-002, keep it in one place",
        "Row 7, wording used twice: “same” is also one of K-1, keep it in one place",
    ]
