"""Slips in Chinese: the characters that were meant, and what must stay as it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq.entries import Entry
from faq.index import Index
from faq.knowledge import KnowledgeBase
from faq.sentences import Sentences

KNOWN = (
    "怎么修改密码",
    "密码忘记了怎么办",
    "饭卡挂失怎么办",
    "饭卡在哪里充值",
    "打印机怎么安装驱动",
    "花呗怎么还款",
    "花呗可以提前还款吗",
)


def index() -> Index:
    found = Index()
    for number, text in enumerate(KNOWN):
        found.add(number, text)
    return found


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("花呗怎么欢款", "花呗怎么还款"),
        ("花贝怎么还", "花呗怎么还"),  # no word of the language: several phrasings have it
        ("蜜码忘了", "密码忘了"),
        ("打引机装驱动", "打印机装驱动"),
        ("花呗怎么黄款", "花呗怎么还款"),  # a sound that is near enough
        ("修改码密", "修改密码"),
        ("打印印机怎么装", "打印机怎么装"),
        ("vpn的蜜码", "vpn的密码"),
    ],
)
def test_a_slip_is_read_as_it_was_meant(written: str, meant: str) -> None:
    assert index().heard_right(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "饭卡在哪里充电",
        "怎么休假",
        "妹妹怎么办",
        "花生怎么种",
        "怎么改名",
        "欢迎光临",
        "",
        "vpn",
        "。",
        "大家好 谢谢",
    ],
)
def test_what_somebody_writes_stays(text: str) -> None:
    assert index().heard_right(text) == text


def test_one_phrasing_does_not_prove_a_pair_that_is_no_word() -> None:
    """Its words may only meet in it: 了怎 is none."""
    assert index().heard_right("乐怎样") == "乐怎样"


def test_without_the_extra_a_text_stays_as_it_is() -> None:
    entries = [Entry(id=f"K-{place}", question=question, answer="") for place, question in enumerate(KNOWN)]
    assert KnowledgeBase(entries).asked("花呗怎么欢款") == "花呗怎么欢款"
    assert KnowledgeBase(entries, sentences=Sentences()).asked("花呗怎么欢款") == "花呗怎么还款"


@settings(max_examples=50, deadline=None)
@given(st.text(sorted({*"".join(KNOWN), *"欢贝蜜 a"}), max_size=60))
def test_a_text_never_grows_and_a_phrasing_is_never_written_anew(text: str) -> None:
    known = index()
    assert len(known.heard_right(text)) <= len(text)
    known.add(len(KNOWN), text)
    assert known.heard_right(text) == text


def test_an_endless_text_costs_what_its_first_pairs_cost() -> None:
    written = "蜜码" * 5_000
    meant = index().heard_right(written)
    assert meant.startswith("密码密码")
    assert meant.endswith("蜜码")


def test_a_text_is_read_anew_once_what_is_known_has_changed() -> None:
    base = KnowledgeBase(
        (Entry(id=f"K-{number}", question=text, answer="答") for number, text in enumerate(KNOWN)),
        sentences=Sentences(),
    )
    texts = ("花呗怎么欢款", "修改码密", "饭卡哪里充电")
    before = [base.asked(text) for text in texts for _ in range(2)]
    assert before[::2] == before[1::2] == ["花呗怎么还款", "修改密码", "饭卡哪里充电"]

    base.put(Entry(id="K-new", question="欢款是什么", answer="答"))
    assert [base.asked(text) for text in texts] == ["花呗怎么欢款", "修改密码", "饭卡哪里充电"]

    base.remove("K-new")
    assert [base.asked(text) for text in texts] == ["花呗怎么还款", "修改密码", "饭卡哪里充电"]


def test_only_so_many_texts_are_remembered_as_they_were_read() -> None:
    base = KnowledgeBase((Entry(id="K-1", question="怎么修改密码", answer="答"),))
    for number in range(2_000):
        base.asked(f"第{number}次")
        base.asked(f"{'很长' * 200}{number}")
    assert len(base._read_as) <= 256
    assert all(len(text) <= 300 for text in base._read_as)


def test_many_pairs_are_remembered_only_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faq.misheard._REMEMBERED", 3)
    known = index()
    for _ in range(2):
        assert known.heard_right("花呗怎么欢款蜜码忘了") == "花呗怎么还款密码忘了"
