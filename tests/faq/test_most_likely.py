"""What nobody asked is weighed only where an entry can be sure enough: what is left out would never have been."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq.index import Index
from faq.knowledge import Entry, KnowledgeBase
from faq.search import Hidden, Wanted
from tests.faq.test_knowledge import entries, texts

SURE = st.sampled_from([0.3, 0.6, 0.9, 0.95, 0.97, 0.995])
CHATTER = (
    "收到，谢谢王老师",
    "今天下午两点在三楼会议室开教研会，请各位老师准时参加",
    "打印机旁边的纸已经放好了，大家自己拿",
    "我把上周的教案放在共享文件夹里了，大家有空看一下",
    "明天早上升旗仪式，一年级到六年级都参加，注意着装",
    "会议室的投影仪换了新的，效果很好，辛苦大家",
    "王老师，您班里的家长会改到周五晚上七点半了，教室还是 301",
)


def is_as_weighed(base: KnowledgeBase, text: str, at_least: float, customer: str | None = None) -> bool:
    """Say whether leaving out what cannot be so likely leaves out nothing that is."""
    weighed = base.match(text, customer=customer)
    found = base.match(text, customer=customer, at_least=at_least)
    return found == weighed or (not found and all(hit.score < at_least for hit in weighed))


@settings(max_examples=60, deadline=None)
@given(st.lists(entries, max_size=6), texts, SURE, st.sampled_from([None, "yucai"]))
def test_no_entry_is_more_likely_than_it_can_be(
    known: list[Entry], text: str, at_least: float, customer: str | None
) -> None:
    assert is_as_weighed(KnowledgeBase(known), text, at_least, customer)


@settings(max_examples=150, deadline=None)
@given(st.data(), SURE)
def test_a_phrasing_with_slips_is_found_as_surely_as_before(
    example: KnowledgeBase, example_entries: tuple[Entry, ...], data: st.DataObject, at_least: float
) -> None:
    entry = data.draw(st.sampled_from(example_entries))
    text = data.draw(st.sampled_from((entry.question, *entry.aliases)))
    start = data.draw(st.integers(0, len(text)))
    slip = data.draw(st.sampled_from(["", "了", "的时候", "老师", "dayinji", "WiFi", "不"]))
    assert is_as_weighed(
        example, text[:start] + slip + text[start + data.draw(st.integers(0, 3)) :], at_least
    )


@pytest.mark.parametrize("text", CHATTER)
def test_what_people_say_to_each_other_is_not_weighed(example: KnowledgeBase, text: str) -> None:
    assert example.measure(text, at_least=0.95) == []
    assert is_as_weighed(example, text, 0.95)


def test_some_chatter_has_candidates_that_need_not_be_weighed(example: KnowledgeBase) -> None:
    assert sum(bool(example.measure(text)) for text in CHATTER) >= 3


class Watched(Index):
    """Counts how often something is looked for."""

    looked = 0

    def candidates(self, wanted: Wanted, *, least: float, hidden: Hidden = ()) -> list[tuple[float, int]]:
        self.looked += 1
        return super().candidates(wanted, least=least, hidden=hidden)


def test_short_chatter_is_not_even_looked_for(example_entries: tuple[Entry, ...]) -> None:
    index = Watched()
    base = KnowledgeBase(example_entries, index=index)
    for text in ("收到，谢谢王老师", "好的，赵老师", "哈哈哈，孙老师来了", "食堂的鱼香肉丝不错"):
        assert base.match(text, at_least=0.975) == []
        assert len(list(base.looked_up(text, at_least=0.975))) == 1
    assert index.looked == 0
    assert base.match("打印机找不到", at_least=0.975) != []
    assert index.looked == 1


@settings(max_examples=60, deadline=None)
@given(texts, st.lists(texts, min_size=1, max_size=5), SURE)
def test_an_entry_with_many_wordings_is_no_more_likely_than_it_can_be(
    question: str, aliases: list[str], at_least: float
) -> None:
    base = KnowledgeBase([Entry(id="K-1", question=question, aliases=tuple(aliases), answer="…")])
    assert all(is_as_weighed(base, text, at_least) for text in (question, *aliases, question + aliases[0]))


@pytest.mark.parametrize("text", ["打印机提示找不到怎么办", "dayinjizhaobudao", "打印機找不到"])
def test_what_is_as_good_as_asked_is_answered_all_the_same(example: KnowledgeBase, text: str) -> None:
    weighed = example.match(text)
    assert example.match(text, at_least=weighed[0].score) == weighed
