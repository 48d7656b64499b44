"""Whether it works, in the words of whoever is asked."""

import pytest

from bot.meaning.works_or_not import fails_when_asked, works_when_asked

KNOWN = "三楼机房的打印机坏了，一直闪红灯"


@pytest.mark.parametrize(
    "text",
    ["还是闪红灯", "还在闪", "还是坏的", "红灯还亮着", "还是打不了", "一直在闪", "刚试了，还是闪红灯", "试了，不行", "没用", "根本没修好", "谁说好了", "现在能打了，但是有黑线", "打印机好了，但是扫描不行", "好了，就是有点慢", "it works but it is still slow"],
)  # fmt: skip
def test_it_fails_still(text):
    assert fails_when_asked(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    ["我还没试", "等我试试", "学生在考试，晚点看", "好了", "谢谢", "还在上课", "还行", "还可以", "好了，但是要谢谢师傅", "不急", "没事", "还要等等", "明天还有课吗", "打不出来", "还好，能用了", "又麻烦你们了", "还得谢谢你", "又快又好", "还不错", "好了，不过要再观察", "还没发", "还是老地方", ""],
)  # fmt: skip
def test_it_says_nothing_of_the_kind(text):
    assert not fails_when_asked(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    ["好啦", "没问题了", "可以了", "不闪了", "没毛病", "完美", "好了1", "非常好", "打印正常，谢谢", "试了，正常", "能打印", "刚试了好了", "试了，没问题", "all good, thanks", "it's fine now"],
)  # fmt: skip
def test_it_works(text):
    assert works_when_asked(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    ["是的", "没问题", "可以", "嗯", "收到", "谢谢", "不响了", "不亮了", "可以吗", "没问题吗？", "能来吗", "好的", "可以明天来", "正常上课", "好了但是慢", "我试试", ""],
)  # fmt: skip
def test_it_does_not_say_that_it_works(text):
    assert not works_when_asked(text, KNOWN)
