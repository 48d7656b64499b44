"""The search that stops early finds what holding a text against every phrasing finds."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq import search
from faq.grams import grams
from faq.index import Index

# Few letters, so that phrasings share many pieces; "的" is a common one, and latin words are cut otherwise.
_TEXTS = st.text("打印机登录不的密码网abc ", min_size=1, max_size=14).map(lambda text: " ".join(text.split()))
_LEAST = 0.04


def slowly(index: Index, texts: dict[int, str], text: str, admitted: set[int]) -> list[tuple[float, int]]:
    """Hold a text against every phrasing, with the rules of `faq.search` and none of its short cuts."""
    wanted = index.wanted(text)
    sought = wanted.sought
    pieces = {number: grams(phrasing) for number, phrasing in texts.items()}
    having = {piece: sum(piece in each for each in pieces.values()) for piece in sought}
    order = sorted((count, piece) for piece, count in having.items() if count)
    size = sum(sought.values())
    shared: dict[int, float] = {}
    for number in admitted:
        for _, piece in order:
            if piece in pieces[number]:
                shared[number] = shared.get(number, 0.0) + sought[piece]
    if not shared or max(shared.values()) < _LEAST * size:
        return []
    least = max(_LEAST * size, 0.25 * max(shared.values()))
    mean = size / wanted.factors
    likeness = {
        number: weight / sqrt(size * (size + mean * sum(pieces[number].values())))
        for number, weight in shared.items()
        if weight >= least
    }
    best = max(likeness.values())
    if best < 0.06:
        return []
    near = sorted(
        ((like, number) for number, like in likeness.items() if like >= 0.4 * best),
        key=lambda each: (-each[0], texts[each[1]]),
    )
    return near[: search.CANDIDATES if best >= 0.12 else 6]


@settings(max_examples=150, deadline=None)
@given(st.lists(_TEXTS.filter(bool), min_size=1, max_size=40, unique=True), _TEXTS, st.data())
def test_what_is_left_out_could_not_have_been_among_the_best(
    phrasings: list[str], text: str, data: st.DataObject
) -> None:
    index, texts = Index(), dict(enumerate(phrasings))
    for number, phrasing in texts.items():
        index.add(number, phrasing)
    for number in data.draw(st.sets(st.sampled_from(sorted(texts)), max_size=5)):
        index.remove(number)
        del texts[number]
    refused = data.draw(st.sets(st.sampled_from(sorted(texts)), max_size=9)) if texts else set()
    found = index.candidates(index.wanted(text), least=_LEAST, hidden=[refused])
    expected = slowly(index, texts, text, texts.keys() - refused)
    assert [number for _, number in found] == [number for _, number in expected]
    assert [like for like, _ in found] == pytest.approx([like for like, _ in expected])


def test_a_collection_too_large_to_look_through_still_finds_the_very_words() -> None:
    index = Index()
    for number in range(6_000):
        index.add(number, f"打印机{number}号连不上网络怎么办")
    found = index.candidates(index.wanted("打印机4711号连不上网络怎么办"), least=_LEAST)
    assert found[0][1] == 4711


def test_what_a_customer_may_not_see_hides_nothing_from_them() -> None:
    index = Index()
    for number in range(900):
        index.add(number, f"投影机{number}号不亮")
    own = index.candidates(index.wanted("投影机不亮"), least=_LEAST, hidden=[set(range(899))])
    assert [number for _, number in own] == [899]
