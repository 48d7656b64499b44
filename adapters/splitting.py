"""Cutting a text that is too long for one message where a reader would pause; pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

# From the best place to the worst; a cut comes after these.
_PAUSES: Final = (("\n\n",), ("\n",), ("。", "！", "？", "!", "?", "；", ";", ". "), ("，", ",", "、", " "))
_JOINER: Final = "\u200d"
_SHORTEST_SHARE: Final = 4  # a pause in the first quarter is no good place: the message would be nearly empty


def size_in_bytes(text: str) -> int:
    """Return how long WeCom finds a text: in bytes of UTF-8."""
    return len(text.encode(errors="surrogatepass"))


def split(text: str, limit: int, size: Callable[[str], int] = size_in_bytes) -> list[str]:
    """Return a text in parts of which none is larger than `limit`; white space at a cut is left out.

    `size` must not shrink when a text grows. A text that fits comes back unchanged, and there is always one part.
    """
    parts: list[str] = []
    rest = text
    while size(rest) > limit:
        end = _cut(rest, _longest(rest, limit, size))
        if head := rest[:end].rstrip():
            parts.append(head)
        rest = rest[end:].lstrip()
    if rest or not parts:
        parts.append(rest)
    return parts


def _longest(text: str, limit: int, size: Callable[[str], int]) -> int:
    """Return how many characters fit, at least one."""
    fits, too_many = 1, len(text)
    while fits + 1 < too_many:
        middle = (fits + too_many) // 2
        if size(text[:middle]) <= limit:
            fits = middle
        else:
            too_many = middle
    return fits


def _cut(text: str, most: int) -> int:
    for pauses in _PAUSES:
        ends = (at + len(pause) for pause in pauses if (at := text.rfind(pause, 0, most)) >= 0)
        if (found := max(ends, default=0)) > most // _SHORTEST_SHARE:
            return found
    return _between_characters(text, most)


def _between_characters(text: str, most: int) -> int:
    """Move a cut back so that no accent or joined emoji is torn from what it belongs to."""
    end = most
    while end > 1 and _clings(text[end], text[end - 1]):
        end -= 1
    return end if end > 1 else most


def _clings(character: str, previous: str) -> bool:
    if _JOINER in (character, previous) or "\U0001f3fb" <= character <= "\U0001f3ff":  # colours of skin
        return True
    return unicodedata.category(character) in ("Mn", "Me", "Mc")
