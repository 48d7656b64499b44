"""Light rewordings of a question: other small words, another order, and one telling word exchanged, which asks something else."""

from __future__ import annotations

import random
import re

_HAS_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# One of a line stands for any other of it.
_SAME = (
    ("怎么", "如何", "怎样", "咋", "要怎么", "应该怎么", "该怎么"),
    ("怎么办", "怎么处理", "怎么解决", "该怎么办", "如何解决", "咋办", "有什么办法", "怎么弄"),
    ("为什么", "为啥", "怎么", "什么原因"),
    ("能不能", "可以不可以", "能否", "可不可以"),
    ("可以", "能", "能够"),
    ("吗", "么", "不", "嘛", "吗？", ""),
    ("多少钱", "什么价格", "要多少钱", "多少费用", "贵不贵"),
    ("多久", "多长时间", "几天", "要多久"),
    ("哪里", "哪儿", "什么地方", "哪"),
    ("什么", "啥", "哪些"),
    ("什么时候", "啥时候", "几时", "何时"),
    ("没有", "没", "木有"),
    ("不了", "不上", "不成"),
    ("无法", "不能", "没法", "没办法"),
    ("修改", "更改", "改", "变更", "换"),
    ("取消", "撤销", "关掉"),
    ("关闭", "关掉", "关了"),
    ("开通", "开启", "打开"),
    ("查询", "查看", "查", "看"),
    ("办理", "办", "申请"),
    ("需要", "要", "得"),
    ("治疗", "治", "医治"),
    ("症状", "表现"),
    ("引起", "导致", "造成"),
    ("孩子", "小孩", "宝宝"),
    ("账号", "帐号", "账户"),
    ("登录", "登陆", "登入"),
    ("手机", "电话"),
    ("电脑", "计算机"),
    ("显示", "提示"),
    ("下载", "下"),
    ("失败", "不成功"),
    ("一直", "老是", "总是"),
    ("很", "特别", "非常"),
    ("的", ""),
    ("了", "", "啦"),
    ("我", "", "我的"),
    ("想", "想要", "打算"),
)
_SAME_EN = (
    ("how do i", "how can i", "how to", "what is the way to", "i want to"),
    ("cannot", "can't", "can not", "unable to"),
    ("my", "the", ""),
    ("please", "pls", ""),
    ("is not", "isn't"),
    ("does not", "doesn't"),
    ("where is", "where's", "where can i find"),
    ("what is", "what's"),
    ("get", "receive"),
    ("change", "update", "edit"),
    ("tell me", "i want to know"),
)
# What turns a question into another one.
_TURNS = (
    ("怎么", "为什么"), ("怎么", "在哪里"), ("怎么", "能不能"), ("怎么办", "是什么原因"), ("为什么", "怎么"), ("多少", "怎么"), ("多久", "多少钱"),
    ("哪里", "多少"), ("什么时候", "怎么"), ("吗", "怎么办"), ("能", "不能"), ("可以", "不可以"), ("能", "什么时候能"), ("怎么", "多久能"),
    ("开通", "取消"), ("取消", "开通"), ("打开", "关闭"), ("关闭", "打开"), ("添加", "删除"), ("删除", "添加"), ("绑定", "解绑"), ("登录", "注册"),
    ("注册", "登录"), ("增加", "减少"), ("修改", "查询"), ("查", "改"), ("申请", "取消"), ("提前", "延期"), ("没有", "有"), ("不", ""), ("什么", "怎么"),
    ("一", "三"), ("7", "30"), ("早", "晚"), ("大", "小"), ("前", "后"), ("上", "下"), ("高", "低"), ("快", "慢"), ("吃", "喝"), ("买", "卖"),
    ("how do i", "why can't i"), ("how", "when"), ("what", "where"), ("when", "where"), ("turn on", "turn off"), ("open", "close"), ("can i", "why can't i"),
    ("my", "your"), ("change", "cancel"), ("cancel", "track"), ("get", "lose"), ("where", "who"),
)  # fmt: skip
# Share of changes that put the end of a question first: "打印机找不到", "找不到打印机".
_REORDERED = 0.3
_BEFORE = ("我", "我想知道", "请问", "现在", "我们", "如果", "那", "想咨询一下", "")
_AFTER = ("呢", "啊", "怎么办", "是怎么回事", "吗", "了", "可以吗", "谢谢", "")
_BEFORE_EN = ("hello, ", "i would like to know ", "could you tell me ", "so ", "")
_AFTER_EN = (" please", " now", " for me", " again", "")


def reworded(text: str, chance: random.Random) -> str:
    """Return a question that asks the same with one to three small changes."""
    is_chinese = bool(_HAS_CHINESE.search(text))
    for _ in range(chance.choice((1, 2, 2, 3))):
        groups = [
            group for group in (_SAME if is_chinese else _SAME_EN) if any(w and w in text for w in group)
        ]
        if groups and chance.random() < 0.75:
            group = chance.choice(groups)
            word = max((word for word in group if word and word in text), key=len)
            text = text.replace(word, chance.choice(group), 1)
        elif is_chinese and chance.random() < _REORDERED:
            place = chance.randrange(2, max(3, len(text) - 1))
            text = text[place:] + text[:place]
        elif is_chinese:
            text = chance.choice(_BEFORE) + text + chance.choice(_AFTER)
        else:
            text = chance.choice(_BEFORE_EN) + text.lower() + chance.choice(_AFTER_EN)
    return text


def shortened(text: str, chance: random.Random) -> str:
    """Return a question without a little at one end of it: mostly still the same question."""
    cut = chance.randint(1, max(1, len(text) // 4))
    return text[cut:] if chance.random() < 0.5 else text[:-cut]


def turned(text: str, chance: random.Random) -> str | None:
    """Return a question that asks something else about the same, None when no small word of it can be turned."""
    ways = [(one, other) for one, other in _TURNS if one in text]
    if not ways:
        return None
    one, other = chance.choice(ways)
    return text.replace(one, other, 1)


def mixed(text: str, other: str, chance: random.Random) -> str:
    """Return a question with one or two characters, or a word, of another put in or in place of its own."""
    words, others = text.split(), other.split()
    if len(words) > 2 and len(others) > 2:
        place = chance.randrange(len(words))
        return " ".join([*words[:place], chance.choice(others), *words[place + chance.randrange(2) :]])
    size = chance.choice((1, 2, 2))
    start, place = chance.randrange(max(1, len(other) - size)), chance.randrange(max(1, len(text) - size))
    return text[:place] + other[start : start + size] + text[place + chance.choice((0, size, size)) :]


def exchanged(text: str, piece: str, other: str) -> str:
    """Return a question with its most telling piece exchanged for that of another question."""
    return text.replace(piece, other) if piece else other
