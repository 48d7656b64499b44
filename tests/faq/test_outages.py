"""Troubles that many have at once, and whether two texts may speak of the same one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq import outages, text
from faq.outages import may_be_one, says_no_more, speaks_of_one


@pytest.mark.parametrize(
    "text",
    [
        "平台打不开了",
        "登不上 502",
        "都打不开",
        "教务系统全校打不开，9 点考试",
        "又没网了",
        "网络断了",
        "登录不了",
        "系统崩了",
        "the platform is down",
        "we cannot log in",
        "can't open the site",
    ],
)
def test_it_is_heard(text: str) -> None:
    assert speaks_of_one(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "谢谢",
        "成绩怎么导出",
        "好了，可以了",
        "平台打不开，现在好了",
        "投影黑屏",
        "打印机卡纸",
        "login works again",
        "打不开" * 60,
        "价格是 1502 元",
    ],
)
def test_it_is_not_heard_in_other_texts(text: str) -> None:
    assert not speaks_of_one(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("平台打不开了", "登不上 502"),
        ("平台打不开了", "都打不开"),
        ("教务系统全校打不开，9 点考试", "教务平台登不上了"),
        ("视频会议进不去", "会议进不去 提示 502"),
        ("The platform is down", "we cannot log in"),
    ],
)
def test_these_may_be_one(one: str, other: str) -> None:
    assert may_be_one(one, other)
    assert may_be_one(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("平台打不开了", "二楼打印机用不了"),
        ("录播系统打不开", "课表系统打不开"),
        ("3号楼没网", "5号楼没网"),
        ("二楼打印机用不了", "三楼打印机用不了"),
        ("平台打不开了", "投影黑屏"),
        ("平台打不开了", "成绩怎么导出"),
    ],
)
def test_these_are_not(one: str, other: str) -> None:
    assert not may_be_one(one, other)
    assert not may_be_one(other, one)


def test_a_text_that_names_something_else_says_more() -> None:
    assert says_no_more("都打不开", "平台打不开了")
    assert says_no_more("课表也打不开", "课表系统打不开了")
    assert not says_no_more("会议室打不开门", "平台打不开了")


@pytest.mark.parametrize("pattern", [text._TROUBLES, outages._OUT], ids=["fails", "outage"])
def test_every_trouble_has_one_of_the_letters_that_are_looked_for_first(pattern: str) -> None:
    @settings(max_examples=500)
    @given(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    def holds(said: str) -> None:
        assert text.MAY_FAIL.search(said)

    holds()
