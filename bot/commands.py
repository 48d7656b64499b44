"""Read what somebody typed as a command.

A slash, `#`, full-width characters and spaces are optional everywhere. Finding a word costs a few dictionary look-ups,
however many words there are.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.tickets.rules import Role
from bot.vocabulary import SPECS, Spec, Word, may_use

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
_SPEECH_AFTER_JOINED = re.compile(  # 报障了吗, 报障电话是多少
    r"[了的吗嘛么吧呢]|过[了吗么没]|没有?(?:[?!.]|$)|电话(?:是|多少|号)|流程|单(?![元位板面])|方式|人员|率"
)
_ENTRY_FIRST = re.compile(  # K-141 不对
    r"(?P<entry>[A-Za-z]{1,8}-?\d{1,9})\s*(?P<word>不对|有误|wrong)(?=$|[\s:,.!?;，。：；])", re.IGNORECASE
)
_ENTRY_AT_START = re.compile(r"[A-Za-z]{1,8}-\d{1,9}(?!\w)")
_ABOUT_ENTRIES = (Word.WRONG, Word.GENERAL, Word.ENABLE, Word.AMEND)
_REPORTING = (Word.REPORT, Word.URGENT)
_MEANT = (":", "!")  # after an English word: what follows is what it is about
_SURELY_MEANT = 60
_LONG, _LONG_MEANT = 4, 75  # English words of more letters than this share many by chance
_UNKNOWN = re.compile(
    r"^(?:[/#]\s*(?P<marked>[^\s\d#@/]{1,8})|(?P<plain>[^\s\d#@/]{2,4}|[a-z]{5,9}))\s*#?(?P<number>\d{1,9})?(?:\s|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody typed: the word, the ticket number if one follows it, and the rest as it was written."""

    spec: Spec
    name: str
    number: int | None
    rest: str
    is_marked: bool  # with a slash or `#`: surely meant as a command

    @property
    def word(self) -> Word:
        """What it means."""
        return self.spec.word


def parse(text: str) -> Command | None:
    """Return the command that a text begins with, or None when it is ordinary speech."""
    written = text[:4000].strip()
    plain = unicodedata.normalize("NFKC", written)
    unmarked = _MARKS.sub("", plain)
    is_marked = unmarked != plain
    name = _name_at_start(unmarked)
    if name is None:
        return _about_entry(written, plain, len(plain) - len(unmarked))
    spec = _BY_NAME[name]
    after = unmarked[len(name) :]
    found = _NUMBER.match(after) if spec.takes_number else None
    end = len(plain) - len(after) + (found.end() if found else 0)
    rest = _as_written(written, plain, end).strip(" \t\r\n").lstrip(BETWEEN)
    is_latin = name.isascii()
    if is_latin and not is_marked and not found and rest and not _is_meant(spec, after, rest):
        return None  # "update the driver" is speech; "/update", "update 1024" and "update" alone are commands
    return Command(
        spec=spec, name=name, number=int(found[1]) if found else None, rest=rest, is_marked=is_marked
    )


def _about_entry(written: str, plain: str, start: int) -> Command | None:
    """Return the command of a text that names the entry first: `K-141 不对 新版没有这个按钮`."""
    found = _ENTRY_FIRST.match(plain, start)
    if found is None:
        return None
    name, said = found["word"].lower(), _as_written(written, plain, found.end())
    rest = f"{found['entry']} {said.strip().lstrip(BETWEEN)}".strip()
    return Command(spec=_BY_NAME[name], name=name, number=None, rest=rest, is_marked=True)


def _is_meant(spec: Spec, after: str, rest: str) -> bool:
    """Tell `report: no sound` and `help claim` from sentences that begin with these words."""
    if spec.word is Word.HELP:
        return spec_named(rest) is not None
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
        position += len(unicodedata.normalize("NFKC", character))
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
        is_joined = spec.is_joined and lower[:length] == spec.names[0]
        if is_joined and not _SPEECH_AFTER_JOINED.match(text, length):
            return lower[:length]
    return None


def spec_named(name: str) -> Spec | None:
    """Return the command that a word is a name of, or None."""
    return _BY_NAME.get(unicodedata.normalize("NFKC", name).strip(" /#").lower())


def nearest(text: str, role: Role) -> str | None:
    """Return the command that a mistyped one was probably meant to be (`转叫 1024` → `转交 1024`), or None."""
    found = _UNKNOWN.match(unicodedata.normalize("NFKC", text).strip())
    if found is None or not (found["marked"] or found["number"]):
        return None
    typed = (found["marked"] or found["plain"]).lower()
    names = [name for name, spec in _BY_NAME.items() if may_use(spec, role) and len(name) > 1]
    is_long = len(typed) > _LONG and typed.isascii()
    best = process.extractOne(typed, names, scorer=fuzz.ratio, score_cutoff=_LONG_MEANT if is_long else 50)
    if best is None or (best[1] < _SURELY_MEANT and best[0][0] != typed[0]):
        return None  # half of a two-letter word is alike in too many: 结单 could be any of six
    return f"{best[0]} {found['number']}" if found["number"] else best[0]
