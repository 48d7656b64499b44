"""Texts that are made of certain words alone: the same as a regular expression would tell, and never for long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import parse
from bot.meaning.deciding import Heard, decided_before
from bot.meaning.short_answers import agreed, only_promises, takes_up
from faq.sequences import SequenceOf
from faq.text import _THANKS, _TO_WHOM, _WORKS, is_noise, is_thanks, looks_like_question

_WORDS = st.lists(
    st.sampled_from(
        [
            "好",
            "好的",
            "的",
            "谢谢",
            "老师",
            "王老师",
            "嗯",
            "嗯嗯",
            "ok",
            "okk",
            "了",
            "解决",
            "解决了",
            "您",
            "我",
            "x",
            "哥",
            "小张",
        ]
    ),
    max_size=8,
).map("".join)
_AS_BEFORE = re.compile(rf"(?:(?:{_WORKS}|{_THANKS})(?:{_TO_WHOM})*)+")


@given(_WORDS)
def test_it_tells_what_a_regular_expression_tells(text: str) -> None:
    assert SequenceOf(f"{_WORKS}|{_THANKS}", _TO_WHOM).is_all_of(text) is bool(_AS_BEFORE.fullmatch(text))


def test_the_first_word_must_be_one_of_the_first() -> None:
    words = SequenceOf("a+|ab", "b")
    assert [text for text in ("", "a", "ab", "aab", "b", "ba", "abc", "abba") if words.is_all_of(text)] == [
        "a",
        "ab",
        "aab",
        "abba",
    ]


# Each would take seconds by trying every way to cut it, and twice as long with every further word.
@pytest.mark.parametrize(
    "text",
    [
        "好的谢谢老师" * 9 + "x",
        "h" * 44 + "x",
        "吃了吗" * 22 + "x",
        "不需要了" * 22 + "x",
        "嗯" * 23 + "x",
        "好的了" * 60 + "x",
        "嗯哈" * 99 + "x",
        "可以吧谢谢" * 12 + "x",
        "no谢谢" * 12 + "x",
    ],
    ids=lambda text: text[:3],
)
def test_what_nearly_is_one_is_told_at_once(text: str) -> None:
    began = time.thread_time()
    assert not is_thanks(text)
    assert not is_noise(text)
    for tell in (looks_like_question, only_promises, takes_up, parse, agreed):
        tell(text)
    assert decided_before(Heard(text, is_addressed=True)) is None
    assert time.thread_time() - began < 0.5
