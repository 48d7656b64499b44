"""Words typed as pinyin: the characters that were meant, and what must stay as it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq.entries import Entry
from faq.knowledge import KnowledgeBase
from faq.reading import reading, spelled
from faq.typed import spelled_out

KNOWN = (
    "怎么重置密码",
    "怎么修改头像",
    "怎么注册账号",
    "饭卡的余额在哪里查",
    "班级群二维码打不开",
    "PoE交换机怎么接",
    "上课迟到怎么请假",
)


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return KnowledgeBase(
        Entry(id=f"K-{place}", question=question, answer="") for place, question in enumerate(KNOWN)
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("怎么chongzhi密码", "怎么重置密码"),
        ("zenme chongzhi mima", "怎么重置密码"),
        ("fanka的yu'e", "饭卡的yu e"),  # in one word only
        ("erweima打不开了zenmeban", "二维码打不开了怎么办"),
        ("找budao二维码", "找不到二维码"),
        ("我的erweima", "我的二维码"),
        ("weishenme不能请假", "为什么不能请假"),  # not known, so as the language has it
        ("班级qunerweima", "班级群二维码"),
        ("ruhe注册", "怎么注册"),  # what is meant is then written one way, as everything is
    ],
)
def test_what_is_typed_is_read_as_it_was_meant(base: KnowledgeBase, typed: str, meant: str) -> None:
    assert base.asked(typed) == meant


@pytest.mark.parametrize(
    "text",
    ["poe交换机没电", "change密码", "wifi连不上", "excel打不开", "vpn怎么连", "printer", "r17", "怎么改ip"],
)
def test_known_words_and_other_letters_stay(base: KnowledgeBase, text: str) -> None:
    assert base.asked(text) == text


def test_an_english_base_reads_no_pinyin() -> None:
    base = KnowledgeBase([Entry(id="K-1", question="How do I connect to the wifi in Hainan?", answer="")])
    assert base.asked("wifi in xian") == "wifi in xian"


@pytest.mark.parametrize("asked", ["怎么chongzhi密码", "怎么虫志密码", "zenme chongzhi mima", "怎么重置密马"])
def test_a_question_is_found_by_its_sound(base: KnowledgeBase, asked: str) -> None:
    assert base.match(asked)[0].entry.id == "K-0"


def test_a_word_is_compared_as_the_phrasing_writes_its_sound() -> None:
    asked, phrase = reading("充值一下密码"), reading("怎么重置密码")
    rewritten = spelled(asked, phrase, ["充值"])
    assert rewritten is not None
    assert rewritten.text == "重置一下密码"
    assert spelled(asked, phrase, ["密码"]) is None
    assert spelled(asked, reading("怎么修改头像"), ["充值"]) is None


def test_endless_letters_are_read_in_bounded_time() -> None:
    asked = []
    spelled_out("zenmeban" * 5 + "在" + "zenmechongzhimima" * 2, lambda piece: len(asked.append(piece) or ""))
    assert len(asked) < 5_000


@settings(max_examples=50)
@given(st.text(alphabet="zhangeiouxq怎么码 ", max_size=30))
def test_whatever_is_typed_a_syllable_becomes_a_character(text: str) -> None:
    for run, meant in spelled_out(text, lambda _: 0).items():
        assert run in text
        assert len(meant) > 1
        assert all("\u4e00" <= character <= "\u9fff" for character in meant)
