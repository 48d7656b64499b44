"""What a customer says of their ticket that its owner must read at once: a correction, or when they wish somebody to come."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.moments import moment_at_start
from bot.sentence import Sentence
from bot.tickets.kinds import Telling

_LONGEST = 60
_CORRECTS: Final = Sentence(
    r"(?:不好意思|抱歉|啊|哦|呃)?[\s,，。]*(?:"
    r"(?:刚才|上面|前面)?(?:说|写|打|报|发)错了?[\s,，。:：!！]*(?:应该)?(?:是|在|不是)?.{1,40}"
    r"|(?:应该)?不是[^,，。?？]{1,12}[\s,，。]*(?:应该|而)?是[^?？]{1,20}"
    r"|更正(?:一下)?[\s:：,，]*.{1,40})"
)
_WISHES: Final = re.compile(
    r"(?:老师傅?|师傅)?[\s,，]*(?:能不能|能否|可不可以|可以|能|我?想|我?要|麻烦|帮我|那就?|就){0,3}(?P<asks>预?约)?(?:个|一下|在|到)?\s*"
)
_COMES: Final = Sentence(
    r"(?:左右|以?后|之后|再|吧|过?来|派人|上门|[修看弄](?:一下|下|看)?|有空|方便|可不可以|可以|行不行|行|好吗|好不好|吗|嘛|么|呢|谢谢|麻烦了?|的?时间|[\s,，。.?？!！~～]){0,8}"
)
_HAS_TO_COME: Final = re.compile(r"来|上门")


def telling(text: str, now: datetime, zone: ZoneInfo) -> tuple[Telling, datetime | None] | None:
    """Return what a text tells, and the instant that is wished; None when it only adds something."""
    said = text.strip()
    if len(said) > _LONGEST:
        return None
    wished = _wished(said, now, zone)
    if wished is not None:
        return Telling.WISHES, wished
    return (Telling.CORRECTS, None) if _CORRECTS.fullmatch(said) else None


def _wished(said: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when somebody is asked to come: `能约明天下午三点吗`, `明天下午三点过来行吗`."""
    begins = _WISHES.match(said)
    rest = said[begins.end() :] if begins else said
    found = moment_at_start(rest, now, zone)
    if found is None or found[0] <= now or _COMES.fullmatch(found[1]) is None:
        return None
    is_asked = begins is not None and begins["asks"] is not None
    return found[0] if is_asked or _HAS_TO_COME.search(found[1]) else None
