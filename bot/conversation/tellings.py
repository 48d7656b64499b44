"""What a customer says of their ticket that its owner must read at once: a correction, when they wish somebody to come, a question."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.meaning.moments import moment_at_start
from bot.meaning.sentence import Sentence
from bot.meaning.short_answers import only_promises
from bot.tickets import steps as s
from bot.tickets.kinds import Telling
from bot.tickets.model import Party
from faq.text import looks_like_question

_LONGEST = 60
_CORRECTS: Final = Sentence(
    r"(?:不好意思|抱歉|啊|哦|呃)?[\s,，。]*(?:"
    r"(?:刚才|上面|前面)?(?:说|写|打|发)错了?[\s,，。:：!！]*(?:应该)?(?:是|在|不是)?.{1,40}"
    r"|(?:刚才|上面|前面)?报错了?[\s,，。:：!！]*(?:应该)?(?:是|在|不是).{1,40}"  # 报错了，写着 E-05 is what a screen shows
    r"|(?:应该)?不是[^,，。?？]{1,12}[\s,，。]*(?:应该|而)?是[^?？]{1,20}"
    r"|更正(?:一下)?[\s:：,，]*.{1,40})"
    r"|(?:sorry|oops)?[,.!\s]*(?:i (?:meant|mean) .{1,40}|(?:it['’]?s|it is) [^,?]{1,20},? not [^?]{1,20})"
)
_WISHES: Final = re.compile(
    r"(?:老师傅?|师傅)?[\s,，]*(?:能不能|能否|可不可以|可以|能|我?想|我?要|麻烦|帮我|那就?|就){0,3}(?P<asks>预?约)?(?:个|一下|在|到)?\s*"
)
_WISHES_IN_ENGLISH: Final = re.compile(
    r"(?:please |could |can |would |will |you |somebody |someone |the engineer )*(?:come|drop by|be here|visit us|visit)(?: over| back)? (?P<when>.{2,30}?)(?: please| instead)?[\s?.!]*",
    re.IGNORECASE,
)
_COMES: Final = Sentence(
    r"(?:左右|以?后|之后|再|吧|过?来|派人|上门|[修看弄](?:一下|下|看)?|有空|方便|可不可以|可以|行不行|行|好吗|好不好|吗|嘛|么|呢|谢谢|麻烦了?|的?时间|[\s,，。.?？!！~～]){0,8}"
)
_POLITELY = r"(?:请问|老师傅?|师傅|工程师|那么?|你们?|您|麻烦|顺便问一?下|[\s,，])*"
_MAY = r"(?:能不能|能否|可不可以|可以|是否|是不是|能|有没有|有|要不要|需不需要|需要|要)"
_KINDLY = r"(?:吗|嘛|么|吧|呢|啊|呀|的|了|行|好|可以|谢谢|[\s?？。.!！~～])*"
_ASKS: Final = Sentence(  # of the work that is owed, whatever it is about
    rf"{_POLITELY}(?:"
    # something to use meanwhile: 能不能先给我个备用的吗
    rf"{_MAY}?(?:先|临时|暂时|再)*(?:给|帮|借|换|拿|找|送|用|提供|弄|调|来)*(?:我们?|班上|班级)*(?:个|一?[个台块只套]|一下)?(?:备用|备机|代用|替代|临时|别)的?(?:机器?|设备|东西)?(?:来|用|顶|应急|先用|过来|给我们?|着|一下|一?[个台])*"
    # what is to be done beforehand: 需要我准备什么吗, 要不要先关机
    rf"|{_MAY}(?:我们?|这边|老师)?(?:提前|先)?(?:准备|提供|配合|做)(?:点|些)?(?:什么|啥)"
    rf"|{_MAY}(?:我们?|这边|老师|有人|先|提前)*(?:关机|断电|关电源|断网|腾(?:出)?教室|清场|停课|留人|留门|开门|在场|陪同|等着)"
    rf"|(?:维?修|处理|来|换|弄)的?(?:时候|期间)?(?:会不会|要不要|会|要|需要|影响)+(?:影响|断电|断网|停课|上课|关机|很?久|多久|多长时间|丢|删|我们?|有人|在场|数据|资料|文件)+"
    # whether it costs: 要收费吗
    r"|(?:这个?|修|上门|维修|换)*(?:会不会|要不要|会|要|需要|得|另外|额外)+(?:收费|付费|花钱|出钱|钱|多少钱)"
    r"|(?:修|上门|维修|换)(?:一次|这个|一?下)?(?:要|得)?多少钱"
    # who comes: 师傅电话多少
    r"|(?:师傅|工程师|来的人|维修的)(?:的?(?:电话|手机号?|联系方式)(?:是)?(?:多少|几号|有)?|叫什么|怎么称呼|贵?姓什么)"
    # what becomes of the lesson: 那我下午的课怎么上
    r"|(?:我们?|学生|班上)?(?:今天|明天|上午|下午|这节|下节|第.节|的)*课(?:我们?|该|要)*(?:怎么办|怎么上|能上)"
    rf"){_KINDLY}"
    r"|(?:can|could|may) (?:you |we |i )?(?:please )?(?:give|lend|bring|get|have|borrow)(?: us| me)? (?:a |an |another |some )?(?:spare|loaner|replacement|temporary)(?: one| device| unit)?(?: meanwhile| for now| please| first)*[\s?.!]*"
    r"|(?:should|do|shall) (?:i|we) (?:need to |have to )?(?:prepare|switch (?:it )?off|turn (?:it )?off|unplug)(?: anything| it| something| first)*[\s?.!]*|(?:does|will) (?:it|this) cost(?: anything| extra)?[\s?.!]*"
)
_HAS_TO_COME: Final = re.compile(r"来|上门|吧|有空|方便|come|visit|drop by|be here", re.IGNORECASE)


def telling(text: str, now: datetime, zone: ZoneInfo) -> tuple[Telling, datetime | None] | None:
    """Return what a text tells, and the instant that is wished; None when it only adds something."""
    said = text.strip()
    if len(said) > _LONGEST:
        return None
    wished = _wished(said, now, zone)
    if wished is not None:
        return Telling.WISHES, wished
    if _ASKS.fullmatch(said):
        return Telling.ASKS, None
    return (Telling.CORRECTS, None) if _CORRECTS.fullmatch(said) else None


def may_ask(text: str) -> bool:
    """Say whether a text may ask something of the work that is owed; nearly nothing that people say to each other does."""
    return len(text) <= _LONGEST and _ASKS.fullmatch(text.strip()) is not None


def may_wish(text: str) -> bool:
    """Say whether a text may name a time at which somebody is asked to come."""
    return len(text) <= _LONGEST and _HAS_TO_COME.search(text) is not None


def addition(by: Party, text: str, now: datetime, zone: ZoneInfo) -> s.Supplement:
    """Return what somebody adds to a ticket that they name: its owner reads at once what corrects, wishes or asks something."""
    added = supplement(by, text)
    news = telling(text, now, zone)
    if news is None and looks_like_question(text) and not only_promises(text):
        news = Telling.ASKS, None
    return replace(added, telling=news[0], at=news[1]) if news is not None else added


def supplement(by: Party, text: str) -> s.Supplement:
    """Return what somebody adds; who only promises it, or asks back, has not brought it yet."""
    return s.Supplement(by, text, is_promise=only_promises(text) or looks_like_question(text))


def _wished(said: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when somebody is asked to come: `能约明天下午三点吗`, `明天下午三点过来行吗`."""
    if said.isascii():
        comes = _WISHES_IN_ENGLISH.fullmatch(said)
        found = moment_at_start(comes["when"], now, zone) if comes is not None else None
        return found[0] if found is not None and found[0] > now and not found[1].strip() else None
    begins = _WISHES.match(said)
    rest = said[begins.end() :] if begins else said
    found = moment_at_start(rest, now, zone)
    if found is None or found[0] <= now or _COMES.fullmatch(found[1]) is None:
        return None
    is_asked = begins is not None and begins["asks"] is not None
    return found[0] if is_asked or _HAS_TO_COME.search(found[1]) else None
