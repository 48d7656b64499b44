"""Which words mean nearly the same, and how common a word is in the language: a table made by `faq.training.word_table`."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources
from math import pi, sin

BITS = 256  # of the code of a word
STEPS = 8  # of a word's rareness to one bit of information
_WIDTH = 1 + BITS // 8
_LONGEST = 4
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\s\u3400-\u9fff]+")
_IS_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly")
# What two random words have in common counts as nothing.
_NOTHING = 0.25


def _likeness(differing: int) -> float:
    cosine = sin(pi / 2 * (1 - 2 * differing / BITS))
    return max(0.0, (cosine - _NOTHING) / (1 - _NOTHING))


# How near the meanings of two known words are whose codes differ in so many bits, 0 to 1.
LIKENESS = tuple(_likeness(differing) for differing in range(BITS + 1))


@cache
def _table() -> tuple[dict[str, int], bytes]:
    folder = resources.files("faq").joinpath("data")
    words = folder.joinpath("words.txt").read_text("utf-8").split()
    return {word: place for place, word in enumerate(words)}, folder.joinpath("words.bin").read_bytes()


@lru_cache(maxsize=20_000)
def code(word: str) -> int:
    """Return the code of a word, 0 when it is not known."""
    places, data = _table()
    place = places.get(word)
    if place is None:
        return 0
    start = place * _WIDTH
    return int.from_bytes(data[start + 1 : start + _WIDTH], "big")


def rareness(word: str) -> float | None:
    """Return how many bits of information a word carries in the language at large, None when it is not known."""
    places, data = _table()
    place = places.get(word)
    return None if place is None else data[place * _WIDTH] / STEPS


def is_known(word: str) -> bool:
    """Say whether a word has a code and a rareness."""
    return word in _table()[0]


def words(text: str) -> list[str]:
    """Return the words of a canonical text, the longest known ones first come first served."""
    places = _table()[0]
    found = []
    for run in _RUN.findall(text):
        if not _IS_CHINESE.match(run):
            found.append(run if run in places else _stem(run, places))
            continue
        start, end = 0, len(run)
        while start < end:
            size = min(_LONGEST, end - start)
            while size > 1 and run[start : start + size] not in places:
                size -= 1
            found.append(run[start : start + size])
            start += size
    return found


def is_word(word: str) -> bool:
    """Say whether a word is known, as it is or without an ending."""
    places = _table()[0]
    return word in places or _stem(word, places) != word


def _stem(word: str, places: dict[str, int]) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending):
            for stem in (word[: -len(ending)], word[: -len(ending)] + "e"):
                if stem in places:
                    return stem
    return word
