"""Which pieces of writing every phrasing has, how rare they are, and what a text and a phrasing have of each other."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from math import log
from operator import mul

import msgspec
from msgspec.structs import replace

from faq.grams import CHINESE, grams, is_letter, letters_and_others
from faq.marks import AT_MOST, Marks, length
from faq.misheard import Misheard
from faq.pinyin import heard_as
from faq.search import Hidden, Shelf, Wanted, nearest, stands_in
from faq.spelling import corrected
from faq.typed import spelled_out

# One pair of uncommon characters or one word says enough to be looked for.
_LEAST_SAID = 1.0
# What a piece is worth that the collection knows only by its sound, and how many spellings of a sound are tried.
_BY_SOUND = 0.7
_SPELLINGS = 4
# What a letter counts beside a pair or a word when all are counted in full.
LETTER = 0.7
_REMEMBERED = 8_192
_SUMS_REMEMBERED = 20_000


class Coverage(msgspec.Struct, frozen=True):
    """Which share of a text's weight a phrasing has, and the other way round.

    The shares of letters leave out pairs and words, and so do not mind the order or a slip of the finger; those of pieces
    count common words in full.
    """

    letters_of_text: float
    letters_of_phrase: float
    pieces_of_text: float
    pieces_of_phrase: float


class Sum(msgspec.Struct, frozen=True):
    """The weights of a text or phrasing added up: of its letters and English words' triples, and of all pieces in full."""

    letters: float
    pieces: float


class Weighed(msgspec.Struct, frozen=True):
    """A weighed text, made ready to be held against many phrasings: its pieces, each with what it adds to the shares of letters
    and of pieces."""

    sum: Sum
    characters: list[tuple[str, float, float]]  # Chinese ones
    pairs: list[tuple[str, float]]  # Chinese ones, which add to the pieces only
    others: list[tuple[str, float, float]]  # words and triples


class _Remembered(dict[str, float]):
    """What words or letters weigh, asked for once each."""

    def __init__(self, weight_of: Callable[[str], float]) -> None:
        super().__init__()
        self._weight_of = weight_of

    def __missing__(self, word: str) -> float:
        weight = self[word] = self._weight_of(word)
        return weight


class Index:
    """Phrasings by number, with the pieces of each. Numbers are given by the caller, rise from 0, and mean nothing."""

    def __init__(self, shelf: Shelf | None = None, spellings: dict[str, list[str]] | None = None) -> None:
        """Begin empty, or with what was saved; `count` when all of it is on the shelf."""
        self.shelf = shelf or Shelf()
        self._postings = self.shelf.postings
        self._texts = self.shelf.texts
        self._living = 0
        # Sound of a Chinese piece -> its spellings that are known.
        self._spellings: dict[str, list[str]] = spellings if spellings is not None else {}
        # How rare a piece is changes with every phrasing, so what was worked out is forgotten then.
        self.rarest = log(2)  # of a piece that nothing has
        self.rarities = _Remembered(self._rarity_of)  # of pieces that some phrasing has, and of no others
        self._heard: dict[str, list[tuple[str, float]]] = {}
        self._totals: dict[int, Sum] = {}
        self._words: dict[str, float] = {}
        self.letters = _Remembered(self._letter)  # what each weighs, with its factor
        self.longest = 0  # characters that any text ever had
        self._misheard = Misheard(self._seen, lambda sound: self._spellings.get(sound, ()))
        self._marks: Marks | None = None  # made when they are first asked for
        self._lengths = bytearray()  # of texts, as long as there may be marks

    def __len__(self) -> int:
        return self._living

    @property
    def numbers(self) -> int:
        """How many numbers were given, those taken out too."""
        return len(self._texts)

    def text(self, number: int) -> str:
        """Return the canonical text of a number, empty for one that was taken out."""
        return self._texts[number] or ""

    def add(self, number: int, text: str) -> None:
        """Add a canonical phrasing under a number that is higher than all before."""
        pieces = grams(text)
        self.shelf.add(number, text, pieces)
        self._living += 1
        self.longest = max(self.longest, len(text))
        if number < AT_MOST:
            self._lengths.extend(bytes(number - len(self._lengths)))
            self._lengths.append(length(text))
        postings = self._postings
        for piece in pieces:
            posting = postings.get(piece)
            if posting is None:
                posting = postings[piece] = array("I")
                if CHINESE.match(piece):
                    self._spellings.setdefault(heard_as(piece), []).append(piece)
            posting.append(number)
        if self._marks is not None:
            self._marks.add(number, text)
        self._forget()

    def count(self) -> None:
        """Know how many phrasings there are, after the shelf was filled with what was saved."""
        self._living = len(self._texts) - self._texts.count(None)
        self.longest = max((len(text) for text in self._texts if text), default=0)
        self._lengths = bytearray(length(text or "") for text in self._texts[:AT_MOST])
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
            heard = heard_as(piece)
            self._spellings[heard].remove(piece)
            if not self._spellings[heard]:
                del self._spellings[heard]

    def _forget(self) -> None:
        self.rarest = log(1 + 2 * (self._living + 1))
        if self.rarities or self._words:  # nothing of it while a collection is built
            self.rarities.clear()
            self._heard.clear()
            self._totals.clear()
            self._words.clear()
        if self.letters:
            self.letters.clear()
        self._misheard.forget()

    def _rarity_of(self, piece: str) -> float:
        """Return the inverse document frequency, positive, highest for a piece that nothing has."""
        return log(1 + (self._living + 1) / (self._seen(piece) + 0.5))

    def rarity(self, piece: str) -> float:
        """Return how rare a piece is, whatever its factor."""
        # Only known pieces are remembered, so that chatter cannot fill the memory.
        return self.rarities[piece] if piece in self._postings else self.rarest

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
            weight = sum(_factor(part) * self.rarity(part) for part in parts) / len(parts) / self.rarest
            self._words[text] = weight
        return weight

    def weights_of(self) -> Callable[[str], float]:
        """Return `weight_of` with a memory for one question: its phrasings are much the same words."""
        return _Remembered(self.weight_of).__getitem__

    def meant(self, text: str) -> dict[str, str]:
        """Return the words of a canonical text that are misspelt or typed as pinyin, each with what was meant.

        A collection that has no Chinese reads no pinyin.
        """
        typed = spelled_out(text, self._seen) if self._spellings else {}
        return corrected(text, self._seen) | typed

    def heard_right(self, text: str) -> str:
        """Return a canonical text with the characters that were most likely meant by others of the same sound."""
        return self._misheard.heard_right(text)

    def _seen(self, piece: str) -> int:
        return len(self._postings.get(piece, ()))

    def weigh(self, text: str) -> dict[str, float]:
        """Return the pieces of a canonical text with their weights in this collection.

        Empty when the text says too little to be looked for, such as "好的" or "怎么办".
        """
        pieces = _pieces(text)
        if sum(pieces.values()) < _LEAST_SAID:
            return {}
        rarest, rarities, postings = self.rarest, self.rarities, self._postings
        # Most pieces of chatter are in nothing that is known.
        return {
            piece: factor * (rarities[piece] if piece in postings else rarest)
            for piece, factor in pieces.items()
        }

    def wanted(self, text: str) -> Wanted:
        """Return what to look for to find a canonical text."""
        weights = self.weigh(text)
        if not weights:
            return Wanted(weights, weights, 0.0)
        sought, more = self.heard(text, weights)
        return Wanted(weights, sought, sum(_pieces(text).values()) + more)

    def heard(self, text: str, weights: dict[str, float]) -> tuple[dict[str, float], float]:
        """Return what to look for instead of a weighed text when pieces of it are only known by their sound, and by how much
        its factors are more then.

        So "充直" finds "充值". The same weights come back when there is nothing of the kind.
        """
        spelled: dict[str, float] = {}
        missing = {piece for piece in weights if piece not in self._postings}
        if missing:
            sounds, spellings = heard_as(text), self._spellings
            for start in range(len(text) - 1):
                heard = sounds[start : start + 2]
                if heard in spellings and text[start : start + 2] in missing:
                    self._spell(heard, spelled)
        if not spelled:
            return weights, 0.0
        sought = spelled | weights
        return sought, sum(map(_factor, sought)) - sum(map(_factor, weights))

    def _spell(self, heard: str, found: dict[str, float]) -> None:
        spelled = self._heard.get(heard)
        if spelled is None:
            spellings = self._spellings.get(heard)
            if not spellings:
                return
            weighed = [(self.rarity(piece) * _factor(piece), piece) for piece in spellings]
            # Only known sounds get here, so that chatter cannot fill the memory.
            spelled = self._heard[heard] = [
                (piece, _BY_SOUND * weight) for weight, piece in heapq.nlargest(_SPELLINGS, weighed)
            ]
        found.update(spelled)

    def candidates(self, wanted: Wanted, *, least: float, hidden: Hidden = ()) -> list[tuple[float, int]]:
        """Return the phrasings that share most with a text, without those hidden, best first, each with a first estimate of its likeness.

        `least` is the share of the text's weight that must be found.
        """
        return nearest(self.shelf, wanted, least=least, hidden=hidden)

    def weighed_known(self, text: str) -> Weighed:
        """Return a canonical text weighed, without what no phrasing has, for less than `weigh` and `weighed` cost."""
        letters, others = letters_and_others(text)
        rarities, rarity, postings = self.rarities, self.rarity, self._postings
        found = Weighed(Sum(0.0, 0.0), [], [], [])
        by_letters = by_pieces = 0.0
        for piece, factor in letters.items():
            rare = rarities.get(piece) or rarity(piece)
            weighs, adds = factor * rare, LETTER * rare
            by_letters += weighs
            by_pieces += adds
            if piece in postings:
                (found.characters if CHINESE.match(piece) else found.others).append((piece, weighs, adds))
        for piece in others:
            rare = rarities.get(piece) or rarity(piece)
            by_pieces += rare
            if piece in postings:
                if CHINESE.match(piece):
                    found.pairs.append((piece, rare))
                else:
                    found.others.append((piece, 0.0, rare))
        return replace(found, sum=Sum(by_letters, by_pieces))

    def _letter(self, piece: str) -> float:
        return _factor(piece) * self.rarity(piece)

    def marks(self) -> Marks | None:
        """Return which phrasings have a character, or None where there are too many of them."""
        if len(self._texts) > AT_MOST:
            self._marks = None
        elif self._marks is None:
            self._marks = Marks(self._postings, self._lengths)
        return self._marks

    def weighed(self, weights: dict[str, float]) -> Weighed:
        """Return weighed pieces made ready to be held against phrasings by `coverage`."""
        letters = pieces = 0.0
        found = Weighed(Sum(letters, pieces), [], [], [])
        rarities = self.rarities
        for piece, weight in weights.items():
            rarity = rarities.get(piece) or self.rarity(piece)
            by_letters, by_pieces = (weight, LETTER * rarity) if is_letter(piece) else (0.0, rarity)
            letters += by_letters
            pieces += by_pieces
            if not CHINESE.match(piece):
                found.others.append((piece, by_letters, by_pieces))
            elif len(piece) == 1:
                found.characters.append((piece, by_letters, by_pieces))
            else:
                found.pairs.append((piece, by_pieces))
        return replace(found, sum=Sum(letters, pieces))

    def coverage(self, asked: Weighed, number: int) -> Coverage:
        """Return what a text and a phrasing have of each other."""
        text = self._texts[number] or ""
        letters = pieces = 0.0
        # A Chinese piece stands in a text exactly where the text has it as a part.
        for piece, by_letters, by_pieces in asked.characters:
            if piece in text:
                letters += by_letters
                pieces += by_pieces
        pieces += sum([by_pieces for piece, by_pieces in asked.pairs if piece in text])
        for piece, by_letters, by_pieces in asked.others:
            if stands_in(self._postings.get(piece, ()), number):
                letters += by_letters
                pieces += by_pieces
        total = self.total(number)
        return Coverage(
            share(letters, asked.sum.letters),
            share(letters, total.letters),
            share(pieces, asked.sum.pieces),
            share(pieces, total.pieces),
        )

    def total(self, number: int) -> Sum:
        """Return the sums of a phrasing."""
        total = self._totals.get(number)
        if total is None:
            if len(self._totals) >= _SUMS_REMEMBERED:
                self._totals.clear()
            total = self._totals[number] = self._summed(self._texts[number] or "")
        return total

    def _summed(self, text: str) -> Sum:
        letters, others = letters_and_others(text)
        rarity = self.rarities.__getitem__
        rare = list(map(rarity, letters))
        return Sum(sum(map(mul, letters.values(), rare)), LETTER * sum(rare) + sum(map(rarity, others)))


@lru_cache(maxsize=_REMEMBERED)
def _pieces(text: str) -> dict[str, float]:
    return grams(text)


@lru_cache(maxsize=_REMEMBERED)
def _factor(piece: str) -> float:
    return grams(piece).get(piece, 1.0)


def share(part: float, whole: float) -> float:
    """Return a part of a whole as a number from 0 to 1; of nothing it is 0."""
    return min(1.0, part / whole) if whole > 1e-9 else 0.0
