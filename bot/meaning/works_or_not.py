"""What whoever is asked whether it works now says in their own words: `试了，还是闪红灯`, `好了，但是扫描不行`; `没问题`, `不闪了`."""

from __future__ import annotations

import re

from bot.meaning.alike import says_alike
from bot.meaning.sentence import Sentence
from bot.meaning.short_answers import says_again, says_still
from faq.text import looks_like_trouble

_LONGEST = 60
_SHORT = 12  # letters: what is said in so few is about what was asked
_LEAD = re.compile(
    r"^(?:(?:师傅|老师|你好|不好意思|抱歉)[,，。\s]{0,3}){0,2}(?:(?:我|刚才?|又|现在|已经|重新){0,4}(?:试|看|测|用|检查|重启)(?:过|了)?(?:一下|一遍|下|了){0,2}[,，。\s]{1,3}){0,2}"
)
_NO = Sentence(
    r"(?:现在|但是?|可是?|根本|压根|完全|并|都|也|一点|还是?|没)*(?:没有?|不)(?:用|好|修好|弄好|解决|管用|起作用|行|可以|能用)(?:啊|呀|的|了|呢|\W)*"
    r"|(?:谁说|哪里?|好什么)(?:修|弄)?好了?[^?？]{0,15}|(?:根本|压根|完全)[^?？]{1,15}|(?:跟|和)(?:之前|以前|原来|刚才)?没(?:什么)?(?:区别|两样)\W*"
    r"|(?:no|nope|it (?:is|s) not|it'?s not|not (?:really|at all))\W*"
)
_STAYS = Sentence(
    r"(?:它|这个|那个|灯|屏幕|[\u4e00-\u9fff]{1,5})?(?:一直|总|老)(?:是|在)?[^?？,，。]{1,8}\W*"
)
_BUT = re.compile(
    r"^.{0,14}?(?:好|行|可以|能|正常|通|亮|打|用|开|works?|fine|fixed|ok)[^,，。]{0,4}?[\s,，。.]*(?:但是?|不过|就是|只是|可是|\bbut\b)[\s,，]*(?P<rest>.{2,30})$",
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"有[^,，。谢]{0,4}(?:线|声|影|味|斑|点|杂音|条纹|延迟)|还|不|没|慢|卡|糊|歪|闪|断|掉|\b(?:no|not|still|slow|can'?t|won'?t|doesn'?t)\b",
    re.IGNORECASE,
)
_NOT_TRIED = re.compile(
    r"还没(?:来得及|空|时间)?(?:试|看|用|去|上课|开机|到|回|收到)|没(?:来得及|空|时间)?(?:试|看)|在(?:上课|开会|外面|试|看|观察|路上|考试)|还要|还有(?:事|课|会)|等|晚点|回头|不(?:急|着急|好意思|客气|谢|确定|知道|清楚)|没(?:事|关系)|谢|感谢|辛苦|麻烦(?:你|您|师傅)|又.{0,2}好|not tried|haven'?t"
)
_STILL_SO = re.compile(  # 还在闪, but not 还是老地方
    r"(?:还|又|仍|依然|依旧)(?:是|在)?(?:这样|那样|一样|老样子|坏|闪|黑|蓝|花|卡|断|慢|糊|红|亮|响|报错|弹|不[行亮响通动能出开]|有(?:问题|声|线|杂音))"
)
_LETTERS = re.compile(r"\W+")


_SAYS_FIRST = r"(?:嗯|好的|好(?=[\s,，。])|是的?|对|谢谢|感谢|辛苦|师傅|老师|刚才?|我|已经|现在|目前|又|试(?:了|过)(?:一下|下)?|看了|用了|测了|打印|[\s,，。!！~～])*+"
_KINDLY = r"(?:了|啦|谢谢|感谢|辛苦|师傅|老师|您|你们?|大家|啊|呀|哈|哦|吧|\d|[\s,，。!！~～])*+"
_WORKS = Sentence(
    rf"{_SAYS_FIRST}(?:(?:都|全)?没(?:有)?(?:啥|什么)?(?:问题|毛病)|(?:一切|都|全|恢复)?正常|(?:修|弄|搞)?好[了啦咯]|可以(?:的|用|打印?|上网|登录)?|[非很挺]常?好|完美|棒|(?:都)?能(?:用|打印?|上网?|登录?|开机?|听|看|放|连|写|刷|进|扫描?|投屏?)(?:的)?){_KINDLY}"
    r"|(?:yes,? )?(?:all good|good now|(?:it'?s|it is|that'?s) (?:fine|ok(?:ay)?|good|perfect)(?: now)?|perfect|no (?:more )?problems?)(?:[\s,.!]+(?:thanks|thank you))?[\s.!]*"
)
_OF_ANYTHING = ("没问题", "可以", "可以的")  # agree with colleagues as well
_STOPPED = Sentence(
    rf"{_SAYS_FIRST}(?:现在|已经|它)?不(?:再)?(?P<what>[闪卡黑掉断慢抖漏糊跳]|报错|死机|蓝屏|花屏|重启|啸叫)了{_KINDLY}"
)


def works_when_asked(text: str, known: str) -> bool:
    """Say whether a whole text answers that what it was asked about, a ticket with the text `known`, works now."""
    said = text.strip()
    if not said or len(said) > _LONGEST or "?" in said or "？" in said:
        return False
    if _LETTERS.sub("", said) in _OF_ANYTHING:
        return False
    stopped = _STOPPED.fullmatch(said)
    return _WORKS.fullmatch(said) is not None or (stopped is not None and stopped["what"] in known)


def fails_when_asked(text: str, known: str) -> bool:
    """Say whether a whole text answers that what it was asked about, a ticket with the text `known`, does not work, or not wholly."""
    said = text.strip()
    if not said or len(said) > _LONGEST or "?" in said or "？" in said:
        return False
    part = _BUT.match(said)
    if part is not None and not _NOT_TRIED.search(part["rest"]):
        return looks_like_trouble(part["rest"]) or _LEFT.search(part["rest"]) is not None
    if _NOT_TRIED.search(said):
        return False
    left = _LEAD.sub("", said)
    if _NO.fullmatch(left):
        return True
    is_still = says_still(left) or says_again(left) or "还" in left
    is_about_it = looks_like_trouble(left) or says_alike(left, known)
    if is_still and is_about_it:
        return True
    is_short = len(_LETTERS.sub("", left)) <= _SHORT
    return is_short and (
        _STILL_SO.match(left) is not None or (_STAYS.fullmatch(left) is not None and says_alike(left, known))
    )
