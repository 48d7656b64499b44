"""When something is said, and when nothing is."""

from __future__ import annotations

import pytest

from bot.meaning.deciding import (
    Candidates,
    Give,
    Greet,
    Heard,
    OfferTicket,
    Silent,
    decided,
    decided_before,
    may_be_meant,
)
from faq.knowledge import Answer, Entry, Hit, Nothing, Suggest

HIT = Hit(Entry(id="K-1", question="打印机找不到", answer="一"), 0.95, "打印机找不到")
SURE, UNSURE, NONE = Answer(HIT), Suggest((HIT,)), Nothing()


@pytest.mark.parametrize(
    "heard",
    [
        Heard("打印不出来", answer="mentioned"),
        Heard("打印不出来", answer="off"),
        Heard("打印不出来", calls_others=True),
        Heard("谢谢，好了"),
        Heard("谢谢", is_addressed=True),
        Heard("👌"),
        Heard("/导出 录播"),
        Heard("!export"),
        Heard("打印不出来的同学来找我登记"),
    ],
)
def test_silent_without_looking(heard):
    assert isinstance(decided_before(heard), Silent)


@pytest.mark.parametrize(
    "heard",
    [
        Heard("打印不出来"),
        Heard("打印不出来", is_addressed=True, answer="off"),
        Heard("打印不出来", is_addressed=True, calls_others=True),
        Heard("有的老师打不开平台"),
        Heard("大家好，平台打不开了"),
        Heard("/导出 录播", is_addressed=True),
    ],
)
def test_these_are_looked_up(heard):
    assert decided_before(heard) is None


def test_a_call_without_words_is_greeted():
    assert isinstance(decided_before(Heard("……", is_addressed=True)), Greet)
    assert isinstance(decided(Heard("在吗", is_addressed=True), NONE), Greet)


def test_a_sure_answer_is_given_to_chatter_too():
    assert decided(Heard("我们班打印机又找不到了"), SURE) == Give(HIT)


def test_candidates_only_for_who_asks():
    assert decided(Heard("打印的事"), UNSURE) == Silent("不确定，也不像是在问")
    assert decided(Heard("打印的事", is_addressed=True), UNSURE) == Candidates((HIT,))
    assert decided(Heard("打印不出来"), UNSURE) == Candidates((HIT,))


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("音箱打不开", False),
        ("邮箱打不开", True),
        ("打不开", True),  # names nothing
        ("youxiang打不开", True),
        ("学校发的那个音箱接上电以后还是打不开", True),  # says more than a name
        ("音箱怎么用", True),  # no trouble
    ],
)
def test_a_short_trouble_is_about_the_thing_it_names(text, is_meant):
    hit = Hit(
        Entry(id="K-1", question="学校邮箱登录不上", aliases=("邮箱打不开",), answer="一"), 0.6, "邮箱打不开"
    )
    assert may_be_meant(text, hit) is is_meant
    said = decided(Heard(text, is_addressed=True), Suggest((hit,)))
    assert said == (Candidates((hit,)) if is_meant else OfferTicket())


def test_a_ticket_is_offered_to_who_calls_or_has_trouble():
    assert isinstance(decided(Heard("食堂几点开门？"), NONE), Silent)
    assert decided(Heard("食堂几点开门？", is_addressed=True), NONE) == OfferTicket()
    assert decided(Heard("投影黑屏了"), NONE) == OfferTicket()
