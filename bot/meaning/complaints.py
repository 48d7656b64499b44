"""What people say when they complain about the service, and what they say of complaints among themselves."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from bot.meaning.leading_numbers import number_first, without_number
from bot.meaning.sentence import Sentence
from faq.text import is_helped, looks_like_question, looks_like_trouble

_LONGEST = 200
_US = r"(?:你们|您们?|贵公司|贵司|工程师|师傅|技术员?|客服|售后|维修|服务|运维|机器人)"
_WISH = r"(?:我们?|本人)?(?:真的|必须|坚决|现在|今天|就|是)*(?:要|想|需要|得)+(?:向(?:你们|您们?|贵)?(?:公司|领导|经理|上级)?)?投诉(?:一下|下)?"
_WISHES = Sentence(
    rf"{_WISH}(?:了|啊|呀|吧)*[\s。.!！~]*|{_WISH}(?:[\s,，:：。!！]+.+|(?:你|您|(?:这个|那个|这位|那位|刚才|刚刚|昨天|前天|今天|上次)?(?:来)?的?{_US}).*)"
    r"|[^?？]{2,40}[\s,，。!！]+(?:我?(?:真的|直接|必须)?要?)?投诉(?:你们|了|啊|吧)*[\s。.!！~]*"  # 太慢了，投诉
    r"|(?:i|we)(?: want| wish| need|['’]?d like| would like)(?: to)? (?:complain|(?:make|file) a complaint)(?: (?:about|that) .+)?[\s.!]*",
)
_ABOUT_US = Sentence(
    rf".*(?:{_US}|态度|上门|处理|报修|修了|没人(?:来|管|理)|(?:engineer|service|support|technician|nobody|you)\b).*"
)
_ABOUT_OTHERS = Sentence(
    r".*(?:食堂|物业|外卖|快递|家长|学生|邻居|保安|校车|班车|领导|校长|homework|parents|canteen).*"
)


def wishes_to_complain(text: str) -> bool:
    """Say whether a whole text says that somebody wants to complain, of nobody or of us: `我要投诉`, `我要投诉你们工程师`."""
    if "投诉" not in text and "compla" not in text.lower():  # nearly every message
        return False
    said = text.strip()
    return len(said) <= _LONGEST and _WISHES.fullmatch(said) is not None and not is_of_others(said)


def is_about_us(text: str) -> bool:
    """Say whether a complaint is about the service by its own words."""
    return _ABOUT_US.fullmatch(text[:_LONGEST]) is not None and not is_of_others(text)


def is_of_others(text: str) -> bool:
    """Say whether a text tells or asks of complaints that are none of ours: `投诉 电话是多少？`, `投诉，家长又来了`."""
    return _ABOUT_OTHERS.fullmatch(text[:_LONGEST]) is not None or looks_like_question(text)


_MAY_GRIEVE: Final = re.compile(
    "态度|礼貌|素质|不耐烦|凶|嚣张|傲慢|骂|吼|难听|[答理]不理|rude|attitude|impolite|unprofessional|(?:shout|yell|sw[eo]re?) ?at",
    re.IGNORECASE,
)
_VERY = r"(?:也|都|真的?|太|很|好|非常|特别|极其?|有点|实在|一点|比较|是|越来越|这么|那么|简直)*"
_ILL_TREATED: Final = Sentence(
    rf"(?P<who>.{{0,14}}?)(?:的)?(?:(?:服务|工作|说话)?(?:的)?态度{_VERY}(?:差劲?|恶劣|不好|不行|有问题|傲慢|蛮横|冷淡|敷衍|糟糕?|烂)"
    rf"|{_VERY}(?:没有?礼貌|不(?:讲)?礼貌|没素质|不耐烦|凶|嚣张|傲慢)|(?:还|居然|竟然|在?电话里?)*(?:对我们?)?(?:骂|吼|凶|大吼大叫)(?:人|我们?|老师)*"
    rf"|说话{_VERY}(?:难听|冲)|爱[答理]不理|(?:这)?(?:是)?(?:个)?(?:什么|啥)态度)(?:了|的|啊|呀|吧|啦|嘛)*"
    r"|(?P<they>.{0,40}?)\s*\b(?:(?:is|was|are|were|has been|have been|so|very|really|extremely)\s+)*(?:rude|impolite|unprofessional)(?: to (?:me|us))?"
    r"|(?P<he>.{0,40}?)\s*\b(?:has|had|have|with|of)?\s*(?:a |an )?(?:very )?(?:bad|terrible|awful|poor) attitude"
    r"|(?P<one>.{0,40}?)\s*\b(?:shouted|yelled|swore) at (?:me|us)"
)
_OURS: Final = re.compile(
    rf"{_US}|(?:派|过|上门)来|来的|修的|姓.的|[张王李刘陈周赵吴孙林]工|(?:engineer|technician|support|service|staff|your (?:guy|man|people|team|colleague)s?)\b",
    re.IGNORECASE,
)
_NOT_OURS: Final = re.compile(
    r"[你您]们?(?:班|年级|学校|校|组|科|办公室|家|孩子)|学生|家长|孩子|小孩|同学|班主任|同事|我们|校长|领导|食堂|物业|保安|客户|(?:student|parent|kid|child|teacher|principal)",
    re.IGNORECASE,
)
_SAID_APART: Final = re.compile(r"[\s]*[,，。;；!！?？\n]+[\s]*|\.\s+")


class Grievance(msgspec.Struct, frozen=True):
    """What somebody says of how one of us behaved: of whom, as far as they say, and what else they tell or ask."""

    who: str
    is_ours: bool  # by these words it is one of us
    rest: str = ""


def grievance(text: str) -> Grievance | None:
    """Return what a text says of how somebody behaved, `你们的人态度太差了`; None when it says nothing of it, or of others."""
    if _MAY_GRIEVE.search(text) is None or len(text) > _LONGEST:  # nearly every message
        return None
    said = without_number(number, text) if (number := number_first(text)) is not None else text
    parts = [part for each in _SAID_APART.split(said.strip()) if (part := each.strip(" ~～."))]
    found = [(part, told) for part in parts if (told := _ILL_TREATED.fullmatch(part)) is not None]
    if not found or said[:1].isdigit():  # behind a score it is a remark
        return None
    who = next((name for name in found[0][1].groupdict().values() if name), "").strip()
    if _NOT_OURS.search(who):
        return None
    others = "，".join(part for part in parts if all(part != each for each, _ in found))
    is_else = looks_like_trouble(others) or looks_like_question(others) or is_helped(others)
    return Grievance(who, _OURS.search(who) is not None, others if others and is_else else "")
