"""What helped, told bit by bit: which of cause, method and prevention each part is, and what tells nothing of it."""

from __future__ import annotations

import pytest

from bot.asks import Result
from bot.meaning.results import told

_NOTHING = Result(ticket=1001)
_CAUSE = Result(ticket=1001, cause="线断")
_METHOD = Result(ticket=1001, method="换线")
_BOTH = Result(ticket=1001, cause="线断", method="换线")


@pytest.mark.parametrize(
    ("known", "said", "cause", "method", "prevention"),
    [
        (_NOTHING, "线断了", "线断了", "", ""),
        (_NOTHING, "换了根线", "", "换了根线", ""),
        (_NOTHING, "换线，线断了", "线断了", "换线", ""),  # what was done is the method, also when it comes first
        (_NOTHING, "重启，更新驱动", "重启", "更新驱动", ""),  # two things were done: in their order
        (_NOTHING, "线断了，换了根线，以后走线槽", "线断了", "换了根线", "以后走线槽"),
        (_NOTHING, "换线，线断了，以后走线槽", "线断了", "换线", "以后走线槽"),
        (_NOTHING, "灯泡老化 换灯泡 少开关", "灯泡老化", "换灯泡", "少开关"),
        (_NOTHING, "bulb worn replaced dust", "bulb worn replaced dust", "", ""),  # English has spaces anyway
        (_NOTHING, "原因线断 方法换线", "线断", "换线", ""),
        (_NOTHING, "1001 三楼，下午，再说", "三楼", "下午", "再说"),  # its number first, and three parts: all of it
        (_NOTHING, "302，线断了", "302", "线断了", ""),
        (_CAUSE, "换了根线", "线断", "换了根线", ""),
        (_CAUSE, "走线槽，无", "线断", "走线槽", "无"),
        (_CAUSE, "换线 走线槽", "线断", "换线", "走线槽"),
        (_CAUSE, "换线，走线槽，线断了", "换线", "走线槽", "线断了"),  # all of it anew, in the usual order
        (_METHOD, "线断了", "线断了", "换线", ""),
        (_METHOD, "线断了，走线槽", "线断了", "换线", "走线槽"),
        (_METHOD, "换了插座", "换了插座", "换线", ""),
        (_BOTH, "无", "线断", "换线", "无"),
        (_BOTH, "没有。", "线断", "换线", "没有"),
        (_BOTH, "卡纸，清理，定期查", "卡纸", "清理", "定期查"),
        (_BOTH, "原因卡纸", "卡纸", "换线", ""),
    ],
)  # fmt: skip
def test_each_part_is_told_apart(known: Result, said: str, cause: str, method: str, prevention: str) -> None:
    assert told(said, known) == Result(ticket=1001, cause=cause, method=method, prevention=prevention)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (_NOTHING, "今天下午开会"),
        (_NOTHING, "三楼，下午，再说"),
        (_NOTHING, "1001 三楼，下午"),
        (_NOTHING, "1002 三楼，下午，再说"),
        (_NOTHING, "换什么线？"),
        (_NOTHING, "换了根线" + "长" * 117),
        (_NOTHING, "无"),
        (_NOTHING, "稍等"),
        (_NOTHING, "，"),
        (_NOTHING, "1001"),
        (_NOTHING, "线断了，换线，走线槽，再看"),
        (_CAUSE, "无"),
        (_CAUSE, "稍后弄，一会说"),
        (_BOTH, "收到"),
        (_BOTH, "谢谢，辛苦了"),
        (_BOTH, "稍等"),
        (_BOTH, "哈哈"),
        (_CAUSE, "好的，收到"),
        (_BOTH, "卡纸，清理"),
    ],
)
def test_other_talk_tells_nothing_of_it(known: Result, said: str) -> None:
    assert told(said, known) is None


def test_the_longest_result_is_told() -> None:
    said = "换了根线" + "长" * 116
    assert told(said, _NOTHING) == Result(ticket=1001, method=said)
