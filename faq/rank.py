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
# A find is never much surer than its own evidence, however far all others are behind.
_SURER = 1.5
# Decided, not learned: what is denied or contradicted on one side is worth offering, never answering at the usual 0.90; and
# the very same words are answered.
_DENIED, _CONTRADICTED, _THE_SAME = 0.86, 0.69, 0.99
# A text of some length that stands whole in a phrasing is at least worth offering, the shorter phrasing first.
_HELD, _HELD_MORE, _LEAST_HELD = 0.4, 0.1, 0.1
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
    gathered = gather(scored)
    held = _held(scored)
    found: list[Comparison] = []
    learned = 1.0
    for place, (best, evidence) in enumerate(gathered):
        rival = gathered[0 if place else 1][1] if len(gathered) > 1 else NO_RIVAL
        # The evidence decides the order; what is less likely by it is never more certain.
        learned = min(learned, confidence.probability(sureness(best.features, evidence, rival)))
        bound = 1 / (1 + exp(-evidence - _SURER))
        score = max(_decided(best, min(learned, bound)), held.get(best.entry.id, 0.0))
        found.append(Comparison(best.entry, best.wording, best.text, best.features, evidence, score))
    found.sort(key=lambda each: -each.score)
    return found


def _held(scored: Sequence[tuple[Measured, float]]) -> dict[str, float]:
    """Return the entries with a phrasing in which the whole text stands, and what that is worth."""
    held: dict[str, float] = {}
    for each, _ in scored:
        length, whole = each.features[_LENGTH], each.features[_LENGTH_OF_PHRASE]
        if (
            each.features[_OF_TEXT] > 0.999
            and each.features[_PAIRS_OF_TEXT] > 0.999
            and length >= _LEAST_HELD
        ):
            worth = _HELD + _HELD_MORE * length / max(length, whole)
            held[each.entry.id] = max(held.get(each.entry.id, 0.0), worth)
    return held


def _decided(best: Measured, score: float) -> float:
    if best.features[_CONTRADICTION]:
        return min(score, _CONTRADICTED)
    if best.features[_DENIAL]:
        return min(score, _DENIED)
    return max(score, _THE_SAME) if best.features[_ALIKE] == 1.0 else score


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


_ALIKE, _DENIAL, _CONTRADICTION = (NAMES.index(name) for name in ("alike", "denial", "contradiction"))
_LENGTH, _LENGTH_OF_PHRASE, _PAIRS_OF_TEXT = (
    NAMES.index(name) for name in ("length", "length_of_phrase", "pairs_of_text")
)
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
