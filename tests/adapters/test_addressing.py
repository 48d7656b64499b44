"""Texts that begin with the bot's name, and texts that call people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.addressing import addressed, mentioned
from adapters.contract import KnownPerson, Mention


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("@小首 打不开", "打不开"),
        ("＠小首打不开", "打不开"),
        ("  @小首\u2005打不开 ", "打不开"),  # WeChat puts U+2005 behind a name
        ("@小首\u200b打不开", "打不开"),
        ("@ 小首 打不开", "打不开"),
        ("小首，打不开！", "打不开！"),
        ("小首打不开", "打不开"),
        ("@小首 @小首 打不开", "打不开"),
        ("@小首", ""),
        ("@小首：\n1024 怎么样了", "1024 怎么样了"),
    ],
)
def test_a_text_that_begins_with_the_name_is_addressed(text, rest):
    assert addressed(text, "小首") == (True, rest)


@pytest.mark.parametrize("text", ["打不开 @小首", "@老张 打不开", "", "@", "小", "首小", "  什么 "])
def test_any_other_text_comes_back_unchanged(text):
    assert addressed(text, "小首") == (False, text)


@pytest.mark.parametrize(
    "text", ["小首说的对，我上次就是这样", "小首真快", "小首的回答不错", "小首刚才说过了", "小首这个机器人"]
)
def test_who_talks_about_it_does_not_talk_to_it(text):
    assert addressed(text, "小首") == (False, text)
    assert addressed(f"@{text}", "小首")[0]


@pytest.mark.parametrize("text", ["小首说明书在哪", "小首的密码怎么改", "小首真机怎么调试", "小首好用吗"])
def test_what_only_begins_like_talk_about_it_is_said_to_it(text):
    assert addressed(text, "小首")[0]


def test_a_latin_name_ends_with_its_word_and_ignores_case():
    assert addressed("@Bot help", "bot") == (True, "help")
    assert addressed("bot，在吗", "Bot") == (True, "在吗")
    assert addressed("bot在吗", "bot") == (True, "在吗")
    assert addressed("bottle is empty", "bot") == (False, "bottle is empty")
    assert addressed("@bot2 hi", "bot") == (False, "@bot2 hi")


def test_without_a_name_nothing_is_addressed():
    assert addressed("@ 打不开", " ") == (False, "@ 打不开")


@given(st.text(), st.text())
def test_whatever_is_typed_the_rest_is_part_of_it(text, name):
    is_addressed, rest = addressed(text, name)
    assert rest in text
    assert is_addressed or rest == text


ZHANG = KnownPerson("web:zhang", "老张", "engineer")
ZHANGSAN = KnownPerson("web:zs", "老张三", "engineer")
LI = KnownPerson("web:li", "小李", "engineer")


def test_known_people_are_mentioned_in_the_order_of_the_text_and_once():
    assert mentioned("转交 1024 ＠小李 @老张 @小李", [ZHANG, LI]) == (
        Mention("小李", "web:li"),
        Mention("老张", "web:zhang"),
    )


def test_of_two_names_that_start_alike_the_longer_one_is_meant():
    assert mentioned("@老张三 看一下", [ZHANG, ZHANGSAN]) == (Mention("老张三", "web:zs"),)
    assert mentioned("@老张 看一下", [ZHANG, ZHANGSAN]) == (Mention("老张", "web:zhang"),)


def test_a_name_without_the_sign_calls_nobody():
    assert mentioned("老张 看一下 @王", [ZHANG]) == ()
