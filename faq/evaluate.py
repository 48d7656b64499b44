"""How good predictions are: found, ranked, sure at a wished precision, and honest about how sure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

import msgspec

_BINS = 10
_RECALLED = 3


class Asked(msgspec.Struct, frozen=True):
    """A question and the entries that answer it; none when nothing in the knowledge base does."""

    id: str
    gold: frozenset[str]
    kind: str = ""


class Coverage(msgspec.Struct, frozen=True):
    """How many of the answerable questions are answered rightly at a wished precision, and from which score on."""

    share: float
    threshold: float | None  # None: no threshold gives that precision


class Figures(msgspec.Struct, frozen=True):
    """The figures of a set of predictions; shares are of the answerable questions."""

    answerable: int
    unanswerable: int
    top1: float
    recall: float  # among the first three
    mrr: float
    auroc: float  # how well the best score tells answerable questions from others; 0.5 is chance
    at_95: Coverage
    at_98: Coverage
    calibration_error: float  # mean distance of probability and share of right ones, over ten equal bins


class Answered(msgspec.Struct, frozen=True):
    """What comes of answering everything from one score on."""

    precision: float  # share of right ones among all answers, 1 when there is none
    coverage: float  # share of the answerable questions that are answered rightly
    false_answers: tuple[
        tuple[str, float], ...
    ]  # by kind of question without an answer, the share that gets one


Hits = Sequence[tuple[str, float]]


def figures(asked: Sequence[Asked], predicted: Mapping[str, Hits]) -> Figures:
    """Return the figures of predictions by id of the question, best hit first; a missing prediction is an empty one."""
    answerable = [each for each in asked if each.gold]
    total = len(answerable)
    ranks = [_rank(predicted.get(each.id, ()), each.gold) for each in answerable]
    said = sorted(
        (hits[0][1], hits[0][0] in each.gold) for each in asked if (hits := predicted.get(each.id, ()))
    )
    return Figures(
        answerable=total,
        unanswerable=len(asked) - total,
        top1=_share(sum(rank == 1 for rank in ranks), total),
        recall=_share(sum(0 < rank <= _RECALLED for rank in ranks), total),
        mrr=sum(1 / rank for rank in ranks if rank) / total if total else 0.0,
        auroc=_auroc(
            [_best(predicted, each) for each in asked if each.gold],
            [_best(predicted, each) for each in asked if not each.gold],
        ),
        at_95=coverage(said, 0.95, total),
        at_98=coverage(said, 0.98, total),
        calibration_error=_calibration_error(said),
    )


def coverage(said: Sequence[tuple[float, bool]], precision: float, answerable: int) -> Coverage:
    """Return the most that can be answered while this share of all answers is right.

    `said` holds score and rightness of every first hit. Equal scores are answered together or not at all.
    """
    best, threshold, given, right = 0, None, 0, 0
    for score, group in groupby(sorted(said, reverse=True), key=lambda each: each[0]):
        members = [is_right for _, is_right in group]
        given += len(members)
        right += sum(members)
        if right > best and right >= precision * given:
            best, threshold = right, score
    return Coverage(_share(best, answerable), threshold)


def answered(asked: Sequence[Asked], predicted: Mapping[str, Hits], at: float) -> Answered:
    """Return what comes of answering every question whose best hit has at least this score."""
    given = [each for each in asked if _best(predicted, each) >= at]
    right = sum(predicted[each.id][0][0] in each.gold for each in given)
    all_of_kind = Counter(each.kind for each in asked if not each.gold)
    false = Counter(each.kind for each in given if not each.gold)
    return Answered(
        precision=right / len(given) if given else 1.0,
        coverage=_share(right, sum(bool(each.gold) for each in asked)),
        false_answers=tuple((kind, false[kind] / count) for kind, count in sorted(all_of_kind.items())),
    )


def _best(predicted: Mapping[str, Hits], each: Asked) -> float:
    hits = predicted.get(each.id, ())
    return hits[0][1] if hits else 0.0


def _auroc(answerable: Sequence[float], others: Sequence[float]) -> float:
    """Return how often an answerable question has the higher score of two, half of the ties; 0 without both sorts."""
    below = sorted(others)
    wins = sum((bisect_left(below, score) + bisect_right(below, score)) / 2 for score in answerable)
    return _share(wins, len(answerable) * len(others))


def _rank(hits: Hits, gold: frozenset[str]) -> int:
    """Return the place of the first right entry, 0 for none."""
    entries = list(dict.fromkeys(entry for entry, _ in hits))
    return next((place for place, entry in enumerate(entries, 1) if entry in gold), 0)


def _calibration_error(said: Sequence[tuple[float, bool]]) -> float:
    sums = [0.0] * _BINS
    for score, is_right in said:
        sums[min(_BINS - 1, max(0, int(score * _BINS)))] += score - is_right
    return _share(sum(map(abs, sums)), len(said))


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
