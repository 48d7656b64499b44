"""Questions that look nearly alike: what they are written for, and what is asked of them."""

from __future__ import annotations

import random

import pytest

from faq.asked import Asked
from faq.features import NAMES, compared
from faq.index import Coverage
from faq.reading import reading
from faq.text import fold
from faq.training.examples import written
from faq.training.near import near, nearly_asked
from faq.wording import Conflict, canonical, conflict_between, sense

_NOTHING = Coverage(0.0, 0.0, 0.0, 0.0)


def content(text: str) -> str:
    return reading(canonical(fold(text))).content


def test_a_line_never_says_that_one_text_asks_the_same_and_something_else() -> None:
    known = near()
    assert len(known) > 200
    for line in known:
        same = {canonical(fold(wording)) for wording in line.wordings}
        assert len(same) >= 2, line
        assert not same & {canonical(fold(other)) for other in line.others}, line


def test_what_is_asked_is_of_every_sort_and_the_same_every_time() -> None:
    first = list(nearly_asked(near(), written()[:40], 1, random.Random(3)))
    assert first == list(nearly_asked(near(), written()[:40], 1, random.Random(3)))
    answerable = sum(question.right is not None for question in first)
    assert 0.4 < answerable / len(first) < 0.6


@pytest.mark.parametrize(
    ("text", "left"), [("请问怎么修改密码呢", "修改密码"), ("求天空的图片", "天空图片"), ("怎么办", "")]
)
def test_words_that_only_fill_are_no_content(text: str, left: str) -> None:
    assert content(text) == left


def test_the_same_content_in_other_small_words_is_fully_alike() -> None:
    one, other = (reading(canonical(fold(text))) for text in ("我想修改一下密码", "请问修改密码"))
    features = compared(Asked(one, lambda word: 1.0), other, _NOTHING)
    assert features[NAMES.index("alike_in_content")] == 1.0
    assert features[NAMES.index("alike")] < 1.0


def test_a_word_of_letters_says_as_much_as_two_characters() -> None:
    assert reading("reset my password").length == reading("重置我的密码").length


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("怎么设置单面打印", "怎么设置双面打印"),
        ("六点四十的闹钟", "五点四十的闹钟"),
        ("保存两天", "保存三天"),
        ("上学期成绩", "下学期成绩"),
        ("哥哥的手机", "妹妹的手机"),
    ],
)
def test_one_of_what_excludes_each_other_contradicts_another(one: str, other: str) -> None:
    assert conflict_between(sense(one), sense(other)) is Conflict.CONTRADICTION
    assert conflict_between(sense(one), sense(one)) is Conflict.NONE


def test_who_names_two_of_them_takes_no_side() -> None:
    assert conflict_between(sense("哥哥和妹妹的手机"), sense("妹妹的手机")) is Conflict.NONE
