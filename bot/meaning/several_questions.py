"""A message that asks for two things: where it is cut, and what is offered when its parts have answers of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import assert_never

from bot.meaning.deciding import Candidates, Decision, Give, is_asked
from faq.knowledge import Answer, Hit, Nothing, Suggest, Verdict

_MOST = 3  # parts, and candidates
_LEAST_LETTERS, _LONGEST = 4, 200
_LATELY = 256
_BETWEEN = re.compile(
    r"[?？!！。;；\n]+\s*|\s+(?=另外|还有|顺便|再问)"
    r"|[,，、\s]*(?:另外|还有(?=怎么|咋|如何|哪|多少|几|什么|[^\s，,。]{1,12}(?:怎么|咋|如何|在哪|哪里|多少|吗))|顺便(?:再)?问一?下?|再问一?下|以及(?=怎么|如何|哪|多少))[,，、\s]*"
    r"|[,，]\s*(?=(?:and|also|plus)\b)|\s+(?:and also|and|also|plus)\s+(?=(?:how|where|what|when|why|who|which|can|do|does|is|are)\b)",
    re.IGNORECASE,
)
# No place to cut is without one of these, and most of what people say to each other has none.
_MAY_BE_CUT = re.compile(r"[?？!！。;；\n]|另外|还有|顺便|再问|以及|and|also|plus", re.IGNORECASE)
_LEADING = re.compile(r"^(?:and|also|plus|那|然后|就是|我想|想)[\s,，]+", re.IGNORECASE)


@lru_cache(maxsize=_LATELY)
def asked_parts(text: str) -> tuple[str, ...]:
    """Return the questions of a message that asks for two or three things; nothing where it asks for one, or for no one knows how many."""
    if len(text) > _LONGEST or not _MAY_BE_CUT.search(text):
        return ()
    parts = [_LEADING.sub("", part.strip()).strip(" ,，、") for part in _BETWEEN.split(text)]
    asking = [part for part in parts if len(part) >= _LEAST_LETTERS and is_asked(part)]
    return tuple(asking) if 1 < len(asking) <= _MOST else ()


def with_parts(decision: Decision, verdicts: Sequence[Verdict]) -> Decision:
    """Return what is said to a message with several questions, given what was found for each and for the whole.

    Where each has an answer all are given; where some are not sure they are offered, unless the whole has an answer already.
    """
    found = {hit.entry.id: hit for hit in map(_best, verdicts) if hit is not None}
    if len(found) < 2:
        return decision
    hits = tuple(found.values())[:_MOST]
    if all(isinstance(each, Answer) for each in verdicts):
        return Give(hits[0], also=hits[1:])
    return decision if isinstance(decision, Give) else Candidates(hits, is_several=True)


def _best(verdict: Verdict) -> Hit | None:
    match verdict:
        case Answer(hit=hit):
            return hit
        case Suggest(hits=hits):
            return hits[0]
        case Nothing():
            return None
        case _:
            assert_never(verdict)
