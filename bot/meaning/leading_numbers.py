"""The number with which a text begins as with a ticket's, and what is said behind it."""

from __future__ import annotations

import re
from typing import Final

LEADING_NUMBER: Final = re.compile(r"^\s*(?:单号?|工单|[#＃])?\s*(\d{1,9})[\s:：,，.。、]*")
# A number in a sentence may count or name something else: "1001 教室", "2026 年".
NO_UNIT = (
    r"(?!\s*(?:教室|室|房|号|楼|班|年|月|元|块|人|台|个|名|位|份|张|次|天|小时|分钟|秒|米|寸|兆|[mg]b?\b))"
)
_NUMBER_FIRST = re.compile(rf"\s*#?(\d{{3,9}})(?=[\s:：,，、]){NO_UNIT}", re.IGNORECASE)


def number_first(text: str) -> int | None:
    """Return the number with which a text begins as with a ticket's: `1002 他在附近`, but not `302教室换了根线`."""
    found = _NUMBER_FIRST.match(text)
    return int(found[1]) if found is not None else None


def without_number(number: int, text: str) -> str:
    """Return what is said about a ticket without its number at the start."""
    found = LEADING_NUMBER.match(text)
    return text[found.end() :] if found and int(found[1]) == number else text
