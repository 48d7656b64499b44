"""What is said of planned work in other words than its commands: `育才升级完成`, `约育才4月27日下午3点` by staff, `那天有考试，能改期吗` by customers."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.meaning.sentence import Sentence
from bot.vocabulary import Word

_WHOSE = r"(?P<whose>[^\s\d,，。?？]{1,16}?)\s*(?:的|\d{1,2}月)?(?:份)?"
_IS_DONE = r"(?:已经?|都|全部?|顺利)?(?:(?:完成|做完|搞定|结束|成功)(?!率|不|时|前|后|之)了?|[弄做]?好了)"
_ITS_SYSTEM = r"(?:(?:平台|系统|服务器|网站)的?)?"
_REST = r"(?:$|[\s,，:：。;；!！~]+(?P<rest>(?!.*(?:告诉|跟我说|说一声|叫我|通知我|喊我)).*))"
_DAY = (
    r"(?:\d{1,2}[-/月]\d{1,2}[日号]?|(?<!月)\d{1,2}[日号]|[今明]天|后天|下?个?(?:周|星期)[一二三四五六日天])"
)
_WHEN = rf"(?P<rest>{_DAY}\s*(?:早上|上午|中午|下午|晚上)?\s*(?:\d{{1,2}}|[一二三四五六七八九十两]{{1,2}})[:：点]\S{{0,2}})"
_SAID_OF_WORK = (
    (Sentence(rf"{_WHOSE}{_ITS_SYSTEM}升级{_IS_DONE}{_REST}"), Word.UPGRADED, ""),
    (Sentence(rf"{_WHOSE}{_ITS_SYSTEM}升级(?:已经?)?回退了?{_REST}"), Word.ROLL_BACK, ""),
    (Sentence(rf"{_WHOSE}{_ITS_SYSTEM}升级(?:失败|没有?成功)了?{_REST}"), Word.UPGRADE, "失败"),
    (Sentence(rf"升级(?:失败|没有?成功)了?\s+(?P<whose>\S+){_REST}"), Word.UPGRADE, "失败"),
    (Sentence(rf"{_WHOSE}巡检{_IS_DONE}{_REST}"), Word.INSPECT, "完成"),
    (Sentence(rf"{_WHOSE}巡检(?:时间)?(?:已经?)?约(?:好了?|了|在|到|定)*\s*{_WHEN}"), Word.APPOINT, ""),
    (Sentence(rf"约\s*{_WHOSE}\s*{_WHEN}"), Word.APPOINT, ""),
)
_LONGEST = 200
_MAY_WISH = re.compile("改|换|另约|reschedul|mov|postpon", re.IGNORECASE)
_ASKS = r"(?:(?:我们|请问|请|麻烦|能不能|能否|可不可以|可以|能|想|要|需要|得|只能|帮忙|你们)\s*)*"
_ITS = r"(?:(?:这次)?(?:的)?(?:升级|巡检|上门|维护)(?:的)?(?:时间)?\s*)?"
_MOVE = rf"(?:改期|(?:改|换)(?:个|一个|一下|下)?(?:时间|日子)|[改换](?:一)?天|[改换][到成在]?(?:别的|另外?一?|其他)(?:个)?(?:天|时间|日子)|另约(?:个)?时间)(?:再)?{_ITS}(?:来|做|弄)?"
_IS_IT = r"(?:吧|吗|么|呢|一下|行吗|行不行|可以吗|好吗|好不好|谢谢|[\s,，?？。.!！~～])*"
_THAT = r"(?: (?:it|this|that|the (?:upgrade|inspection|visit|maintenance)))?"
_THEN = r" to (?:another|a different|some other) (?:day|time)"
_MOVE_IT = (
    r"(?:(?:can|could|may|shall) (?:we|you|it) (?:please )?|please |(?:we (?:need|have|would like|want)|i['’]?d like) to )?(?:be )?"
    rf"(?:(?:reschedul|postpon)(?:e|ed){_THAT}(?:{_THEN})?|mov(?:e|ed){_THAT}{_THEN})(?:,? please)?[\s?!.]*"
)
_OTHER_TIME = (
    Sentence(rf"(?:(?P<why>[^?？]{{1,60}}?)[,，。;；!！\s]+)?{_ASKS}{_ITS}{_MOVE}{_IS_IT}"),
    Sentence(rf"{_ASKS}{_ITS}{_MOVE}{_IS_IT}[,，。;；\s]+(?P<why>[^?？]{{1,60}})"),
    Sentence(rf"(?:(?P<why>[^?]{{1,120}}?)[,.;!]\s*)?(?:so |but )?{_MOVE_IT}"),
)


def other_time_wished(text: str) -> str | None:
    """Return why a customer wishes another time for what was announced, as far as they say; None when they do not."""
    if _MAY_WISH.search(text) is None or len(text) > _LONGEST:  # nearly every message
        return None
    for pattern in _OTHER_TIME:
        if (found := pattern.fullmatch(text.strip())) is not None:
            return (found["why"] or "").strip()
    return None


def said_of_planned_work(text: str, is_customer: Callable[[str], bool]) -> str | None:
    """Return the command that a sentence means, as it would be typed; None when it names no customer or is a question."""
    said = text.strip()
    if said.endswith(("?", "？", "吗", "没", "没有")):
        return None
    for pattern, word, first in _SAID_OF_WORK:
        found = pattern.fullmatch(said)
        if found is not None and is_customer(found["whose"]):
            return " ".join(part for part in (f"/{word}", found["whose"], first, found["rest"]) if part)
    return None
