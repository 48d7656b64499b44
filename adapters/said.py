"""What the bot has said lately, for platforms that quote the words of a message and do not tell an id that was known when it was sent."""

from __future__ import annotations

import re
from typing import Final

from adapters.remembered import RememberedValues

_MOST: Final = 2000
_COMPARED: Final = 32  # characters; a quoted text may be shortened
_NO_WORDS: Final = re.compile(r"[\W_]+")


class Said:
    """Finds the id of the bot's message from its words; of several that begin alike, the latest in that room."""

    def __init__(self) -> None:
        self._numbers = RememberedValues[tuple[str, str], str](_MOST)

    def remember(self, room: str, number: str, *forms: str) -> None:
        """Note a message under every form in which it may be quoted."""
        for form in forms:
            self._numbers.note((room, _beginning(form)), number)

    def number_of(self, room: str, text: str) -> str | None:
        """Return the id of what is quoted; None when the bot does not remember having said it."""
        beginning = _beginning(text)
        return self._numbers.get((room, beginning), None) if beginning else None


def _beginning(text: str) -> str:
    """Return what is the same in plain text and in markdown."""
    return _NO_WORDS.sub("", text[: 20 * _COMPARED])[:_COMPARED]
