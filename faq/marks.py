"""Which phrasings have a character: a bit for each, so that what all of them have of a text is counted at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

AT_MOST = 20_000  # phrasings: more bits cost more than looking a text up
STEP = 2  # lengths of phrasings that are told apart
_LONGEST = 80  # characters; what is longer is taken to be of any length from here on


class Marks:
    """The bits of phrasings by number. One that was taken out may still be counted."""

    def __init__(self, postings: Mapping[str, Sequence[int]], lengths: bytes | bytearray) -> None:
        """Begin with texts of some lengths as `length` tells them; `postings` tells of each character which have it, now and later."""
        self._postings = postings
        self._bits: dict[str, int] = {}  # of characters that were asked for
        backwards = bytes(reversed(lengths))  # the highest bit of a number is written first
        self._of_step = {
            step: int(backwards.translate(_as_digits(step)), 2)
            for step in set(map(_step, set(lengths) - {0}))
        }

    def add(self, number: int, text: str) -> None:
        """Mark one more text, after its postings."""
        bit, step = 1 << number, _step(length(text))
        self._of_step[step] = self._of_step.get(step, 0) | bit
        for character in self._bits.keys() & set(text):
            self._bits[character] |= bit

    @property
    def steps(self) -> Iterable[tuple[int, int]]:
        """Return lengths, each with the bits of the texts that are so long or less than `STEP` longer; of the last, any longer ones."""
        return self._of_step.items()

    def of(self, character: str) -> int:
        """Return the bits of the texts that have a character."""
        bits = self._bits.get(character)
        if bits is None:
            bits = self._bits[character] = _as_bits(self._postings[character])
        return bits


def is_last(step: int) -> bool:
    """Say whether texts of a step may be of any length from it on."""
    return step >= _LONGEST


def length(text: str) -> int:
    """Return how long a text is, as far as that is told apart; 0 for none."""
    return min(len(text), _LONGEST)


def _step(length: int) -> int:
    return length // STEP * STEP


@cache
def _as_digits(step: int) -> bytes:
    """Return what turns lengths into ones, and those of other steps into noughts."""
    return bytes(b"01"[_step(length) == step and length > 0] for length in range(256))


def _as_bits(numbers: Sequence[int]) -> int:
    """Return a number whose bits are some ascending numbers."""
    found = bytearray(numbers[-1] // 8 + 1)
    for number in numbers:
        found[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(found, "little")


def numbers_of(bits: int) -> list[int]:
    """Return which bits are set."""
    found = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found


class Counted:
    """How many of some sets of bits each bit is in, all of them counted together as one adds numbers by hand."""

    def __init__(self, sets: Iterable[int]) -> None:
        self._places: list[int] = []  # the ones, the twos, the fours …
        for bits in sets:
            self._add(bits)
        self._known: dict[int, int] = {}

    def _add(self, bits: int) -> None:
        places = self._places
        for place, before in enumerate(places):
            places[place] = before ^ bits
            bits &= before
            if not bits:
                return
        places.append(bits)

    def at_least(self, count: int) -> int:
        """Return the bits that are in at least so many, more than none."""
        found = self._known.get(count)
        if found is None:
            found = self._known[count] = self._at_least(count)
        return found

    def _at_least(self, count: int) -> int:
        if count >> len(self._places):
            return 0
        more, same = 0, -1  # of the higher places
        for place in range(len(self._places) - 1, -1, -1):
            bits = self._places[place]
            if count >> place & 1:
                same &= bits
            else:
                more |= same & bits
                same &= ~bits
        return more | same
