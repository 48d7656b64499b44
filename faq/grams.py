"""Which pieces a text is cut into, and how much each says by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from operator import add

# Runs of Chinese are cut into characters and pairs, everything else into words and triples of letters.
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\s\u3400-\u9fff]+")
CHINESE = re.compile(r"[\u3400-\u9fff]")
ALL_CHINESE = re.compile(r"[ \u3400-\u9fff]*")
# Stands before a triple, so that it is no word of three letters.
MARK = "~"
_COMMON = 0.25
_BESIDE = (1.0, 0.5, 0.25)  # none, one or both of its characters are common
_PAIR, _CHARACTER, _WORD, _TRIPLE = 1.0, 0.5, 1.5, 0.5


@cache
def common() -> frozenset[str]:
    """Return the words and pieces that hardly tell one question from another."""
    lines = resources.files("faq").joinpath("data/common.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def grams(text: str) -> dict[str, float]:
    """Return the pieces of a canonical text, each with its factor, which depends on nothing but the piece."""
    few_say = common()
    found: dict[str, float] = {}
    for run in _RUN.findall(text):
        if CHINESE.match(run):
            for character in run:
                found[character] = _CHARACTER * _COMMON if character in few_say else _CHARACTER
            for start in range(len(run) - 1):
                pair = run[start : start + 2]
                if pair in few_say:
                    found[pair] = _PAIR * _COMMON
                else:
                    # "机怎" of "打印机怎么" is rare, but says no more than that a common word stands there.
                    found[pair] = _PAIR * _BESIDE[(pair[0] in few_say) + (pair[1] in few_say)]
        elif run in few_say:
            found[run] = _WORD * _COMMON
        else:
            found[run] = _WORD
            if len(run) > 3 and not run.isdecimal():
                for triple in _triples(f"^{run}$"):
                    found[MARK + triple] = _TRIPLE
    return found


def letters_and_others(text: str) -> tuple[dict[str, float], dict[str, None]]:
    """Return the pieces of a canonical text in two parts: characters, words of one letter and triples with their factors; and
    pairs and words, of which nobody wants to know the factor. Much quicker than `grams`."""
    few_say = common()
    letters: dict[str, float] = {}
    others: dict[str, None] = {}
    for run in _RUN.findall(text):
        if "\u3400" <= run[0] <= "\u9fff":
            for character in run:
                letters[character] = _CHARACTER * _COMMON if character in few_say else _CHARACTER
            others |= dict.fromkeys(map(add, run, run[1:]))
            continue
        for piece, factor in grams(run).items():
            if is_letter(piece):
                letters[piece] = factor
            else:
                others[piece] = None
    return letters, others


def is_letter(piece: str) -> bool:
    """Say whether a piece is a letter or triple, and no pair or word."""
    return len(piece) == 1 or piece[0] == MARK


def _triples(word: str) -> Iterator[str]:
    return (word[start : start + 3] for start in range(len(word) - 2))
