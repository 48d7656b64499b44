"""How sure we are that a phrasing asks the same as a text: a few likenesses, weighed into one probability."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import assert_never

from rapidfuzz.distance import LCSseq

from faq.index import Coverage
from faq.wording import Conflict

# A phrasing that shares less of the text than this is never the same question.
LEAST_SHARED = 0.25


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two canonical texts have in common, each from 0 to 1."""

    coverage: Coverage
    kept: float  # share of the shorter text that stands in the other in the same order

    def features(self) -> tuple[float, ...]:
        """Return what the weights multiply, a constant first."""
        shares = self.coverage
        low, high = sorted((shares.of_text, shares.of_phrase))
        few, many = sorted((shares.letters_of_text, shares.letters_of_phrase))
        return (1.0, low, high, few, many, self.kept)


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model over `Likeness.features`, and what a conflict takes off its logit."""

    likeness: tuple[float, ...]
    contradiction: float
    denial: float


# The likeness weights are fitted, on nothing but questions made of two FAQs of this repository:
# `python -m faq.fit faq.example.md tests/faq/helpdesk_en.md` (2798 pairs; the docstring of `faq.fit` says how they are
# made). The costs are decided: the very same words with a conflict are worth offering (logit 4.82 - 4 is 0.69,
# 4.82 - 3 is 0.86), never answering (0.90).
WEIGHTS = Weights(likeness=(-6.27, 2.70, 2.66, 3.10, 1.02, 1.61), contradiction=4.0, denial=3.0)


def likeness(text: str, phrase: str, coverage: Coverage) -> Likeness:
    """Compare two canonical texts, neither empty, whose coverage of each other is known."""
    return Likeness(coverage, LCSseq.similarity(text, phrase) / min(len(text), len(phrase)))


def probability(alike: Likeness, conflict: Conflict, weights: Weights = WEIGHTS) -> float:
    """Return the probability that the phrasing's entry answers the text."""
    logit = sum(weight * feature for weight, feature in zip(weights.likeness, alike.features(), strict=True))
    match conflict:
        case Conflict.NONE:
            cost = 0.0
        case Conflict.DENIAL:
            cost = weights.denial
        case Conflict.CONTRADICTION:
            cost = weights.contradiction
        case _:
            assert_never(conflict)
    return 1 / (1 + exp(cost - logit))
