"""Which words mean the same, and what contradicts what: synonyms, negation, numbers, opposites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec

from faq.text import strip_fillers

# Chinese is written without spaces, so a space beside it says nothing: "VPN 连不上" is "VPN连不上".
_IDLE_SPACE = re.compile(r" (?:(?<=[\u4e00-\u9fff] )|(?=[\u4e00-\u9fff]))")
_HAS_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[a-z][a-z0-9]+")
_NUMBER = re.compile(
    r"[0-9]+|[一二两三四五六七八九十]+(?=号|楼|层|年级|年|班|级|期|栋|校区|月|日|代|台|次|点|分|小时|天|周|个|元|块|度|岁|斤|米|寸|折)|(?<=第)[一二两三四五六七八九十]+"
)
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}

# "能不能" asks and "不同" names: neither denies anything.
_NO_DENIAL = re.compile(
    r"([\u4e00-\u9fff])[不没]\1|有没有|不同|不过|差不多|不好意思|不用|不知道|不清楚|不会用|不管|不仅|不但|要不|不少|不断|不久|不止|不然"
)
_DENIES = re.compile(
    r"不|没|无(?!线|纸|锡|人机)|未(?!来)|勿|\b(?:not|cannot|unable|no|never|without|(?:can|don|won|doesn|isn|didn|wasn|couldn|aren|wouldn|hasn|haven) t)\b",
    re.ASCII,
)


class Conflict(StrEnum):
    """What speaks against two wordings asking the same."""

    NONE = "none"
    DENIAL = "denial"  # one says that something is not so, the other does not
    CONTRADICTION = "contradiction"  # other numbers, other names, the opposite action


class Sense(msgspec.Struct, frozen=True):
    """What a wording commits itself to, beside its words."""

    denies: bool
    numbers: frozenset[str]
    names: frozenset[str]  # latin words inside Chinese: products, abbreviations
    sides: frozenset[tuple[int, int]]  # which line of what excludes each other, and which place in it


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern of words, English ones whole; a letter beside Chinese begins a word (hence ASCII).

    Where no word begins is seen at once, without trying each; by Chinese ones alone that is so anyway.
    """
    any_ = "|".join(rf"\b{word}\b" if word.isascii() else word for word in words)
    if any(map(str.isascii, words)):
        any_ = f"(?=[{re.escape(''.join(sorted({word[0] for word in words})))}])(?:{any_})"
    return re.compile(any_, re.ASCII)


@cache
def _exclusive() -> tuple[tuple[re.Pattern[str], ...], dict[str, frozenset[tuple[int, int]]]]:
    """Return patterns of what excludes other things, and where each stands; English apart, or the search could not skip letters that
    begin no word."""
    lines = resources.files("faq").joinpath("data/exclusive.txt").read_text("utf-8").splitlines()
    sides: dict[str, frozenset[tuple[int, int]]] = {}
    for line, text in enumerate(lines):
        for side, words in enumerate(() if text.startswith("#") else text.split()):
            for word in words.replace("_", " ").split("/"):
                sides[word] = sides.get(word, frozenset()) | {(line, side)}
    longest_first = sorted(sides, key=lambda word: (-len(word), word))
    both = [[word for word in longest_first if word.isascii() is is_english] for is_english in (False, True)]
    return tuple(map(_any_of, both)), sides


def _sides(text: str) -> frozenset[tuple[int, int]]:
    """Return what a text names of that which excludes each other; of a line of which it names two it takes no side."""
    patterns, sides = _exclusive()
    named = {taken for pattern in patterns for word in pattern.findall(text) for taken in sides[word]}
    return frozenset(taken for taken in named if not _excludes(taken, named))


def _excludes(taken: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(taken[0] == line and taken[1] != side for line, side in others)


@cache
def _same_words() -> tuple[re.Pattern[str], dict[str, str]]:
    lines = resources.files("faq").joinpath("data/wording.txt").read_text("utf-8").splitlines()
    kept: dict[str, str] = {}
    for line in lines:
        if line.startswith("#"):
            continue
        first, *others = line.split()
        kept |= {first: first} | dict.fromkeys((" ".join(others),) if first == "wifi" else others, first)
    # A kept word is matched too, so that "怎么样" inside a longer kept word is never cut in the middle.
    longest_first = sorted(kept, key=lambda word: (-len(word), word))
    return _any_of(longest_first), kept


def canonical(folded: str) -> str:
    """Return a folded text without fillers and idle spaces, one word written one way."""
    pattern, kept = _same_words()
    text = pattern.sub(lambda found: kept[found[0]], strip_fillers(folded))
    return _IDLE_SPACE.sub("", text)


def _number(found: str) -> str:
    if found.isdecimal():
        return found.lstrip("0") or "0"
    if "十" not in found:
        return "".join(str(_DIGITS[digit]) for digit in found)
    tens, _, ones = found.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return found
    return str(_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0))


def sense(text: str) -> Sense:
    """Return what a canonical text commits itself to."""
    return Sense(
        denies=bool(_DENIES.search(_NO_DENIAL.sub(" ", text))),
        numbers=frozenset(_number(found) for found in _NUMBER.findall(text)),
        names=frozenset(_LATIN_WORD.findall(text)) if _HAS_CHINESE.search(text) else frozenset(),
        sides=_sides(text),
    )


def conflict_between(one: Sense, other: Sense) -> Conflict:
    """Return whether two wordings can ask the same, however alike they look.

    Something that only one of them mentions is no contradiction; "2号" against "3号" is.
    """
    if (
        _clash(one.numbers, other.numbers)
        or _clash(one.names, other.names)
        or (one.sides and other.sides and any(_excludes(taken, other.sides) for taken in one.sides))
    ):
        return Conflict.CONTRADICTION
    return Conflict.DENIAL if one.denies != other.denies else Conflict.NONE


def _clash(some: frozenset[str], others: frozenset[str]) -> bool:
    return bool(some) and bool(others) and not (some <= others or others <= some)
