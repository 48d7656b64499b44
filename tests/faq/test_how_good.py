"""A short round of what the matcher is measured by, on the questions that were written for it: it must not get worse unnoticed."""

from __future__ import annotations

import random

from faq.evaluate import Asked, figures
from faq.rank import ranked
from faq.training.examples import HELD, MIXED, patterns, questions, written

_FIRST_TOPIC = 1_000
_USUAL = 300  # entries


def test_written_questions_are_found_and_the_probability_is_honest() -> None:
    asked, predicted = [], {}
    known, alike = written()[:200], patterns(_FIRST_TOPIC)
    drawn = questions(known, alike, 3, random.Random(11), MIXED)
    for number, question in enumerate(drawn):
        asked.append(Asked(str(number), frozenset({question.right} - {None})))  # type: ignore[arg-type]
        predicted[str(number)] = [(each.entry.id, each.score) for each in ranked(question.found, _USUAL)]
    got = figures(asked, predicted)
    assert got.answerable > 150
    assert got.unanswerable > 100
    assert got.top1 > 0.70
    assert got.recall > 0.80
    assert got.at_95.share > 0.15
    assert got.calibration_error < 0.12


def test_a_wording_that_is_not_known_is_mostly_found_among_unlike_questions() -> None:
    drawn = [
        question
        for question in questions(written(), [], 1, random.Random(12), HELD)
        if question.right is not None
    ]
    found = [ranked(question.found, _USUAL) for question in drawn]
    right = sum(
        bool(hits) and hits[0].entry.id == each.right for each, hits in zip(drawn, found, strict=True)
    )
    assert right > 0.6 * len(drawn)
