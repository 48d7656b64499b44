"""How Chinese sounds: one sign per toneless syllable, the same for near sounds, and words typed as pinyin."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

# Syllables are written as single signs of the private use area, so that a text keeps its length and likenesses of texts
# can be taken of sounds as well.
_FIRST_SIGN = 0xE000
_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_NEAR_ENDS = ("ang", "eng", "ing")
_LEAST_LETTERS = 3
_MOST_LETTERS = 40
_TYPED = re.compile(rf"[a-z]{{{_LEAST_LETTERS},{_MOST_LETTERS}}}")
_LONGEST = 6  # letters of a syllable


@cache
def _readings() -> dict[str, str]:
    """Return the characters of every syllable."""
    lines = resources.files("faq").joinpath("data/pinyin.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


@cache
def _signs() -> dict[str, str]:
    """Return the sign of every syllable."""
    return {syllable: chr(_FIRST_SIGN + place) for place, syllable in enumerate(sorted(_readings()))}


def characters(sign: str) -> str:
    """Return the characters that are read as a syllable, alone or in some word."""
    return _spellings()[sign]


@cache
def _spellings() -> dict[str, str]:
    signs = _signs()
    found = {signs[syllable]: row for syllable, row in _readings().items()}
    for word, read in _words()[1].items():
        for character, sign in zip(word, read, strict=True):
            if character not in found[sign]:
                found[sign] += character
    return found


@cache
def _sounds() -> dict[int, str]:
    signs = _signs()
    return {ord(character): signs[syllable] for syllable, row in _readings().items() for character in row}


@cache
def _words() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return the words that are read otherwise than their characters, and how."""
    signs = _signs()
    lines = resources.files("faq").joinpath("data/readings.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if not line.startswith("#"))
    words = {word: "".join(signs[syllable] for syllable in syllables) for word, *syllables in rows}
    return re.compile("|".join(words)), words


@cache
def _near_sounds() -> dict[int, str]:
    signs = _signs()
    return {ord(sign): signs.get(_blurred(syllable), sign) for syllable, sign in signs.items()}


def _blurred(syllable: str) -> str:
    for exact, near in _NEAR:
        if syllable.startswith(exact):
            syllable = near + syllable[len(exact) :]
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    if syllable.startswith("h") and syllable[1:2] == "u" and len(syllable) > 2:
        syllable = "f" + syllable[2:]
    return syllable[:-1] if syllable.endswith(_NEAR_ENDS) else syllable


@cache
def _heard_as() -> dict[int, str]:
    """Return the near sound of every character, and of the signs of words that are read otherwise."""
    near = _near_sounds()
    return near | {character: near[ord(sign)] for character, sign in _sounds().items()}


def is_read_otherwise(text: str) -> bool:
    """Say whether a text has a word that is read otherwise than its characters are, one by one."""
    return _words()[0].search(text) is not None


def heard_as(text: str) -> str:
    """Return a folded text with every Chinese character replaced by the sign of its syllable, the same for those that are easily
    mistaken for each other; all else as it is."""
    pattern, words = _words()
    return pattern.sub(lambda found: words[found[0]], text).translate(_heard_as())


def typed(text: str) -> list[tuple[str, str]]:
    """Return the runs of letters in a folded text that can be read as pinyin, each with its signs, at least two."""
    found = []
    for run in _TYPED.findall(text):
        signs = _read(run)
        if len(signs) > 1:
            found.append((run, signs))
    return found


def _read(run: str) -> str:
    """Return the signs of a run of letters with the fewest syllables, empty when it is no pinyin."""
    signs = _signs()
    best: list[str | None] = [""] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - _LONGEST), end):
            before, sign = best[start], signs.get(run[start:end])
            if before is not None and sign is not None:
                now = best[end]
                if now is None or len(before) + 1 < len(now):
                    best[end] = before + sign
    return best[-1] or ""
