"""Questions that want the same answer are one gap; wordings are proposed when they helped more often than not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.learning.gaps import grouped, ripe
from bot.lessons import Lesson, Missed, Picked

AT = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)


def missed(number, question, customer="yucai"):
    matter = Missed(question=question, customer=customer, room=customer)
    return Lesson(id=f"m{number}", at=AT + timedelta(minutes=number), matter=matter)


def picked(number, times, failed=0):
    matter = Picked(entry="K-102", wording=f"打印不出来 {number}", picked=times, failed=failed)
    return Lesson(id=f"p{number}", at=AT, matter=matter)


def test_the_same_question_in_other_words_is_one_gap_and_the_largest_comes_first():
    groups = grouped(
        [
            missed(1, "食堂充值机在哪里"),
            missed(2, "班牌怎么换背景图片"),
            missed(3, "怎么换班牌的背景图片", "shiyan"),
            missed(4, "班牌背景图片怎么换", "yucai"),
        ]
    )
    assert [(group.question, group.count) for group in groups] == [
        ("班牌怎么换背景图片", 3),
        ("食堂充值机在哪里", 1),
    ]
    assert groups[0].lessons == ("m2", "m3", "m4")
    assert groups[0].customer is None
    assert groups[1].customer == "yucai"


def test_among_equals_the_latest_comes_first():
    groups = grouped([missed(1, "食堂充值机在哪里"), missed(2, "班牌怎么换背景图片")])
    assert [group.question for group in groups] == ["班牌怎么换背景图片", "食堂充值机在哪里"]


def test_nothing_missed_is_no_gap():
    assert grouped([]) == []
    assert grouped([picked(1, 3)]) == []


def test_a_wording_that_failed_as_often_as_it_helped_is_not_proposed():
    found = ripe([picked(1, 1), picked(2, 2, failed=2), picked(3, 0), picked(4, 5, failed=1), missed(5, "x")])
    assert [lesson.id for lesson, _ in found] == ["p4", "p1"]
