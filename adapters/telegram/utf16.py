"""Text as Telegram counts it: in UTF-16 units, of which many an emoji takes two; pure."""

from __future__ import annotations

from typing import Any


def length(text: str) -> int:
    """Return how long Telegram finds a text."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def whole(text: str) -> str:
    """Replace halves of characters that some client has torn apart; no store and no platform takes them."""
    return text.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")


def word(value: Any) -> str:
    """Return a text without the space around it; empty for whatever is no text."""
    return whole(value).strip() if isinstance(value, str) else ""


class Units:
    """A text that can be cut where Telegram says."""

    __slots__ = ("_units",)

    def __init__(self, text: str) -> None:
        self._units = text.encode("utf-16-le", errors="surrogatepass")

    def __len__(self) -> int:
        return len(self._units) // 2

    def cut(self, start: int, end: int) -> str:
        """Return a part; what a cut tears apart is replaced."""
        return self._units[2 * start : 2 * end].decode("utf-16-le", errors="replace")
