"""Learns the weights of `faq.rank` from the written questions and writes them to `faq/data`.

`pip install lightgbm scikit-learn && python -m faq.training.learn faq.example.md tests/faq/helpdesk_en.md`, in an
environment of its own that also has the bot. What is learned about confidence comes from models that have not seen the topic.
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

from faq.entries import Measured
from faq.features import NAMES
from faq.rank import NO_RIVAL, Confidence, gather, sureness
from faq.training.examples import HELD, Question, questions, written
from faq.trees import Forest, planted

_DATA = Path(__file__).parents[1] / "data"
_ROUNDS = 24
_FOLDS = 4
_SEED = 1
# More of these never speaks against a match, or never for it.
_RISING = {
    "of_text", "of_phrase", "letters_of_text", "letters_of_phrase", "kept", "alike", "alike_in_sound", "alike_in_words",
    "kept_content", "alike_in_content", "begins_alike", "ends_alike", "asks_the_same",
    "cosine", "pairs_of_text", "pairs_of_phrase", "kept_in_sound",
}  # fmt: skip
_FALLING = {
    "missing_of_text", "missing_of_phrase", "denial", "contradiction", "one_sided_number", "one_sided_name", "behind_best",
}  # fmt: skip
_SETTINGS = {
    "objective": "binary",
    "num_leaves": 7,
    "learning_rate": 0.12,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": _SEED,
    "deterministic": True,
    "num_threads": 2,
    "verbose": -1,
    "monotone_constraints": [(name in _RISING) - (name in _FALLING) for name in NAMES],
}
_TREES = 50


def trained(asked: Sequence[Question], without: frozenset[int] = frozenset()) -> Forest:
    """Return trees that tell right phrasings from wrong ones, `without` some features by place."""
    lightgbm = import_module("lightgbm")
    numpy = import_module("numpy")
    rows = [(each.features, each.entry.id == question.right) for question in asked for each in question.found]
    values = numpy.array([features for features, _ in rows])
    values[:, sorted(without)] = 0.0  # what never changes is never asked
    labels = numpy.array([is_right for _, is_right in rows], dtype=float)
    data = lightgbm.Dataset(values, labels, feature_name=list(NAMES))
    model = lightgbm.train(_SETTINGS, data, num_boost_round=_TREES)
    return planted(NAMES, model.dump_model()["tree_info"])


def sure(asked: Sequence[Question], forest: Forest) -> list[tuple[tuple[float, ...], bool]]:
    """Return what the confidence is made of for the best entry of every question, and whether it is right."""
    found = []
    for question in asked:
        gathered = gather(_scored(question.found, forest))
        if gathered:
            best, evidence = gathered[0]
            rival = gathered[1][1] if len(gathered) > 1 else NO_RIVAL
            found.append((sureness(best.features, evidence, rival), best.entry.id == question.right))
    return found


def _scored(found: Sequence[Measured], forest: Forest) -> list[tuple[Measured, float]]:
    return [(each, forest.logit(each.features)) for each in found]


def confident(rows: Sequence[tuple[tuple[float, ...], bool]]) -> Confidence:
    """Return the logistic model that makes what happened most likely."""
    model: Any = import_module("sklearn.linear_model").LogisticRegression(
        C=1.0, fit_intercept=False, max_iter=2000
    )
    model.fit([values for values, _ in rows], [is_right for _, is_right in rows])
    return Confidence(tuple(round(float(weight), 4) for weight in model.coef_[0]))


def main(words: Sequence[str]) -> None:
    """Write the weights learned from the written questions and some FAQ files.

    `--without=NAME,NAME` leaves features out of the trees, to see what they are good for.
    """
    names = [word for word in words if not word.startswith("--")]
    left_out = [word.removeprefix("--without=") for word in words if word.startswith("--without=")]
    without = frozenset(NAMES.index(name) for word in left_out for name in word.split(","))
    chance = random.Random(_SEED)  # noqa: S311 - the same examples every time, nothing secret
    known = written(*map(Path, names))
    asked = list(questions(known, _ROUNDS, chance))
    hard = list(questions(known, _ROUNDS, chance, HELD))
    rows = []
    for fold in range(_FOLDS):
        seen = [question for question in (*asked, *hard) if question.topic % _FOLDS != fold]
        unseen = [question for question in asked if question.topic % _FOLDS == fold]
        rows += sure(unseen, trained(seen, without))
    confidence = confident(rows)
    _DATA.joinpath("likeness.json").write_bytes(
        msgspec.json.encode(trained([*asked, *hard], without)) + b"\n"
    )
    _DATA.joinpath("confidence.json").write_bytes(msgspec.json.encode(confidence) + b"\n")
    answerable = sum(question.right is not None for question in asked)
    right = sum(is_right for _, is_right in rows)
    sys.stdout.write(
        f"{len(asked)} questions, {answerable} with an answer, found in unseen topics: {right / answerable:.3f}\n"
    )
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
