"""What staff say to each other about a ticket, read as the command that means the same: `1024 我去看看`, `让小周处理 1024`.

Only whole sentences count. One that says more, or names nobody and no ticket that there is, stays talk among people.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from bot.commands import BETWEEN, Command, parse
from bot.meaning.sentences import (
    A_NUMBER,
    ABOUT_A_TICKET,
    ABOUT_ALL,
    ASKS_SOMEBODY,
    CLAIMS,
    DOES,
    ENDS,
    FREE,
    GIVES,
    HOW_IS_IT,
    NOBODY_HAS,
    OF_SEVERAL,
    OF_SOMEBODY,
    ON_A_DAY,
    ON_SITE,
    SENDS,
    TAKES_BACK,
    TAKES_SEVERAL,
    TAKES_THE_SHIFT,
    TOLD_TO_GO,
    WORKLOADS,
)
from bot.meaning.short_answers import BEGINS_A_RESULT, resolution_fields
from bot.meaning.wishes import Wish, wish
from bot.tickets.model import Party
from bot.vocabulary import Word

_CAUSE = ("原因", "故障原因")
_COMMAS = re.compile(r"[,，]\s*")
_NUMBERS = re.compile(r"\d{3,9}")
_AN_ENTRY = re.compile(r"(?P<entry>[Kk]-\d{3,9})(?:是(?:啥|什么)|的?(?:内容|答案)(?:是什么)?)[\s?？。]*")
_THREE = 3
_LONGEST = 200
_HALF_WIDTH = str.maketrans("０１２３４５６７８９＃＠　’", "0123456789#@ '")
_DIGITS = "0123456789"

Called = Callable[[str], tuple[Party, str] | None]


class Spoken(msgspec.Struct, frozen=True):
    """The command that was meant. `is_certain`: it stands whatever is open; else just one ticket must fit it."""

    command: str  # as it would be typed, marked
    number: int | None
    is_certain: bool = True


def spoken(text: str, called: Called, *, is_manager: bool, is_addressed: bool) -> Spoken | None:
    """Return the command that a sentence of staff means, or None when it is ordinary speech.

    `called` returns the colleague whom a text names first, and the rest of it. A manager's word gives a ticket to somebody at
    once, an owner's asks them.
    """
    said = text.strip().translate(_HALF_WIDTH) if len(text) <= _LONGEST else ""
    if not said:
        return None
    begins = BEGINS_A_RESULT.match(said) or said.startswith(_CAUSE)  # 原因灯泡老化方法换灯泡预防少开关
    if begins and all(resolution_fields(said).values()):
        return _meant(Word.RESOLVE, None, said)
    if TAKES_THE_SHIFT.fullmatch(said):
        return _meant(Word.TAKE_OVER, None)
    if TAKES_BACK.fullmatch(said):
        return _meant(Word.UNDO, None, is_certain=False)
    about_all = _asked(said, is_manager=is_manager) or _on_a_day(said) or _of_somebody(said, called)
    if about_all is None and is_addressed and FREE.fullmatch(said):
        about_all = _meant(Word.WORKLOAD, None)  # said to everybody it asks for a colleague, not for numbers
    if about_all is None and is_addressed and HOW_IS_IT.fullmatch(said):
        about_all = _meant(Word.QUEUE, None)
    if about_all is not None or not any(digit in said for digit in _DIGITS):
        return _claimed(said) or about_all
    if (entry := _AN_ENTRY.fullmatch(said)) is not None:
        return _meant(Word.LOOK_UP, None, entry["entry"])
    number = A_NUMBER.fullmatch(said) if is_addressed else None
    if number is not None:
        return _meant(Word.PROGRESS, number["number"])
    give = Word.REASSIGN if is_manager else Word.HAND_OVER
    return _of_several(said, called, give) or _of_one(said, called, give)


def takes_the_shift(text: str) -> Command | None:
    """Return the command of a text that says somebody's shift begins, also behind another word: `收到，接班`."""
    return parse(f"/{Word.TAKE_OVER}") if TAKES_THE_SHIFT.fullmatch(text.strip()) else None


def _of_one(said: str, called: Called, give: Word) -> Spoken | None:
    return _claimed(said) or _sent(said, called) or _given(said, called, give) or _about(said)


def _of_several(said: str, called: Called, give: Word) -> Spoken | None:
    """Return what is said of several tickets at once, as it would be of the first: `1001和1002我都接了`, `1001 1002 到场`."""
    several = TAKES_SEVERAL.fullmatch(said)
    if several is not None:
        return _meant(Word.CLAIM, several["number"], " ".join(_NUMBERS.findall(several["others"])))
    several = OF_SEVERAL.fullmatch(said)
    if several is None:
        return None
    first, others = several["number"], " ".join(_NUMBERS.findall(several["others"]))
    one = f"{first} {several['me'] or ''}{several['rest']}"
    typed = parse(one)
    if typed is not None and typed.is_number_first:
        return _meant(typed.word, first, f"{others} {typed.rest}")
    found = _of_one(one, called, give)
    return replace(found, command=found.command.replace(first, f"{first} {others}", 1)) if found else None


def _claimed(said: str) -> Spoken | None:
    for pattern in CLAIMS:
        found = pattern.fullmatch(said)
        if found is None:
            continue
        if found["number"] or found.groupdict().get("takes"):
            return _meant(Word.CLAIM, found["number"], is_certain=bool(found["number"]))
    return None  # "我看看" alone may be about anything


def _sent(said: str, called: Called) -> Spoken | None:
    """Return 派单 for words that send a colleague to where the trouble is."""
    for pattern in SENDS:
        found = pattern.fullmatch(said)
        named = called(found["rest"]) if found is not None else None
        goes = ON_SITE.fullmatch(named[1].strip()) if named is not None else None
        if found is None or named is None or goes is None:
            continue
        numbers = [each for each in (found.groupdict().get("number"), goes["number"]) if each]
        if len(numbers) == 1:
            return _to(Word.DISPATCH, numbers[0], named[0], goes["why"] or "")
    return None


def _given(said: str, called: Called, word: Word) -> Spoken | None:
    """`1024 派给小周 老张请假` says by itself what is meant; `让小周处理 1024` only when no other work is named."""
    for pattern in GIVES:
        found = pattern.fullmatch(said)
        named = called(found["rest"]) if found is not None else None
        if found is not None and named is not None:
            does = DOES.fullmatch(named[1])
            why = "" if ENDS.fullmatch(named[1].strip()) else named[1]
            return _to(word, found["number"], named[0], (does["why"] or "") if does is not None else why)
    for pattern, is_enough in ASKS_SOMEBODY:
        found = pattern.fullmatch(said)
        named = called(found["rest"]) if found is not None else None
        if found is None or named is None:
            continue
        does = DOES.fullmatch(named[1])
        if does is not None or (is_enough and not named[1].strip()):
            why = (does["why"] if does is not None else "") or found.groupdict().get("why") or ""
            return _to(word, found["number"], named[0], why)
    for pattern in TOLD_TO_GO if word is Word.REASSIGN else ():
        found = pattern.fullmatch(said)
        named = called(found["rest"]) if found is not None else None
        does = DOES.fullmatch(named[1].strip().removeprefix("你")) if named is not None else None
        if found is not None and named is not None and does is not None:
            return _to(word, found["number"], named[0], does["why"] or "")
    return None


def _about(said: str) -> Spoken | None:
    for pattern, word, first in ABOUT_A_TICKET:
        found = pattern.fullmatch(said)
        if found is not None:
            rest = (found["rest"] or "").strip(BETWEEN)
            return _meant(
                word, found["number"], f"{first} {_parted(rest) if word is Word.RESOLVE else rest}".strip()
            )
    number = said.lstrip("#")
    digits = number[: len(number) - len(number.lstrip(_DIGITS))]
    asked = number[len(digits) :].strip(BETWEEN)
    if digits and BEGINS_A_RESULT.match(asked) and all(resolution_fields(asked).values()):
        return _meant(Word.RESOLVE, digits, asked)  # 1024 原因：… 方法：… 预防：…
    is_asked = bool(digits) and (wish(asked) is Wish.HOW_FAR or NOBODY_HAS.fullmatch(asked) is not None)
    return _meant(Word.PROGRESS, digits) if is_asked else None


def _parted(result: str) -> str:
    """Return cause, method and prevention said in one breath as three parts: `电源老化，换了电源，以后定期除尘`."""
    parts = _COMMAS.split(result)
    return "；".join(parts) if len(parts) == _THREE and "；" not in result and ";" not in result else result


def _asked(said: str, *, is_manager: bool) -> Spoken | None:
    for pattern, word in ABOUT_ALL:
        if (is_manager or word is not Word.CALLBACK) and pattern.fullmatch(said):
            return _meant(word, None)
    return _meant(Word.WORKLOAD, None) if WORKLOADS.fullmatch(said) else None


def _on_a_day(said: str) -> Spoken | None:
    found = next((found for pattern in ON_A_DAY if (found := pattern.fullmatch(said))), None)
    return _meant(Word.ON_DUTY, None, found["day"]) if found is not None else None


def _of_somebody(said: str, called: Called) -> Spoken | None:
    for pattern in OF_SOMEBODY:
        found = pattern.fullmatch(said)
        named = called(found["rest"]) if found is not None else None
        if named is not None and not named[1].strip():
            return _meant(Word.QUEUE, None, f"@{named[0].name}")
    return None


def _to(word: Word, number: str, who: Party, why: str) -> Spoken:
    return _meant(word, number, f"@{who.name} {why.strip(BETWEEN)}".strip())


def _meant(word: Word, number: str | None, rest: str = "", *, is_certain: bool = True) -> Spoken:
    typed = " ".join(part for part in (f"/{word}", number or "", rest) if part)
    return Spoken(typed, int(number) if number else None, is_certain)
