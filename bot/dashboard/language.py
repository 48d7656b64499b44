"""In which language a browser reads the pages."""

from __future__ import annotations

from collections.abc import Iterator

from bot.texts import LANGUAGES

COOKIE = "shouwen_language"


def pick_language(asked: str | None, remembered: str | None, accepted: str, otherwise: str) -> str:
    """Return the language: what the address asks for, what was chosen before, what the browser likes best, else the bot's.

    `accepted` is an `Accept-Language` header. Languages we do not have are passed over.
    """
    liked = (name for _, name in sorted(_liked(accepted), key=lambda each: -each[0]))
    wishes = (asked, remembered, *liked, otherwise)
    return next((wish for wish in wishes if wish in LANGUAGES), LANGUAGES[0])


def _liked(accepted: str) -> Iterator[tuple[float, str]]:
    for part in accepted.split(","):
        name, _, quality = part.partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0:
            yield weight, name.strip().lower().split("-")[0]
