"""Which phrasings share most with a text: looked for from its rarest piece on, and no further than can matter."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from math import inf, sqrt

import msgspec

from faq.grams import CHINESE

CANDIDATES = 14
# Postings looked at for one text. Rare pieces come first, so what is cut off is what says least.
_BUDGET = 3000
# What has less in common with a text, as a share of what the best has, is not looked at more closely.
_FAR_LESS, _FAR_BEHIND = 0.25, 0.4
# Where nothing is much like a text only a few are looked at: most of what is said in a group is like nothing that is known.
_FAINT, _FEW, _LIKE_NOTHING = 0.12, 6, 0.06
# So many of those that share most are weighed exactly, when some postings were cut off.
_WEIGHED = 64
# Before a list that is longer than this part of what was found so far it is worth while to see whether more can matter.
_LOOKED_BACK = 2
# After so many more pieces those are left out that cannot come up any more.
_SIFTED = 6
# Sums are compared with bounds that were summed up in another order.
_SLACK = 1e-9

_NONE = array("I")

Hidden = Sequence[AbstractSet[int]]  # numbers that are taken as if they were not there
Posting = tuple[int, str]  # how many have a piece, and the piece


class Shelf:
    """Phrasings by number: in which each piece stands, how large each is, and its text; None for one that was taken out."""

    def __init__(self) -> None:
        self.postings: dict[str, array[int]] = {}  # ascending numbers
        self.sizes = array("f")
        self.texts: list[str | None] = []
        self.least_size = inf  # that any ever had

    def add(self, number: int, text: str, pieces: Mapping[str, float]) -> None:
        """Put a text on the shelf, without its postings."""
        while len(self.texts) < number:
            self.texts.append(None)
            self.sizes.append(0.0)
        self.texts.append(text)
        self.sizes.append(sum(pieces.values()))
        self.least_size = min(self.least_size, self.sizes[number])


class Wanted(msgspec.Struct, frozen=True):
    """A text as it is looked for: its pieces with their weights, what to look for instead where some are known by their
    sound only (else the same), and the factors of that added up."""

    weights: dict[str, float]
    sought: dict[str, float]
    factors: float


class _Scale:
    """Estimates how like a text a phrasing is by what they share: between 0 and 1.

    A phrasing is taken to be as rare in its pieces as the text.
    """

    def __init__(self, shelf: Shelf, wanted: Wanted) -> None:
        self._sizes = shelf.sizes
        self.size = sum(wanted.sought.values())
        self._mean = self.size / wanted.factors if wanted.factors else 0.0
        self.most = self.size * (self.size + self._mean * shelf.least_size)  # squared, for what is shortest

    def of(self, shared: Mapping[int, float], numbers: Sequence[int]) -> list[float]:
        """Return the estimate for each of some numbers."""
        size, mean, sizes = self.size, self._mean, self._sizes
        return [shared[number] / sqrt(size * (size + mean * sizes[number])) for number in numbers]

    def is_out_of_reach(self, shared: Mapping[int, float], left: float) -> bool:
        """Say whether what shares no more than `left` is far behind the one that shares most."""
        best = max(shared, key=shared.__getitem__)
        return left < _FAR_BEHIND * self.of(shared, (best,))[0] * sqrt(self.most) * (1 - _SLACK)


def nearest(shelf: Shelf, wanted: Wanted, *, least: float, hidden: Hidden = ()) -> list[tuple[float, int]]:
    """Return the phrasings that share most with a text, without those hidden, best first, at most `CANDIDATES`, each with its estimate.

    A text that has less in common with the whole collection than would count costs no more than looking its pieces up.
    What is returned is what comparing all phrasings would give, unless more than `_BUDGET` postings had to be looked at.
    """
    postings, sought = shelf.postings, wanted.sought
    known = sorted([(len(postings[piece]), piece) for piece in sought if piece in postings])
    left = sum([sought[piece] for _, piece in known])
    scale = _Scale(shelf, wanted)
    needed = least * scale.size
    bar = max(needed, _LIKE_NOTHING * sqrt(scale.most)) if known else inf
    if left < bar * (1 - _SLACK):
        return []
    shared, place, left = _gathered(shelf, sought, known, left, bar, scale, hidden)
    if place < len(known):
        shared = _completed(shelf, sought, known[place:], left, shared, scale, needed)
    return _best(shelf, shared, scale, needed)


def _gathered(
    shelf: Shelf,
    sought: Mapping[str, float],
    known: Sequence[Posting],
    left: float,
    bar: float,
    scale: _Scale,
    hidden: Hidden,
) -> tuple[dict[int, float], int, float]:
    """Return what shares the rarest pieces, how many of these were looked at, and what all others weigh together.

    It stops where a phrasing that has none of those pieces shares too little beside the best one, or when the budget is used
    up. Nothing comes back when the best one cannot reach `bar` any more. Pieces that always stand together, as those of a name do,
    are added at once.
    """
    shared: dict[int, float] = {}
    looked_at, numbers = 0, _NONE
    pending: list[float] = []  # what the latest pieces weigh, which all have these numbers
    most = since = (
        0.0  # what the best one shared when that was looked at last, and what was added to any since, at most
    )
    for place, (count, piece) in enumerate(known):
        is_dear = looked_at + count > _BUDGET
        may_end = most + left < bar or left < _FAR_BEHIND * (most + since) * (1 + _SLACK)
        if pending and (is_dear or (may_end and count * _LOOKED_BACK > len(shared))):
            _count(shared, numbers, pending)
            numbers, pending = _NONE, []
        if shared and (is_dear or (may_end and count * _LOOKED_BACK > len(shared))):
            shared = _seen(shared, hidden)
            most, since = max(shared.values(), default=0.0), 0.0
            if most + left < bar * (1 - _SLACK):
                return {}, place, left
            if shared and (is_dear or left < _FAR_LESS * most * (1 - _SLACK)):
                return shared, place, left
            if left < _FAR_BEHIND * most and scale.is_out_of_reach(shared, left):
                return shared, place, left
        looked_at += count
        weight, posting = sought[piece], shelf.postings[piece]
        left -= weight
        since += weight
        if posting != numbers:
            _count(shared, numbers, pending)
            numbers, pending = posting, []
        pending.append(weight)
    _count(shared, numbers, pending)
    return _seen(shared, hidden), len(known), 0.0


def _count(shared: dict[int, float], numbers: Sequence[int], weights: Sequence[float]) -> None:
    """Add what some pieces weigh to what some numbers, so many as the budget is, share; as if piece by piece."""
    if len(numbers) > _BUDGET:
        numbers = numbers[:_BUDGET]
    together = sum(weights)
    if not shared:
        shared |= dict.fromkeys(numbers, together)
        return
    for number in numbers:
        if number in shared:
            for weight in weights:
                shared[number] += weight
        else:
            shared[number] = together


def _seen(shared: dict[int, float], hidden: Hidden) -> dict[int, float]:
    for numbers in hidden:
        for number in shared.keys() & numbers:
            del shared[number]
    return shared


def _completed(
    shelf: Shelf,
    sought: Mapping[str, float],
    rest: Sequence[Posting],
    left: float,
    shared: Mapping[int, float],
    scale: _Scale,
    needed: float,
) -> dict[int, float]:
    """Return those that may still be among the best, with the pieces of the rest, which weigh `left` together, as well."""
    if not shared:
        return {}
    most = max(shared.values())
    least = max(needed, _FAR_LESS * most) * (1 - _SLACK) - left
    is_cut_off = left >= _FAR_LESS * most  # the budget is used up
    numbers = _most_shared(shared, least) if is_cut_off else [n for n, has in shared.items() if has >= least]
    found = {number: shared[number] for number in numbers}
    for start in range(0, len(rest), _SIFTED):
        if len(numbers) > 2 * CANDIDATES and left < most:
            numbers = _in_reach(found, numbers, left, scale)
        for piece in (some := [piece for _, piece in rest[start : start + _SIFTED]]):
            left -= sought[piece]
        _add(shelf, [(piece, sought[piece]) for piece in some], found, numbers)
    return {number: found[number] for number in numbers}


def _most_shared(shared: Mapping[int, float], least: float) -> list[int]:
    """Return those that share most, at most `_WEIGHED`; of equals the latest."""
    bar = max(least, sorted(shared.values())[-_WEIGHED:][0])
    numbers = [number for number, weight in shared.items() if weight >= bar]
    if len(numbers) <= _WEIGHED:
        return numbers
    more = [number for number in numbers if shared[number] > bar]
    return more + [number for number in numbers if shared[number] == bar][len(more) - _WEIGHED :]


def _add(
    shelf: Shelf, weights: Sequence[tuple[str, float]], found: dict[int, float], numbers: Sequence[int]
) -> None:
    """Add what some pieces weigh to the numbers that have them.

    A Chinese piece stands in a text exactly where the text has it as a part, and that is seen much sooner than its
    place in a long list.
    """
    chinese = [(piece, weight) for piece, weight in weights if CHINESE.match(piece)]
    texts = shelf.texts
    if chinese:
        for number in numbers:
            text = texts[number] or ""
            found[number] += sum([weight for piece, weight in chinese if piece in text])
    for piece, weight in weights if len(chinese) < len(weights) else ():
        if not CHINESE.match(piece):
            posting = shelf.postings[piece]
            for number in numbers:
                if stands_in(posting, number):
                    found[number] += weight


def stands_in(posting: Sequence[int], number: int) -> bool:
    """Say whether a list of postings has a number."""
    place = bisect_left(posting, number)
    return place < len(posting) and posting[place] == number


def _in_reach(shared: Mapping[int, float], numbers: Sequence[int], left: float, scale: _Scale) -> list[int]:
    """Return those whose estimate can still come up to the last of the best `CANDIDATES`, and is not far behind the first."""
    lows = scale.of(shared, numbers)
    best = sorted(lows)
    bar = max(best[-CANDIDATES], _FAR_BEHIND * best[-1]) * (1 - _SLACK)
    return [
        number
        for number, low in zip(numbers, lows, strict=True)
        if low * (shared[number] + left) >= bar * shared[number]
    ]


def _best(shelf: Shelf, shared: Mapping[int, float], scale: _Scale, needed: float) -> list[tuple[float, int]]:
    """Return the likest of those that share something with a text, best first."""
    # What shares far less than another is hardly ever nearer.
    least = max(needed, _FAR_LESS * max(shared.values(), default=0.0))
    numbers = [number for number, weight in shared.items() if weight >= least]
    scored = list(zip(scale.of(shared, numbers), numbers, strict=True))
    best = max(scored, default=(0.0, 0))[0]
    if best < _LIKE_NOTHING:
        return []
    at_most = CANDIDATES if best >= _FAINT else _FEW
    scored = [each for each in scored if each[0] >= _FAR_BEHIND * best]
    if len(scored) > at_most:
        bar = sorted(scored)[-at_most][0]
        scored = [each for each in scored if each[0] >= bar]
    texts = shelf.texts
    scored.sort(key=lambda each: (-each[0], texts[each[1]]))
    return scored[:at_most]
