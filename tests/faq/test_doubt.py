"""The more entries there are, the less sure one is; and more evidence is never less sure."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.doubt import probability
from faq.knowledge import Entry, KnowledgeBase

LOGITS = st.floats(-40, 40)
SIZES = st.integers(0, 2_000_000)


@given(LOGITS, LOGITS, SIZES, st.booleans())
def test_more_evidence_is_never_less_sure(one: float, other: float, among: int, is_semantic: bool) -> None:
    low, high = sorted((one, other))
    assert probability(low, among, is_semantic=is_semantic) <= probability(
        high, among, is_semantic=is_semantic
    )


@given(LOGITS, SIZES, SIZES, st.booleans())
def test_more_entries_are_never_surer(logit: float, one: int, other: int, is_semantic: bool) -> None:
    few, many = sorted((one, other))
    assert probability(logit, many, is_semantic=is_semantic) <= probability(
        logit, few, is_semantic=is_semantic
    )


def test_a_few_hundred_entries_are_as_good_as_one() -> None:
    assert probability(2.0, 300, is_semantic=True) == probability(2.0, 1, is_semantic=True)


def _odds(learned: float, among: int, *, is_semantic: bool = True) -> float:
    found = probability(log(learned), among, is_semantic=is_semantic)
    return found / (1 - found)


@pytest.mark.parametrize(("is_semantic", "surer", "off"), [(True, 1.25, 0.33), (False, 1.1, 0.2)])
def test_what_learned_odds_are_worth(is_semantic: bool, surer: float, off: float) -> None:
    assert [_odds(learned, 300, is_semantic=is_semantic) for learned in (1, 9)] == pytest.approx(
        [1, 9**surer]
    )
    # Ten times the entries take off a fixed share of the odds, whatever they are.
    shares = [
        _odds(learned, 3000, is_semantic=is_semantic) / _odds(learned, 300, is_semantic=is_semantic)
        for learned in (9, 99)
    ]
    assert shares == pytest.approx([10**-off] * 2)


def test_just_above_even_odds_many_entries_take_off_no_more_than_by_words_alone() -> None:
    assert [_odds(learned, 3000) for learned in (1, 2)] == pytest.approx([10**-0.2, 2**1.1 * 10**-0.2])


def test_what_is_not_worth_offering_by_words_alone_is_worth_less_still() -> None:
    offered = 0.4 / 0.6
    assert _odds(offered, 300, is_semantic=False) == pytest.approx(offered)  # what is just worth it stays so
    assert _odds(1 / 4, 300, is_semantic=False) / offered == pytest.approx((1 / 4 / offered) ** 1.3)
    assert [_odds(1 / 4, 300), _odds(1 / 4, 3000)] == pytest.approx([1 / 4, 10**-0.2 / 4])


def test_entries_of_other_customers_and_disabled_ones_make_nobody_unsure() -> None:
    asked = Entry(id="K-1", question="怎么给打印机装驱动程序", answer="…")
    others = [
        Entry(id=f"A-{number}", question=f"别的问题{number}", answer="…", customer="a")
        for number in range(400)
    ]
    off = [
        Entry(id=f"B-{number}", question=f"别的问题{number}", answer="…", is_enabled=False)
        for number in range(400)
    ]
    crowded = KnowledgeBase([asked, *others, *off])
    assert [crowded.count(None), crowded.count("a"), crowded.count("b")] == [1, 401, 1]
    crowded.remove("A-0")
    crowded.put(Entry(id="A-1", question="大家都问的", answer="…"))
    assert [crowded.count(None), crowded.count("a")] == [2, 400]
