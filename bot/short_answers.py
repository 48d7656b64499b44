"""Read short answers: a digit, one score or two, cause with method and prevention."""

from __future__ import annotations

import re
import unicodedata

from bot.commands import BETWEEN

_FIELDS = re.compile(r"(原因|方法|预防|cause|method|fix|prevention|prevent)\s*[:：]\s*", re.IGNORECASE)
_FIELD_OF = {"原因": "cause", "方法": "method", "预防": "prevention", "cause": "cause", "method": "method", "fix": "method", "prevention": "prevention", "prevent": "prevention"}  # fmt: skip


def resolution_fields(rest: str) -> dict[str, str]:
    """Return cause, method and prevention from `原因:… 方法:… 预防:…`; missing ones are empty."""
    fields = {"cause": "", "method": "", "prevention": ""}
    parts = _FIELDS.split(rest)
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        fields[_FIELD_OF[name.lower()]] = text.strip(BETWEEN)
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
_ONE_SCORE = re.compile(r"^([1-5])\s*分?\s*(?:$|[,。!、;]\s*(.*)$)", re.DOTALL)


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
