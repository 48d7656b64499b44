"""Read what somebody typed as a command.

A slash, `#`, full-width characters and spaces are optional everywhere. Finding a word costs a few dictionary look-ups,
however many words there are.
"""

from __future__ import annotations

import re

import msgspec
from msgspec.structs import replace
from rapidfuzz import fuzz, process

from bot.meaning.complaints import wishes_to_complain
from bot.tickets.rules import Role
from bot.vocabulary import SPECS, Spec, Word, may_use
from faq.pinyin import heard_as
from faq.text import normalized

_BY_NAME = {name: spec for spec in SPECS for name in spec.names}
_LONGEST = max(map(len, _BY_NAME))
# By the first character of a text: how long the words are that begin with it, the longest first.
_LENGTHS = {
    first: tuple(sorted({len(name) for name in _BY_NAME if name[0] == first}, reverse=True))
    for first in {name[0] for name in _BY_NAME}
}
_MARKS = re.compile(r"^[/#!]+\s*")
_NUMBER = re.compile(r"^[\s#:,-]*(?:no\.?\s*)?(\d{1,18})(?!\d)(?![.:]\d)", re.IGNORECASE)
_SEPARATORS = " \t\n:,.!?;#@、。…~-"
BETWEEN = ":：,，.。!！、;；~～ \t\r\n"  # what people put between a word and what they have to say
_SPEECH_AFTER_JOINED = re.compile(  # 报障了吗, 报障电话是多少, 报修后多久到
    r"[啊呀哦哈嘞]+[\s!！?？。.~～]*$|[了的吗嘛么吧呢]|过[了吗么没]|没有?(?:[?!.]|$)|电话(?:是|多少|号)|流程|单(?![元位板面])|方式|人员|率|[错重]了?|(?:以|之)?后(?:一般|通常|大概|需?要|等|得)*(?:多[久长快]|几[个天点小分]|什么时候)"
)
_ENTRY_FIRST = re.compile(  # K-141 不对
    r"(?P<entry>[A-Za-z]{1,8}-?\d{1,9})\s*(?:这条|这个)?(?:的?答案)?(?:(?:[说写答回]|回答)[的得])?\s*(?P<word>不对|有误|有错|错了|是错的?|(?:已经?)?(?:过时|过期|失效)了?|停用|下线|下架|删除|删掉|作废|启用|恢复|有效期?|复核|wrong|disable|enable|valid|review|有(?:点|些)?(?:问题|毛病)(?!\s*\?))(?=$|[\s:,.!?;，。：；]|(?<=有效期)[到至从])",
    re.IGNORECASE,
)
_BEFORE_ENTRY = re.compile(  # 停用K-102, 恢复 K-102: joined, or in other words than those of the list
    r"(?P<word>停用|下线|下架|删除|删掉|作废|启用|恢复|通过|驳回|退回|复核|有效期|查|改成|改)\s*(?P<entry>(?:[A-Za-z]{1,8}-|[Kk])\d{1,9})(?!\w)"
)
_BACK = "恢复"
_ENTRY_AT_START = re.compile(r"[A-Za-z]{1,8}-\d{1,9}(?!\w)")
_POLITE = re.compile(r"(?:[您你]好)?[\s,，。!！]*(?:请|麻烦|我要|我想要?|帮我|帮忙|给我)+(?=\S)")
_ASKED_AT_THE_END = re.compile(  # 麦克风没声音，帮我报修一下
    # A run of separators is read once, from its beginning: from every place in it would take seconds where it is long.
    r"(?P<what>.{3,}?[^\s,，。!！;；])[\s,，。!！;；]++(?:请|麻烦(?:您|你)?|帮我|帮忙|给我|我要|要)+(?:报个?(?:修|障|单)|转人工|建个?单)(?:一下|下|吧|啊|谢谢|[\s,，。!！~])*",
    re.DOTALL,
)
_HURRIED = re.compile(
    r"(?P<how>加急|紧急|特急|急)[\s,，!！:：]*报[修障][\s,，。:：!！]+(?P<what>[^?？]{4,})", re.DOTALL
)
_BEGINS_IN_A_HURRY = ("加", "紧", "特", "急")
_ASKED_POLITELY = (
    Word.REPORT, Word.URGE, Word.WITHDRAW, Word.HUMAN, Word.PROGRESS, Word.WISH, Word.TRAINING
)  # fmt: skip
_SPOKEN_NAMES = ("工单", "故障", "取消", "进度")  # 我要取消 may be about anything
_NUMBER_FIRST = re.compile(
    r"(?:单号?|工单)?\s*+(?:#\s*+)?(?P<number>\d{3,9})[\s:,，、]*(?=[^\W\d])"
)  # 1024 接单
_A_TICKET = re.compile(r"\s*#?\d{3,9}[\s。.!！吧了~]*$")  # 帮我取消1001
_ASKED_AFTER = (Word.PROGRESS, Word.MINE, Word.URGE, Word.WITHDRAW, Word.HUMAN)
_TAIL = re.compile(r"(?:(?:怎么样|如何|到哪里?|到哪一步)了?)?[呢吧啊呀哈]*[\s?!。~]*$")  # 进度呢, 催单吧
WITH_NUMBER = ("接", "完成", "结单", "关单")  # in any other sentence these say something else
_ABOUT_ENTRIES = (Word.WRONG, Word.GENERAL, Word.ENABLE, Word.AMEND, Word.VALID, Word.REVIEWED)
_MAYBE_WRONG = "停用"
_SURELY_WRONG = ("不对", "有误", "wrong")  # the others are said of rooms and machines too: B-301 停用
_REPORTING = (Word.REPORT, Word.URGENT, Word.COMPLAIN, Word.WISH, Word.TRAINING)
_MEANT = (":", "!")  # after an English word: what follows is what it is about
_A_BARE_WISH = 6  # 我要投诉
_BY_SOUND = re.compile(  # 接丹 1001, 1001 道场
    r"(?:(?P<before>[\u4e00-\u9fff]{2,3})\s*#?(?P<number>\d{3,9})(?P<rest>(?:[\s,，:：].*)?)|#?(?P<first>\d{3,9})\s*(?P<after>[\u4e00-\u9fff]{2,3}))",
    re.DOTALL,
)
_SURELY_MEANT = 60
_LONG, _LONG_MEANT = 4, 75  # English words of more letters than this share many by chance
_UNKNOWN = re.compile(
    r"^(?:[/#]\s*(?P<marked>[^\s\d#@/]{1,8})|(?P<plain>[^\s\d#@/]{2,4}|[a-z]{5,9}))\s*#?(?P<number>\d{1,9})?(?:\s|$)",
    re.IGNORECASE,
)


class Command(msgspec.Struct, frozen=True):
    """What somebody typed: the word, the ticket number if one follows it, and the rest as it was written."""

    spec: Spec
    name: str
    number: int | None
    rest: str
    is_marked: bool  # with a slash or `#`: surely meant as a command
    is_number_first: bool = False  # `1024 接单`

    @property
    def word(self) -> Word:
        """What it means."""
        return self.spec.word


def parse(text: str) -> Command | None:
    """Return the command that a text begins with, or None when it is ordinary speech."""
    written = text[:4000].strip()
    plain = normalized(written)
    unmarked = _MARKS.sub("", plain)
    is_marked = unmarked != plain
    name = _name_at_start(unmarked)
    if name == _BACK and _BEFORE_ENTRY.match(unmarked):
        name = None  # 恢复 K-102 is of no ticket
    if name is not None:
        return _named(written, plain, len(plain) - len(unmarked), name, is_marked=is_marked)
    return (
        _number_first(written, plain, len(plain) - len(unmarked))
        or _about_entry(written, plain, len(plain) - len(unmarked))
        or _polite(written, plain)
        or _asked_at_the_end(written)
        or _hurried(written)
        or _complaint(written)
    )


def _named(written: str, plain: str, start: int, name: str, *, is_marked: bool) -> Command | None:
    """Return the command whose name stands at `start`, with the number and the words that follow it."""
    spec = _BY_NAME[name]
    after = plain[start + len(name) :]
    if spec.word in _ASKED_AFTER and _TAIL.match(after):
        after = ""
    found = _NUMBER.match(after) if spec.takes_number else None
    end = start + len(name) + found.end() if found else len(plain) - len(after)
    rest = _as_written(written, plain, end).strip(" \t\r\n").lstrip(BETWEEN)
    is_latin = name.isascii()
    if is_latin and not is_marked and not found and rest and not _is_meant(spec, after, rest):
        return None  # "update the driver" is speech; "/update", "update 1024" and "update" alone are commands
    if name in WITH_NUMBER and not is_marked and (rest if name == "接" or not found else ""):
        return None
    return Command(
        spec=spec, name=name, number=int(found[1]) if found else None, rest=rest, is_marked=is_marked
    )


def _number_first(written: str, plain: str, start: int) -> Command | None:
    """Return the command of a text that names the ticket first: `1024 接单`."""
    found = _NUMBER_FIRST.match(plain, start)
    name = _name_at_start(plain[found.end() :]) if found else None
    if found is None or name is None or not _BY_NAME[name].takes_number:
        return None
    command = _named(written, plain, found.end(), name, is_marked=True)
    if command is None or command.number is not None:
        return None
    return replace(command, number=int(found["number"]), is_marked=False, is_number_first=True)


def _polite(written: str, plain: str) -> Command | None:
    """Return the command of a customer's polite wish: `我要报修，投影仪不亮`, `麻烦催单`."""
    found = _POLITE.match(plain)
    name = _name_at_start(plain[found.end() :]) if found else None
    if found is None or name is None or _BY_NAME[name].word not in _ASKED_POLITELY:
        return None
    if name in _SPOKEN_NAMES and not _A_TICKET.match(plain, found.end() + len(name)):
        return None
    return _named(written, plain, found.end(), name, is_marked=False)


def _asked_at_the_end(written: str) -> Command | None:
    """Return the report of a text that says what is wrong and asks for a ticket at its end."""
    found = _ASKED_AT_THE_END.fullmatch(written)
    if found is None or written.rstrip().endswith(("?", "？")):
        return None
    name = "报修"
    return Command(spec=_BY_NAME[name], name=name, number=None, rest=found["what"], is_marked=False)


def _hurried(written: str) -> Command | None:
    """Return the report that begins with how urgent it is: `加急报修，投影不亮`."""
    found = _HURRIED.fullmatch(written) if written[:1] in _BEGINS_IN_A_HURRY else None
    if found is None:
        return None
    rest = f"{found['how']} {found['what']}"  # which a level may be called
    return Command(spec=_BY_NAME["报修"], name="报修", number=None, rest=rest, is_marked=False)


def _complaint(written: str) -> Command | None:
    """Return the complaint of a sentence that wishes to make one: `我要投诉`, `我要投诉你们工程师态度不好`."""
    if not wishes_to_complain(written):
        return None
    name = "投诉"
    is_bare = len(written.strip(BETWEEN)) <= _A_BARE_WISH
    return Command(
        spec=_BY_NAME[name], name=name, number=None, rest="" if is_bare else written, is_marked=False
    )


def _about_entry(written: str, plain: str, start: int) -> Command | None:
    """Return the command of a text that names the entry first: `K-141 不对 新版没有这个按钮`."""
    found = _ENTRY_FIRST.match(plain, start) or _BEFORE_ENTRY.match(plain, start)
    if found is None:
        return None
    word, said = found["word"].lower(), _as_written(written, plain, found.end())
    rest = f"{found['entry']} {said.strip().lstrip(BETWEEN)}".strip()
    # 有问题 may be said of anything, so it is no command by itself.
    meant = "启用" if word == _BACK else word
    name = meant if meant in _BY_NAME else _MAYBE_WRONG
    is_marked = word in _SURELY_WRONG
    # Its name is the word itself: 恢复 is said of rooms too.
    return Command(spec=_BY_NAME[name], name=word, number=None, rest=rest, is_marked=is_marked)


def _is_meant(spec: Spec, after: str, rest: str) -> bool:
    """Tell `report: no sound` and `help claim` from sentences that begin with these words."""
    if spec.word is Word.HELP:
        return spec_named(rest) is not None
    if spec.word is Word.COLUMNS:
        return "=" in rest
    if spec.word is Word.PROMISES:
        return True  # "sla Riverside": who reads it looks whether that is a customer
    if spec.word in _ABOUT_ENTRIES:
        return _ENTRY_AT_START.match(rest) is not None  # "wrong K-141 it is gone", not "wrong number"
    return spec.word in _REPORTING and after[:1] in _MEANT


def _as_written(written: str, plain: str, start: int) -> str:
    """Return what follows position `start` of the plain form, in the writer's own characters."""
    if len(written) == len(plain):
        return written[start:]
    position = 0
    for index, character in enumerate(written):
        if position >= start:
            return written[index:]
        position += len(normalized(character))
    return ""


def _name_at_start(text: str) -> str | None:
    lower = text[:_LONGEST].lower()
    for length in _LENGTHS.get(lower[:1], ()):
        spec = _BY_NAME.get(lower[:length])
        if spec is None or length > len(lower):
            continue
        follows = text[length : length + 1]
        if not follows or follows in _SEPARATORS or follows.isdigit():
            return lower[:length]
        if spec.word in _ASKED_AFTER and _TAIL.match(text, length):
            return lower[:length]
        if lower[:length] in spec.joined and not _SPEECH_AFTER_JOINED.match(text, length):
            return lower[:length]
    return None


def spec_named(name: str) -> Spec | None:
    """Return the command that a word is a name of, or None."""
    return _BY_NAME.get(normalized(name).strip(" /#").lower())


def misheard(text: str, role: Role) -> str | None:
    """Return the command about a ticket that was typed with another character of the same sound (`接丹 1024`), or None."""
    found = _BY_SOUND.fullmatch(normalized(text).strip())
    if found is None:
        return None
    typed, number = found["before"] or found["after"], found["number"] or found["first"]
    if typed in _BY_NAME:
        return None
    sound, letters = heard_as(typed), set(typed)
    for name, spec in _BY_NAME.items():
        is_like_it = len(name) == len(typed) and not letters.isdisjoint(name) and heard_as(name) == sound
        if is_like_it and spec.takes_number and may_use(spec, role):
            return f"{name} {number} {(found['rest'] or '').strip(BETWEEN)}".strip()
    return None


def nearest(text: str, role: Role) -> str | None:
    """Return the command that a mistyped one was probably meant to be (`转叫 1024` → `转交 1024`), or None."""
    found = _UNKNOWN.match(normalized(text).strip())
    if found is None or not (found["marked"] or found["number"]):
        return None
    typed = (found["marked"] or found["plain"]).lower()
    names = [name for name, spec in _BY_NAME.items() if may_use(spec, role) and len(name) > 1]
    is_long = len(typed) > _LONG and typed.isascii()
    best = process.extractOne(typed, names, scorer=fuzz.ratio, score_cutoff=_LONG_MEANT if is_long else 50)
    if best is None or (best[1] < _SURELY_MEANT and best[0][0] != typed[0]):
        return None  # half of a two-letter word is alike in too many: 吃单 could be any of six
    return f"{best[0]} {found['number']}" if found["number"] else best[0]
