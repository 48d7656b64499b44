"""From which probability on a knowledge base answers, found by asking it its own questions."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from zlib import crc32

import msgspec

from faq.entries import Entry, Measured
from faq.knowledge import KnowledgeBase
from faq.rank import is_the_same, ranked

USUAL = 0.90  # where nothing else is known
_ASKED = 200  # questions asked of a knowledge base at most
_OF_ONE_ENTRY = 8  # wordings of an entry that are asked at most
_ENOUGH = 40  # that another phrasing of the same entry answers; fewer tell too little
_STEPS = tuple(step / 100 for step in range(80, 98))
_WISHED, _FALSE_AT_MOST = 0.97, 0.01
_AT_ONCE = 250  # phrasings gone over in a millisecond or so


class OwnQuestion(msgspec.Struct, frozen=True):
    """What a phrasing finds when it is not there itself."""

    score: float  # of the best find
    is_right: bool
    is_answerable: bool  # whether its entry has another phrasing
    without: float  # the best score when its entry is not there at all


def asked_itself(base: KnowledgeBase) -> Iterator[OwnQuestion | None]:
    """Yield what some phrasings of a knowledge base find without themselves, and None now and then, so that long work can be cut."""
    best: list[tuple[int, int]] = []
    for better in _chosen(base):
        best = better
        yield None
    for _, number in best:
        entry = base.phrases.entries[number]
        if entry is not None:  # it may have been taken out meanwhile
            yield from _asked(base, entry, number)


def _chosen(base: KnowledgeBase) -> Iterator[list[tuple[int, int]]]:
    """Yield numbers of phrasings by chance, the same for the same entries whatever their order, better ones each time."""
    best: list[tuple[int, int]] = []
    numbers = iter(range(len(base.phrases)))
    while some := list(islice(numbers, _AT_ONCE)):
        best = heapq.nsmallest(_ASKED, [*best, *_drawn(base, some)])
        yield best


def _drawn(base: KnowledgeBase, numbers: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield a lot for every number: first come one wording of each entry, then the second ones, in the order of their lots."""
    for number in numbers:
        entry = base.phrases.entries[number]
        if number in base.asleep:
            continue
        if entry is not None and (turn := _turn(entry, base.phrases.places[number])) < _OF_ONE_ENTRY:
            yield (turn << 32) + crc32(f"{entry.id}\0{base.phrases.wording(number)}".encode()), number


def _turn(entry: Entry, place: int) -> int:
    """Return which of its wordings an entry asks when: not always its question first."""
    count = 1 + len(entry.aliases)
    return (place + crc32(entry.id.encode())) % count


def _asked(base: KnowledgeBase, entry: Entry, number: int) -> Iterator[OwnQuestion | None]:
    text, own = base.phrases.wording(number), base.phrases.numbers(entry)
    is_answerable = len(own) > 1
    found: list[Measured] = []
    if is_answerable:
        yield from base.looked_up(text, customer=entry.customer, left_out=(number,))
        yield None
        found = base.measure(text, customer=entry.customer, left_out=(number,))
        yield None
    among = base.count(entry.customer)
    best = ranked([each for each in found if not is_the_same(each)], among)
    yield from base.looked_up(text, customer=entry.customer, left_out=own)
    yield None
    others = base.measure(text, customer=entry.customer, left_out=own)
    yield None
    yield OwnQuestion(
        score=best[0].score if best else 0.0,
        is_right=bool(best) and best[0].entry.id == entry.id,
        is_answerable=is_answerable,
        without=_best([each for each in others if not is_the_same(each)], among),
    )


def _best(found: Sequence[Measured], among: int) -> float:
    return max((each.score for each in ranked(found, among)), default=0.0)


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
    return own_answer_at([each for each in asked_itself(base) if each is not None], usual)


def for_chatter(answer_at: float) -> float:
    """Return from which probability on a text is answered that asks nobody anything: half way to certainty."""
    return (1 + answer_at) / 2
