"""A knowledge base finds out from its own questions from which probability on it answers."""

from __future__ import annotations

from faq.entries import Entry
from faq.knowledge import KnowledgeBase
from faq.thresholds import OwnQuestion, asked_itself, for_chatter, own_answer_at


def own(score: float, *, is_right: bool = True, without: float = 0.0) -> OwnQuestion:
    return OwnQuestion(score=score, is_right=is_right, is_answerable=True, without=without)


def test_a_base_whose_own_questions_are_found_answers_earlier() -> None:
    assert own_answer_at([own(0.85)] * 60, usual=0.90) == 0.80


def test_a_base_whose_questions_are_mistaken_for_each_other_answers_later() -> None:
    asked = [own(0.99)] * 60 + [own(0.93, is_right=False)] * 5
    assert own_answer_at(asked, usual=0.90) == 0.94


def test_what_has_no_entry_must_stay_unanswered() -> None:
    asked = [own(0.99, without=0.91)] * 60
    assert own_answer_at(asked, usual=0.90) == 0.92


def test_a_base_with_one_phrasing_an_entry_keeps_the_usual() -> None:
    single = OwnQuestion(score=0.1, is_right=False, is_answerable=False, without=0.1)
    assert own_answer_at([single] * 200, usual=0.90) == 0.90
    assert own_answer_at([], usual=0.88) == 0.88


def test_a_phrasing_never_finds_itself() -> None:
    entries = [
        Entry(id="K-001", question="打印机找不到", aliases=("电脑搜不到打印机",), answer="答"),
        Entry(id="K-002", question="密码忘了", answer="答"),
    ]
    first, second = asked_itself(KnowledgeBase(entries))
    assert {first.is_answerable, second.is_answerable} == {True, False}
    assert all(each.score < 0.99 for each in (first, second))
    assert all(each.without == 0.0 for each in (first, second))


def test_chatter_must_be_surer() -> None:
    assert for_chatter(0.9) == 0.95
