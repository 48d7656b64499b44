"""Which phrasings share rare pieces of writing with a text, found without looking at all of them."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log

# Runs of Chinese are cut into characters and pairs, everything else into words and triples of letters.
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\s\u3400-\u9fff]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")

# One pair of uncommon characters or one word says enough to be looked for.
_LEAST_SAID = 1.0
# Stands before a triple, so that it is no word of three letters.
_MARK = "~"

CANDIDATES = 32
# Postings looked at for one text. Rare grams come first, so what is cut off is what says least.
_BUDGET = 1500
_COMMON = 0.25
_BESIDE = 0.5
_PAIR, _CHARACTER, _WORD, _TRIPLE = 1.0, 0.5, 1.5, 0.5


@cache
def _common() -> frozenset[str]:
    lines = resources.files("faq").joinpath("data/common.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def grams(text: str) -> dict[str, float]:
    """Return the pieces of a canonical text, each with its factor."""
    common = _common()
    found: dict[str, float] = {}
    for run in _RUN.findall(text):
        if _CHINESE.match(run):
            for character in run:
                found[character] = _CHARACTER * _COMMON if character in common else _CHARACTER
            for start in range(len(run) - 1):
                pair = run[start : start + 2]
                if pair in common:
                    found[pair] = _PAIR * _COMMON
                else:
                    # "机怎" of "打印机怎么" is rare, but says no more than that a common word stands there.
                    found[pair] = _PAIR * _BESIDE ** sum(character in common for character in pair)
        elif run in common:
            found[run] = _WORD * _COMMON
        else:
            found[run] = _WORD
            if len(run) > 3 and not run.isdecimal():
                found |= {_MARK + triple: _TRIPLE for triple in _triples(f"^{run}$")}
    return found


def _triples(word: str) -> Iterator[str]:
    return (word[start : start + 3] for start in range(len(word) - 2))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which share of a text's weight a phrasing has, and the other way round.

    The shares of letters leave out pairs and words, and so do not mind the order or a slip of the finger.
    """

    of_text: float
    of_phrase: float
    letters_of_text: float
    letters_of_phrase: float


@dataclass(frozen=True, slots=True)
class _Sum:
    all: float
    letters: float


class Index:
    """Phrasings by number, with the grams of each. Numbers are given by the caller and mean nothing."""

    def __init__(self) -> None:
        self._names: dict[int, tuple[str, str]] = {}
        self._grams: dict[int, dict[str, float]] = {}
        self._postings: dict[str, set[int]] = {}
        # How rare a gram is changes with every phrasing, so what was worked out is forgotten then.
        self._rarities: dict[str, float] = {}
        self._totals: dict[int, _Sum] = {}

    def __len__(self) -> int:
        return len(self._grams)

    def add(self, number: int, text: str, owner: str) -> None:
        """Add a canonical phrasing of an entry under a number that is not in use."""
        pieces = grams(text)
        self._names[number] = (text, owner)  # decides ties, whatever the order of adding was
        self._grams[number] = pieces
        for piece in pieces:
            self._postings.setdefault(piece, set()).add(number)
        self._forget()

    def remove(self, number: int) -> None:
        """Take a phrasing out."""
        del self._names[number]
        for piece in self._grams.pop(number):
            postings = self._postings[piece]
            postings.discard(number)
            if not postings:
                del self._postings[piece]
        self._forget()

    def _forget(self) -> None:
        self._rarities.clear()
        self._totals.clear()

    def _rarity(self, piece: str) -> float:
        """Return the inverse document frequency, positive, highest for a piece that nothing has."""
        rarity = self._rarities.get(piece)
        if rarity is None:
            having = self._postings.get(piece)
            rarity = log(1 + (len(self._grams) + 1) / ((len(having) if having else 0) + 0.5))
            if having:  # only known pieces are kept, so that chatter cannot fill the memory
                self._rarities[piece] = rarity
        return rarity

    def weigh(self, text: str) -> dict[str, float]:
        """Return the pieces of a canonical text with their weights in this collection.

        Empty when the text says too little to be looked for, such as "好的" or "怎么办".
        """
        pieces = grams(text)
        if sum(pieces.values()) < _LEAST_SAID:
            return {}
        return {piece: factor * self._rarity(piece) for piece, factor in pieces.items()}

    def candidates(
        self, weights: dict[str, float], *, least: float, admits: Callable[[int], bool]
    ) -> list[int]:
        """Return the admitted phrasings that share most with a weighed text, at most `CANDIDATES`.

        `least` is the share of the text's weight that must be found; a text that has less in common with the whole
        collection costs no more than looking its pieces up.
        """
        known = sorted((len(having), piece) for piece in weights if (having := self._postings.get(piece)))
        needed = least * sum(weights.values())
        if not known or sum(weights[piece] for _, piece in known) < needed:
            return []
        shared: dict[int, float] = {}
        looked_at, left_out = 0, 0.0
        for count, piece in known:
            looked_at += count
            weight = weights[piece]
            if shared and looked_at > _BUDGET:
                left_out += weight  # may be shared all the same, so nobody is dropped for it
                continue
            for number in self._postings[piece]:
                shared[number] = shared.get(number, 0.0) + weight
        worthy = [
            number for number, weight in shared.items() if weight + left_out >= needed and admits(number)
        ]
        if len(worthy) > CANDIDATES:
            worthy = heapq.nlargest(
                CANDIDATES, worthy, key=lambda number: (shared[number], self._names[number])
            )
        return worthy

    def coverage(self, weights: dict[str, float], number: int) -> Coverage:
        """Return what a weighed text and a phrasing have of each other."""
        pieces = self._grams[number]
        text = _sum(weights)
        shared = _sum({piece: weight for piece, weight in weights.items() if piece in pieces})
        total = self._totals.get(number)
        if total is None:
            total = _sum({piece: factor * self._rarity(piece) for piece, factor in pieces.items()})
            self._totals[number] = total
        return Coverage(
            _share(shared.all, text.all),
            _share(shared.all, total.all),
            _share(shared.letters, text.letters),
            _share(shared.letters, total.letters),
        )


def _sum(weights: dict[str, float]) -> _Sum:
    return _Sum(
        sum(weights.values()),
        sum(weight for piece, weight in weights.items() if len(piece) == 1 or piece[0] == _MARK),
    )


def _share(part: float, whole: float) -> float:
    return min(1.0, part / whole) if whole else 0.0
