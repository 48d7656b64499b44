"""What helped, told bit by bit: `换了根线`, `线断了，换了根线`, `无`: which of cause, method and prevention each part is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from bot.asks import Result
from bot.commands import BETWEEN
from bot.meaning.leading_numbers import without_number
from bot.meaning.short_answers import only_promises, resolution_fields
from bot.tickets.endings import is_none
from faq.text import is_noise, is_thanks, looks_like_question, looks_like_trouble

_LONGEST: Final = 120  # characters
_DID: Final = re.compile(
    r"(?:已经?|我|就|给|先|把.{1,8}?){0,3}(?:换|重[启装新做压插]|插(?![头座排口线槽])|拔|拧|清(?!晰)|调(?!制)|更新|升级|修|接(?![口头触])|焊|删|改|发(?!现)|教会|教了|讲解|演示|远程|授权|开通|关(?!系)|打开|装|加|恢复|设置|复位|充|擦|紧|replaced|restarted|reset|changed|tightened|cleaned|updated|reinstalled)",
    re.IGNORECASE,
)
_WAS_WRONG: Final = re.compile(
    r"坏|松|断|老化|烧|掉|脱落|故障|损|接触|过期|没[电插开关]|错|冲突|满|死机|灰|脏|不足|误|未|broken|loose|dead|worn|expired|unplugged|wrong|full",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(r"[,，;；。\n]+")


def told(text: str, known: Result, *, is_command: bool = False) -> Result | None:
    """Return what is known with what a text tells, None when it tells nothing of it; behind a command three parts are all of it."""
    said = without_number(known.ticket, text)
    is_talk = (
        is_noise(said) or is_thanks(said) or only_promises(said)
    )  # 收到, 稍等: what is missing comes yet
    if len(said) > _LONGEST or looks_like_question(said) or (is_talk and not is_none(said)):
        return None
    fields = {"cause": known.cause, "method": known.method, "prevention": known.prevention}
    labelled = {name: part for name, part in resolution_fields(said).items() if part}
    if labelled:
        return replace(known, **labelled)
    parts = [part for each in _PARTS.split(said) if (part := each.strip(BETWEEN))]
    if len(parts) == 1 and not said.isascii() and len(words := parts[0].split()) == _missing(fields):
        parts = words  # 灯泡老化 换灯泡 少开关
    missing = _missing(fields)
    is_going_on = 0 < missing < len(fields) and len(parts) == missing
    is_named = said != text
    is_bare = is_command and re.search(r"[:：]", said) is None
    is_whole = (is_named or is_bare) and len(parts) == missing == len(fields)
    is_told = is_whole or is_going_on or any(_DID.match(part) or _is_cause(part) for part in parts)
    if not parts or len(parts) > len(fields) or not is_told:
        return None
    free = [name for name, text in fields.items() if not text]
    if len(parts) > len(free):
        return replace(known, **dict(zip(fields, parts, strict=True))) if len(parts) == len(fields) else None
    told_now = dict(zip(_names(parts, free), parts, strict=True))
    return replace(known, **told_now)


def _missing(fields: dict[str, str]) -> int:
    return sum(not text for text in fields.values())


def _names(parts: Sequence[str], free: Sequence[str]) -> Sequence[str]:
    """Return which of the fields that are still empty each part is: in their order, but what was done is the method."""
    is_both = "cause" in free and "method" in free
    if is_both and _DID.match(parts[0]) and not (len(parts) > 1 and _DID.match(parts[1])):
        return ("method", *(name for name in free if name != "method"))[: len(parts)]
    return free[: len(parts)]


def _is_cause(part: str) -> bool:
    return _WAS_WRONG.search(part) is not None or looks_like_trouble(part)
