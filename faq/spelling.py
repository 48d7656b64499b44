"""Which known word was meant by an English one that is misspelt: one that is a single slip of the finger away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from string import ascii_lowercase

from faq.nearness import is_word

# Shorter words have too many neighbours; what stands before a "t" is half of a "doesn't".
_WORD = re.compile(r"(?<![a-z0-9])[a-z]{5,20}(?![a-z0-9]| t\b)", re.ASCII)
_MOST = 4  # words of a text that are looked at: cost must stay bounded

Seen = Callable[[str], int]  # how many phrasings have a word


def corrected(text: str, seen: Seen) -> dict[str, str]:
    """Return the misspelt words of a canonical text, each with the word of the phrasings that was most likely meant.

    A word of the language is never a mistake. One that no phrasing has is left alone: it may well be the name of something.
    """
    unknown = [word for word in dict.fromkeys(_WORD.findall(text)) if not seen(word) and not is_word(word)]
    found = {}
    for word in unknown[:_MOST]:
        near = {other: seen(other) for other in _one_slip_away(word)}
        best = max(near, key=lambda other: (near[other], other))
        if near[best]:
            found[word] = best
    return found


def _one_slip_away(word: str) -> Iterator[str]:
    """Yield what a word is without a letter, with two exchanged, with one replaced, with one more; its first letter is seldom wrong."""
    for place in range(1, len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
