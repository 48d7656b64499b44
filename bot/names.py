"""What people and groups call themselves, as the bot repeats it: one short line that cannot pass for words of the bot or for somebody else."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from bot.one_line import shortened
from faq.text import normalized

_LONGEST: Final = 40  # characters
_JOINER: Final = "\u200d"  # holds an emoji of several people together
# Controls, what is not seen (also what turns the direction of writing), halves of characters, and ends of lines.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_TOLD_APART_BY: Final = 4  # last characters of an account
_LATELY: Final = 5_000  # people whose names are remembered, some 300 bytes each: they come with every message


def shown(name: str) -> str:
    """Return a name on one line, without what is not seen, and not longer than a name is; empty when nothing is left."""
    if name.isalnum() and len(name) <= _LONGEST:
        return name  # nearly always
    seen = "".join(_seen(character) for character in name)
    return shortened(" ".join(seen.split()).strip(_JOINER), _LONGEST)


@lru_cache(maxsize=_LATELY)
def of_stranger(name: str, account: str, taken: frozenset[str]) -> str:
    """Return what somebody whom the configuration does not know is called; who calls themselves like one of `taken` is told apart by their account."""
    line = shown(name) or account
    return f"{line}({account.rpartition(':')[2][-_TOLD_APART_BY:]})" if key(line) in taken else line


def key(name: str) -> str:
    """Return a name in the form in which two names that look alike are the same."""
    return "".join(normalized(name).split()).casefold()


def _seen(character: str) -> str:
    if character == _JOINER:
        return character
    return " " if unicodedata.category(character) in _UNSEEN else character
