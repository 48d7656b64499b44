"""No pattern that sees what people write takes longer with every further word: nearly matching texts are made from the pattern itself."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import re._constants as c
import re._parser as parser
import time
from collections.abc import Iterator
from typing import Any

import bot
import faq
from bot.meaning.sentence import Sentence

_REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT)
_ROUNDS = (6, 9, 12, 15, 18)  # at least twice as long with each: a hundredth of a second becomes minutes
_LONGEST = 12
_MOST = 0.02  # seconds of one reading; a good one takes some microseconds


def patterns() -> dict[str, re.Pattern[str]]:
    """Return every pattern that stands in a module, by what it says."""
    found: dict[str, re.Pattern[str]] = {}
    for package in (bot, faq):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                for value in vars(importlib.import_module(module.name)).values():
                    found |= {each.pattern: each for each in _within(value)}
    return found


def _within(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, Sentence):
        yield re.compile(value.pattern, re.DOTALL | re.IGNORECASE)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _within(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _within(each)


def repeated(tree: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield what may be repeated and can be cut in more than one way, with what stands before it."""
    for kind, of in tree:
        if kind in _REPEATS:
            if int(of[1]) > 1 and any(each[0] in (*_REPEATS, c.BRANCH, c.SUBPATTERN) for each in of[2]):
                yield before, of[2]
            yield from repeated(of[2], before)
        elif kind is c.SUBPATTERN:
            yield from repeated(of[3], before)
        elif kind is c.BRANCH:
            for branch in of[1]:
                yield from repeated(branch, before)
        before = (*before, (kind, of))


def text_of(tree: Any, chance: random.Random) -> str:
    """Return a text that a part of a pattern matches, as far as that is easy to say."""
    return "".join(_text(kind, of, chance) for kind, of in tree)


def _text(kind: Any, of: Any, chance: random.Random) -> str:
    if kind is c.LITERAL:
        return chr(of)
    if kind is c.IN:
        return chance.choice(
            [
                chr(value if what is c.LITERAL else value[0])
                for what, value in of
                if what in (c.LITERAL, c.RANGE)
            ]
            or ["1"]
        )
    if kind is c.BRANCH:
        return text_of(chance.choice(of[1]), chance)
    if kind is c.SUBPATTERN:
        return text_of(of[3], chance)
    if kind in _REPEATS:
        return "".join(
            text_of(of[2], chance) for _ in range(chance.randint(of[0], min(int(of[1]), of[0] + 1)))
        )
    return "我" if kind is c.ANY else ""


def test_no_pattern_tries_every_way_to_cut_a_text_into_words() -> None:
    chance, slow = random.Random(20_261_128), []
    for written, pattern in patterns().items():
        for before, part in repeated(parser.parse(written, pattern.flags)):
            # A few of each are enough: one that can be cut in two ways is found by most words.
            for word in sorted({text_of(part, chance) for _ in range(6)} - {""}):
                begins = text_of(before, chance)
                if any(_is_slow(pattern, f"{begins}{word[:_LONGEST] * rounds}\0") for rounds in _ROUNDS):
                    slow.append((written[:80], begins, word))
    assert not slow


def _is_slow(pattern: re.Pattern[str], text: str) -> bool:
    # Twice, because the machine may have been busy with something else.
    return _seconds(pattern, text) > _MOST and _seconds(pattern, text) > _MOST


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    began = time.thread_time()
    pattern.match(text)
    pattern.fullmatch(text)
    return time.thread_time() - began
