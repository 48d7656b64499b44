"""What the weights are learned from: written questions, light rewordings, spoilt ones, and what asks something else."""

from __future__ import annotations

import random

import pytest

from faq.text import fold
from faq.training.examples import HELD, chatter, filled, patterns, questions, written
from faq.training.noise import spoilt
from faq.training.rephrase import exchanged, mixed, reworded, shortened, turned
from faq.wording import canonical


def test_every_written_question_has_wordings_of_its_own() -> None:
    known = written()
    assert len(known) > 300
    assert all(len(each.wordings) >= 3 for each in known)
    for each in known:
        texts = [canonical(fold(wording)) for wording in each.wordings]
        assert len(set(texts)) == len(texts), each.wordings


def test_a_pattern_is_filled_with_every_name_of_its_thing() -> None:
    known = patterns(1_000)
    assert len(known) > 150
    assert all(
        len(each.wordings) >= 3 and all("{}" in wording for wording in each.wordings) for each in known
    )
    wordings = {
        wording
        for seed in range(20)
        for wording in filled(known[0], known[0].things[0], random.Random(seed)).wordings
    }
    assert {"备用金怎么开通", "小备用金怎么开通"} <= wordings


def test_chatter_asks_nothing_that_a_question_asks() -> None:
    asked = {fold(wording) for each in written() for wording in each.wordings}
    assert len(chatter()) > 100
    assert not asked & {fold(said) for said in chatter()}


def test_questions_are_the_same_every_time_and_of_both_sorts() -> None:
    known = written()[:80]
    first = list(questions(known, patterns(1_000)[:20], 1, random.Random(3)))
    assert first == list(questions(known, patterns(1_000)[:20], 1, random.Random(3)))
    assert {question.right is None for question in first} == {True, False}
    assert any(each.entry.id == question.right for question in first for each in question.found)


def test_a_held_out_wording_is_not_in_the_knowledge_base() -> None:
    known = written()[:60]
    for question in questions(known, [], 1, random.Random(3), HELD):
        assert all(each.wording != question.text for each in question.found)


@pytest.mark.parametrize("text", ["怎么修改绑定的手机号", "how do i reset my password", "好"])
def test_any_text_can_be_changed(text: str) -> None:
    for seed in range(40):
        chance = random.Random(seed)
        assert reworded(text, chance)
        assert spoilt(text, chance)
        assert mixed(text, "成绩什么时候公布", chance)


def test_a_turned_question_differs() -> None:
    assert turned("打开", random.Random(1)) == "关闭"
    assert turned("鸡蛋", random.Random(1)) is None


def test_a_shortened_question_keeps_most() -> None:
    for seed in range(20):
        assert 6 <= len(shortened("怎么修改绑定手机", random.Random(seed))) < 8


def test_the_most_telling_piece_is_exchanged() -> None:
    assert exchanged("打印机找不到", "打印", "投影") == "投影机找不到"
    assert exchanged("了", "", "投影") == "投影"
