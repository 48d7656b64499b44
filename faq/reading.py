"""How a text reads: its words with their sounds and meanings, and all else of it that is compared with another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources

import msgspec

from faq.grams import common
from faq.nearness import code, rareness, words
from faq.pinyin import heard_as
from faq.wording import Sense, sense

# Kinds of question; a text may be of several.
_KINDS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"怎么|办法|方法|流程|步骤|教程|操作|\bhow (?:do|to|can|should)\b",
        r"为什么|原因|怎么回事|引起|导致|\bwhy\b|\breason\b",
        r"多少|几[个块元钱岁次张毫]|价格|费用|收费|\bhow (?:much|many)\b|\bprice\b|\bcost\b",
        r"什么时候|多久|几[天点号时]|多长时间|何时|\bwhen\b|\bhow long\b|\bwhat time\b",
        r"哪里|哪儿|地址|位置|\bwhere\b",
        r"能不能|是不是|会不会|要不要|有没有|行不行|好不好|[能可会是有要行好]\S{0,12}[吗么不]$|吗$|么$|\b(?:can i|could i|do you|is it|does)\b",
        r"谁|哪位|\bwho\b",
        r"区别|不同|哪个好|一样|\bdifference\b",
        r"症状|表现|反应|征兆|\bsymptoms?\b",
        r"哪些|什么|\bwhat\b|\bwhich\b",
    )
)
# A text of so many characters, or half as many words, is as long as can be.
LONG = 40.0
_NOT_CHINESE = re.compile(r"[^ \u3400-\u9fff]+")
# A word of so many bits in the language is as rare as can be.
_RARE = 20.0
# What was worked out of texts and words lately is kept; both depend on nothing but the text.
_READINGS_REMEMBERED, _WORDS_REMEMBERED = 8_192, 16_384


class Word(msgspec.Struct, frozen=True):
    """A word with its meaning and its sound."""

    text: str
    code: int  # as in `faq.nearness`, 0 for unknown
    near: str  # how it sounds, near sounds made the same
    rare: float  # in the language, 0 for a word that only fills a question, 1 for an unknown one


class Reading(msgspec.Struct, frozen=True):
    """One canonical text, looked at from all sides that are compared."""

    text: str
    near: str
    kinds: int  # a bit for every kind of question
    sense: Sense
    sorted: str  # its words in the order of their letters
    letters: str  # its letters in their order
    content: str  # what is left of it without the words that fill a question
    length: float  # how much it says, 0 to 1
    words: tuple[Word, ...]
    codes: tuple[int, ...]  # of its known words


@cache
def _filling_words() -> frozenset[str]:
    lines = resources.files("faq").joinpath("data/filling.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _filling() -> re.Pattern[str]:
    return re.compile("|".join([" ", *sorted(_filling_words(), key=lambda word: (-len(word), word))]))


def content(text: str) -> str:
    """Return a canonical text without the words that fill a question."""
    return _filling().sub("", text)


def length(text: str) -> float:
    """Return how much a canonical text says, 0 to 1."""
    words = _NOT_CHINESE.findall(text)
    # A word of letters says as much as two characters.
    said = len(text) - text.count(" ") - sum(map(len, words)) + 2 * len(words)
    return min(1.0, said / LONG)


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _word(text: str) -> Word:
    return Word(text, code(text), heard_as(text), _rare(text))


def _rare(text: str) -> float:
    if text in _filling_words() or text in common():
        return 0.0
    bits = rareness(text)
    return 1.0 if bits is None else min(1.0, bits / _RARE)


@lru_cache(maxsize=_READINGS_REMEMBERED)
def reading(text: str) -> Reading:
    """Return how a canonical text reads."""
    found = tuple(map(_word, dict.fromkeys(words(text))))
    return Reading(
        text=text,
        near=heard_as(text),
        kinds=sum(1 << place for place, kind in enumerate(_KINDS) if kind.search(text)),
        sense=sense(text),
        sorted=" ".join(sorted(word.text for word in found)),
        letters="".join(sorted(text)),
        content=content(text),
        length=length(text),
        words=found,
        codes=tuple(word.code for word in found if word.code),
    )


def spelled(asked: Reading, phrase: Reading, meant: Iterable[str]) -> Reading | None:
    """Return a question with words that were `meant` by their sound written as the phrasing writes them; None when none differs."""
    text = asked.text
    for word in meant:
        place = phrase.near.find(heard_as(word))
        if place >= 0 and word not in phrase.text:
            text = text.replace(word, phrase.text[place : place + len(word)])
    return reading(text) if text != asked.text else None
