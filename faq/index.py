"""Which phrasings share rare pieces of writing with a text, found without looking at all of them."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from math import log, sqrt

from faq.grams import CHINESE, MARK, grams
from faq.pinyin import near_sound, sound, typed

# One pair of uncommon characters or one word says enough to be looked for.
_LEAST_SAID = 1.0

CANDIDATES = 20
# Postings looked at for one text. Rare grams come first, so what is cut off is what says least.
_BUDGET = 2000
# What has less in common with a text, as a share of what the best has, is not looked at more closely.
_FAR_BEHIND, _FAR_LESS = 0.5, 0.45
# What a piece is worth that the collection knows only by its sound, and how many spellings of a sound are tried.
_BY_SOUND = 0.7
_SPELLINGS = 4
# Gaps that removed phrasings leave in a posting before it is written anew.
_GAPS = 16


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which share of a text's weight a phrasing has, and the other way round.

    The shares of letters leave out pairs and words, and so do not mind the order or a slip of the finger. What is missing
    is the weight of the heaviest letter or word that the other lacks, as a share of the heaviest there can be.
    """

    of_text: float
    of_phrase: float
    letters_of_text: float
    letters_of_phrase: float
    missing_of_text: float
    missing_of_phrase: float
    cosine: float
    pairs_of_text: float
    pairs_of_phrase: float


class _Posting:
    """The phrasings that have a piece: a list that only grows, and how many of them are still there."""

    __slots__ = ("live", "numbers")

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.live = 0


@dataclass(frozen=True, slots=True)
class Sum:
    """The weights of a text or phrasing added up, and its letters and words, the heaviest first."""

    all: float
    letters: float
    squares: float
    telling: tuple[tuple[float, str], ...]


class Index:
    """Phrasings by number, with the grams of each. Numbers are given by the caller, rise, and mean nothing."""

    def __init__(self) -> None:
        self._names: dict[int, tuple[str, str]] = {}
        self._grams: dict[int, tuple[str, ...]] = {}
        self._sizes: dict[int, float] = {}
        self._factors: dict[str, float] = {}
        self._postings: dict[str, _Posting] = {}
        self._spellings: dict[
            str, dict[str, None]
        ] = {}  # sound of a Chinese piece -> its spellings that are known
        # How rare a gram is changes with every phrasing, so what was worked out is forgotten then.
        self._weights: dict[str, float] = {}
        self._totals: dict[int, Sum] = {}

    def __len__(self) -> int:
        return len(self._grams)

    def add(self, number: int, text: str, owner: str) -> None:
        """Add a canonical phrasing of an entry under a number that is higher than all before."""
        pieces = grams(text)
        self._names[number] = (text, owner)  # decides ties, whatever the order of adding was
        known = []
        for piece, factor in pieces.items():
            posting = self._postings.get(piece)
            if posting is None:
                posting = self._postings[piece] = _Posting()
                self._factors[piece] = factor
                if CHINESE.match(piece):
                    self._spellings.setdefault(near_sound(sound(piece)), {})[piece] = None
            posting.numbers.append(number)
            posting.live += 1
            known.append(piece)
        self._grams[number] = tuple(known)
        self._sizes[number] = _typical(sum(pieces.values()))
        self._forget()

    def remove(self, number: int) -> None:
        """Take a phrasing out."""
        del self._names[number], self._sizes[number]
        for piece in self._grams.pop(number):
            posting = self._postings[piece]
            posting.live -= 1
            if not posting.live:
                self._drop(piece)
            elif len(posting.numbers) > 2 * posting.live + _GAPS:
                posting.numbers = [kept for kept in posting.numbers if kept in self._grams]
        self._forget()

    def _drop(self, piece: str) -> None:
        del self._postings[piece], self._factors[piece]
        if CHINESE.match(piece):
            heard = near_sound(sound(piece))
            del self._spellings[heard][piece]
            if not self._spellings[heard]:
                del self._spellings[heard]

    def _forget(self) -> None:
        self._weights.clear()
        self._totals.clear()

    def _rarity(self, live: int) -> float:
        """Return the inverse document frequency, positive, highest for a piece that nothing has."""
        return log(1 + (len(self._grams) + 1) / (live + 0.5))

    def _weight(self, piece: str) -> float:
        weight = self._weights.get(piece)
        if weight is None:
            # Only known pieces get here, so that chatter cannot fill the memory.
            weight = self._weights[piece] = self._factors[piece] * self._rarity(self._postings[piece].live)
        return weight

    def weigh(self, text: str) -> dict[str, float]:
        """Return the pieces of a canonical text with their weights in this collection.

        Empty when the text says too little to be looked for, such as "好的" or "怎么办".
        """
        pieces = grams(text)
        if sum(pieces.values()) < _LEAST_SAID:
            return {}
        unknown = self._rarity(0)
        return {
            piece: self._weight(piece) if piece in self._postings else factor * unknown
            for piece, factor in pieces.items()
        }

    def heard(self, text: str, weights: dict[str, float]) -> dict[str, float]:
        """Return what to look for instead of a weighed text when pieces of it are only known by their sound.

        So "充直" finds "充值", and "chongzhi" as well. The same weights come back when there is nothing of the kind.
        """
        spelled: dict[str, float] = {}
        read: set[str] = set()
        for run, signs in typed(text):
            if run not in self._postings:
                before = len(spelled)
                heard = near_sound(signs)
                for start in range(len(heard)):
                    for size in (1, 2):
                        self._spell(heard[start : start + size], spelled)
                if len(spelled) > before:
                    read.update(grams(run))
        sounds = near_sound(sound(text))
        for start in range(len(text) - 1):
            pair = text[start : start + 2]
            if pair in weights and pair not in self._postings:
                self._spell(sounds[start : start + 2], spelled)
        if not spelled:
            return weights
        return spelled | {piece: weight for piece, weight in weights.items() if piece not in read}

    def _spell(self, heard: str, found: dict[str, float]) -> None:
        spellings = self._spellings.get(heard)
        if spellings:
            rarest = heapq.nlargest(_SPELLINGS, spellings, key=lambda piece: (self._weight(piece), piece))
            for piece in rarest:
                found[piece] = _BY_SOUND * self._weight(piece)

    def candidates(
        self, weights: dict[str, float], *, least: float, admits: Callable[[int], bool] | None = None
    ) -> list[tuple[float, int]]:
        """Return the admitted phrasings that share most with a weighed text, best first, at most `CANDIDATES`.

        Each comes with a first estimate of its likeness. `least` is the share of the text's weight that must be found;
        a text that has less in common with the whole collection costs no more than looking its pieces up.
        """
        postings = self._postings
        known = sorted((postings[piece].live, piece) for piece in weights if piece in postings)
        needed = least * sum(weights.values())
        if not known or sum(weights[piece] for _, piece in known) < needed:
            return []
        shared: dict[int, float] = {}
        looked_at, left_out = 0, 0.0
        for count, piece in known:
            looked_at += count
            weight = weights[piece]
            numbers = postings[piece].numbers
            if looked_at > _BUDGET:
                if shared:
                    left_out += weight  # may be shared all the same, so nobody is dropped for it
                    continue
                numbers = numbers[:_BUDGET]
            for number in numbers:
                shared[number] = shared.get(number, 0.0) + weight
        living, sizes = self._grams, self._sizes
        size = sum(weights.values()) or 1.0
        least_shared = max(needed - left_out, _FAR_LESS * max(shared.values(), default=0.0))
        scored = [
            (weight / (size + sizes[number]), number)
            for number, weight in shared.items()
            if weight >= least_shared and number in living and (admits is None or admits(number))
        ]
        if not scored:
            return []
        bar = _FAR_BEHIND * max(scored)[0]
        if len(scored) > CANDIDATES:
            bar = max(bar, heapq.nlargest(CANDIDATES, scored)[-1][0])
        scored = [each for each in scored if each[0] >= bar]
        scored.sort(key=lambda each: (-each[0], self._names[each[1]]))
        return scored[:CANDIDATES]

    def coverage(self, weights: dict[str, float], text: Sum, number: int) -> Coverage:
        """Return what a weighed text, summed up by `summed`, and a phrasing have of each other."""
        pieces = self._grams[number]
        shared = weights.keys() & pieces
        in_all = in_letters = in_squares = 0.0
        for piece in shared:
            weight = weights[piece]
            in_all += weight
            in_squares += weight * weight
            if len(piece) == 1 or piece[0] == MARK:
                in_letters += weight
        total = self._total(number)
        top = self._rarity(0)
        missing = next((weight for weight, piece in text.telling if piece not in shared), 0.0)
        lacking = next((weight for weight, piece in total.telling if piece not in shared), 0.0)
        return Coverage(
            _share(in_all, text.all),
            _share(in_all, total.all),
            _share(in_letters, text.letters),
            _share(in_letters, total.letters),
            missing / top,
            lacking / top,
            _share(in_squares, sqrt(text.squares * total.squares)),
            _share(in_all - in_letters, text.all - text.letters),
            _share(in_all - in_letters, total.all - total.letters),
        )

    def _total(self, number: int) -> Sum:
        total = self._totals.get(number)
        if total is None:
            total = self._totals[number] = summed(
                {piece: self._weight(piece) for piece in self._grams[number]}
            )
        return total


def _typical(size: float) -> float:
    return 4.0 * sqrt(size) + size


def summed(weights: dict[str, float]) -> Sum:
    """Return the sums of a weighed text."""
    all_ = letters = squares = 0.0
    telling = []
    for piece, weight in weights.items():
        all_ += weight
        squares += weight * weight
        if len(piece) == 1 or piece[0] == MARK:
            letters += weight
            telling.append((weight, piece))
        elif piece.isascii():
            telling.append((weight, piece))
    telling.sort(reverse=True)
    return Sum(all_, letters, squares, tuple(telling))


def _share(part: float, whole: float) -> float:
    return min(1.0, part / whole) if whole > 1e-9 else 0.0
