"""A threshold from what became of answers: never from too few, never better than they were, and never by what cannot be known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.entries import Entry
from faq.knowledge import Hit
from faq.popularity import by_popularity
from faq.tuning import Case, Known, advised, cases_of, needed
from faq.tuning import given as answered

ENTRIES = [
    Entry(id="K-001", question="打印机找不到怎么办", answer="点重新搜索"),
    Entry(id="K-002", question="成绩单怎么导出", answer="点导出"),
]


def _cases(right: int, wrong: int, at: float = 0.95, wrong_at: float = 0.85) -> list[Case]:
    return [Case(at, is_right=True, entry="K-001")] * right + [
        Case(wrong_at, is_right=False, entry="K-002")
    ] * wrong


def test_too_few_answers_say_nothing() -> None:
    advice = advised(_cases(49, 0), 0.97, 0.9)
    assert (advice.best, advice.least) == (None, 50)
    assert advice.worst == ()


def test_the_lowest_probability_that_is_good_enough_is_proposed() -> None:
    best = advised(_cases(60, 10), 0.97, 0.9).best
    assert best is not None
    assert (best.answer_at, best.count, best.precision) == (0.95, 60, 1.0)
    lower = advised(_cases(60, 10), 0.85, 0.9).best
    assert lower is not None
    assert (lower.answer_at, lower.count) == (0.85, 70)


def test_what_is_proposed_is_written_with_two_digits_where_that_is_as_good() -> None:
    exactly = advised(_cases(50, 0, at=0.954), 0.97, 0.9)
    assert exactly.best is not None
    assert (exactly.best.answer_at, exactly.best.count) == (0.95, 50)
    among = advised(
        _cases(60, 10, at=0.954, wrong_at=0.951), 0.97, 0.9
    ).best  # 0.95 would let the wrong ones in
    assert among is not None
    assert (among.answer_at, among.count, among.precision) == (0.954, 60, 1.0)


def test_of_those_above_a_threshold_there_must_be_enough() -> None:
    advice = advised(_cases(40, 20), 0.97, 0.9)
    assert (advice.best, advice.worst) == (None, (("K-002", 20),))
    assert advised(_cases(29, 20), 0.97, 0.9).worst == ()  # nor is anybody blamed for so few


def test_where_nothing_is_good_enough_the_worst_are_named() -> None:
    advice = advised(_cases(60, 20, wrong_at=0.99), 0.97, 0.9)
    assert advice.best is None
    assert advice.worst == (("K-002", 20),)


def test_the_rarer_a_mistake_may_be_the_more_must_be_known() -> None:
    assert (needed(0.9), needed(0.97), needed(0.99)) == (30, 50, 150)


_case = st.builds(
    Case, st.integers(0, 1000).map(lambda n: n / 1000), st.booleans(), st.sampled_from(["a", "b"])
)


@given(cases=st.lists(_case, max_size=120), wished=st.sampled_from([0.6, 0.9, 0.97]))
def test_what_is_proposed_would_have_kept_its_word(cases: list[Case], wished: float) -> None:
    best = advised(cases, wished, 0.9).best
    if best is not None:
        assert best == answered(cases, best.answer_at)
        assert best.count >= needed(wished)
        assert best.precision >= wished


def test_a_question_counts_by_what_is_answered_today() -> None:
    known = [
        Known("打印机找不到", "K-001", is_right=True),
        Known("成绩单怎么导出", "K-001", is_right=False),  # answered by another entry today: nothing is known
        Known("成绩单怎么导出", "K-002", is_right=False),
        Known("食堂几点开门", "K-001", is_right=True),  # nothing is answered
        Known("成绩单怎么导出", "K-001", is_right=True),  # another is given today, where this one helped
        Known("班牌怎么换背景", "K-003", is_right=True, customer="yucai"),
        Known("班牌怎么换背景", "K-003", is_right=True, customer="shiyan"),  # not theirs
    ]
    theirs = Entry(id="K-003", question="班牌怎么换背景", answer="在主题里", customer="yucai")
    found = cases_of(known, [*ENTRIES, theirs])
    assert [(each.entry, each.is_right) for each in found] == [
        ("K-001", True),
        ("K-002", False),
        ("K-002", False),
        ("K-003", True),
    ]


def test_what_was_taken_out_was_wrong_also_where_somebody_was_glad() -> None:
    gone = [
        Entry(id="K-001", question="打印机找不到怎么办", answer="点重新搜索", is_enabled=False),
        ENTRIES[1],
    ]
    assert [
        each.is_right for each in cases_of([Known("打印机找不到怎么办", "K-001", is_right=True)], gone)
    ] == [False]


def _hits(*scores: float) -> list[Hit]:
    return [
        Hit(Entry(id=f"K-{n}", question="q", answer=f"{n}"), score, "q") for n, score in enumerate(scores)
    ]


@pytest.mark.parametrize(
    ("scores", "wanted", "order"),
    [
        ((0.6, 0.6), {"K-1": 9}, ["K-1", "K-0"]),
        ((0.6, 0.59, 0.4), {"K-1": 1, "K-2": 99}, ["K-1", "K-0", "K-2"]),
        ((0.6, 0.5), {"K-1": 1000}, ["K-0", "K-1"]),
        ((0.6, 0.6), {"K-0": 5, "K-1": 7}, ["K-0", "K-1"]),  # hardly more often
        ((0.6, 0.6), {}, ["K-0", "K-1"]),
        ((), {}, []),
    ],
    ids=["wanted-first", "only-among-equals", "never-over-a-better-one", "no-flapping", "unknown", "empty"],
)
def test_popularity_orders_equals(
    scores: tuple[float, ...], wanted: dict[str, int], order: list[str]
) -> None:
    assert [hit.entry.id for hit in by_popularity(_hits(*scores), wanted)] == order
