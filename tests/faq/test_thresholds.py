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
    first, second, third = _asked(entries)
    assert [each.is_answerable for each in (first, second, third)].count(True) == 2
    assert all(each.score < 0.99 for each in (first, second, third))
    assert all(each.without == 0.0 for each in (first, second, third))


def test_what_a_phrasing_finds_does_not_depend_on_its_being_there() -> None:
    """The exact text would be so much nearer than all others that these were not even looked at."""
    entry = Entry(id="K-001", question="打印机找不到怎么办", aliases=("打印机搜不到",), answer="答")
    others = [
        Entry(id=f"K-1{number}", question=f"打印机找不到{what}怎么办", answer=str(number))
        for number, what in enumerate(("驱动", "墨盒", "电源", "网络"))
    ]
    best = KnowledgeBase(others).match(entry.question, limit=1)[0].score
    asked = {each.without for each in _asked([entry, *others]) if each.is_answerable}
    assert max(asked) > 0.3
    assert abs(max(asked) - best) < 0.1  # how rare a piece is differs a little


def test_the_same_entries_ask_the_same_in_whatever_order() -> None:
    """Every other entry has a wording with the name of the next one, and nothing else is shared: what ties could fall either way."""
    names, ends, others = (
        [chr(first + 2 * n) + chr(first + 1 + 2 * n) for n in range(151)]
        for first in (0x5000, 0x6000, 0x7000)
    )
    entries = [
        Entry(id=f"K-{n}", question=names[n] + ends[n], aliases=(names[n + n % 2] + others[n],), answer="答")
        for n in range(150)
    ]
    there, back = _asked(entries), _asked(entries[::-1])
    assert len(there) == 200
    assert 10 < sum(each.is_right for each in there) < 190
    assert [each.is_right for each in there] == [each.is_right for each in back]


def test_many_wordings_of_few_entries_are_asked_one_by_one() -> None:
    entry = Entry(
        id="K-1", question="投影仪打不开", aliases=tuple(f"投影仪{n}黑屏" for n in range(20)), answer="答"
    )
    assert len(_asked([entry])) == 8


def _asked(entries: list[Entry]) -> list[OwnQuestion]:
    return [each for each in asked_itself(KnowledgeBase(entries)) if each is not None]


def test_chatter_must_be_surer() -> None:
    assert for_chatter(0.9) == 0.95
