"""Whether two texts name the same thing, by the characters they share."""

from __future__ import annotations

from faq.text import fold, looks_like_trouble


def share(text: str, known: str) -> bool:
    """Say whether two texts name the same: two characters of one in the other, the words for failing aside."""
    one, other = _pairs(text), _pairs(known)
    return any(not looks_like_trouble(pair) for pair in one & other)


def mostly_shares(what: str, known: str) -> bool:
    """Say whether the name of a thing stands for the most part in a text: 投影仪 beside 投影不亮, but not 打印的试卷 beside 打印机卡纸."""
    named = _pairs(what)
    return bool(named) and 2 * len(named & _pairs(known)) >= len(named)


def says_alike(text: str, known: str) -> bool:
    """Say whether two texts share two characters, of whatever they say: 又卡纸了 and 打印机卡纸."""
    return not _pairs(text).isdisjoint(_pairs(known))


def _pairs(text: str) -> set[str]:
    letters = fold(text).replace(" ", "")
    return {letters[start : start + 2] for start in range(len(letters) - 1)}
