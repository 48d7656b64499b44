"""Which characters were meant where a text has a pair that nobody writes: others of the same sound, the other order, or one of two
alike.

So 怎么欢款 is 怎么还款, and 打印机机 is 打印机. What is written anew must be so much likelier than what stands there that a slip is the
better reason. A common character is none: beside it stands, more likely, a word that is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from faq.grams import common
from faq.nearness import is_known
from faq.pinyin import heard_as
from faq.surprise import Seen, surprise

# How many bits a slip must save: so seldom somebody makes it.
_SLIP = 10.0
# What is no word of the language must stand in so many phrasings: one proves little, whose words may only meet in it.
_OFTEN = 2
# What stands so near to a pair tells whether it fits.
_AROUND = 2
# Only so many pairs of a text are looked at, and so many spellings of each: cost must stay bounded.
_PAIRS, _TRIED = 24, 8
_REMEMBERED = 16_384  # pairs
_RUN = re.compile(r"[\u3400-\u9fff]{2,}")

Spellings = Callable[[str], Sequence[str]]  # the pairs that phrasings have of a sound
_Better = tuple[float, int, str]  # bits saved, place in the text, what was meant


class Misheard:
    """What was meant by pairs that nobody writes. What may be meant by a pair is remembered: people say much the same words."""

    def __init__(self, seen: Seen, spellings: Spellings) -> None:
        """Begin with nothing remembered; `forget` whenever the phrasings change."""
        self._seen = seen
        self._spellings = spellings
        # By pair and sound: None for a pair that is written, or that nothing else can have been meant by.
        self._tried: dict[str, Mapping[str, int] | None] = {}

    def forget(self) -> None:
        """Know that the phrasings are others."""
        if self._tried:
            self._tried.clear()

    def heard_right(self, text: str) -> str:
        """Return a canonical text with the characters that were most likely meant."""
        sounds = heard_as(text)
        better = [
            each
            for start, end, place, tried in islice(self._strange(text, sounds), _PAIRS)
            if tried
            for each in _better(text[start:end], place - start, start, tried, self._seen)
        ]
        if not better:
            return text
        letters, done = list(text), set[int]()
        for _, place, meant in sorted(better, reverse=True):
            if place not in done and place + 1 not in done:
                letters[place], letters[place + 1] = meant[:1], meant[1:]
                done |= {place, place + 1}
        return "".join(letters)

    def _strange(self, text: str, sounds: str) -> Iterator[tuple[int, int, int, Mapping[str, int]]]:
        """Yield the places of pairs that neither the phrasings nor the language have, each after the run it stands in, with what may
        have been meant."""
        known = self._tried
        for run in _RUN.finditer(text):
            start, end = run.span()
            for place in range(start, end - 1):
                key = text[place : place + 2] + sounds[place : place + 2]
                try:  # a thread may forget meanwhile
                    tried = known[key]
                except KeyError:
                    tried = self._try(key)
                if tried is not None:
                    yield start, end, place, tried

    def _try(self, key: str) -> Mapping[str, int] | None:
        pair, sound = key[:2], key[2:]
        few_say, seen = common(), self._seen
        # Where both are common nothing else can have been meant, whether or not it is written.
        is_common = pair[0] in few_say and pair[1] in few_say and pair[0] != pair[1]
        is_strange = not (is_common or is_known(pair) or seen(pair))
        if len(self._tried) >= _REMEMBERED:
            self._tried.clear()
        tried = self._tried[key] = _meant(pair, self._spellings(sound), seen) if is_strange else None
        return tried


def _meant(pair: str, known: Sequence[str], seen: Seen) -> dict[str, int]:
    """Return what may have been meant by a pair, each with the slips that make the pair of it: of what is written like it sounds, by
    how many phrasings have it, the first few."""
    found, few_say, turned = dict[str, int](), common(), pair[::-1]
    if turned == pair:
        found[pair[0]] = 1
    elif few_say.isdisjoint(pair) and _is_written(turned, seen):
        found[turned] = 1
    if len(known) > 1:
        known = sorted(known, key=lambda other: (-seen(other), other))[:_TRIED]
    for other in known:
        changed = [was for was, is_ in zip(pair, other, strict=True) if was != is_]
        if changed and few_say.isdisjoint(changed) and _is_written(other, seen):
            found.setdefault(other, len(changed))
    return found


def _is_written(pair: str, seen: Seen) -> bool:
    return is_known(pair) or seen(pair) >= _OFTEN


def _better(run: str, place: int, start: int, tried: Mapping[str, int], seen: Seen) -> Iterator[_Better]:
    """Yield what is likelier at a place of a run than what stands there, each with the bits it saves."""
    before, after = run[max(0, place - _AROUND) : place], run[place + 2 : place + 2 + _AROUND]
    now = surprise(before + run[place : place + 2] + after, seen)
    for other, slips in tried.items():
        saved = now - surprise(before + other + after, seen) - _SLIP * slips
        if saved > 0:
            yield saved, start + place, other
