"""Every feature has a name for people, and its share of the evidence is the evidence."""

from __future__ import annotations

import pytest

from bot.knowledge.measured import NAMES, told
from faq import rank
from faq.entries import Entry
from faq.explanation import account
from faq.knowledge import KnowledgeBase


def test_every_feature_has_words_and_nothing_else_has() -> None:
    assert list(NAMES) == [*rank.WITH_SENTENCE, rank.BEHIND]


def test_what_is_told_adds_up_to_the_evidence() -> None:
    base = KnowledgeBase([Entry(id="K-1", question="打印机怎么安装驱动", answer="…")])
    [near] = account(base, "打印机驱动怎么装", customer=None, answer_at=0.9, suggest_at=0.4).nearest
    assert sum(each.speaks for each in near.features) == pytest.approx(near.evidence)


def test_what_is_nothing_is_left_out_and_signs_are_said() -> None:
    base = KnowledgeBase([Entry(id="K-1", question="怎么打开无线网络", answer="…")])
    [near] = account(base, "怎么关闭无线网络", customer=None, answer_at=0.9, suggest_at=0.4).nearest
    said = {name: (value, speaks) for name, value, speaks in told(near, lambda text: text)}
    assert said[NAMES["contradiction"]] == ("1.00", "-0.30")
    assert NAMES["denial"] not in said
