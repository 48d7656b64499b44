"""A sentence that people say: a pattern of a whole text, made ready when it is first needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import msgspec


class Sentence(msgspec.Struct, frozen=True):
    """A pattern of a whole text; compiled when it is first asked for, so that a start does not wait for all of them."""

    pattern: str

    def fullmatch(self, said: str) -> re.Match[str] | None:
        """Return the groups of a text that is this sentence and no more, or None."""
        return _compiled(self.pattern).fullmatch(said)

    def replaced(self, said: str, by: Callable[[re.Match[str]], str]) -> str:
        """Return a text in which every place that fits is replaced; for patterns of a part of a text."""
        return _compiled(self.pattern).sub(by, said)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE)
