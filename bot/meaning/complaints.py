"""What people say when they complain about the service, and what they say of complaints among themselves."""

from __future__ import annotations

from bot.meaning.sentence import Sentence
from faq.text import looks_like_question

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
