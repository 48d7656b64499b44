"""How sure we are that an entry answers a text: evidence of its phrasings, weighed against the other entries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from math import exp, log

import msgspec

from faq.entries import Comparison, Measured
from faq.features import NAMES
from faq.trees import Forest, forest_from

# A phrasing that shares less of the text than this is never the same question.
LEAST_SHARED = 0.12
# What further phrasings of one entry add to the best of them.
_FURTHER = 0.5
# What stands for the evidence of a rival when there is none.
NO_RIVAL = -6.0
# A lead beyond these says no more.
_LEAST_LEAD, _MOST_LEAD = -1.0, 3.0


class Confidence(msgspec.Struct, frozen=True):
    """A logistic model over `sureness`."""

    weights: tuple[float, ...]

    def probability(self, values: Sequence[float]) -> float:
        """Return the probability for some values of `sureness`."""
        logit = sum(weight * value for weight, value in zip(self.weights, values, strict=True))
        return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


@cache
def _likeness() -> Forest:
    return forest_from(resources.files("faq").joinpath("data/likeness.json").read_bytes())


@cache
def _confidence() -> Confidence:
    data = resources.files("faq").joinpath("data/confidence.json").read_bytes()
    return msgspec.json.decode(data, type=Confidence)


def ranked(found: Sequence[Measured]) -> list[Comparison]:
    """Return the entries of some phrasings with their probabilities, best first."""
    likeness = _likeness()
    return judged([(each, likeness.logit(each.features)) for each in found], _confidence())


def judged(scored: Sequence[tuple[Measured, float]], confidence: Confidence) -> list[Comparison]:
    """Return the entries of phrasings with their logits, best first, each once."""
    found = []
    gathered = gather(scored)
    for place, (best, evidence) in enumerate(gathered):
        rival = gathered[0 if place else 1][1] if len(gathered) > 1 else NO_RIVAL
        score = confidence.probability(sureness(best.features, evidence, rival))
        found.append(Comparison(best.entry, best.wording, best.text, best.features, evidence, score))
    found.sort(key=lambda each: (-each.score, each.entry.id))
    return found


def gather(scored: Sequence[tuple[Measured, float]]) -> list[tuple[Measured, float]]:
    """Return the best phrasing of every entry with the evidence of all its phrasings, most evidence first."""
    best: dict[str, tuple[Measured, float]] = {}
    total: dict[str, float] = {}
    for each, logit in scored:
        id_ = each.entry.id
        total[id_] = total.get(id_, 0.0) + exp(logit)
        if id_ not in best or (-logit, each.text) < (-best[id_][1], best[id_][0].text):
            best[id_] = each, logit
    gathered = [
        (each, (1 - _FURTHER) * logit + _FURTHER * log(total[id_])) for id_, (each, logit) in best.items()
    ]
    gathered.sort(key=lambda pair: (-pair[1], pair[0].entry.id))
    return gathered


_OF_TEXT, _OF_PHRASE, _LETTERS_OF_TEXT, _LETTERS_OF_PHRASE = (
    NAMES.index(name) for name in ("of_text", "of_phrase", "letters_of_text", "letters_of_phrase")
)
_AS_THEY_ARE = tuple(
    NAMES.index(name) for name in ("kept", "denial", "contradiction", "length", "length_of_phrase")
)


def sureness(features: Sequence[float], evidence: float, rival: float) -> tuple[float, ...]:
    """Return what the confidence is made of, a constant first.

    Few features on purpose: with more the confidence was worse on knowledge bases it had not seen.
    """
    low, high = sorted((features[_OF_TEXT], features[_OF_PHRASE]))
    few, many = sorted((features[_LETTERS_OF_TEXT], features[_LETTERS_OF_PHRASE]))
    lead = max(_LEAST_LEAD, min(_MOST_LEAD, evidence - rival))
    return (1.0, lead, low, high, few, many, *(features[place] for place in _AS_THEY_ARE))
