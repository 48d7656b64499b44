"""What all phrasings of an entry say together about a text: each counts for what the others near it do not say already.

The text is explained by the phrasings around it, least squares with a ridge, where each tells of its own entry. What an entry is
given of the text is the sum over its phrasings, so ten that say the same count little more than one, and what two entries have in
common counts for neither. That is kernel ridge regression with entries for classes (Rifkin, Yeo and Poggio, "Regularized least-squares
classification", 2003), only among what lies near ("Local learning algorithms", Bottou and Vapnik, 1992): nothing is learned ahead, so
entries come and go.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from math import sqrt
from operator import add, mul

import msgspec

# Evidence that an entry lacks which is given nothing of a text, where another is given all of it.
WORTH = 4.0
# So many phrasings of one entry are looked at, and so many in all are held against each other.
OF_ONE, AT_MOST = 40, 32
# The larger, the more each phrasing speaks whatever the others say.
_RIDGE = 0.3
_STEPS, _NEAR_ENOUGH = 4, 1e-6
# The part of the phrasings, and some more, that are not the first of their entry: up to the one each is heard by itself only, from the
# other on what they say together counts in full.
_SINGLE, _SEVERAL, _FEW = 0.3, 0.6, 4
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\s\u3400-\u9fff]+")
DIGITS = 9  # of evidence; the others hang on the order in which it was summed up
_REMEMBERED = 4_096  # texts
_ALWAYS = 1.0  # what a piece says however common it is


class Around(msgspec.Struct, frozen=True):
    """Some phrasings by number: how like each is to a text, and `times`, how like each is to all of them, each taken so often."""

    numbers: Sequence[int]
    likes: Sequence[float]
    times: Callable[[Sequence[float]], Sequence[float]]


def counts(owners: Collection[str]) -> float:
    """Return how much it counts what phrasings of these entries say together, 0 to 1."""
    several = (len(owners) - len(set(owners))) / (len(owners) + _FEW)
    return min(1.0, max(0.0, (several - _SINGLE) / (_SEVERAL - _SINGLE)))


def behind(owners: Mapping[int, str], around: Around) -> dict[str, float]:
    """Return the evidence that each entry lacks beside the one whose phrasings explain most of a text.

    `owners` are the entries of phrasings by number, also of such as do not lie around it: they are given nothing. None is given more than
    all of it, though the parts of some that have nothing in common may come to more. None lacks less than 0, so nothing gets more than
    it had, nor more than `WORTH`.
    """
    heard = [owners[number] for number in around.numbers]
    given = dict.fromkeys(owners.values(), 0.0)
    for owner, part in zip(heard, explained(around), strict=True):
        given[owner] += part
    parts = {owner: min(1.0, max(0.0, part)) for owner, part in given.items()}
    worth, most = WORTH * counts(heard), max(parts.values(), default=0.0)
    return {owner: round(worth * (most - part), DIGITS) for owner, part in parts.items()}


def explained(around: Around) -> list[float]:
    """Return what each phrasing is given of a text: a few steps of conjugate gradients towards `times(x) + _RIDGE * x = likes`."""
    found = [0.0] * len(around.likes)
    way = left = list(around.likes)
    size = _product(left, left)
    for _ in range(_STEPS):
        if size < _NEAR_ENOUGH:
            break
        ahead = [far + _RIDGE * step for far, step in zip(around.times(way), way, strict=True)]
        length = size / _product(way, ahead)
        found = [each + length * step for each, step in zip(found, way, strict=True)]
        left = [each - length * far for each, far in zip(left, ahead, strict=True)]
        before, size = size, _product(left, left)
        way = [each + size / before * step for each, step in zip(left, way, strict=True)]
    return found


def shared(text: str, phrasings: Mapping[int, str], rarity: Callable[[str], float]) -> Around:
    """Return those of some phrasings that share most with a text, held against each other by their words and pairs of Chinese
    characters, each as rare as `rarity` says."""
    asked = _pieces(text)
    cut = {number: _pieces(phrase) for number, phrase in phrasings.items()}
    often = Counter(chain(asked, *cut.values()))
    weighs = {piece: _ALWAYS + rarity(piece) for piece in often}
    squares = {piece: weight * weight for piece, weight in weighs.items()}
    said = {number: sum(map(squares.__getitem__, asked & has)) for number, has in cut.items()}
    numbers = sorted(cut, key=lambda number: (-said[number], phrasings[number]))[:AT_MOST]
    lengths = [sqrt(sum(map(squares.__getitem__, cut[number]))) for number in numbers]
    of_text = sqrt(sum(map(squares.__getitem__, asked)))
    likes = [
        said[number] / (of_text * length) if said[number] else 0.0
        for number, length in zip(numbers, lengths, strict=True)
    ]
    # What only one of them has makes it like nothing but itself.
    places = {
        piece: place for place, piece in enumerate(piece for piece, count in often.items() if count > 1)
    }
    rows = [
        [(places[piece], weighs[piece] / length) for piece in cut[number] if piece in places]
        for number, length in zip(numbers, lengths, strict=True)
    ]
    return Around(numbers, likes, _times(rows, len(places)))


def _times(
    rows: Sequence[Sequence[tuple[int, float]]], width: int
) -> Callable[[Sequence[float]], list[float]]:
    alone = [1 - sum([part * part for _, part in row]) for row in rows]

    def times(values: Sequence[float]) -> list[float]:
        sums = [0.0] * width
        for value, row in zip(values, rows, strict=True):
            for place, part in row:
                sums[place] += value * part
        return [
            own * value + sum([part * sums[place] for place, part in row])
            for own, value, row in zip(alone, values, rows, strict=True)
        ]

    return times


@lru_cache(maxsize=_REMEMBERED)
def _pieces(text: str) -> frozenset[str]:
    found: set[str] = set()
    for run in _RUN.findall(text):
        if "\u3400" <= run[0] <= "\u9fff" and len(run) > 1:
            found.update(map(add, run, run[1:]))
        else:
            found.add(run)
    return frozenset(found)


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    product: float = sum(map(mul, one, other))
    return product
