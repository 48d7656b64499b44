"""Why a text is answered as it is: what folding left of it, the entries nearest to it with what was measured, and the thresholds."""

from __future__ import annotations

import msgspec

from faq.entries import Comparison, Entry
from faq.knowledge import Hit, KnowledgeBase, Verdict, judge
from faq.rank import Spoken, spoken_of
from faq.text import fold

NEAREST = 5


class Near(msgspec.Struct, frozen=True):
    """One entry held against a text."""

    entry: Entry
    score: float  # probability that it answers the text
    wording: str  # the question or alias most like the text, as written
    evidence: float  # of all its wordings
    features: tuple[Spoken, ...]  # of that wording


class Account(msgspec.Struct, frozen=True):
    """Everything that led to a verdict."""

    text: str
    folded: str  # simplified, lower case, half width, without signs
    compared: (
        str  # what is compared: without greetings and fillers, one word written one way, pinyin in characters
    )
    nearest: tuple[Near, ...]  # best first
    answer_at: float
    suggest_at: float
    entries: int
    verdict: Verdict


def account(
    base: KnowledgeBase, text: str, *, customer: str | None, answer_at: float, suggest_at: float
) -> Account:
    """Return how a text is judged for a customer; what is found is exactly what `match` finds."""
    hits = base.match(text, customer=customer, limit=NEAREST)
    measured = {each.entry.id: each for each in base.compare(text, customer=customer)}
    nearest = tuple(_near(hit, measured[hit.entry.id]) for hit in hits)
    return Account(
        text=text,
        folded=fold(text),
        compared=base.asked(text),
        nearest=nearest,
        answer_at=answer_at,
        suggest_at=suggest_at,
        entries=len(base),
        verdict=judge(hits[:3], answer_at=answer_at, suggest_at=suggest_at),
    )


def _near(hit: Hit, measured: Comparison) -> Near:
    return Near(hit.entry, hit.score, hit.phrase, measured.evidence, spoken_of(measured))
