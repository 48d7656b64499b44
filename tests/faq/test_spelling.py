"""Misspelt English words: what was meant, and what is no mistake."""

from __future__ import annotations

import pytest

from faq.entries import Entry
from faq.knowledge import KnowledgeBase
from faq.spelling import corrected

KNOWN = (
    "How do I reset my password?",
    "The printer does not print",
    "My account is locked",
    "打开attendance时报错",
    "Where can I upload homework?",
)


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return KnowledgeBase(
        Entry(id=f"K-{place}", question=question, answer="") for place, question in enumerate(KNOWN)
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("reset my pasword", "reset my password"),  # one left out
        ("reset my passsword", "reset my password"),  # one too many
        ("the pritner is off", "the printer is off"),  # two exchanged
        ("my accoumt is locked", "my account is locked"),  # another one
        ("attendence打不开", "attendance打不开"),
    ],
)
def test_a_slip_is_read_as_the_word_of_a_phrasing(base: KnowledgeBase, written: str, meant: str) -> None:
    assert base.asked(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "it doesn t reset",  # no slip of "does"
        "my paszwodr is wrong",  # two slips
        "unload the truck",  # a word of its own
        "kahoot打不开",  # like nothing
        "rest my case",  # short, and a word
        "rinter is off",  # the first letter
    ],
)
def test_these_stay_as_they_are(base: KnowledgeBase, text: str) -> None:
    assert base.asked(text) == text


def test_of_two_words_that_may_be_meant_it_is_the_one_that_more_phrasings_have() -> None:
    times = {"printer": 3, "printed": 1}
    assert corrected("printen", lambda word: times.get(word, 0)) == {"printen": "printer"}


def test_of_endless_words_only_some_are_looked_at() -> None:
    asked: list[str] = []
    text = " ".join(f"qzvk{first}{second}x" for first in "abcdefgh" for second in "abcdefgh")
    assert corrected(text, lambda word: len(asked.append(word) or "")) == {}
    assert len(asked) < 3_000


def test_a_misspelt_question_is_found(base: KnowledgeBase) -> None:
    asked = base.compare("How do I rest my pasword")
    assert asked[0].entry.id == "K-0"
    assert asked[0].evidence > KnowledgeBase(base.entries()).compare("How do I rest my pazzword")[0].evidence
