"""Whether two texts name the same thing, by the characters they share."""

from __future__ import annotations

from faq.text import fold, looks_like_trouble


def share(text: str, known: str) -> bool:
    """Say whether two texts name the same: two characters of one in the other, the words for failing aside."""
    one, other = _pairs(text), _pairs(known)
    return any(not looks_like_trouble(pair) for pair in one & other)


def says_alike(text: str, known: str) -> bool:
    """Say whether two texts share two characters, of whatever they say: 又卡纸了 and 打印机卡纸."""
    return not _pairs(text).isdisjoint(_pairs(known))


def _pairs(text: str) -> set[str]:
    letters = fold(text).replace(" ", "")
    return {letters[start : start + 2] for start in range(len(letters) - 1)}
