"""Which phrasings are compared in full: all that may be the answer, and not many more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from faq.foremost import AT_MOST, estimate, foremost
from faq.index import Index

_estimates = st.lists(st.floats(0, 12).map(lambda each: round(each, 2)), max_size=30)


@settings(max_examples=100)
@given(_estimates)
def test_the_best_are_kept_and_all_that_are_as_good_as_the_last_of_them(estimates: list[float]) -> None:
    kept = foremost(estimates, by_words=False)
    assert kept == sorted(kept)
    left = [each for place, each in enumerate(estimates) if place not in kept]
    if estimates:
        assert max(estimates) in [estimates[place] for place in kept]
        assert max(left, default=-1.0) < min(estimates[place] for place in kept)
    if len(set(estimates)) == len(estimates):
        assert len(kept) <= AT_MOST


def test_few_that_are_near_to_each_other_are_all_compared() -> None:
    assert foremost([9.0, 7.5, 4.6], by_words=True) == [0, 1, 2]
    assert foremost([9.0, 7.5, 4.4], by_words=False) == [0, 1, 2]
    assert foremost([9.0, 7.5, 4.4], by_words=True) == [0, 1]


def test_what_shares_nothing_is_estimated_lower_than_the_text_itself_and_than_what_means_the_same() -> None:
    index = Index()
    phrasings = ["打印机卡纸怎么办", "投影仪没有声音", "纸卡在打印机里"]
    for number, text in enumerate(phrasings):
        index.add(number, text)
    asked = "打印机卡纸怎么办"
    weighed = index.weighed(index.weigh(asked))
    same, other, meant = (
        estimate(asked, text, index.coverage(weighed, number), sentence)
        for number, (text, sentence) in enumerate(zip(phrasings, (1.0, 0.3, 0.8), strict=True))
    )
    assert same > meant > other
