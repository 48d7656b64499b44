"""What is seen at a glance leaves out nothing that holding a text against every phrasing would find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq.asked import Asked
from faq.entries import Entry, Measured
from faq.features import UNMEASURED, at_most, compared
from faq.glance import can_any
from faq.index import Index
from faq.knowledge import KnowledgeBase
from faq.known import glance, look, share_of_pieces
from faq.marks import Counted, Marks, numbers_of
from faq.rank import evidence, is_alike, least_spoken, most_likely, speaks_for, spoken_at_most
from faq.reading import length, reading

_TEXTS = st.text("打印机登录不的密码网abc0 ", min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
_WORDS = (
    "打印机",
    "卡纸",
    "怎么",
    "老师",
    "wifi",
    "会议室",
    "的",
    "今天",
    "投影仪",
    "3",
    "没声音",
    "install",
)
_SAID = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=12).map("".join)
_ENTRY = Entry(id="K-1", question="", answer="…")
_PHRASINGS = st.lists(_TEXTS | _SAID, min_size=1, max_size=25, unique=True)


class Uncounted(Index):
    """A collection that is too large for marks."""

    def marks(self) -> Marks | None:
        return None


def indexed(index: Index, phrasings: list[str]) -> Index:
    for number, phrasing in enumerate(phrasings):
        index.add(number, phrasing)
    return index


def spoken_slowly(index: Index, text: str) -> list[tuple[bool, float]]:
    """Return of every phrasing whether it is the text, and what it speaks besides what is not measured at its most."""
    weighed, asked = index.weighed(index.weigh(text)), Asked(reading(text), index.weight_of)
    unmeasured = sum(max(speaks_for(name) * best, 0.0) for name, (_, best) in UNMEASURED.items())
    found = []
    for number in filter(index.text, range(index.numbers)):
        features = compared(asked, reading(index.text(number)), index.coverage(weighed, number))
        spoken = evidence(Measured(_ENTRY, "", "", features)) - unmeasured
        found.append((is_alike(features), spoken))
    return found


@settings(max_examples=80, deadline=None)
@given(_PHRASINGS, _TEXTS.filter(bool) | _SAID, st.data())
def test_who_speaks_enough_is_never_overlooked(phrasings: list[str], text: str, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([Index, Uncounted]))
    index = indexed(kind(), phrasings)
    index.marks()  # what comes and goes later is counted too
    for number in data.draw(st.sets(st.sampled_from(range(len(phrasings))), max_size=5)):
        index.remove(number)
    index.add(len(phrasings), data.draw(_SAID | st.just(text)))
    spoken = spoken_slowly(index, text)
    assert can_any(index, text, max(speaks for _, speaks in spoken) - 1e-6)
    if any(is_the_text for is_the_text, _ in spoken):  # what is decided goes beyond all that is learned
        assert can_any(index, text, 1_000.0)


@settings(max_examples=50, deadline=None)
@given(_PHRASINGS, _SAID)
def test_what_is_weighed_at_a_glance_is_weighed_as_for_a_search(phrasings: list[str], text: str) -> None:
    index = indexed(Index(), phrasings)
    known, seen = look(index, text), glance(index, text)
    looked_for = index.weighed(index.weigh(text))
    for number in range(len(phrasings)) if looked_for.sum.pieces else ():
        shares, others = index.coverage(index.weighed_known(text), number), index.coverage(looked_for, number)
        assert shares.letters_of_text == pytest.approx(others.letters_of_text)
        assert shares.pieces_of_phrase == pytest.approx(others.pieces_of_phrase)
        assert shares.letters_of_text <= min(seen.letters, known.others + sum(known.shares)) + 1e-9
        assert shares.pieces_of_text <= min(known.pieces, share_of_pieces(index, text)) + 1e-9


@given(st.lists(st.sets(st.integers(0, 70)), max_size=20), st.integers(1, 12))
def test_sets_are_counted_all_at_once(sets: list[set[int]], count: int) -> None:
    counted = Counted(sum(1 << number for number in each) for each in sets)
    expected = [number for number in range(71) if sum(number in each for each in sets) >= count]
    assert numbers_of(counted.at_least(count)) == expected


@pytest.mark.parametrize("at_least", [0.6, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("wordings", [1, 4, 14])
@pytest.mark.parametrize("text", ["打印机", "打印机怎么连不上会议室的wifi", "打印机" * 15])
def test_less_than_is_needed_is_never_as_likely(at_least: float, wordings: int, text: str) -> None:
    features = list(
        at_most(text, "打印机", indexed(Index(), ["打印机"]).coverage(Index().weighed_known(text), 0))
    )
    least = least_spoken(at_least, length(text), wordings, 500)
    features[6] = 0.0  # alike
    spoken = spoken_at_most(features)
    assert (most_likely([features] * wordings, 500) >= at_least) <= (spoken >= least)


@settings(max_examples=50, deadline=None)
@given(st.lists(_SAID, min_size=2, max_size=8), _SAID)
def test_what_is_known_of_words_of_other_phrasings_changes_nothing(phrasings: list[str], text: str) -> None:
    index = indexed(Index(), phrasings)
    weighed, weight = index.weighed(index.weigh(text)), index.weights_of()
    asked = Asked(reading(text), weight)
    for number, phrasing in enumerate(phrasings):
        shares, read = index.coverage(weighed, number), reading(phrasing)
        alone = compared(Asked(reading(text), index.weight_of), read, shares, with_left_over=True)
        assert compared(asked, read, shares, with_left_over=True) == alone


def test_a_large_collection_counts_no_marks() -> None:
    index = indexed(Index(), ["打印机"])
    assert index.marks() is not None
    index.add(30_000, "投影仪")
    assert index.marks() is None


def test_long_chatter_is_looked_for_only_where_many_phrasings_may_be_like_it() -> None:
    base = KnowledgeBase([Entry(id="K-1", question="打印机卡纸怎么办", answer="…")])
    assert not can_any(base.index, "食堂今天的鱼香肉丝不错", 8.0)
    assert can_any(base.index, "打印机卡纸怎么办啊", 5.0)
