"""How sure we are that an entry answers a text: evidence of its phrasings, weighed against the other entries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from math import exp, log
from operator import mul

import msgspec

from faq.doubt import probability
from faq.entries import Comparison, Measured
from faq.features import LEFT_OVER, NAMES, UNMEASURED
from faq.together import DIGITS

# A phrasing that shares less of the text than this is never the same question.
LEAST_SHARED = 0.04
# The name of the likeness of whole sentences among the weights; what any two sentences have of it says nothing.
SENTENCE = "sentence"
WITH_SENTENCE = (*NAMES, *LEFT_OVER, SENTENCE)
_ANY_SENTENCE = 0.3
# The name of what the phrasings of another entry say together beyond those of this one; no weight belongs to it.
BEHIND = "behind"
# How far behind the best phrasing of an entry another one may be to add to its evidence.
SHARPNESS = 1.2
# Decided, not learned: what is denied or contradicted on one side is worth offering, never answering at the usual 0.90; and
# the very same words are answered.
_DENIED, _CONTRADICTED, _THE_SAME = 0.86, 0.69, 0.99
# Two that have only small words in common, such as "什么时候", are about different things.
_LEAST_TELLING, _SMALL_WORDS = 0.4, 0.3
# A text of some length that stands whole in a phrasing is at least worth offering, the shorter phrasing first.
_HELD, _HELD_MORE, _LEAST_HELD = 0.4, 0.1, 0.1
# No evidence is more, to either side; so near a bar is known; and how many bars are remembered.
_NEVER, _EXACT, _REMEMBERED = 100.0, 1e-6, 512
# So many entries are told about.
_TOLD = 8
# A lead beyond this says no more. So much evidence any two questions have for each other, whether one was found or not.
_MOST_LEAD, _BY_CHANCE = 3.0, 4.0
_SURE_BY_EVIDENCE, _SURE_BY_LEAD, _SURE_BY_MEANING, _SURE_BY_LENGTH = 0.5, 1.0, 1.5, 2.5


class Spoken(msgspec.Struct, frozen=True):
    """A feature of a phrasing, and how much it speaks for the same question; less than 0 against it."""

    name: str
    value: float
    speaks: float


class Confidence(msgspec.Struct, frozen=True):
    """A logistic model over `sureness`."""

    weights: tuple[float, ...]

    def logit(self, values: Sequence[float]) -> float:
        """Return the logarithm of the odds for some values of `sureness`."""
        return sum(weight * value for weight, value in zip(self.weights, values, strict=True))


@cache
def _confidence(is_semantic: bool) -> Confidence:
    name = "confidence-semantic.json" if is_semantic else "confidence.json"
    data = resources.files("faq").joinpath("data", name).read_bytes()
    return msgspec.json.decode(data, type=Confidence)


@cache
def _weights(is_semantic: bool) -> tuple[float, ...]:
    """Return how much each feature speaks for the same question, in the order of `values`: fitted by `faq.training.evidence`."""
    name = "evidence-semantic.json" if is_semantic else "evidence.json"
    data = resources.files("faq").joinpath("data", name).read_bytes()
    named = msgspec.json.decode(data, type=dict[str, float])
    return tuple(named.get(name, 0.0) for name in (WITH_SENTENCE if is_semantic else NAMES))


@cache
def _most_spoken() -> tuple[tuple[tuple[int, float], ...], float]:
    """Return the places and weights of what `faq.features.at_most` measures, and what all else speaks at most."""
    named = dict(zip(NAMES, _weights(False), strict=True))
    most = sum(max(named[name] * least, named[name] * best) for name, (least, best) in UNMEASURED.items())
    measured = [
        (place, weight)
        for place, (name, weight) in enumerate(named.items())
        if weight and name not in UNMEASURED
    ]
    return tuple(measured), most


def _spoken(weights: Sequence[float], features: Sequence[float]) -> float:
    spoken: float = sum(map(mul, weights, features))
    return spoken


def values(each: Measured | Comparison) -> tuple[float, ...]:
    """Return what is weighed of a phrasing: its features, and with the extra the likeness of the whole sentences."""
    if each.sentence is None:
        return each.features
    return (*each.features, max(0.0, each.sentence - _ANY_SENTENCE))


def evidence(each: Measured) -> float:
    """Return how much the features of a phrasing speak for the same question, about 0 to 12."""
    return _spoken(_weights(each.sentence is not None), values(each))


def spoken_of(each: Comparison) -> tuple[Spoken, ...]:
    """Return what the features of the phrasing that is most like a text speak, and what the phrasings of another entry say together."""
    weights = _weights(each.sentence is not None)
    names = NAMES if each.sentence is None else WITH_SENTENCE
    spoken = [
        Spoken(name, value, weight * value)
        for name, value, weight in zip(names, values(each), weights, strict=True)
    ]
    return (*spoken, Spoken(BEHIND, each.behind, -each.behind))


def most_likely(found: Sequence[Sequence[float]], among: int) -> float:
    """Return a probability that no entry of so many goes beyond whose phrasings are none but these, each with the features it
    has at most.

    As if all were phrasings of one entry that had no rival. Only for what is not compared by the meaning of whole sentences.
    """
    if any(map(is_alike, found)):
        return 1.0
    total = log(sum([exp(SHARPNESS * spoken_at_most(features)) for features in found])) / SHARPNESS
    # What is not measured is the same for all, and so is the length of the text.
    return _likely_at_most(found[0], total, among)


@lru_cache(maxsize=_REMEMBERED)
def least_spoken(at_least: float, length_of_text: float, wordings: int, among: int) -> float:
    """Return what one phrasing must speak at least, besides what is not measured at its most (`spoken_at_most`), or an entry with so
    many phrasings is never as likely as `at_least`. As if all of them spoke as much, and the entry had no rival.
    """
    features = [0.0] * len(NAMES)
    features[_LENGTH] = length_of_text
    features[_MEANT_OF_TEXT] = features[_MEANT_OF_PHRASE] = 1.0
    low, high = -_NEVER, _NEVER
    while high - low > _EXACT:
        middle = (low + high) / 2
        total = middle + log(wordings) / SHARPNESS
        low, high = (low, middle) if _likely_at_most(features, total, among) >= at_least else (middle, high)
    return low


def speaks_for(name: str) -> float:
    """Return how much a feature speaks for the same question, 0 where it speaks against it."""
    return max(0.0, _weights(False)[NAMES.index(name)])


def spoken_at_most(features: Sequence[float]) -> float:
    """Return what the measured features speak, of those that a phrasing has at most."""
    return sum([weight * features[place] for place, weight in _most_spoken()[0]])


def _likely_at_most(features: Sequence[float], total: float, among: int) -> float:
    """Return the probability of an entry with so much evidence, besides what is not measured, and no rival."""
    logit = _confidence(False).logit(sureness(features, total + _most_spoken()[1], _BY_CHANCE))
    return max(probability(logit, among, is_semantic=False), _HELD + _HELD_MORE)


def is_alike(features: Sequence[float]) -> bool:
    """Say whether features are those of a phrasing that is the text itself."""
    return features[_ALIKE] == 1.0


def is_the_same(each: Measured) -> bool:
    """Say whether a phrasing is the text itself."""
    return is_alike(each.features)


def is_decided(each: Measured) -> bool:
    """Say whether a rule, and not what was learned, tells how sure we are of a phrasing."""
    features = each.features
    return bool(
        features[_CONTRADICTION]
        or features[_DENIAL]
        or features[_TELLING] < _LEAST_TELLING
        or features[_ALIKE] == 1.0
    )


def ranked(measured: Sequence[Measured], among: int) -> list[Comparison]:
    """Return the entries of some phrasings, each once, with the probability that each is right of so many; best first."""
    is_semantic = any(each.sentence is not None for each in measured)
    scored = [(each, evidence(each)) for each in measured]
    confidence = _confidence(is_semantic)
    gathered = gather(scored)[:_TOLD]
    held = _held(scored)
    found: list[Comparison] = []
    learned = 1.0
    for place, (best, total) in enumerate(gathered):
        rival = gathered[0 if place else 1][1] if len(gathered) > 1 else _BY_CHANCE
        # The evidence decides the order; what is less likely by it is never more certain.
        logit = confidence.logit(sureness(best.features, total, rival))
        learned = min(learned, probability(logit, among, is_semantic=is_semantic))
        score = max(_decided(best, learned), held.get(best.entry.id, 0.0))
        found.append(
            Comparison(
                best.entry, best.wording, best.text, best.features, total, score, best.sentence, best.behind
            )
        )
    found.sort(key=lambda each: -each.score)
    return found


def _held(scored: Sequence[tuple[Measured, float]]) -> dict[str, float]:
    """Return the entries with a phrasing in which the whole text stands, and what that is worth."""
    held: dict[str, float] = {}
    for each, _ in scored:
        length, whole = each.features[_LENGTH], each.features[_LENGTH_OF_PHRASE]
        if each.features[_STANDS_IN] and length >= _LEAST_HELD:
            worth = _HELD + _HELD_MORE * length / max(length, whole)
            held[each.entry.id] = max(held.get(each.entry.id, 0.0), worth)
    return held


def _decided(best: Measured, score: float) -> float:
    if best.features[_TELLING] < _LEAST_TELLING:
        return min(score, _SMALL_WORDS)
    if best.features[_CONTRADICTION]:
        return min(score, _CONTRADICTED)
    if best.features[_DENIAL]:
        return min(score, _DENIED)
    return max(score, _THE_SAME) if best.features[_ALIKE] == 1.0 else score


def gather(scored: Sequence[tuple[Measured, float]]) -> list[tuple[Measured, float]]:
    """Return the best phrasing of every entry with the evidence of all its phrasings, most evidence first.

    What the phrasings of another entry say together beyond them is taken off.
    """
    best: dict[str, tuple[Measured, float]] = {}
    total: dict[str, float] = {}
    for each, found in scored:
        id_ = each.entry.id
        total[id_] = total.get(id_, 0.0) + exp(SHARPNESS * found)
        if id_ not in best or (-found, each.text) < (-best[id_][1], best[id_][0].text):
            best[id_] = each, found
    gathered = [(each, log(total[id_]) / SHARPNESS - each.behind) for id_, (each, _) in best.items()]
    # What differs only by the order in which it was summed up is the same.
    gathered.sort(key=lambda pair: (-round(pair[1], DIGITS), pair[0].entry.id))
    return gathered


def _places(*names: str) -> list[int]:
    return [NAMES.index(name) for name in names]


_ALIKE, _DENIAL, _CONTRADICTION = _places("alike", "denial", "contradiction")
_LENGTH, _LENGTH_OF_PHRASE, _STANDS_IN = _places("length", "length_of_phrase", "held")
[_TELLING] = _places("telling")
_MEANT_OF_TEXT, _MEANT_OF_PHRASE = _places("meant_of_text", "meant_of_phrase")


def sureness_of_best(gathered: Sequence[tuple[Measured, float]]) -> tuple[float, ...]:
    """Return what the confidence in the first of some gathered entries is made of."""
    best, total = gathered[0]
    return sureness(best.features, total, gathered[1][1] if len(gathered) > 1 else _BY_CHANCE)


def sureness(features: Sequence[float], total: float, rival: float) -> tuple[float, ...]:
    """Return what the confidence is made of: a constant, and the evidence with its lead over the best other entry, the
    smaller share of what is meant and how much the text says, in weights that were decided as those of the evidence were.
    """
    lead = max(-_MOST_LEAD, min(_MOST_LEAD, total - max(rival, _BY_CHANCE)))
    meant = min(features[_MEANT_OF_TEXT], features[_MEANT_OF_PHRASE])
    sure = _SURE_BY_EVIDENCE * total + _SURE_BY_LEAD * lead + _SURE_BY_MEANING * meant
    return (1.0, sure + _SURE_BY_LENGTH * features[_LENGTH])
