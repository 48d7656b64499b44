"""A sentence that people say: a pattern of a whole text, made ready when it is first needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final


class Sentence:
    """A pattern of a whole text; compiled when it is first asked for, so that a start does not wait for all of them.

    A dozen of them are asked about every message: from then on `fullmatch` is that of the compiled one.
    """

    __slots__ = ("fullmatch", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        _ALL.append(self)
        # Returns the groups of a text that is this sentence and no more, or None.
        self.fullmatch: Callable[[str], re.Match[str] | None] = self._first_match

    def replaced(self, said: str, by: Callable[[re.Match[str]], str]) -> str:
        """Return a text in which every place that fits is replaced; for patterns of a part of a text."""
        return _compiled(self.pattern).sub(by, said)

    def make_ready(self) -> None:
        """Compile the pattern now."""
        self.fullmatch = _compiled(self.pattern).fullmatch

    def _first_match(self, said: str) -> re.Match[str] | None:
        self.make_ready()
        return self.fullmatch(said)


_ALL: Final[list[Sentence]] = []  # as many as the modules name


def make_all_ready() -> None:
    """Compile every sentence that a module has named; for a thread, some 100 ms."""
    for each in _ALL:
        each.make_ready()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE)
