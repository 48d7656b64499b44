"""The sentences of an explanation in the language it is told in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Wording = TypeVar("Wording")


def wording_in(language: str, wordings: Mapping[str, Wording]) -> Wording:
    """Return the sentences of one language.

    Raises:
        ValueError: There are no words for the language.
    """
    if language not in wordings:
        raise ValueError(f"没有语言“{language}”的说明文字，应为 {' 或 '.join(wordings)}")
    return wordings[language]
