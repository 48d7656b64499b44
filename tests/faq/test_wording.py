"""Synonyms become one word; negation, numbers, names and opposites are noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.text import fold
from faq.wording import Conflict, canonical, conflict_between, sense


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("如何登陆", "怎么登录"),
        ("帐号咋改", "账号怎么改"),
        ("VPN 连不上", "vpn连不上"),
        ("Wi-Fi连不上", "ＷＩＦＩ 连不上"),
        ("Wi Fi连不上", "wifi连不上"),
        ("你好，请问会议室怎样预约？", "会议室怎么预约"),
        ("在哪里看成绩", "哪里看成绩"),
    ],
)
def test_ways_of_writing_the_same_question(one: str, other: str) -> None:
    assert canonical(fold(one)) == canonical(fold(other))


def test_a_word_inside_an_english_word_is_left_alone() -> None:
    assert canonical("application apps") == "application apps"


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        ("能不能打印", "不能打印", Conflict.DENIAL),
        ("how do i disconnect slack", "how do i connect slack", Conflict.CONTRADICTION),
        ("export tasks to trello", "import tasks from trello", Conflict.CONTRADICTION),
        ("remove my card", "add a card", Conflict.CONTRADICTION),
        ("公开课怎么取消报名", "公开课怎么报名", Conflict.CONTRADICTION),
        ("车位怎么退租", "车位怎么租", Conflict.CONTRADICTION),
        ("几点关门", "几点开门", Conflict.CONTRADICTION),
        ("电表坏了", "水表坏了", Conflict.CONTRADICTION),
        ("学生证丢了怎么补", "校园卡丢了怎么补", Conflict.CONTRADICTION),
        ("校园卡怎么补", "带身份证怎么补校园卡", Conflict.NONE),  # what is needed for it
        ("打印机怎么用", "怎么使用打印机", Conflict.NONE),
        ("怎么取消预约", "预约怎么取消", Conflict.NONE),
        ("VPN怎么连", "VPN连不上", Conflict.DENIAL),
        ("投影打得开", "投影打不开", Conflict.DENIAL),
        ("can I print", "I cannot print", Conflict.DENIAL),
        ("it works", "it doesn't work", Conflict.DENIAL),
        ("登录不了", "无法登录", Conflict.NONE),
        ("能不能打印", "可以打印吗", Conflict.NONE),
        ("有没有模板", "有模板吗", Conflict.NONE),
        ("不同校区的课表", "各校区的课表", Conflict.NONE),
        ("无线网怎么连", "网怎么连", Conflict.NONE),
        ("2号楼断网", "3号楼断网", Conflict.CONTRADICTION),
        ("二号楼断网", "2号楼断网", Conflict.NONE),
        ("十二楼断网", "12楼断网", Conflict.NONE),
        ("12楼断网", "2楼断网", Conflict.CONTRADICTION),
        ("02号机", "2号机", Conflict.NONE),
        ("断网了", "3号楼断网了", Conflict.NONE),
        ("3号楼断网", "3号楼和4号楼断网", Conflict.NONE),
        ("0号机", "00号机", Conflict.NONE),
        ("0号机", "1号机", Conflict.CONTRADICTION),
        ("VPN密码", "WiFi密码", Conflict.CONTRADICTION),
        ("VPN密码", "密码", Conflict.NONE),
        ("怎么开启录播", "怎么关闭录播", Conflict.CONTRADICTION),
        ("导入成绩", "导出成绩", Conflict.CONTRADICTION),
        ("上传再下载", "下载", Conflict.NONE),
        ("绑定手机", "解绑手机", Conflict.CONTRADICTION),
        ("turn on captions", "turn off captions", Conflict.CONTRADICTION),
        ("install the app", "uninstall the app", Conflict.CONTRADICTION),
        ("install the app", "how to install the app", Conflict.NONE),
    ],
)
def test_conflicts(one: str, other: str, conflict: Conflict) -> None:
    senses = sense(canonical(fold(one))), sense(canonical(fold(other)))
    assert conflict_between(*senses) is conflict
    assert conflict_between(*reversed(senses)) is conflict


@given(st.text())
def test_nothing_conflicts_with_itself(text: str) -> None:
    meant = sense(canonical(fold(text)))
    assert conflict_between(meant, meant) is Conflict.NONE


def test_numbers_are_the_same_in_words() -> None:
    digits = "零一二三四五六七八九"
    words = [digits[n] for n in range(1, 10)] + [
        f"{digits[tens] if tens > 1 else ''}十{digits[ones] if ones else ''}"
        for tens in range(1, 10)
        for ones in range(10)
    ]
    found = [sense(canonical(fold(f"{word}号楼断网"))).numbers for word in words]
    assert found == [{str(n)} for n in range(1, 100)]


@pytest.mark.parametrize("word", ["二三十", "十二三"])
def test_about_so_many_is_no_number(word: str) -> None:
    assert sense(canonical(fold(f"{word}号楼断网"))).numbers == {word}
