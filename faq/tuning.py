"""From which probability on a knowledge base should answer, by what became of the answers it gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from math import ceil

import msgspec
from msgspec.structs import replace

from faq.entries import Entry
from faq.knowledge import Answer, KnowledgeBase, judge

_LEAST = 30
_ONE_MORE = 1.5  # so many more wrong answers than expected must not change the verdict
_WORST = 5


class Known(msgspec.Struct, frozen=True):
    """A question of which people said that an entry answers it, or that it does not."""

    text: str
    entry: str
    is_right: bool
    customer: str = ""


class Case(msgspec.Struct, frozen=True):
    """What the knowledge base of today would answer to a known question."""

    score: float
    is_right: bool
    entry: str


class Given(msgspec.Struct, frozen=True):
    """What would be answered from a probability on."""

    answer_at: float
    count: int
    right: int

    @property
    def precision(self) -> float:
        """The share of right answers; 1 where none is given."""
        return self.right / self.count if self.count else 1.0


class Advice(msgspec.Struct, frozen=True):
    """A proposal, or why there is none: `best` is None where too few cases speak, or no probability is good enough."""

    cases: int
    least: int  # so many are needed
    now: Given
    best: Given | None
    worst: tuple[
        tuple[str, int], ...
    ]  # entries with the most wrong answers, where no probability is good enough


def cases_of(known: Iterable[Known], entries: Sequence[Entry]) -> list[Case]:
    """Return what would be answered today where one knows whether it is right.

    What was taken out of use since is asked as if it were not: it was answered, and wrong.
    """
    base = KnowledgeBase(entries)
    gone = {entry.id for entry in entries if not entry.is_enabled}
    before = KnowledgeBase([_in_use(entry) for entry in entries]) if gone else base
    found = []
    for each in known:
        hits = (before if each.entry in gone else base).match(each.text, customer=each.customer or None)
        verdict = judge(hits, answer_at=0.0, suggest_at=0.0)
        if not isinstance(verdict, Answer):
            continue  # never given alone, whatever the threshold
        answered = verdict.hit.entry.id
        if each.is_right or answered == each.entry:
            is_right = each.is_right and answered == each.entry and each.entry not in gone
            found.append(Case(verdict.hit.score, is_right, answered))
    return found


def advised(cases: Sequence[Case], wished: float, answer_at: float) -> Advice:
    """Return the lowest probability from which on the share of right answers is as wished, if enough cases speak for it."""
    least = needed(wished)
    now = given(cases, answer_at)
    best: Given | None = None
    count = right = 0
    if len(cases) >= least:
        ordered = sorted(cases, key=lambda each: -each.score)
        for score, group in groupby(ordered, key=lambda each: each.score):
            members = list(group)
            count += len(members)
            right += sum(each.is_right for each in members)
            if count >= least and right >= wished * count:
                found = given(cases, _down(score))
                best = found if found.right >= wished * found.count else Given(score, count, right)
    wrong = Counter(each.entry for each in cases if not each.is_right)
    worst = wrong.most_common(_WORST) if best is None and len(cases) >= least else []
    return Advice(len(cases), least, now, best, tuple(worst))


def given(cases: Sequence[Case], answer_at: float) -> Given:
    """Return what would be answered from a probability on."""
    answered = [each.is_right for each in cases if each.score >= answer_at]
    return Given(answer_at, len(answered), sum(answered))


def needed(wished: float) -> int:
    """Return how many answers must speak for a threshold: the more seldom a wrong one may be, the more."""
    return max(_LEAST, ceil(_ONE_MORE / max(1.0 - wished, 0.001)))


def _down(score: float) -> float:
    """A threshold is written with two digits; the one below the score still gives the answer."""
    return int(score * 100) / 100


def _in_use(entry: Entry) -> Entry:
    return replace(entry, is_enabled=True)
