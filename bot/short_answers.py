"""Read short answers: a digit, one score or two, cause with method and prevention."""

from __future__ import annotations

import re
import unicodedata
from itertools import zip_longest

from bot.commands import BETWEEN

_CAUSE = ("故障原因", "原因分析", "原因", "cause")
_METHOD = (
    "处理方法",
    "处理办法",
    "处理措施",
    "解决方法",
    "解决办法",
    "方法",
    "办法",
    "措施",
    "处理",
    "method",
    "fix",
)
_PREVENTION = ("预防措施", "预防建议", "预防", "建议", "防范", "prevention", "prevent")
_FIELD_OF = {
    **dict.fromkeys(_PREVENTION, "prevention"),
    **dict.fromkeys(_CAUSE, "cause"),
    **dict.fromkeys(_METHOD, "method"),
}
_FIELDS = re.compile(  # a colon makes each a label; without one only the three that the bot itself uses, where a part begins
    rf"({'|'.join(_FIELD_OF)})\s*[:：]\s*|(?:^|(?<=[\s,，。;；、]))(原因|方法|预防)[是为]?\s*(?=\S)",
    re.IGNORECASE,
)


def resolution_fields(rest: str) -> dict[str, str]:
    """Return cause, method and prevention from `原因:… 方法:… 预防:…`; missing ones are empty."""
    fields = {"cause": "", "method": "", "prevention": ""}
    labels = list(_FIELDS.finditer(rest))
    for label, after in zip_longest(labels, labels[1:]):
        end = after.start() if after else len(rest)
        fields[_FIELD_OF[(label[1] or label[2]).lower()]] = rest[label.end() : end].strip(BETWEEN)
    return fields


# A digit before one of these counts something: "1 楼没网" picks nothing, "3 点 5 班" rates nobody.
_COUNTED = r"(?!\s*(?:[\d点楼层班年月日号室节栋幢元块人台次个名位份张条页天周期折成:%]|教室|小时|分钟))"
_CHOICE = re.compile(
    rf"^(?:选|第)?\s*(\d)(?:\s*[个号](?=$|[\s,。!、;]))?{_COUNTED}(?=$|[\s,。!、:;]|\.(?!\d))[\s,。.!、:;]*(.*)$",
    re.DOTALL,
)
_TWO_SCORES = re.compile(
    r"^(?:速度|响应|speed)?\s*[:=]?\s*([1-5])\s*分?\s*(?:[,、;和]|/(?=[1-5]\s*$))?\s*(?:质量|服务|quality)?\s*[:=]?\s*([1-5])\s*分?"
    rf"{_COUNTED}[\s,。、;!.]*(.*)$",
    re.DOTALL | re.IGNORECASE,
)
_ONE_SCORE = re.compile(r"^([1-5])\s*(?:分|颗?星(?:好评)?)?\s*(?:$|[,。!、;]\s*(.*)$)", re.DOTALL)


def choice(text: str) -> tuple[int, str] | None:
    """Return the digit a person answered with, and what they added; None when the text is something else."""
    found = _CHOICE.match(unicodedata.normalize("NFKC", text).strip())
    return (int(found[1]), found[2].strip()) if found else None


def scores(text: str) -> tuple[int, int, str] | None:
    """Return speed, quality and a comment from `5 4 很耐心`, `54`, `速度5 质量4`; None when it is not two scores."""
    found = _TWO_SCORES.match(unicodedata.normalize("NFKC", text).strip())
    return (int(found[1]), int(found[2]), found[3].strip()) if found else None


def one_score(text: str) -> tuple[int, str] | None:
    """Return one score for everything and a comment from `5` or `5分，很耐心`; None when it is something else."""
    found = _ONE_SCORE.match(unicodedata.normalize("NFKC", text).strip())
    return (int(found[1]), (found[2] or "").strip()) if found else None
