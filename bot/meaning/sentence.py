"""A sentence that people say: a pattern of a whole text, made ready when it is first needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache


class Sentence:
    """A pattern of a whole text; compiled when it is first asked for, so that a start does not wait for all of them.

    A dozen of them are asked about every message: from then on `fullmatch` is that of the compiled one.
    """

    __slots__ = ("fullmatch", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        # Returns the groups of a text that is this sentence and no more, or None.
        self.fullmatch: Callable[[str], re.Match[str] | None] = self._first_match

    def replaced(self, said: str, by: Callable[[re.Match[str]], str]) -> str:
        """Return a text in which every place that fits is replaced; for patterns of a part of a text."""
        return _compiled(self.pattern).sub(by, said)

    def _first_match(self, said: str) -> re.Match[str] | None:
        self.fullmatch = _compiled(self.pattern).fullmatch
        return self.fullmatch(said)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE)
