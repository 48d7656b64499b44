"""What staff say to each other about a ticket, read as the command that means the same: `1024 我去看看`, `让小周处理 1024`.

Only whole sentences count. One that says more, or names nobody and no ticket that there is, stays talk among people.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.commands import BETWEEN
from bot.tickets.model import Party
from bot.vocabulary import Word
from bot.wishes import Wish, wish

_NUMBER = r"(?:单号?|工单)?\s*#?\s*(?P<number>\d{3,9})(?!\d)"
_GAP = r"[\s:,，：、]*"
_END = r"(?:了|吧|啊|呀|哈|呢)*[\s。.!！~～]*"
_MYSELF = r"(?:这个?单?|那个?单?)?(?:还是|就|先)?(?:由|让)?我"
_TAKES = r"(?:来|去|先)*(?:处理|跟进|跟|负责|接手?|搞|弄)(?:一下|下)?"
_LOOKS = r"(?:来|去|先|过去)*(?:看看|看一下|看下|瞧瞧|修|去一趟|跑一趟)"
_CLAIM = re.compile(rf"(?:{_NUMBER}{_GAP})?{_MYSELF}(?:(?P<takes>{_TAKES})|{_LOOKS}){_END}")
_GIVEN = r"(?:派|转|交|指派|分配|移交|安排)给"
_DOING = r"(?:来|去|过去|先)*(?:处理|看看|看一下|看下|跟进?|修|弄|接手?|负责|上门)(?:一下|下)?"
_TO_SOMEBODY = re.compile(rf"(?:把)?{_NUMBER}{_GAP}{_GIVEN}\s*(?P<rest>.+)", re.DOTALL)
_SOMEBODY_FIRST = re.compile(
    rf"(?:{_GIVEN}|让|叫|请|安排)\s*(?P<rest>[^\d\s]+?)\s*{_NUMBER}{_GAP}(?P<why>.*)", re.DOTALL
)
_SOMEBODY_AFTER = re.compile(rf"{_NUMBER}{_GAP}(?:让|叫|请|安排|给)\s*(?P<rest>.+)", re.DOTALL)
_DOES = re.compile(rf"(?:{_DOING})?{_END}(?:$|[\s,，:：]+(?P<why>.*))", re.DOTALL)
_LEVEL = re.compile(
    rf"(?:把)?{_NUMBER}{_GAP}(?:级别)?(?:改|升|降|调)(?:级)?(?:成|为|到)\s*(?P<rest>.+)", re.DOTALL
)
_WAITS = re.compile(
    rf"{_NUMBER}{_GAP}(?:现在|还)?(?:在|要|得)?(?P<rest>等(?:客户|第三方|厂家|厂商|备件|配件|货)(?=$|[\s,，:：。;；]).*)",
    re.DOTALL,
)
_SOLVED = re.compile(
    rf"{_NUMBER}{_GAP}(?:已经?|都)?(?:修好|搞定|弄好|处理好|处理完|解决|恢复正常)了(?:$|[\s,，:：。;；!！]+(?P<rest>.*))",
    re.DOTALL,
)
_TIME_LEFT = re.compile(
    rf"{_NUMBER}{_GAP}(?:还(?:有|剩)多(?:久|少时间)|(?:什么时候|几点)(?:到期|超时)|时限是?多少){_END}[?？]?"
)
_LOOK_UP = re.compile(
    rf"(?:帮我)?(?:查看|看看|看一下|看下|查一下|查下)\s*{_NUMBER}(?:的?(?:详情|情况|进度|进展))?{_END}"
)
_ABOUT = re.compile(rf"{_NUMBER}{_GAP}(?P<said>.+)", re.DOTALL)
_DETAILS = re.compile(r"(?:的)?(?:详情|情况|进度|状态)(?:呢|如何|怎么样)?[?？]?")
_WHO = re.compile(
    rf"(?:今天|今晚|今夜|现在|这会儿|目前)?(?:是)?(?:谁|哪位|哪个)(?:在|来)?值班{_END}[?？]?"
    rf"|(?:今天|今晚|现在)?值班(?:的人?|人员?)?是(?:谁|哪位){_END}[?？]?"
)
_TICKETS = r"(?:工?单子?|工单)"
_OPEN = re.compile(
    rf"(?:现在|目前|今天)?(?:还|都)?有(?:哪些|什么|几个|多少)(?:没|未)?(?:处理|完成?|解决|接|办)?(?:完|的)?{_TICKETS}(?:还?(?:没|未)(?:完成?|处理完?|解决|接|办完?|弄完|做完))?{_END}[?？]?"
    rf"|(?:未完成|没完成?|未处理|没处理|没人接)的?{_TICKETS}(?:有哪些|有多少)?{_END}[?？]?"
)
_MINE = re.compile(
    rf"我(?:手上|手里|这边?|名下)?(?:现在|目前)?(?:还|都)?有(?:哪些|什么|几个|多少){_TICKETS}(?:没完|没处理)?{_END}[?？]?|我(?:手上|手里|名下)的?{_TICKETS}{_END}"
)
_LONGEST = 200
_HALF_WIDTH = str.maketrans("０１２３４５６７８９＃＠　", "0123456789#@ ")


@dataclass(frozen=True, slots=True)
class Spoken:
    """The command that was meant. `is_certain`: it stands whatever is open; else just one ticket must fit it."""

    command: str  # as it would be typed, marked
    number: int | None
    is_certain: bool = True


Called = Callable[[str], tuple[Party, str] | None]


def spoken(text: str, called: Called, *, is_manager: bool) -> Spoken | None:
    """Return the command that a sentence of staff means, or None when it is ordinary speech.

    `called` returns the colleague whom a text names first, and the rest of it. A manager's word gives a ticket to somebody at
    once, an owner's asks them.
    """
    said = text.strip().translate(_HALF_WIDTH) if len(text) <= _LONGEST else ""
    if not said:
        return None
    give = Word.REASSIGN if is_manager else Word.HAND_OVER
    return _claimed(said) or _given(said, called, give) or _changed(said) or _asked(said)


def _claimed(said: str) -> Spoken | None:
    found = _CLAIM.fullmatch(said)
    if found is None or not (found["number"] or found["takes"]):
        return None  # "我看看" alone may be about anything
    return _meant(Word.CLAIM, found["number"], is_certain=bool(found["number"]))


def _given(said: str, called: Called, word: Word) -> Spoken | None:
    """`1024 派给小周 老张请假` says by itself what is meant; `让小周处理 1024` only when no other work is named."""
    for pattern, is_plain in ((_TO_SOMEBODY, True), (_SOMEBODY_FIRST, False), (_SOMEBODY_AFTER, False)):
        found = pattern.fullmatch(said)
        named = called(found["rest"]) if found is not None else None
        does = _DOES.fullmatch(named[1]) if named is not None else None
        if found is None or named is None or (does is None and not is_plain):
            continue
        reasons = (does["why"] if does is not None else named[1], found.groupdict().get("why"))
        return _meant(word, found["number"], " ".join(("@" + named[0].name, *filter(None, reasons))))
    return None


def _changed(said: str) -> Spoken | None:
    for pattern, word in ((_LEVEL, Word.CHANGE_LEVEL), (_WAITS, Word.PAUSE), (_SOLVED, Word.RESOLVE)):
        found = pattern.fullmatch(said)
        if found is not None:
            return _meant(word, found["number"], (found["rest"] or "").strip(BETWEEN))
    return None


def _asked(said: str) -> Spoken | None:
    for pattern, word in ((_TIME_LEFT, Word.EXPLAIN), (_LOOK_UP, Word.PROGRESS)):
        found = pattern.fullmatch(said)
        if found is not None:
            return _meant(word, found["number"])
    about = _ABOUT.fullmatch(said)
    if about is not None and (_DETAILS.fullmatch(about["said"]) or wish(about["said"]) is Wish.HOW_FAR):
        return _meant(Word.PROGRESS, about["number"])
    for pattern, word in ((_WHO, Word.ON_DUTY), (_OPEN, Word.QUEUE), (_MINE, Word.MINE)):
        if pattern.fullmatch(said):
            return _meant(word, None)
    return None


def _meant(word: Word, number: str | None, rest: str = "", *, is_certain: bool = True) -> Spoken:
    typed = " ".join(part for part in (f"/{word}", number or "", rest) if part)
    return Spoken(typed, int(number) if number else None, is_certain)
