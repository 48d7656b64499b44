"""What is measured of a question and a phrasing: the numbers that the model in `faq.rank` weighs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq, Postfix, Prefix
from rapidfuzz.fuzz import ratio, token_sort_ratio

from faq.index import Coverage
from faq.pinyin import near_sound, sound, typed
from faq.wording import Conflict, Sense, conflict_between, sense

NAMES = (
    "of_text",
    "of_phrase",
    "letters_of_text",
    "letters_of_phrase",
    "missing_of_text",
    "missing_of_phrase",
    "kept",
    "alike",
    "alike_in_sound",
    "alike_in_words",
    "kept_content",
    "alike_in_content",
    "begins_alike",
    "ends_alike",
    "asks_the_same",
    "denial",
    "contradiction",
    "one_sided_number",
    "one_sided_name",
    "length",
    "length_of_phrase",
    "cosine",
    "pairs_of_text",
    "pairs_of_phrase",
    "kept_in_sound",
    "behind_best",
)

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
_FORM_WORDS = re.compile(
    "怎么|为什么|什么时候|什么|哪里|哪些|哪个|能不能|是不是|有没有|会不会|可以|请问|多少|多久|这个|那个|一个|一下|的话|[我你您他的了吗呢吧啊么呀在是和与就都也还要想能会把被]"
    r"|\b(?:how|what|why|when|where|which|who|do|does|did|is|are|am|was|can|could|would|will|should|i|you|my|your|the|a|an|to|of|for|in|on|it|me|please|want|need)\b",
    re.ASCII,
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LONG = 40.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One canonical text, looked at from all sides that are compared."""

    text: str
    near: str  # how it sounds, near sounds made the same
    content: str  # without words that only give a question its form
    kinds: int  # a bit for every kind of question
    sense: Sense
    is_chinese: bool


def reading(text: str) -> Reading:
    """Return how a canonical text reads."""
    kinds = sum(1 << place for place, kind in enumerate(_KINDS) if kind.search(text))
    content = _FORM_WORDS.sub("", text)
    return Reading(
        text=text,
        near=near_sound(sound(text)),
        content=" ".join(content.split()) or text,
        kinds=kinds,
        sense=sense(text),
        is_chinese=bool(_CHINESE.search(text)),
    )


def spelled(asked: Reading, phrase: Reading) -> Reading | None:
    """Return a question with its words typed as pinyin written as the phrasing writes them, None when it has none of them."""
    text = asked.text
    for run, signs in typed(text):
        place = phrase.near.find(near_sound(signs))
        if place >= 0 and run not in phrase.text:
            text = text.replace(run, phrase.text[place : place + len(signs)])
    return reading(text) if text != asked.text else None


def compared(asked: Reading, phrase: Reading, shares: Coverage, behind: float) -> tuple[float, ...]:
    """Return the features of a question and a phrasing in the order of `NAMES`; `behind` is by which share its estimate is less than the best."""
    one, other = asked.text, phrase.text
    shorter = min(len(one), len(other)) or 1
    conflict = conflict_between(asked.sense, phrase.sense)
    return (
        shares.of_text,
        shares.of_phrase,
        shares.letters_of_text,
        shares.letters_of_phrase,
        shares.missing_of_text,
        shares.missing_of_phrase,
        LCSseq.similarity(one, other) / shorter,
        ratio(one, other) / 100,
        ratio(asked.near, phrase.near) / 100,
        ratio(one, other) / 100 if asked.is_chinese else token_sort_ratio(one, other) / 100,
        LCSseq.similarity(asked.content, phrase.content)
        / (min(len(asked.content), len(phrase.content)) or 1),
        ratio(asked.content, phrase.content) / 100,
        Prefix.similarity(one, other) / shorter,
        Postfix.similarity(one, other) / shorter,
        _agreement(asked.kinds, phrase.kinds),
        float(conflict is Conflict.DENIAL),
        float(conflict is Conflict.CONTRADICTION),
        float(asked.sense.numbers != phrase.sense.numbers),
        float(asked.sense.names != phrase.sense.names),
        min(1.0, len(one) / _LONG),
        min(1.0, len(other) / _LONG),
        shares.cosine,
        shares.pairs_of_text,
        shares.pairs_of_phrase,
        LCSseq.similarity(asked.near, phrase.near) / shorter,
        behind,
    )


def _agreement(kinds: int, others: int) -> float:
    """Return 1 for the same kinds of question, -1 for none in common, 0 when one of the two has no kind."""
    if not kinds or not others:
        return 0.0
    common = (kinds & others).bit_count()
    return 2 * common / (kinds | others).bit_count() - 1
