"""The texts of the bot in the languages it speaks: Chinese in the code, others from gettext catalogues."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from pathlib import Path

LANGUAGES = ("zh", "en")
_CATALOGUES = Path(__file__).parent / "locale"


class Texts:
    """Translators by language; an unknown language speaks Chinese."""

    def __init__(self) -> None:
        self._translators: dict[str, Callable[[str], str]] = {
            language: _translator(language) for language in LANGUAGES if language != "zh"
        }

    def translator(self, language: str) -> Callable[[str], str]:
        """Return the function that maps a Chinese text to a language."""
        return self._translators.get(language, _unchanged)


def _translator(language: str) -> Callable[[str], str]:
    found = gettext.translation("shouwen", _CATALOGUES, [language]).gettext
    return lambda text: found(text) if text else ""  # gettext answers the empty text with its own header


def _unchanged(text: str) -> str:
    return text
