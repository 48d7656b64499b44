"""What a text and a phrasing have of each other is found quickly, and is what comparing their pieces one by one gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq.grams import grams, is_letter, letters_and_others
from faq.index import Index
from faq.knowledge import Entry, KnowledgeBase
from faq.read_ahead import ReadAhead

_TEXTS = st.text("打印机登录不的密码网abc 12", min_size=1, max_size=14).map(
    lambda text: " ".join(text.split())
)


def slowly(index: Index, text: str, phrasing: str) -> list[float]:
    """Return the four shares by going over the pieces of both."""
    weights, whole = index.weigh(text), grams(phrasing)
    common = weights.keys() & whole.keys()

    def letters(pieces: dict[str, float], kept: set[str]) -> float:
        return sum(
            index.rarity(each) * factor for each, factor in pieces.items() if is_letter(each) and each in kept
        )

    def all_(kept: set[str]) -> float:
        return sum((0.7 if is_letter(each) else 1.0) * index.rarity(each) for each in kept)

    mine = grams(text)
    parts = [letters(mine, common), letters(mine, common), all_(common), all_(common)]
    wholes = [letters(mine, set(mine)), letters(whole, set(whole)), all_(set(mine)), all_(set(whole))]
    return [min(1.0, part / of) if of > 1e-9 else 0.0 for part, of in zip(parts, wholes, strict=True)]


@settings(max_examples=150, deadline=None)
@given(st.lists(_TEXTS.filter(bool), min_size=1, max_size=8, unique=True), _TEXTS.filter(bool))
def test_the_shares_are_those_of_the_pieces(phrasings: list[str], text: str) -> None:
    index = Index()
    for number, phrasing in enumerate(phrasings):
        index.add(number, phrasing)
    if not index.weigh(text):
        return
    asked = index.weighed(index.weigh(text))
    for number, phrasing in enumerate(phrasings):
        got = index.coverage(asked, number)
        found = [got.letters_of_text, got.letters_of_phrase, got.pieces_of_text, got.pieces_of_phrase]
        assert found == pytest.approx(slowly(index, text, phrasing))


@given(_TEXTS)
def test_a_text_has_the_same_pieces_however_it_is_cut(text: str) -> None:
    letters, others = letters_and_others(text)
    whole = grams(text)
    assert letters == {piece: factor for piece, factor in whole.items() if is_letter(piece)}
    assert list(others) == [piece for piece in whole if not is_letter(piece)]


def _read(ahead: ReadAhead) -> int:
    for _ in ahead.go_on():
        pass
    return len(ahead)


def test_what_was_read_ahead_is_bounded_and_follows_changes() -> None:
    index = Index()
    for number in range(30):
        index.add(number, f"投影机{number}号不亮")
    ahead = ReadAhead(index, at_most=20)
    assert _read(ahead) == 20
    assert ahead.reading(3).text == "投影机3号不亮"
    assert ahead.reading(29).text == "投影机29号不亮"  # read when it is asked for
    index.remove(3)
    ahead.forget(3)
    assert _read(ahead) == 20


def test_a_phrasing_that_was_read_ahead_answers_as_before_and_not_after_it_is_gone() -> None:
    base = KnowledgeBase([Entry(id="K-1", question="投影仪不亮怎么办", answer="看电源")])
    before = base.match("投影仪不亮了")
    for _ in base.read_ahead():
        pass
    assert base.match("投影仪不亮了") == before
    base.put(Entry(id="K-1", question="打印机卡纸怎么办", answer="打开后盖"))
    assert base.match("投影仪不亮了") == []
    assert base.match("打印机卡纸怎么办")[0].entry.answer == "打开后盖"
