"""One of several things named by its place, or all of them: 第一个取消, 第二个报修, 上面两个都不用来了, the first one is fixed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from bot.commands import BETWEEN
from faq.text import normalized

_LONGEST: Final = 60
_COUNTS = {"两": 2, "二": 2, "俩": 2, "2": 2, "三": 3, "仨": 3, "3": 3, "四": 4, "4": 4}
_KNOWN = (2, 3, 4)  # of how many things a place can be meant; of more no further one has a name
_ORDINALS = {"一": 0, "1": 0, "二": 1, "两": 1, "2": 1, "三": 2, "3": 2, "四": 3, "4": 3} | {
    "first": 0,
    "second": 1,
    "third": 2,
    "fourth": 3,
}
_ABOVE = r"(?:上面|前面|刚才|我)?(?:报的?)?(?:那|这)?"
_OF_WHAT = r"(?:报[修障]|工?单子?|问题|事情?|故障)?(?:的)?"
_ONE: Final = re.compile(
    rf"(?:{_ABOVE}第\s*(?P<nth>[一二两三四1-4])\s*(?:[个单张条件]|$)|(?P<front>(?:头|前)一?个|前面(?:那|这)?个)|(?P<back>后一?个|后面(?:那|这)?个|最后(?:那|这)?一?个)"
    rf"|(?:the )?(?P<english>first|second|third|fourth|last)(?: one| ticket| report)?(?![a-z])){_OF_WHAT}\s*"
)
_ALL: Final = re.compile(
    rf"(?:{_ABOVE}(?P<count>[两二三四俩仨2-4])[个单张条件]?{_OF_WHAT}都?|(?:那|就)?(?:全|都)(?=[报要不取撤])|both(?: of (?:them|these))?(?![a-z]))\s*"
)
_VERB_FIRST: Final = re.compile(
    r"(?:帮我|麻烦|请|把)*(?P<verb>取消|撤[掉销回单了]?|催(?:一下|催)?|(?:please )?(?:cancel|withdraw|report))\s*(?=第|头|前|后|最后|上面|[两三]个|the |both)"
)
_LET: Final = re.compile(r"(?:那|把|帮我|麻烦|请|还有|看看|看一?下|问一?下|查一?下|and )+")
_LAST: Final = re.compile(  # any news on the second one
    r"(?P<verb>.{3,30}?) (?:on |of |with |for |about |to )?(?=(?:the )?(?:first|second|third|fourth|last)(?: one| ticket| report)?$)"
)
_BETWEEN_CLAUSES: Final = re.compile(r"[,，。;；、\n]+|\s+(?=第|and )|(?<=[了行好])(?=第[一二三四1-4]个)")
_MAY_BE: Final = re.compile(
    r"第|[头前后面这那一两二三四2-4]\s*个|最后|[两二三四2-4][单张条件]|[俩仨]|[全都][报要不取撤]|first|second|third|fourth|last|both"
)


class Placed(msgspec.Struct, frozen=True):
    """The places that a clause names, counted from 0, and what it says of them; empty when it only names them."""

    places: tuple[int, ...]
    said: str


def names_places(text: str) -> bool:
    """Say whether a text names something by its place, if there are as many of it as that takes."""
    clauses = _clauses(text)
    return any(_placed(clauses, count) for count in _KNOWN)


def placed(text: str, count: int) -> tuple[Placed, ...]:
    """Return what a whole text says of some of `count` things by their places; nothing when it says anything else.

    Each clause must name one. `上面两个` names all only where there are two.
    """
    return _placed(_clauses(text), count) if count > 1 else ()


def _clauses(text: str) -> list[str]:
    """Return the clauses of a text that may name places; none of any other."""
    if len(text) > _LONGEST or not _MAY_BE.search(text.lower()):
        return []
    said = normalized(text).strip().lower()
    clauses = (clause.strip(BETWEEN + "?？") for clause in _BETWEEN_CLAUSES.split(said))
    return [clause for clause in clauses if clause]


def _placed(clauses: Sequence[str], count: int) -> tuple[Placed, ...]:
    found: list[Placed] = []
    for clause in clauses:
        named = _named(clause, count)
        if named is not None:
            found.append(named)
        elif found and found[-1].said:  # 第二个好了，不用来了
            found[-1] = Placed(found[-1].places, f"{found[-1].said}，{clause}")
        else:
            return ()
    return tuple(found)


def place_of(text: str, count: int) -> int | None:
    """Return the only place that a text names and says nothing else: `第一个`."""
    found = placed(text, count)
    return found[0].places[0] if len(found) == 1 and not found[0].said and len(found[0].places) == 1 else None


def _named(clause: str, count: int) -> Placed | None:
    let = _LET.match(clause)
    clause = clause[let.end() :] if let else clause
    verb = _VERB_FIRST.match(clause) or _LAST.match(clause)
    rest = clause[verb.end() :] if verb else clause
    if (every := _ALL.match(rest)) is not None:
        counted = every["count"]
        if counted is not None and _COUNTS[counted] != count:
            return None
        places, end = tuple(range(count)), every.end()
    elif (one := _ONE.match(rest)) is not None and (place := _place(one, count)) < count:
        places, end = (place,), one.end()
    else:
        return None
    after = rest[end:].strip(BETWEEN)
    return Placed(places, f"{verb['verb']}{after}" if verb else after)


def _place(found: re.Match[str], count: int) -> int:
    if found["front"]:
        return 0
    if found["back"] or found["english"] == "last":
        return count - 1
    return _ORDINALS[found["nth"] or found["english"]]
