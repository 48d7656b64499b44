"""What the bot has said lately: WeCom quotes the words of a message and does not tell its id."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Final

_MOST: Final = 2000
_COMPARED: Final = 32  # characters; a quoted text may be shortened
_NO_WORDS: Final = re.compile(r"[\W_]+")


class Said:
    """Finds the id of the bot's message from its words; of several that begin alike, the latest in that room."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[tuple[str, str], str] = OrderedDict()

    def remember(self, room: str, number: str, *forms: str) -> None:
        """Note a message under every form in which it may be quoted."""
        for form in forms:
            key = (room, _beginning(form))
            self._numbers[key] = number
            self._numbers.move_to_end(key)
        while len(self._numbers) > _MOST:
            self._numbers.popitem(last=False)

    def number_of(self, room: str, text: str) -> str | None:
        """Return the id of what is quoted; None when the bot does not remember having said it."""
        beginning = _beginning(text)
        return self._numbers.get((room, beginning)) if beginning else None


def _beginning(text: str) -> str:
    """Return what is the same in plain text and in markdown."""
    return _NO_WORDS.sub("", text[: 20 * _COMPARED])[:_COMPARED]
