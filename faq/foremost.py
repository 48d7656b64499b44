"""Which of many phrasings are compared in full: by an estimate of their evidence from what costs little to know."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.fuzz import ratio

from faq.index import Coverage

# What each share, the likeness as written and that of the whole sentences tell of the evidence: within 0.4 of it on average.
_LETTERS, _LETTERS_OF_PHRASE, _PIECES, _PIECES_OF_PHRASE, _ALIKE, _SENTENCE = 3.2, 0.3, 0.8, 0.6, 1.5, 9.1
# So much less evidence than the best one has hardly ever turns out to be the right answer, or near enough to make it less sure.
_FAR_BEHIND, AT_MOST = 5.0, 16


def estimate(asked: str, phrase: str, shares: Coverage, sentence: float) -> float:
    """Return about how much evidence a phrasing will have, less something that is the same for all; for what is compared by meaning."""
    return (
        _LETTERS * shares.letters_of_text
        + _LETTERS_OF_PHRASE * shares.letters_of_phrase
        + _PIECES * shares.pieces_of_text
        + _PIECES_OF_PHRASE * shares.pieces_of_phrase
        + _ALIKE * ratio(asked, phrase) / 100
        + _SENTENCE * sentence
    )


def foremost(estimates: Sequence[float]) -> list[int]:
    """Return the places, in order, of those that are not far behind the best one, and no more than are worth while."""
    if not estimates:
        return []
    bar = max(estimates) - _FAR_BEHIND
    if len(estimates) > AT_MOST:
        bar = max(bar, sorted(estimates)[-AT_MOST])
    return [place for place, each in enumerate(estimates) if each >= bar]
