"""What tells soon that a text is none of many sentences never leaves one out: such texts are made from the patterns themselves."""

from __future__ import annotations

import random
import re
import re._constants as c
import re._parser as parser
from collections.abc import Iterable
from typing import Any

from bot.meaning import outcomes
from faq import text as signals
from faq.text import fold
from tests.bot.test_patterns import patterns, text_of

_REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT)
_EMPTY = (c.AT, c.ASSERT, c.ASSERT_NOT)


def begins(tree: Iterable[Any]) -> tuple[set[str], bool]:
    """Return the characters with which what a part of a pattern matches may begin, and whether it may be nothing."""
    found = set[str]()
    for kind, of in tree:
        letters, may_be_nothing = _begins(kind, of)
        found |= letters
        if not may_be_nothing:
            return found, False
    return found, True


def _begins(kind: Any, of: Any) -> tuple[set[str], bool]:
    if kind is c.LITERAL:
        return {chr(of)}, False
    if kind is c.IN:
        return {letter for what, value in of for letter in _letters(what, value)}, False
    if kind is c.BRANCH:
        parts = [begins(branch) for branch in of[1]]
        return set[str]().union(*(letters for letters, _ in parts)), any(nothing for _, nothing in parts)
    if kind is c.SUBPATTERN:
        return begins(of[3])
    if kind in _REPEATS:
        letters, may_be_nothing = begins(of[2])
        return letters, may_be_nothing or of[0] == 0
    return (set(), True) if kind in _EMPTY else ({str(kind)}, False)


def _letters(what: Any, value: Any) -> Iterable[str]:
    if what is c.LITERAL:
        return (chr(value),)
    return map(chr, range(value[0], value[1] + 1)) if what is c.RANGE else (str(value),)


def test_where_a_pattern_says_with_which_characters_it_begins_it_begins_with_no_others() -> None:
    looked_at, missing = 0, {}
    for written, pattern in patterns().items():
        first, *rest = parser.parse(written, pattern.flags)
        if first[0] is c.ASSERT and first[1][0] == 1 and [kind for kind, _ in first[1][1]] == [c.IN]:
            looked_at += 1
            others = begins(rest)[0] - begins(first[1][1])[0]
            if others:
                missing[written[:40]] = "".join(sorted(others))
    assert not missing
    assert looked_at >= 4


def test_no_way_to_say_that_something_works_is_left_out() -> None:
    chance = random.Random(20_261_129)
    ways = (outcomes._WORKS.pattern, outcomes._DOES.pattern, signals._WORKS)
    sentences = [parser.parse(written, re.IGNORECASE) for written in ways]
    for sentence in sentences:
        for _ in range(4_000):
            said = fold(text_of(sentence, chance)).replace(" ", "")
            assert outcomes._MAY_WORK.search(said), said
