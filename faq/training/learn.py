"""Learns the confidence of `faq.rank` from the written questions and writes it to `faq/data`.

`pip install scikit-learn && python -m faq.training.learn faq.example.md tests/faq/helpdesk_en.md`, in an environment of its own
that also has the bot.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from importlib import import_module
from math import exp, log
from pathlib import Path
from typing import Any

import msgspec

from faq.rank import Confidence, evidence, gather, is_decided, sureness_of_best
from faq.sentences import Encode, bundled
from faq.training.examples import Question, written
from faq.training.near import near, nearly_asked

_DATA = Path(__file__).parents[1] / "data"
_ROUNDS = 24
_SEED = 1
_BATCH = 64


def sure(asked: Sequence[Question]) -> list[tuple[tuple[float, ...], bool]]:
    """Return what the confidence is made of for the best entry of every question, and whether it is right.

    Where a rule decides, nothing is to be learned.
    """
    found = []
    for question in asked:
        gathered = gather([(each, evidence(each)) for each in question.found])
        if gathered and not is_decided(gathered[0][0]):
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
    """Write the confidence learned from the written questions and some FAQ files.

    With `--semantic` that of the extra, whose package must be installed.
    """
    is_semantic = "--semantic" in words
    chance = random.Random(_SEED)  # noqa: S311 - the same examples every time, nothing secret
    known = written(*(Path(word) for word in words if not word.startswith("--")))
    encode = remembering() if is_semantic else None
    asked = list(nearly_asked(near(), known, _ROUNDS, chance, encode=encode))
    rows = sure(asked)
    confidence = confident(rows)
    name = "confidence-semantic.json" if is_semantic else "confidence.json"
    _DATA.joinpath(name).write_bytes(msgspec.json.encode(confidence) + b"\n")
    right = sum(is_right for _, is_right in rows)
    sys.stdout.write(f"{len(asked)} questions, {len(rows)} of them open, {right} found rightly\n")
    sys.stdout.write(f"surprise {_surprise(rows, confidence):.4f}\n")


def remembering() -> Encode:
    """Return the encoder of the extra, which works out no text twice: knowledge bases are drawn from the same questions."""
    encode = bundled()
    if encode is None:
        raise SystemExit("the extra `semantic` is not installed")
    done: dict[str, Any] = {}

    def encoded(texts: Sequence[str]) -> list[Any]:
        new = sorted({text for text in texts if text not in done}, key=len)
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            done.update(zip(batch, encode(batch), strict=True))
        return [done[text] for text in texts]

    return encoded


def _surprise(rows: Sequence[tuple[tuple[float, ...], bool]], confidence: Confidence) -> float:
    """Return the mean of the negative logarithm of the probability that was given to what happened."""
    total = 0.0
    for values, is_right in rows:
        sure_of_it = 1 / (1 + exp(-confidence.logit(values)))
        total -= log(max(1e-9, sure_of_it if is_right else 1 - sure_of_it))
    return total / len(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
