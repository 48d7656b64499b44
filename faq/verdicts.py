"""What to do about what was found: answer, offer candidates, or say nothing."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from faq.entries import Entry

# The best hit must have at least this many times the odds of a different answer to be given alone.
_CLEARLY_AHEAD = 2.0
_AT_MOST = 3


class Hit(msgspec.Struct, frozen=True):
    """An entry that may answer a text."""

    entry: Entry
    score: float  # probability that it does
    phrase: str  # the question or alias that is most like the text
    sentence: float | None = None  # how like the whole sentences are, None without the extra `semantic`


class Answer(msgspec.Struct, frozen=True):
    """Sure enough to answer."""

    hit: Hit


class Suggest(msgspec.Struct, frozen=True):
    """Not sure: one to three candidates, best first."""

    hits: tuple[Hit, ...]


class Nothing(msgspec.Struct, frozen=True):
    """No entry answers it."""


Verdict = Answer | Suggest | Nothing


def judge(hits: Sequence[Hit], *, answer_at: float, suggest_at: float) -> Verdict:
    """Return what to do about hits that are sorted best first.

    An answer must reach `answer_at` and be clearly ahead of the next hit that says something else.
    """
    likely = [hit for hit in hits if hit.score >= suggest_at]
    if not likely:
        return Nothing()
    best = likely[0]
    rival = next((hit for hit in hits if hit.entry.answer != best.entry.answer), None)
    if best.score >= answer_at and (rival is None or _odds(best) >= _CLEARLY_AHEAD * _odds(rival)):
        return Answer(best)
    return Suggest(tuple(likely[:_AT_MOST]))


def _odds(hit: Hit) -> float:
    return hit.score / max(1 - hit.score, 1e-9)
