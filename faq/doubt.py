"""What the learned odds of an entry are worth in a knowledge base of some size: the more entries, the more are alike by chance."""

from __future__ import annotations

from math import exp, log

# Decided in round numbers, from labelled pairs of sources that were left out (`docs/knowledge.md`). The odds were learned on bases
# of so many entries; the logarithm of how many times more there are is taken off in this share.
_USUAL, _OFF = 300, 0.2
# Above even odds the truth is a little surer than was learned; with the meaning of sentences more so, where that is not for more entries
# than this takes off.
_SURER, _SURER_BY_MEANING, _OFF_THERE = 1.1, 1.25, 0.33
# Words alone are alike by chance more often than was learned: below what is worth offering odds fall faster.
_OFFERED, _FALLS = log(0.4 / 0.6), 1.3
_MOST = 30.0


def probability(logit: float, among: int, *, is_semantic: bool) -> float:
    """Return how likely an entry is right, by the logarithm of its learned odds and the number of entries it was found among.

    It never falls where the odds grow, nor grows where the entries do.
    """
    more = log(max(1.0, among / _USUAL))
    surer = logit * _SURER_BY_MEANING - _OFF_THERE * more
    logit = (logit * _SURER if logit > 0 else logit) - _OFF * more
    if is_semantic and logit > 0:
        logit = max(logit, surer)
    if not is_semantic and logit < _OFFERED:
        logit = _OFFERED + _FALLS * (logit - _OFFERED)
    return 1 / (1 + exp(-max(-_MOST, min(_MOST, logit))))
