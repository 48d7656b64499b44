"""Which phrasings share rare pieces of writing with a text, found without looking at all of them."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from faq.grams import CHINESE, MARK, grams
from faq.pinyin import near_sound, sound, typed

# One pair of uncommon characters or one word says enough to be looked for.
_LEAST_SAID = 1.0

CANDIDATES = 14
# Postings looked at for one text. Rare pieces come first, so what is cut off is what says least.
_BUDGET = 3000
# What has less in common with a text, as a share of what the best has, is not looked at more closely.
_FAR_LESS, _FAR_BEHIND = 0.25, 0.4
# Where nothing is much like a text only a few are looked at: most of what is said in a group is like nothing that is known.
_FAINT, _FEW, _LIKE_NOTHING = 0.12, 6, 0.06
# So many of those that share most are weighed exactly, when some postings were cut off.
_WEIGHED = 64
# What a piece is worth that the collection knows only by its sound, and how many spellings of a sound are tried.
_BY_SOUND = 0.7
_SPELLINGS = 4
# What a letter counts beside a pair or a word when all are counted in full.
_LETTER = 0.7
_REMEMBERED = 8_192


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which share of a text's weight a phrasing has, and the other way round.

    The shares of letters leave out pairs and words, and so do not mind the order or a slip of the finger; those of pieces
    count common words in full.
    """

    letters_of_text: float
    letters_of_phrase: float
    pieces_of_text: float
    pieces_of_phrase: float


@dataclass(frozen=True, slots=True)
class Sum:
    """The weights of a text or phrasing added up: of its letters and English words' triples, and of all pieces in full."""

    letters: float
    pieces: float


class Index:
    """Phrasings by number, with the pieces of each. Numbers are given by the caller, rise from 0, and mean nothing."""

    def __init__(self) -> None:
        self._texts: list[str | None] = []
        self._sizes = array("f")
        self._living = 0
        self._postings: dict[str, array[int]] = {}  # ascending numbers
        self._spellings: dict[str, list[str]] = {}  # sound of a Chinese piece -> its spellings that are known
        # How rare a piece is changes with every phrasing, so what was worked out is forgotten then.
        self._weights: dict[str, float] = {}
        self._totals: dict[int, Sum] = {}
        self._words: dict[str, float] = {}

    def __len__(self) -> int:
        return self._living

    def add(self, number: int, text: str) -> None:
        """Add a canonical phrasing under a number that is higher than all before."""
        pieces = _pieces(text)
        while len(self._texts) < number:
            self._texts.append(None)
            self._sizes.append(0.0)
        self._texts.append(text)
        self._sizes.append(sum(pieces.values()))
        self._living += 1
        for piece in pieces:
            posting = self._postings.get(piece)
            if posting is None:
                posting = self._postings[piece] = array("I")
                if CHINESE.match(piece):
                    self._spellings.setdefault(near_sound(sound(piece)), []).append(piece)
            posting.append(number)
        self._forget()

    def remove(self, number: int) -> None:
        """Take a phrasing out."""
        text = self._texts[number]
        if text is None:
            raise KeyError(number)
        self._texts[number] = None
        self._living -= 1
        for piece in _pieces(text):
            posting = self._postings[piece]
            del posting[bisect_left(posting, number)]
            if not posting:
                self._drop(piece)
        self._forget()

    def _drop(self, piece: str) -> None:
        del self._postings[piece]
        if CHINESE.match(piece):
            heard = near_sound(sound(piece))
            self._spellings[heard].remove(piece)
            if not self._spellings[heard]:
                del self._spellings[heard]

    def _forget(self) -> None:
        self._weights.clear()
        self._totals.clear()
        self._words.clear()

    def _rarity(self, live: int) -> float:
        """Return the inverse document frequency, positive, highest for a piece that nothing has."""
        return log(1 + (self._living + 1) / (live + 0.5))

    def rarity(self, piece: str) -> float:
        """Return how rare a piece is, whatever its factor."""
        weight = self._weights.get(piece)
        if weight is None:
            posting = self._postings.get(piece)
            if posting is None:
                return self._rarity(0)
            # Only known pieces get here, so that chatter cannot fill the memory.
            weight = self._weights[piece] = self._rarity(len(posting))
        return weight

    def weight_of(self, text: str) -> float:
        """Return what a word weighs: one as its letter or pair, a longer one as its pairs on average."""
        weight = self._words.get(text)
        if weight is None:
            if len(text) > 2 and CHINESE.match(text):
                parts = [text[start : start + 2] for start in range(len(text) - 1)]
            else:
                parts = [text]
            if len(self._words) >= _REMEMBERED:
                self._words.clear()  # chatter cannot fill the memory
            weight = sum(_factor(part) * self.rarity(part) for part in parts) / len(parts) / self._rarity(0)
            self._words[text] = weight
        return weight

    def weigh(self, text: str) -> dict[str, float]:
        """Return the pieces of a canonical text with their weights in this collection.

        Empty when the text says too little to be looked for, such as "好的" or "怎么办".
        """
        pieces = _pieces(text)
        if sum(pieces.values()) < _LEAST_SAID:
            return {}
        return {piece: factor * self.rarity(piece) for piece, factor in pieces.items()}

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
            weighed = [(self.rarity(piece) * _factor(piece), piece) for piece in spellings]
            for weight, piece in heapq.nlargest(_SPELLINGS, weighed):
                found[piece] = _BY_SOUND * weight

    def candidates(
        self, weights: dict[str, float], *, least: float, admits: Callable[[int], bool] | None = None
    ) -> list[tuple[float, int]]:
        """Return the admitted phrasings that share most with a weighed text, best first, at most `CANDIDATES`.

        Each comes with a first estimate of its likeness. `least` is the share of the text's weight that must be found;
        a text that has less in common with the whole collection costs no more than looking its pieces up.
        """
        postings = self._postings
        known = sorted((len(postings[piece]), piece) for piece in weights if piece in postings)
        size = sum(weights.values())
        needed = least * size
        if not known or sum(weights[piece] for _, piece in known) < needed:
            return []
        shared: dict[int, float] = {}
        looked_at, is_whole = 0, True
        for count, piece in known:
            weight = weights[piece]
            numbers = postings[piece]
            looked_at += count
            if looked_at > _BUDGET:
                is_whole = False
                if shared:
                    continue
                numbers = numbers[:_BUDGET]
            for number in numbers:
                shared[number] = shared.get(number, 0.0) + weight
        if admits is not None:
            shared = {number: weight for number, weight in shared.items() if admits(number)}
        if not is_whole:
            shared = self._weighed(shared, weights)
        return self._best(shared, size, sum(map(_factor, weights)), needed)

    def _best(
        self, shared: dict[int, float], size: float, factors: float, needed: float
    ) -> list[tuple[float, int]]:
        """Return the likest of those that share something with a text of this size, the estimate between 0 and 1."""
        # What shares far less than another is hardly ever nearer; a phrasing is taken to be as rare in its pieces as the text.
        least = max(needed, _FAR_LESS * max(shared.values(), default=0.0))
        sizes, texts, mean = self._sizes, self._texts, size / factors
        scored = [
            (weight / sqrt(size * (size + mean * sizes[number])), number)
            for number, weight in shared.items()
            if weight >= least
        ]
        if not scored:
            return []
        best = max(scored)[0]
        if best < _LIKE_NOTHING:
            return []
        at_most = CANDIDATES if best >= _FAINT else _FEW
        scored = [each for each in scored if each[0] >= _FAR_BEHIND * best]
        if len(scored) > at_most:
            bar = heapq.nlargest(at_most, scored)[-1][0]
            scored = [each for each in scored if each[0] >= bar]
        scored.sort(key=lambda each: (-each[0], texts[each[1]]))
        return scored[:at_most]

    def _weighed(self, shared: dict[int, float], weights: dict[str, float]) -> dict[int, float]:
        """Return those that share most, with all that they share."""
        best = heapq.nlargest(_WEIGHED, zip(shared.values(), shared.keys(), strict=True))
        return {
            number: sum(
                [weights[piece] for piece in weights.keys() & _pieces(self._texts[number] or "").keys()]
            )
            for _, number in best
        }

    def coverage(self, weights: dict[str, float], text: Sum, number: int) -> Coverage:
        """Return what a weighed text, summed up by `summed`, and a phrasing have of each other."""
        letters = pieces = 0.0
        for piece in weights.keys() & _pieces(self._texts[number] or "").keys():
            if len(piece) == 1 or piece[0] == MARK:
                letters += weights[piece]
                pieces += _LETTER * self.rarity(piece)
            else:
                pieces += self.rarity(piece)
        total = self._total(number)
        return Coverage(
            _share(letters, text.letters),
            _share(letters, total.letters),
            _share(pieces, text.pieces),
            _share(pieces, total.pieces),
        )

    def _total(self, number: int) -> Sum:
        total = self._totals.get(number)
        if total is None:
            pieces = _pieces(self._texts[number] or "")
            if len(self._totals) >= _REMEMBERED:
                self._totals.clear()
            weights = {piece: factor * self.rarity(piece) for piece, factor in pieces.items()}
            total = self._totals[number] = self.summed(weights)
        return total

    def summed(self, weights: dict[str, float]) -> Sum:
        """Return the sums of a weighed text."""
        letters = pieces = 0.0
        for piece, weight in weights.items():
            if len(piece) == 1 or piece[0] == MARK:
                letters += weight
                pieces += _LETTER * self.rarity(piece)
            else:
                pieces += self.rarity(piece)
        return Sum(letters, pieces)


@lru_cache(maxsize=_REMEMBERED)
def _pieces(text: str) -> dict[str, float]:
    return grams(text)


@lru_cache(maxsize=_REMEMBERED)
def _factor(piece: str) -> float:
    return grams(piece).get(piece, 1.0)


def _share(part: float, whole: float) -> float:
    return min(1.0, part / whole) if whole > 1e-9 else 0.0
