"""Whether any phrasing can be so like a text that it matters: most of what people say to each other is like nothing that is known.

Seen before anything is looked for, and never wrong about what can: the evidence of no phrasing is more than what is reckoned here.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate

from faq.features import at_most
from faq.grams import ALL_CHINESE
from faq.index import Index, Weighed
from faq.known import Glance, Look, glance, look, share_of_pieces
from faq.marks import STEP, Counted, Marks, is_last, numbers_of
from faq.rank import is_alike, speaks_for, spoken_at_most
from faq.reading import LONG, content

# So many phrasings are held against a text one by one; where there are more they are looked for.
_FEW = 16
# So few characters of a text most phrasings have.
_A_FEW = 4


def can_any(index: Index, text: str, least: float) -> bool:
    """Say whether some phrasing may speak so much for a canonical text, besides what `faq.features.UNMEASURED` speaks at most; True
    when in doubt. A phrasing that is the text itself always may.
    """
    seen = glance(index, text)
    if not _is_in_reach(index, text, seen, least):
        return False
    marks = index.marks()
    if marks is None:
        return True
    apart = _Apart(text)
    if _is_enough(index, text, seen, least, apart):
        return True
    known = look(index, text)
    found = _numbers(_Bar(known, text, least, apart), known, marks)
    if not found:
        return found is None
    weighed = index.weighed_known(text)
    return any(_can(index, number, text, weighed, least) for number in found)


@cache
def _speaks() -> tuple[float, float, float, float]:
    """Return what letters of the text speak, and likeness, the length of a phrasing, and the pieces of the text; at their most."""
    alike = speaks_for("alike") + speaks_for("alike_in_letters")
    return (
        speaks_for("letters_of_text"),
        2 * alike,
        speaks_for("length_of_phrase"),
        speaks_for("pieces_of_text"),
    )


@cache
def _speaks_anyway() -> float:
    """Return what a phrasing speaks all of whose pieces are in the text, and the text's own length where it counts most."""
    return speaks_for("letters_of_phrase") + speaks_for("pieces_of_phrase") + speaks_for("length")


@cache
def _speaks_of_likeness() -> tuple[float, float, float]:
    """Return what likeness in sound, in words and in content speaks at most."""
    return speaks_for("alike_in_sound"), speaks_for("alike_in_words"), speaks_for("alike_in_content")


def _is_in_reach(index: Index, text: str, seen: Glance, least: float) -> bool:
    """Say whether a phrasing that has all known characters of a text may speak enough, of whatever length there is."""
    size = len(text)
    by_letters, by_likeness, by_length, by_pieces = _speaks()
    if seen.characters == size <= index.longest:
        return True
    short = min(max(1, seen.characters), index.longest)
    long = min(max(short, int(LONG) - 1), index.longest)
    # Likeness falls ever more slowly while the length grows evenly: what lies between speaks less than one of the two.
    likeness = max(
        by_likeness * short / (size + characters) + by_length * min(1.0, (characters + 1) / LONG)
        for characters in (short, long)
    )
    needed = least - _speaks_anyway() - by_letters * seen.letters - likeness
    return needed <= by_pieces and needed <= by_pieces * share_of_pieces(index, text)


def _is_enough(index: Index, text: str, seen: Glance, least: float, apart: _Apart) -> bool:
    """Say whether a few of the characters of a text speak enough already, so that counting them would leave out nothing."""
    by_letters, by_likeness, by_length, by_pieces = _speaks()
    longest = min(index.longest, int(LONG))
    spoken = by_letters * seen.letters * _A_FEW / max(seen.characters, 1)
    spoken += by_likeness * _A_FEW / (len(text) + longest) + by_length * longest / LONG + by_pieces
    return spoken - apart.unspoken(_A_FEW, longest) >= least - _speaks_anyway()


def _can(index: Index, number: int, text: str, weighed: Weighed, least: float) -> bool:
    phrase = index.text(number)
    if not phrase:
        return False  # it was taken out
    features = at_most(text, phrase, index.coverage(weighed, number))
    return is_alike(features) or spoken_at_most(features) >= least


def _numbers(bar: _Bar, known: Look, marks: Marks) -> list[int] | None:
    """Return the phrasings that have as much of a text as is needed; None when they are many."""
    needed = [(bits, count) for step, bits in marks.steps if (count := bar.needed(step)) is not None]
    if any(count == 0 for _, count in needed):
        return None
    counted = Counted(map(marks.of, known.counts) if needed else ())
    found = 0
    for bits, count in needed:
        found |= bits & counted.at_least(count)
    return None if found.bit_count() > _FEW else numbers_of(found)


class _Apart:
    """What likeness in sound, in words and in content cannot speak for a text, because a phrasing is short or has few of its characters.

    Only of Chinese: words of letters are compared without their endings.
    """

    def __init__(self, text: str) -> None:
        self._is_known = ALL_CHINESE.fullmatch(text) is not None
        self._size, self._letters, self._content = len(text), len(set(text)), len(content(text))

    def unspoken(self, shared: int, longest: int) -> float:
        """Return how much less than at most it speaks for a phrasing no longer than this that shares so many characters."""
        if not self._is_known:
            return 0.0
        by_sound, by_words, by_content = _speaks_of_likeness()
        short = min(self._size, longest)
        # Both texts have a sign for every character, so no more of them can be the same than the shorter one has.
        sound = 2 * short / (self._size + short)
        # What is left of both without small words has no more in common than they have.
        left = min(shared, self._content)
        alike = 2 * left / (self._content + left) if left else float(not self._content)
        return by_sound * (1 - sound) + by_words * (1 - self._words(shared, short)) + by_content * (1 - alike)

    def _words(self, shared: int, most: int) -> float:
        """Return how alike two texts can be as words in order, with a space between each two.

        Beside the shared characters only these spaces are the same, and each word has a character at least. With more words it
        grows or falls without turning back, on either side of as many words as are shared characters.
        """
        if shared >= self._letters:
            return 1.0
        letters, few, many = self._letters, max(1, min(shared, most)), max(1, most)
        return max(
            2 * (shared + few - 1) / (letters + max(shared, few) + 2 * few - 2),
            2 * (shared + many - 1) / (letters + max(shared, many) + 2 * many - 2),
        )


class _Bar:
    """How many of the Chinese characters of a text a phrasing of some length must have."""

    def __init__(self, known: Look, text: str, least: float, apart: _Apart) -> None:
        self._apart = apart
        self._latest = _A_FEW  # for lengths that are nearly the same nearly as many are needed
        self._size = len(text)
        # With so many of them, what is shared at most: of the weight, and of the characters, those that are repeated first.
        self._shares = list(accumulate(sorted(known.shares, reverse=True), initial=known.others))
        self._shared = list(accumulate(sorted(known.counts.values(), reverse=True), initial=known.strange))
        self._by_letters, self._by_likeness, self._by_length, by_pieces = _speaks()
        self._least = least - _speaks_anyway() - by_pieces * known.pieces

    def needed(self, step: int) -> int | None:
        """Return how many of the known characters a phrasing must have whose length begins with a step; None when all are too few."""
        lowest = max(step, 1)
        highest = (
            step + STEP - 1 if not is_last(step) else step + self._size
        )  # in what is longer it is as unlike
        length = 1.0 if is_last(step) else min(1.0, (highest + 1) / LONG)
        least, every = self._least - self._by_length * length, range(len(self._shares))
        count = min(self._latest, every[-1])
        while count > 0 and self._spoken(count - 1, lowest, highest) >= least:
            count -= 1
        while count < every[-1] and self._spoken(count, lowest, highest) < least:
            count += 1
        self._latest = count
        if count == every[-1] and self._spoken(count, lowest, highest) < least:
            is_the_text = self._shared[-1] == self._size and lowest <= self._size <= highest
            return count if is_the_text else None
        return count

    def _spoken(self, count: int, lowest: int, highest: int) -> float:
        """Return what likeness speaks at most, to a phrasing between two lengths that has so many characters of the text."""
        shared = self._shared[count]
        characters = min(max(shared, lowest), highest)  # where it is most alike
        alike = min(shared, characters) / (self._size + characters)
        spoken = self._by_letters * self._shares[count] + self._by_likeness * alike
        return spoken - self._apart.unspoken(shared, highest)
