"""From which probability on a knowledge base answers, found by asking it its own questions."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faq.entries import Measured
from faq.knowledge import KnowledgeBase
from faq.rank import is_the_same, ranked

USUAL = 0.90  # where nothing else is known
_ASKED = 200  # questions asked of a knowledge base at most
_ENOUGH = 40  # that another phrasing of the same entry answers; fewer tell too little
_STEPS = tuple(step / 100 for step in range(80, 98))
_WISHED, _FALSE_AT_MOST = 0.97, 0.01
_SEED = 1


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """What a phrasing finds when it is not there itself."""

    score: float  # of the best find
    is_right: bool
    is_answerable: bool  # whether its entry has another phrasing
    without: float  # the best score when its entry is not there at all


def asked_itself(base: KnowledgeBase) -> Iterator[OwnQuestion]:
    """Yield what some phrasings of a knowledge base find without themselves, one at a time, so that long work can be cut."""
    entries = [entry for entry in base.entries() if entry.is_enabled]
    chance = random.Random(_SEED)  # noqa: S311 - the same questions every time, nothing secret
    for entry in chance.sample(entries, min(_ASKED, len(entries))):
        found = base.measure(chance.choice((entry.question, *entry.aliases)), customer=entry.customer)
        others = [each for each in found if not is_the_same(each)]
        best = ranked(others)
        yield OwnQuestion(
            score=best[0].score if best else 0.0,
            is_right=bool(best) and best[0].entry.id == entry.id,
            is_answerable=bool(entry.aliases),
            without=_best([each for each in others if each.entry.id != entry.id]),
        )


def _best(found: Sequence[Measured]) -> float:
    return max((each.score for each in ranked(found)), default=0.0)


def own_answer_at(asked: Sequence[OwnQuestion], usual: float) -> float:
    """Return the lowest probability from which on the knowledge base would have answered its own questions rightly.

    The usual one when too few entries have several phrasings to tell.
    """
    held = [each for each in asked if each.is_answerable]
    if len(held) < _ENOUGH:
        return usual
    for step in _STEPS:
        given = [each.is_right for each in held if each.score >= step]
        is_quiet = sum(each.without >= step for each in asked) <= _FALSE_AT_MOST * len(asked)
        if is_quiet and sum(given) >= _WISHED * len(given):
            return step
    return _STEPS[-1]


def usual_or_own(base: KnowledgeBase, usual: float) -> float:
    """Return from which probability on a knowledge base answers, asked all at once; for programs that do nothing else."""
    return own_answer_at(list(asked_itself(base)), usual)


def for_chatter(answer_at: float) -> float:
    """Return from which probability on a text is answered that asks nobody anything: half way to certainty."""
    return (1 + answer_at) / 2
