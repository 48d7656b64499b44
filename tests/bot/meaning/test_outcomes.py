"""What people say when they are asked whether it works, and what they say to others meanwhile."""

from __future__ import annotations

import pytest

from bot.meaning.outcomes import Outcome, outcome

_KNOWN = ("二楼打印机卡纸", "三年二班投影不亮")  # the newest first


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("好了", Outcome(works=(0,))),
        ("恢复正常了", Outcome(works=(0,))),
        ("谢谢，已经可以用了", Outcome(works=(0,))),
        ("好了谢谢，我先去上课", Outcome(works=(0,))),
        ("投影亮了，谢谢张工", Outcome(works=(1,))),
        ("都好了，谢谢两位", Outcome(works=(0, 1))),
        ("打印机好了，投影还是不亮", Outcome(works=(0,), fails=1)),
        ("投影还是不亮", Outcome(fails=1)),
        ("没有啊，还是老样子", Outcome(fails=0)),
        ("好了谢谢，对了成绩单打印空白怎么办", Outcome(works=(0,), rest="成绩单打印空白怎么办")),
        ("投影好了，但是音响没声音了", Outcome(works=(1,), rest="音响没声音了")),
    ],
)
def test_this_works_and_that_does_not(text: str, meant: Outcome) -> None:
    assert outcome(text, _KNOWN) == meant


@pytest.mark.parametrize(
    "text",
    [
        "好像可以了，我再观察一下",
        "饭好了",
        "我好了",
        "作业没问题",
        "没问题",
        "好了，我先走了",
        "好的来了",
        "好了吗？",
        "可以了吗",
        "还是老地方",
        "路通了",
        "好了谢谢，但是又黑屏了",
    ],
)
def test_what_says_nothing_of_them(text: str) -> None:
    assert outcome(text, _KNOWN) is None


def test_what_fails_still_of_the_only_one_is_no_second_matter() -> None:
    assert outcome("好了，投影又不亮了", _KNOWN[1:]) is None
