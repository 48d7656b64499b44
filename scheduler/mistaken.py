"""What was written and cannot be meant, told in both languages of whoever has to mend it."""

from __future__ import annotations


class Mistaken(ValueError):
    """Something written cannot be meant. As text it is Chinese; `english` says the same."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(chinese)
        self.english = english


def in_english(fault: Exception) -> str:
    """Return what a fault says in English; one that was not raised here says it as it is."""
    return fault.english if isinstance(fault, Mistaken) else str(fault)
