"""Sounds: characters become syllables, near ones become the same, and pinyin is recognised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.pinyin import characters, heard_as, typed


@pytest.mark.parametrize(
    ("one", "other"), [("密码", "蜜马"), ("重置", "虫志"), ("银行", "寅航"), ("还款", "环款")]
)
def test_the_same_sound(one: str, other: str) -> None:
    assert heard_as(one) == heard_as(other)


@pytest.mark.parametrize(
    ("one", "other"), [("找", "早"), ("是", "四"), ("上", "山"), ("名", "民"), ("男", "兰")]
)
def test_near_sounds(one: str, other: str) -> None:
    assert heard_as(one) == heard_as(other)


def test_different_sounds_stay_apart() -> None:
    assert heard_as("打印") != heard_as("登录")


@given(st.text())
def test_a_text_keeps_its_length(text: str) -> None:
    assert len(heard_as(text)) == len(text)


def test_words_typed_as_pinyin_are_read() -> None:
    [(run, signs)] = typed("怎么chongzhi密码")
    assert run == "chongzhi"
    assert all(character in characters(sign) for character, sign in zip("重置", signs, strict=True))


@pytest.mark.parametrize("text", ["wifi", "printer", "vpn", "excel", "怎么连", "zhuang"])
def test_other_letters_are_no_pinyin(text: str) -> None:
    assert typed(text) == []
