"""Which of many phrasings are compared in full: by an estimate of their evidence from what costs little to know."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.fuzz import ratio

from faq.index import Coverage

# What each share, the likeness as written and that of the whole sentences tell of the evidence, by words alone and with the
# meaning of sentences: within 0.7 and 0.4 of it on average.
_BY_WORDS = (2.9, 2.3, 1.5, 0.5, 5.4, 0.0)
_BY_MEANING = (3.2, 0.3, 0.8, 0.6, 1.5, 9.1)
# So much less evidence than the best one has hardly ever turns out to be the right answer, or near enough to make it less sure.
_FAR_BEHIND_BY_WORDS, _FAR_BEHIND, AT_MOST = 4.5, 5.0, 16


def estimate(asked: str, phrase: str, shares: Coverage, sentence: float | None) -> float:
    """Return about how much evidence a phrasing will have, less something that is the same for all; `sentence` is how like the
    whole sentences are, None by words alone."""
    letters, letters_of_phrase, pieces, pieces_of_phrase, alike, by_meaning = (
        _BY_WORDS if sentence is None else _BY_MEANING
    )
    return (
        letters * shares.letters_of_text
        + letters_of_phrase * shares.letters_of_phrase
        + pieces * shares.pieces_of_text
        + pieces_of_phrase * shares.pieces_of_phrase
        + alike * ratio(asked, phrase) / 100
        + by_meaning * (sentence or 0.0)
    )


def foremost(estimates: Sequence[float], *, by_words: bool) -> list[int]:
    """Return the places, in order, of those that are not far behind the best one, and no more than are worth while."""
    if not estimates:
        return []
    bar = max(estimates) - (_FAR_BEHIND_BY_WORDS if by_words else _FAR_BEHIND)
    if len(estimates) > AT_MOST:
        bar = max(bar, sorted(estimates)[-AT_MOST])
    return [place for place, each in enumerate(estimates) if each >= bar]
