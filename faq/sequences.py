"""Texts that are nothing but certain words, one after the other, told in a time that grows with the length of the text.

A regular expression `(?:好的?|的|…)+` tells the same, but where a text nearly is one it tries every way to cut it into words, and there
are twice as many with each further word: one message of sixty characters would keep the program busy for minutes.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

_LONGEST_WORD: Final = 24  # characters
_LONGEST: Final = 200  # characters; whoever writes more says more


class SequenceOf:
    """Knows the words as regular expressions: a text begins with one of `first`, and goes on with any of those and of `more`.

    They are made ready when they are first needed.
    """

    def __init__(self, first: str, more: str = "", *, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._words = (first, f"{first}|{more}" if more else first)
        self._flags = flags

    @cached_property
    def _first(self) -> re.Pattern[str]:
        return re.compile(self._words[0], self._flags)

    @cached_property
    def _any(self) -> re.Pattern[str]:
        return re.compile(self._words[1], self._flags)

    def is_all_of(self, text: str) -> bool:
        """Say whether a text is made of these words alone; an empty one is not."""
        if len(text) > _LONGEST or self._first.match(text) is None:
            return False  # nearly always
        reached = [False] * (len(text) + 1)
        self._reach(self._first, text, 0, reached)
        for start in range(1, len(text)):
            if reached[start]:
                self._reach(self._any, text, start, reached)
        return reached[-1]

    @staticmethod
    def _reach(words: re.Pattern[str], text: str, start: int, reached: list[bool]) -> None:
        """Note every place where a word that begins at `start` may end."""
        if words.match(text, start) is None:
            return
        for end in range(start + 1, min(start + _LONGEST_WORD, len(text)) + 1):
            if not reached[end] and words.fullmatch(text, start, end) is not None:
                reached[end] = True
