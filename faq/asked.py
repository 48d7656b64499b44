"""A question held against the words of phrasings: how like each is to what the other has instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import mul

import msgspec

from faq.nearness import LIKENESS
from faq.reading import Reading, Word

# What a word is worth that only sounds the same.
_SOUNDS = 0.8
# So many unmet words are as many as can be.
_MANY_UNMET = 4.0


class Meant(msgspec.Struct, frozen=True):
    """The share of the weight of one text's words that another has, in these words or others of like meaning or sound; and what
    of one word it has at most, as a share of the heaviest word."""

    share: float
    most: float


_NOTHING = Meant(0.0, 0.0)


class Lacking(msgspec.Struct, frozen=True):
    """What another text lacks of one word at most, by its weight in the knowledge base and by its rareness in the language, and
    what it lacks of all words together."""

    left: float = 0.0
    rare_left: float = 0.0
    unmet: float = 0.0


_Met = tuple[
    float, float, float
]  # of a word: what it weighs, that as often as it is like what the other has, and how like it is


class Asked:
    """A question made ready to be held against phrasings. These are much the same words, so what it has of a word is worked out once.

    `weight` tells what a word weighs.
    """

    def __init__(self, reading: Reading, weight: Callable[[str], float]) -> None:
        self.reading = reading
        self._weight = weight
        self._weighs = [weight(word.text) for word in reading.words]
        self._all, self._heaviest = sum(self._weighs), max(self._weighs, default=0.0)
        self._met: dict[str, _Met] = {}  # words of phrasings

    def likes(self, phrase: Reading) -> list[float]:
        """Return how like each word of the question is to what a phrasing has instead; 1 for what that has as it is."""
        text = phrase.text
        return [1.0 if word.text in text else _like(word, phrase) for word in self.reading.words]

    def meant(self, likes: Sequence[float]) -> Meant:
        """Return what a phrasing that is so like the words of the question has of them."""
        if not self._all:
            return _NOTHING
        has = list(map(mul, self._weighs, likes))
        return Meant(sum(has) / self._all, max(has) / self._heaviest)

    def meant_of(self, phrase: Reading) -> Meant:
        """Return what the question has of the words of a phrasing."""
        all_ = found = most = heaviest = 0.0
        known = self._met
        for word in phrase.words:
            weighs, has, _ = known.get(word.text) or self._meet(word)
            all_ += weighs
            found += has
            if weighs > heaviest:
                heaviest = weighs
            if has > most:
                most = has
        return Meant(found / all_, most / heaviest) if all_ else _NOTHING

    def lacking(self, likes: Sequence[float]) -> Lacking:
        """Return what a phrasing that is so like the words of the question lacks of them."""
        return _lacking(self.reading.words, self._weighs, likes)

    def lacking_of(self, phrase: Reading) -> Lacking:
        """Return what the question lacks of the words of a phrasing."""
        met = [self._met.get(word.text) or self._meet(word) for word in phrase.words]
        return _lacking(phrase.words, [weighs for weighs, _, _ in met], [like for _, _, like in met])

    def _meet(self, word: Word) -> _Met:
        weighs = self._weight(word.text)
        like = 1.0 if word.text in self.reading.text else _like(word, self.reading)
        met = self._met[word.text] = weighs, weighs * like, like
        return met


def _like(word: Word, other: Reading) -> float:
    """Return how like a word is, by sound or meaning, to what another text has instead of it."""
    like = _SOUNDS if word.near in other.near else 0.0
    if word.code and other.codes:
        return max(like, LIKENESS[min([(word.code ^ code).bit_count() for code in other.codes])])
    return like


def _lacking(words: Sequence[Word], weights: Sequence[float], likes: Sequence[float]) -> Lacking:
    left = rare_left = unmet = 0.0
    for word, weighs, like in zip(words, weights, likes, strict=True):
        if like < 1.0:
            lack = 1.0 - like
            unmet += weighs * lack
            left = max(left, min(1.0, weighs) * lack)
            rare_left = max(rare_left, word.rare * lack)
    return Lacking(left, rare_left, min(1.0, unmet / _MANY_UNMET))
