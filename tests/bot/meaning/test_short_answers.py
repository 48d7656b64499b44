"""Short answers in the words that people find for them, and words that only sound alike."""

from __future__ import annotations

import pytest

from bot.meaning.short_answers import agreed, choice, does_not_suit, not_yet, takes_over
from bot.orders.intentions import is_missed


@pytest.mark.parametrize(
    "text", ["可以的，麻烦尽快", "好，快点", "行的", "要，很急", "yes please, as soon as possible", "ok asap"]
)
def test_a_yes_in_a_hurry_is_a_yes(text: str) -> None:
    assert agreed(text) is True


@pytest.mark.parametrize(
    "text", ["可以?", "ok?", "好的我试试", "好快", "可以快点吗", "尽快", "好的，在302教室"]
)
def test_what_is_no_yes_by_itself(text: str) -> None:
    assert agreed(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "没有啊，还是老样子",
        "没啊还是不亮",
        "跟之前一样",
        "没变化",
        "不行，还是没声音",
        "nope, same as before",
        "It doesn't work",
    ],
)
def test_it_is_as_it_was(text: str) -> None:
    assert not_yet(text)


@pytest.mark.parametrize(
    "text", ["还是老地方", "没有，我不去", "和原来一样的课表", "没有，还在修", "没有了", "same time tomorrow"]
)
def test_other_things_are_as_they_were(text: str) -> None:
    assert not not_yet(text)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1吧", (1, "")),
        ("1吧，谢谢", (1, "谢谢")),
        ("1谢谢", (1, "谢谢")),
        ("不对，是第二个", (2, "")),
        ("1和2都有", (1, "")),
        ("选2吧", (2, "")),
    ],
)
def test_a_number_is_said_politely(text: str, chosen: tuple[int, str]) -> None:
    assert choice(text) == chosen


@pytest.mark.parametrize("text", ["不对，是2楼", "1和2班都有", "1吧台", "2是什么", "1呢", "1楼没网"])
def test_what_begins_with_a_digit_is_no_choice_yet(text: str) -> None:
    assert choice(text) is None


@pytest.mark.parametrize(
    "said", ["有课，下午行吗", "不行", "没空", "我们要开会", "都不在", "I have class", "doesn't work for me"]
)
def test_a_time_may_be_named_because_it_does_not_suit(said: str) -> None:
    assert does_not_suit(said)


@pytest.mark.parametrize("said", ["", "可以", "以后都行", "没有课", "我在", "is fine", "，谢谢"])
def test_a_time_that_suits(said: str) -> None:
    assert not does_not_suit(said)


@pytest.mark.parametrize(
    "result", ["没人接", "打了两次都没通", "占线，下午再打", "关机", "no answer", "busy"]
)
def test_a_call_reached_nobody(result: str) -> None:
    assert is_missed(result)


@pytest.mark.parametrize(
    "result",
    [
        "第一次没人接，后来通了，客户接受",
        "已电话，因午休交接漏接，客户接受",
        "满意",
        "spoke to her, no answer to his mail was the trouble",
    ],
)
def test_a_call_came_through(result: str) -> None:
    assert not is_missed(result)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ok 我接", True),
        ("好的，我来接", True),
        ("好", True),
        ("我在外面，接不了", False),
        ("不好意思，今天没空", False),
        ("I'll take it", True),
    ],
)
def test_a_hand_over_is_answered_in_words(text: str, answer: bool) -> None:
    assert takes_over(text) is answer


@pytest.mark.parametrize(
    "text", ["我在外面吃饭呢", "你接吧", "我接？", "我接孩子去了", "没空调了", "这个我不懂"]
)
def test_what_answers_no_hand_over(text: str) -> None:
    assert takes_over(text) is None
