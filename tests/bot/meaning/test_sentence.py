"""Sentences are compiled when they are first needed, or all ahead of the first message."""

from __future__ import annotations

from bot.meaning import sentence
from bot.meaning.sentence import Sentence, make_all_ready


def _compiled() -> int:
    return sentence._compiled.cache_info().misses


def test_a_sentence_that_is_only_named_costs_nothing() -> None:
    before = _compiled()
    Sentence("只提到的句子")
    assert _compiled() == before


def test_nothing_is_left_to_compile_once_all_are_ready() -> None:
    whole, part = Sentence("投影打不开"), Sentence("密码是(?P<secret>[a-z]+)")
    make_all_ready()
    before = _compiled()
    assert whole.fullmatch("投影打不开")
    assert whole.fullmatch("投影打不开了") is None
    assert part.replaced("密码是abc", lambda found: "密码是•••") == "密码是•••"
    assert _compiled() == before


def test_a_sentence_may_be_said_before_all_are_ready() -> None:
    early = Sentence("投影刚打不开")
    assert early.fullmatch("投影刚打不开")
    assert early.fullmatch("别的") is None
