"""A sentence that people say: a pattern of a whole text, made ready when it is first needed."""

from __future__ import annotations

import re
from functools import cache

import msgspec


class Sentence(msgspec.Struct, frozen=True):
    """A pattern of a whole text; compiled when it is first asked for, so that a start does not wait for all of them."""

    pattern: str

    def fullmatch(self, said: str) -> re.Match[str] | None:
        """Return the groups of a text that is this sentence and no more, or None."""
        return _compiled(self.pattern).fullmatch(said)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE)
