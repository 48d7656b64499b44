"""Which characters were meant by words typed as pinyin: those that the known phrasings write so, else the language."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import inf

from faq.nearness import rareness
from faq.pinyin import characters, typed
from faq.surprise import Seen, alone, next_after

# Of the characters that sound the same those are tried that stand in most phrasings, then the commonest.
_TRIED = 16
# Only so many beginnings, the likeliest, go on to the next syllable.
_KEPT = 10
# So many syllables of a text are spelled out: nobody types more, and cost must stay bounded.
_MOST = 12


def spelled_out(text: str, seen: Seen) -> dict[str, str]:
    """Return the runs of letters in a canonical text that are pinyin, with the characters that were most likely meant.

    What stands in a phrasing as it is, and what is an English word, is left alone.
    """
    found: dict[str, str] = {}
    left = _MOST
    for run, signs in typed(text):
        if run not in found and len(signs) <= left and not seen(run) and rareness(run) is None:
            left -= len(signs)
            before, _, after = text.partition(run)
            around = _only_chinese(before[-1:]), _only_chinese(after[:1])
            found[run] = _meant(around[0], signs, around[1], seen)
    return found


def _only_chinese(text: str) -> str:
    return text if "\u3400" <= text <= "\u9fff" else ""


def _meant(before: str, signs: str, after: str, seen: Seen) -> str:
    """Return the likeliest characters of some syllables between two others."""
    places = [before, *(_tried(sign, seen) for sign in signs), after]
    first, *others = filter(None, places)
    # The likeliest beginnings, one for each last character, with the bits they cost.
    best = {option: alone(option) for option in first}
    for options in others:
        kept = dict(sorted(best.items(), key=lambda each: each[1])[:_KEPT])
        best = dict(_cheapest(kept, option, seen) for option in options)
    meant = min(best, key=best.__getitem__)
    return meant[len(before) : len(before) + len(signs)]


def _cheapest(beginnings: dict[str, float], option: str, seen: Seen) -> tuple[str, float]:
    """Return the likeliest of some beginnings with a character added, and the bits it costs."""
    best, least = "", inf
    for before, cost in beginnings.items():
        bits = cost + next_after(before, option, seen)
        if bits < least:
            best, least = before + option, bits
    return best, least


def _tried(sign: str, seen: Seen) -> Sequence[str]:
    known = sorted(_by_commonness(sign), key=lambda character: -seen(character))
    return known[:_TRIED]


@cache
def _by_commonness(sign: str) -> tuple[str, ...]:
    return tuple(sorted(characters(sign), key=alone))
