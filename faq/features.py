"""What is measured of a question and a phrasing: the numbers that the model in `faq.rank` weighs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from importlib import resources

import msgspec
from rapidfuzz.fuzz import ratio

from faq.grams import common
from faq.index import Coverage, Known
from faq.nearness import LIKENESS, code, rareness, words
from faq.pinyin import near_sound, sound
from faq.wording import Conflict, Sense, conflict_between, sense

NAMES = (
    "letters_of_text",
    "letters_of_phrase",
    "pieces_of_text",
    "pieces_of_phrase",
    "meant_of_text",
    "meant_of_phrase",
    "alike",
    "alike_in_sound",
    "alike_in_words",
    "alike_in_letters",
    "alike_in_content",
    "asks_the_same",
    "denial",
    "contradiction",
    "one_sided_name",
    "length",
    "length_of_phrase",
    "held",
    "telling",
)
# What is measured as well where whole sentences are compared: by words alone it does not make the answers better.
LEFT_OVER = (
    "left_of_text",
    "left_of_phrase",
    "rare_left_of_text",
    "rare_left_of_phrase",
    "unmet_of_text",
    "unmet_of_phrase",
    "one_sided_number",
    "asks_alone",
)

# What `at_most` does not measure, with the least and the most it can be.
UNMEASURED = {
    **dict.fromkeys(
        (
            "meant_of_text",
            "meant_of_phrase",
            "alike_in_sound",
            "alike_in_words",
            "alike_in_content",
            "denial",
            "contradiction",
            "one_sided_name",
            "held",
            "telling",
        ),
        (0.0, 1.0),
    ),
    "asks_the_same": (-1.0, 1.0),
}

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
_LONG = 40.0
_NOT_CHINESE = re.compile(r"[^ \u3400-\u9fff]+")
# What a word is worth that only sounds the same.
_SOUNDS = 0.8
# A word of so many bits in the language is as rare as can be; so many unmet words are as many as can be.
_RARE, _MANY_UNMET = 20.0, 4.0
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


def _length(text: str) -> float:
    words = _NOT_CHINESE.findall(text)
    # A word of letters says as much as two characters.
    said = len(text) - text.count(" ") - sum(map(len, words)) + 2 * len(words)
    return min(1.0, said / _LONG)


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _word(text: str) -> Word:
    return Word(text, code(text), near_sound(sound(text)), _rare(text))


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
        near=near_sound(sound(text)),
        kinds=sum(1 << place for place, kind in enumerate(_KINDS) if kind.search(text)),
        sense=sense(text),
        sorted=" ".join(sorted(word.text for word in found)),
        letters="".join(sorted(text)),
        content=_filling().sub("", text),
        length=_length(text),
        words=found,
        codes=tuple(word.code for word in found if word.code),
    )


def spelled(asked: Reading, phrase: Reading, meant: Iterable[str]) -> Reading | None:
    """Return a question with words that were `meant` by their sound written as the phrasing writes them; None when none differs."""
    text = asked.text
    for word in meant:
        place = phrase.near.find(near_sound(sound(word)))
        if place >= 0 and word not in phrase.text:
            text = text.replace(word, phrase.text[place : place + len(word)])
    return reading(text) if text != asked.text else None


def compared(
    asked: Reading,
    phrase: Reading,
    shares: Coverage,
    weight: Callable[[str], float],
    *,
    with_left_over: bool = False,
) -> tuple[float, ...]:
    """Return the features of a question and a phrasing in the order of `NAMES`, if wished with those of `LEFT_OVER` behind them.

    `weight` tells what a word weighs.
    """
    one, other = asked.text, phrase.text
    likes, likes_of_phrase = _likes(asked, phrase), _likes(phrase, asked)
    conflict = conflict_between(asked.sense, phrase.sense)
    alike = ratio(one, other) / 100
    meant, most = _meant(asked, likes, weight)
    meant_of_phrase, most_of_phrase = _meant(phrase, likes_of_phrase, weight)
    features = (
        shares.letters_of_text,
        shares.letters_of_phrase,
        shares.pieces_of_text,
        shares.pieces_of_phrase,
        meant,
        meant_of_phrase,
        alike,
        ratio(asked.near, phrase.near) / 100,
        ratio(asked.sorted, phrase.sorted) / 100,
        ratio(asked.letters, phrase.letters) / 100,
        ratio(asked.content, phrase.content) / 100,
        _agreement(asked.kinds, phrase.kinds),
        float(conflict is Conflict.DENIAL),
        float(conflict is Conflict.CONTRADICTION),
        float(asked.sense.names != phrase.sense.names),
        asked.length,
        phrase.length,
        float(one in other),
        min(most, most_of_phrase),
    )
    if not with_left_over:
        return features
    of_text, of_phrase = _lacking(asked, likes, weight), _lacking(phrase, likes_of_phrase, weight)
    return (
        *features,
        *(value for both in zip(of_text, of_phrase, strict=True) for value in both),
        float(asked.sense.numbers != phrase.sense.numbers),
        float(bool(asked.kinds) != bool(phrase.kinds)),
    )


def at_most(asked: str, phrase: str, shares: Coverage) -> tuple[float, ...]:
    """Return what `compared` gives at most for two texts: what costs little is measured, all else is taken to be alike."""
    likeness, in_any_order = ratio(asked, phrase) / 100, ratio(sorted(asked), sorted(phrase)) / 100
    return _at_most(shares, likeness, in_any_order, _length(asked), _length(phrase))


def at_most_of_any(asked: str, known: Known) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return what `at_most` gives at most for a text and a phrasing of a collection of which no more than this is known: for one
    that is as short as can be, and for one that is as long as counts.

    What lies between is less likely than one of the two: likeness falls ever more slowly while the length grows evenly.
    """

    def of(characters: int) -> tuple[float, ...]:
        alike = 2 * known.characters / (len(asked) + characters)
        # A word of one letter, with its space, says as much as two characters.
        length = min(1.0, (characters + 1) / _LONG)
        return _at_most(known.shares, alike, alike, _length(asked), length)

    return of(known.characters), of(max(known.characters, int(_LONG) - 1))


def _at_most(
    shares: Coverage, likeness: float, in_any_order: float, length: float, length_of_phrase: float
) -> tuple[float, ...]:
    return (
        shares.letters_of_text,
        shares.letters_of_phrase,
        shares.pieces_of_text,
        shares.pieces_of_phrase,
        1.0,
        1.0,
        likeness,
        1.0,
        1.0,
        in_any_order,
        1.0,
        1.0,
        0.0,  # what speaks against it is not looked for
        0.0,
        0.0,
        length,
        length_of_phrase,
        1.0,
        1.0,
    )


def _likes(asked: Reading, phrase: Reading) -> list[float]:
    """Return how like each word of a reading is to what another has instead, by sound or meaning; 1 for what that has as it is."""
    text, near, others = phrase.text, phrase.near, phrase.codes
    found = []
    for word in asked.words:
        if word.text in text:
            found.append(1.0)
            continue
        like = _SOUNDS if word.near in near else 0.0
        if word.code and others:
            like = max(like, LIKENESS[min([(word.code ^ other).bit_count() for other in others])])
        found.append(like)
    return found


def _meant(asked: Reading, likes: list[float], weight: Callable[[str], float]) -> tuple[float, float]:
    """Return the share of the weight of a reading's words that another has, in these words or others of like meaning or sound,
    and what of one word it has at most, as a share of the heaviest word."""
    all_ = found = most = heaviest = 0.0
    for word, like in zip(asked.words, likes, strict=True):
        weighs = weight(word.text)
        all_ += weighs
        if weighs > heaviest:
            heaviest = weighs
        weighs *= like
        found += weighs
        if weighs > most:
            most = weighs
    return (found / all_, most / heaviest) if all_ else (0.0, 0.0)


def _lacking(
    asked: Reading, likes: list[float], weight: Callable[[str], float]
) -> tuple[float, float, float]:
    """Return what another reading lacks of one word at most, by its weight in the knowledge base and by its rareness in the
    language, and what it lacks of all words together."""
    left = rare_left = unmet = 0.0
    for word, like in zip(asked.words, likes, strict=True):
        if like == 1.0:
            continue
        weighs, lacks = weight(word.text), 1 - like
        lacking, rare_lacking = min(1.0, weighs) * lacks, word.rare * lacks
        if lacking > left:
            left = lacking
        if rare_lacking > rare_left:
            rare_left = rare_lacking
        unmet += weighs * lacks
    return left, rare_left, min(1.0, unmet / _MANY_UNMET)


def _agreement(kinds: int, others: int) -> float:
    """Return 1 for the same kinds of question, -1 for none in common, 0 when one of the two has no kind."""
    if not kinds or not others:
        return 0.0
    common = (kinds & others).bit_count()
    return 2 * common / (kinds | others).bit_count() - 1
