"""How questions get spoilt on the way: wrong characters of the same sound, slips, small words, typed pinyin."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from importlib import resources

_HAS_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PAIR = re.compile(r"(?=([\u4e00-\u9fff]{2}))")
_BEFORE = (
    "请问",
    "你好，",
    "我想问下",
    "麻烦问一下 ",
    "在吗，",
    "老师，",
    "我们这边",
    "今天",
    "那个，",
    "@小首 ",
)
_AFTER = ("啊", "呢", "？？", "，谢谢", "，急", "，有人知道吗", "~", "😭", "，怎么弄", "，求助")
_BEFORE_EN = ("hi, ", "hello ", "quick question: ", "excuse me, ", "sorry, ", "pls ")
_AFTER_EN = (" thanks", " please", " ??", " asap", " anyone?", " today")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@cache
def _read() -> tuple[dict[str, str], dict[str, str]]:
    """Return the syllable of every character, and the characters of every syllable."""
    lines = resources.files("faq").joinpath("data/pinyin.txt").read_text("utf-8").splitlines()
    rows = dict(line.split() for line in lines if not line.startswith("#"))
    return {character: syllable for syllable, row in rows.items() for character in row}, rows


@cache
def _older() -> dict[str, str]:
    """Return the traditional form of simplified characters."""
    lines = resources.files("faq").joinpath("data/simplified.txt").read_text("utf-8").splitlines()
    forms: dict[str, str] = defaultdict(str)
    for token in (token for line in lines if not line.startswith("#") for token in line.split()):
        if len(token) > 1 and ord(token[1]) >= 0x4E00:
            forms[token[0]] = token[1]
    return dict(forms)


def _same_sound(text: str, chance: random.Random) -> str:
    syllables, rows = _read()
    places = [place for place, character in enumerate(text) if character in syllables]
    if not places:
        return text
    place = chance.choice(places)
    others = rows[syllables[text[place]]][:8]
    return text[:place] + chance.choice(others) + text[place + 1 :]


def _as_pinyin(text: str, chance: random.Random) -> str:
    syllables, _ = _read()
    pairs = [found.start() for found in _PAIR.finditer(text) if all(c in syllables for c in found[1])]
    if not pairs:
        return text
    start = chance.choice(pairs)
    letters = "".join(syllables[character] for character in text[start : start + 2])
    return text[:start] + letters + text[start + 2 :]


def _dropped(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + text[place + 1 :] if len(text) > 4 else text


def _doubled(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[: place + 1] + text[place:]


def _swapped(text: str, chance: random.Random) -> str:
    place = chance.randrange(max(1, len(text) - 1))
    return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def _mistyped(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chance.choice(_LETTERS) + text[place + 1 :]


def _small_words(text: str, chance: random.Random) -> str:
    before, after = (_BEFORE, _AFTER) if _HAS_CHINESE.search(text) else (_BEFORE_EN, _AFTER_EN)
    return (chance.choice(before) if chance.random() < 0.7 else "") + text + chance.choice(after)


def _traditional(text: str, chance: random.Random) -> str:  # noqa: ARG001 - all spoilers take the same
    return "".join(_older().get(character, character) for character in text)


_CHINESE_SPOILERS: tuple[Callable[[str, random.Random], str], ...] = (
    _same_sound, _same_sound, _same_sound, _as_pinyin, _dropped, _doubled, _swapped, _small_words, _small_words, _traditional,
)  # fmt: skip
_ENGLISH_SPOILERS = (_dropped, _doubled, _swapped, _mistyped, _small_words)


def spoilt(text: str, chance: random.Random) -> str:
    """Return a text as somebody in a hurry might have sent it."""
    spoilers = _CHINESE_SPOILERS if _HAS_CHINESE.search(text) else _ENGLISH_SPOILERS
    for _ in range(chance.choice((1, 1, 2))):
        text = chance.choice(spoilers)(text, chance)
    return text
