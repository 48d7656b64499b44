"""Which of several things a text names by its place, and what it says of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.meaning.placed import Placed, names_places, place_of, placed

_PIECES = [
    "第一个", "第四个", "最后一个", "前面那个", "都", "四个", "三单", "the last one", "both", "，", "。", " ",
    "取消", "好了", "那", "上面", "请", "on ", "怎么还没人来",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("第一个取消", [((0,), "取消")]),
        ("把第二个撤了", [((1,), "撤了")]),
        ("取消第一个吧", [((0,), "取消吧")]),
        ("第二个好了，不用来了", [((1,), "好了，不用来了")]),
        ("第一个好了第二个还不行", [((0,), "好了"), ((1,), "还不行")]),
        ("上面两个报修都取消吧", [((0, 1), "取消吧")]),
        ("我报的两个单都不用修了", [((0, 1), "不用修了")]),
        ("最后一个怎么样了？", [((1,), "怎么样了")]),
        ("cancel the first one", [((0,), "cancel")]),
        ("any news on the second one", [((1,), "any news")]),
        ("Both of them are fixed", [((0, 1), "are fixed")]),
    ],
)
def test_places_are_counted_from_the_first(text: str, said: list[tuple[tuple[int, ...], str]]) -> None:
    assert placed(text, 2) == tuple(Placed(*each) for each in said)


@pytest.mark.parametrize(
    "text", ["第三个取消", "三个都取消", "第一节课没声音", "都到齐了", "取消", "", "第一" * 40]
)
def test_what_is_not_there_is_not_named(text: str) -> None:
    assert placed(text, 2) == ()


def test_one_thing_has_no_place() -> None:
    assert placed("第一个取消", 1) == ()


def test_a_place_alone_is_a_place() -> None:
    assert (place_of("第一个", 2), place_of("第二", 2), place_of("第三个", 2), place_of("第一个取消", 2)) == (
        0,
        1,
        None,
        None,
    )


@given(st.lists(st.sampled_from(_PIECES), max_size=6).map("".join), st.integers(2, 9))
def test_what_names_a_place_of_however_many_is_known_to_name_one(text: str, count: int) -> None:
    assert names_places(text) or not placed(text, count)
