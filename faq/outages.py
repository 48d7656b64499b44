"""Troubles that many people have at once: whether a text speaks of one, and whether two texts may speak of the same one."""

from __future__ import annotations

import re

from faq.text import MAY_FAIL, fold, is_thanks, looks_like_trouble

_LONGEST = 80  # who writes more than this has a story of their own
_LEAST_NAMED = 2  # characters; a single one is a leftover
_OUT = (
    "打不开|登不[上了进]|登[录陆]不[上了进]|(?<![早晚])上不[去了]|进不[去了]|连接?不[上了通]|访问不[了到]|用不了|不能用|加载不[了出]|刷不[了出]"
    "|没网|断网|网络?(?:又|都|全)?断|掉线|断线|没信号|停电|断电|瘫痪|全?挂了|崩了|崩溃|宕机|卡死|很卡|太卡|白屏|没反应|(?<![0-9])50[0234](?![0-9])"
    "|(?:can t|cannot|could not|unable to) (?:open|log ?in|log on|sign in|connect|access|load)|(?:is|are|all|still|went) down\\b|\\boutage\\b|\\boffline\\b"
    "|\\bno internet\\b|\\bnot (?:loading|working|responding|opening)\\b"
)
_SPEAKS_OF_ONE = re.compile(f"(?=[5acinosuw上不停全刷加卡太宕崩很打挂掉断没用瘫登白网访进连])(?:{_OUT})")
_IS_OVER = re.compile("好了|恢复|正常了|可以了|能用了|解决了|不卡了|works? (?:again|now)|is back")
# A thing in one place breaks for itself: it is not meant by a text that names nothing.
_OF_ITS_OWN = re.compile(
    "打印机|复印机|投影|黑板|大屏|显示屏|一体机|摄像|话筒|麦克风|音响|音箱|广播|录播|电脑|主机|笔记本|门禁|闸机|考勤机|空调|灯|手机|平板|printer|projector|screen|camera|laptop|computer"
)
# What stands around the trouble and names nothing: a platform as such, everybody, now, again.
_NAMES_NOTHING = re.compile(
    _OUT
    + "|平台|系统|网站|网页|页面|网址|软件|客户端|网络|我们?|你们|咱们?|大家|全校|全部|全员|学校|这边|这里|那边|老师们?|同学们?|有人|请问|麻烦"
    "|现在|今天|刚刚?|刚才|突然|一直|又|都|也|就|还是?|了|的|是|在|很|怎么|为什么|吗|啊|呢|吧|呀|啥|什么|情况|提示|显示|报错?|错误|出错|帮忙|看看|看下|一下|全"
    "|\\b(?:the|a|is|are|it|we|us|our|my|i|you|all|for|at|in|on|to|here|there|also|too|again|still|just|now|since|please|help|error|platform|system|website|site|page|app|everyone|everybody|nobody|anyone)\\b"
)


_THE_SAME = re.compile(
    "(?:同问|同上|同一个问题|一样的(?:问题|情况)|(?:我们?|咱们?|这边|这里|也)*(?:是)?(?:同样|一样)(?:的)?(?:问题|情况|现象)?(?:$| )"
    "|[^ 也]{0,8}也(?:都|全)?(?:是|有|出现|遇到|碰到)?(?:$| |这样|这(?:个|种)?(?:问题|情况)|同样|一样|了$|不行|问题))"
    "|(?:(?:me|us) too|same (?:here|problem|issue|with (?:me|us)))\\b"
)
_PLUS_ONE = re.compile(r"\s*(?:[+＋]\s*[1１]|加[1一])(?![0-9０-９])")
_ALSO_FAILS = re.compile("[^ 也]{0,8}也")
_LONGEST_SAME = 24


def says_the_same(text: str) -> bool:
    """Say whether a text tells that its author has what somebody else has just reported: +1, 我们这边也是, 我用也没声音."""
    folded = fold(text)
    is_question = text.rstrip().endswith(("?", "？"))
    if len(folded) > _LONGEST_SAME or is_question or _IS_OVER.search(folded):
        return False
    return (
        _PLUS_ONE.match(text) is not None
        or _THE_SAME.match(folded) is not None
        or (_ALSO_FAILS.match(folded) is not None and looks_like_trouble(text))
    )


def speaks_of_one(text: str) -> bool:
    """Say whether a text reports a trouble that others are likely to have too. Errs towards no."""
    folded = fold(text[: _LONGEST * 2])
    if len(folded) > _LONGEST or not MAY_FAIL.search(folded):
        return False
    is_one = _SPEAKS_OF_ONE.search(folded) is not None
    return is_one and not _IS_OVER.search(folded) and not is_thanks(text)


def may_be_one(one: str, other: str) -> bool:
    """Say whether two such texts may speak of the same trouble: what they name is the same, or one of them names nothing."""
    if not (speaks_of_one(one) and speaks_of_one(other)):
        return False
    named, also = sorted((_named(one), _named(other)), key=len)
    if not named:
        return _OF_ITS_OWN.search(also) is None
    return named in also


def says_no_more(text: str, known: str) -> bool:
    """Say whether a text names nothing that another one does not name too: 都打不开 beside 平台打不开了."""
    return _named(text) in fold(known).replace(" ", "")


def may_mean(text: str, known: str) -> bool:
    """Say whether a text about a trouble may be about a known one: it shares two characters that name something, or names nothing."""
    left = re.sub(r"[又再还是了啊呀的]|\W", "", _NAMES_NOTHING.sub("", fold(text)))
    pairs = {left[start : start + 2] for start in range(len(left) - 1)}
    whole = fold(known).replace(" ", "")
    return not pairs or any(pair in whole for pair in pairs)


def _named(text: str) -> str:
    left = re.sub(r"[^\w]|_|(?<![0-9])[45]0[0-9](?![0-9])", "", _NAMES_NOTHING.sub("", fold(text)))
    return left if len(left) >= _LEAST_NAMED else ""
