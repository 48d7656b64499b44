"""How many bits a character says after those before it: by the phrasings or by the words of the language, what is less."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import inf, log2

from faq.nearness import rareness

# How many bits a character says that is not known at all, and one more than by itself where no word is known with what stands before.
_UNKNOWN, _APART = 20.0, 6.0
# How many bits a pair costs at least: a few phrasings prove little.
_LEAST = 1.0
COUNT = 2  # of the characters before one that say how surprising it is

Seen = Callable[[str], int]  # how many phrasings have a piece


@lru_cache(maxsize=8_192)
def alone(character: str) -> float:
    """Return how many bits a character says by itself."""
    bits = rareness(character)
    return _UNKNOWN if bits is None else bits


def _joined(before: str, character: str, seen: Seen) -> float:
    """Return how surprising a character is after another: by the phrasings or by the words of the language, what is less."""
    pair = before + character
    together, times = rareness(pair), seen(pair)
    bits = inf if together is None else max(_LEAST, together - alone(before))
    return min(bits, _LEAST + log2((seen(before) + 1) / times)) if times else bits


def _ended(before: str, character: str) -> float:
    """Return how surprising a character is after two others, by the words of the language."""
    first, together = rareness(before), rareness(before + character)
    return inf if first is None or together is None else max(_LEAST, together - first)


def next_after(before: str, character: str, seen: Seen) -> float:
    """Return how surprising a character is after a row of others, of which the last `COUNT` matter."""
    return min(
        alone(character) + _APART, _joined(before[-1], character, seen), _ended(before[-COUNT:], character)
    )
