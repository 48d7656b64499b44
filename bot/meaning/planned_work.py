"""What staff say of planned work with the customer's name first: `育才升级完成`, `育才巡检做完了 一切正常`, `约育才4月27日下午3点`."""

from __future__ import annotations

from collections.abc import Callable

from bot.meaning.sentence import Sentence
from bot.vocabulary import Word

_WHOSE = r"(?P<whose>[^\s\d,，。?？]{1,16}?)\s*(?:的|\d{1,2}月)?(?:份)?"
_IS_DONE = r"(?:已经?|都|全部?|顺利)?(?:完成|做完|搞定|结束|成功)(?!率|不|时|前|后|之)了?"
_REST = r"(?:$|[\s,，:：。;；!！~]+(?P<rest>(?!.*(?:告诉|跟我说|说一声|叫我|通知我|喊我)).*))"
_DAY = r"(?:\d{1,2}[-/月]\d{1,2}[日号]?|[今明]天|后天|下?个?(?:周|星期)[一二三四五六日天])"
_WHEN = rf"(?P<rest>{_DAY}\s*(?:早上|上午|中午|下午|晚上)?\s*(?:\d{{1,2}}|[一二三四五六七八九十两]{{1,2}})[:：点]\S{{0,2}})"
_SAID_OF_WORK = (
    (Sentence(rf"{_WHOSE}升级{_IS_DONE}{_REST}"), Word.UPGRADED, ""),
    (Sentence(rf"{_WHOSE}升级(?:已经?)?回退了?{_REST}"), Word.ROLL_BACK, ""),
    (Sentence(rf"{_WHOSE}升级(?:失败|没有?成功)了?{_REST}"), Word.UPGRADE, "失败"),
    (Sentence(rf"升级(?:失败|没有?成功)了?\s+(?P<whose>\S+){_REST}"), Word.UPGRADE, "失败"),
    (Sentence(rf"{_WHOSE}巡检{_IS_DONE}{_REST}"), Word.INSPECT, "完成"),
    (Sentence(rf"{_WHOSE}巡检(?:时间)?(?:已经?)?约(?:好了?|了|在|到|定)*\s*{_WHEN}"), Word.APPOINT, ""),
    (Sentence(rf"约\s*{_WHOSE}\s*{_WHEN}"), Word.APPOINT, ""),
)


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
