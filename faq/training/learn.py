"""Learns the confidence of `faq.rank` from the written questions and writes it to `faq/data`.

`pip install scikit-learn && python -m faq.training.learn faq.example.md tests/faq/helpdesk_en.md`, in an environment of its own
that also has the bot.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from importlib import import_module
from math import log
from pathlib import Path
from typing import Any

import msgspec

from faq.rank import Confidence, evidence, gather, sureness_of_best
from faq.training.examples import Question, patterns, questions, written

_DATA = Path(__file__).parents[1] / "data"
_ROUNDS = 24
_SEED = 1
_FIRST_PATTERN = 1_000  # topic of the first block of patterns


def sure(asked: Sequence[Question]) -> list[tuple[tuple[float, ...], bool]]:
    """Return what the confidence is made of for the best entry of every question, and whether it is right."""
    found = []
    for question in asked:
        gathered = gather([(each, evidence(each.features)) for each in question.found])
        if gathered:
            found.append((sureness_of_best(gathered), gathered[0][0].entry.id == question.right))
    return found


def confident(rows: Sequence[tuple[tuple[float, ...], bool]]) -> Confidence:
    """Return the logistic model that makes what happened most likely."""
    model: Any = import_module("sklearn.linear_model").LogisticRegression(
        C=1.0, fit_intercept=False, max_iter=2000
    )
    model.fit([values for values, _ in rows], [is_right for _, is_right in rows])
    return Confidence(tuple(round(float(weight), 4) for weight in model.coef_[0]))


def main(words: Sequence[str]) -> None:
    """Write the confidence learned from the written questions and some FAQ files."""
    chance = random.Random(_SEED)  # noqa: S311 - the same examples every time, nothing secret
    known = written(*map(Path, words))
    asked = list(questions(known, patterns(_FIRST_PATTERN), _ROUNDS, chance))
    rows = sure(asked)
    confidence = confident(rows)
    _DATA.joinpath("confidence.json").write_bytes(msgspec.json.encode(confidence) + b"\n")
    answerable = sum(question.right is not None for question in asked)
    right = sum(is_right for _, is_right in rows)
    sys.stdout.write(f"{len(asked)} questions, {answerable} with an answer, found {right / answerable:.3f}\n")
    sys.stdout.write(f"surprise {_surprise(rows, confidence):.4f}\n")


def _surprise(rows: Sequence[tuple[tuple[float, ...], bool]], confidence: Confidence) -> float:
    """Return the mean of the negative logarithm of the probability that was given to what happened."""
    total = 0.0
    for values, is_right in rows:
        sure_of_it = confidence.probability(values)
        total -= log(max(1e-9, sure_of_it if is_right else 1 - sure_of_it))
    return total / len(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
