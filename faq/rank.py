"""How sure we are that a phrasing asks the same as a text: a few likenesses, weighed into one probability."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from rapidfuzz import fuzz

from faq.wording import Sense, contradicts

# A phrasing that shares less of the text than this is never the same question.
LEAST_SHARED = 0.25


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two canonical texts have in common, each from 0 to 1."""

    text_covered: float  # share of the text's weight that the phrasing has
    phrase_covered: float  # share of the phrasing's weight that the text has
    ratio: float  # same letters in the same order
    partial: float  # the same, best window of the longer one

    def features(self) -> tuple[float, ...]:
        """Return what the weights multiply, a constant first."""
        low, high = sorted((self.text_covered, self.phrase_covered))
        return (1.0, low, high, self.ratio, self.partial)


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model over `Likeness.features`, and what a contradiction costs."""

    likeness: tuple[float, ...]
    contradiction: float
    denial: float


WEIGHTS = Weights(likeness=(-9.0, 4.0, 3.0, 4.0, 2.0), contradiction=4.0, denial=3.0)


def likeness(text: str, phrase: str, coverage: tuple[float, float]) -> Likeness:
    """Compare two canonical texts whose weighed coverage is known."""
    return Likeness(
        text_covered=coverage[0],
        phrase_covered=coverage[1],
        ratio=fuzz.ratio(text, phrase) / 100,
        partial=fuzz.partial_ratio(text, phrase) / 100,
    )


def probability(alike: Likeness, text: Sense, phrase: Sense, weights: Weights = WEIGHTS) -> float:
    """Return the probability that the phrasing's entry answers the text."""
    logit = sum(weight * feature for weight, feature in zip(weights.likeness, alike.features(), strict=True))
    if contradicts(text, phrase):
        logit -= weights.contradiction
    if text.denies != phrase.denies:
        logit -= weights.denial
    return 1 / (1 + exp(-logit))
