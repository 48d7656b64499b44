"""Which characters were meant where a text has a pair that nobody writes: others of the same sound, the other order, or one of two
alike.

So 怎么欢款 is 怎么还款, and 打印机机 is 打印机. What is written anew must be so much likelier than what stands there that a slip is the
better reason. A common character is none: beside it stands, more likely, a word that is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from operator import add

from faq.grams import common
from faq.nearness import is_known
from faq.pinyin import heard_as, is_read_otherwise
from faq.surprise import COUNT, Seen, next_after

# How many bits a slip must save: so seldom somebody makes it.
_SLIP = 10.0
# What is no word of the language must stand in so many phrasings: one proves little, whose words may only meet in it.
_OFTEN = 2
# What stands so near to a pair tells whether it fits.
_AROUND = 2
# Only so many pairs of a text are looked at, and so many spellings of each: cost must stay bounded.
_PAIRS, _TRIED = 24, 8
_REMEMBERED = 16_384  # pairs, and as many rows
_RUN = re.compile(r"[\u3400-\u9fff]{2,}")

Spellings = Callable[[str], Sequence[str]]  # the pairs that phrasings have of a sound
_Better = tuple[float, int, str]  # bits saved, place in the text, what was meant


class Misheard:
    """What was meant by pairs that nobody writes. What may be meant by a pair is remembered: people say much the same words."""

    def __init__(self, seen: Seen, spellings: Spellings) -> None:
        """Begin with nothing remembered; `forget` whenever the phrasings change."""
        self._seen = seen
        self._spellings = spellings
        # Pairs, each with its sound where that is not the usual one: those that are written, and what may have been meant by the others.
        self._written = set[str]()
        self._strange = dict[str, Mapping[str, int]]()
        self._bits = dict[str, float]()  # that the last character of a row says after those before it

    def forget(self) -> None:
        """Know that the phrasings are others."""
        if self._written or self._strange:  # nothing of it while a collection is built
            for each in (self._written, self._strange, self._bits):
                each.clear()

    def heard_right(self, text: str) -> str:
        """Return a canonical text with the characters that were most likely meant."""
        sounds = heard_as(text) if is_read_otherwise(text) else ""
        better = [
            each
            for start, end, place, tried in islice(self._strange_in(text, sounds), _PAIRS)
            if tried
            for each in self._better(text[start:end], place - start, start, tried)
        ]
        if not better:
            return text
        letters, done = list(text), set[int]()
        for _, place, meant in sorted(better, reverse=True):
            if place not in done and place + 1 not in done:
                letters[place], letters[place + 1] = meant[:1], meant[1:]
                done |= {place, place + 1}
        return "".join(letters)

    def _strange_in(self, text: str, sounds: str) -> Iterator[tuple[int, int, int, Mapping[str, int]]]:
        """Yield the places of pairs that neither the phrasings nor the language have, each after the run it stands in, with what may
        have been meant."""
        written, strange = self._written, self._strange
        for run in _RUN.finditer(text):
            start, end = run.span()
            keys = map(add, run[0], text[start + 1 : end])
            if sounds:
                keys = map(add, keys, map(add, sounds[start:end], sounds[start + 1 : end]))
            for place, key in enumerate(keys, start):
                if key in written:
                    continue
                tried = strange.get(key)
                if tried is None and (tried := self._try(key)) is None:
                    continue
                yield start, end, place, tried

    def _try(self, key: str) -> Mapping[str, int] | None:
        """Return what may have been meant by a pair; None for one that is written, or that nothing else can have been meant by."""
        if len(self._written) + len(self._strange) >= _REMEMBERED:
            self.forget()
        pair, sound = key[:2], key[2:] or heard_as(key)
        few_say, seen = common(), self._seen
        # Where both are common nothing else can have been meant, whether or not it is written.
        is_common = pair[0] in few_say and pair[1] in few_say and pair[0] != pair[1]
        if is_common or is_known(pair) or seen(pair):
            self._written.add(key)
            return None
        tried = self._strange[key] = _meant(pair, self._spellings(sound), seen)
        return tried

    def _better(self, run: str, place: int, start: int, tried: Mapping[str, int]) -> Iterator[_Better]:
        """Yield what is likelier at a place of a run than what stands there, each with the bits it saves."""
        before, after = run[max(0, place - _AROUND) : place], run[place + 2 : place + 2 + _AROUND]
        now = self._surprise(before + run[place : place + 2] + after)
        for other, slips in tried.items():
            saved = now - self._surprise(before + other + after) - _SLIP * slips
            if saved > 0:
                yield saved, start + place, other

    def _surprise(self, row: str) -> float:
        """Return how many bits a row of characters says from its second on."""
        bits, said = self._bits, 0.0
        for place in range(1, len(row)):
            key = row[max(0, place - COUNT) : place + 1]
            adds = bits.get(key)
            if adds is None:
                if len(bits) >= _REMEMBERED:
                    bits.clear()
                adds = bits[key] = next_after(key[:-1], key[-1], self._seen)
            said += adds
        return said


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
