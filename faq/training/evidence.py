"""Fits the weights of the evidence in `faq.rank` to labelled pairs of questions and writes them to `faq/data`.

`pip install numpy scipy && python -m faq.training.evidence PAIRS.tsv`, in an environment of its own that also has the bot; with
`--semantic` those of the extra. A line of the file is source, question, question, 1 for the same question or 0, with tabs between.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from faq.entries import Measured
from faq.features import NAMES
from faq.knowledge import KnowledgeBase
from faq.rank import SENTENCE, SHARPNESS, WITH_SENTENCE, values
from faq.sentences import Encode, Sentences
from faq.training.bases import Base, bases, pairs
from faq.training.learn import remembering

_DATA = Path(__file__).parents[1] / "data"
_ROUNDS, _SEED = 1, 1
# Where the fit begins and what it is drawn back to, and how strongly: weights in round numbers that were decided for no kind of
# knowledge base. What is not named begins at nothing; what says the same of every phrasing of a list is left out.
_DECIDED = {
    "meant_of_text": 2.5,
    "meant_of_phrase": 2.0,
    "letters_of_text": 1.5,
    "letters_of_phrase": 1.0,
    "pieces_of_text": 0.5,
    "pieces_of_phrase": 0.5,
    "alike": 1.0,
    "alike_in_sound": 0.5,
    "alike_in_words": 1.0,
    "alike_in_letters": 2.0,
    "alike_in_content": 1.0,
    "length_of_phrase": 1.0,
    "asks_the_same": 0.3,
    "denial": -0.5,
    "contradiction": -0.3,
    "one_sided_name": -0.3,
    SENTENCE: 10.0,
}
_LEFT_OUT = ("length", "held")
# By words alone these may only speak against it, and all others only for it: what `faq.rank.most_likely` takes to be alike stays near to it.
_AGAINST = ("denial", "contradiction", "one_sided")
_DRAWN_BACK = 0.01


@dataclass(frozen=True, slots=True)
class Lists:
    """What was found for questions whose right entry was among it: a row a phrasing, list after list."""

    source: list[str]  # of every list
    starts: list[int]  # where every list begins
    rows: list[tuple[float, ...]]
    right: list[bool]  # of every row


def lists(drawn: Iterator[Base], encode: Encode | None) -> Lists:
    """Return what the questions of some knowledge bases find."""
    all_ = Lists([], [], [], [])
    for each in drawn:
        base = KnowledgeBase(each.entries, sentences=Sentences(encode) if encode else None)
        while base.sentences is not None and base.sentences.work():
            pass
        for text, right in each.asked:
            _take(all_, each.source, base.measure(text), right)
    return all_


def _take(all_: Lists, source: str, found: Sequence[Measured], right: str) -> None:
    if any(each.entry.id == right for each in found):
        all_.source.append(source)
        all_.starts.append(len(all_.rows))
        all_.rows.extend(values(each) for each in found)
        all_.right.extend(each.entry.id == right for each in found)


def fitted(all_: Lists, names: Sequence[str]) -> dict[str, float]:
    """Return the weights that make the right entries most likely among what was found, every source counting the same."""
    numpy: Any = import_module("numpy")
    kept = [place for place, name in enumerate(names) if name not in _LEFT_OUT]
    rows = numpy.array(all_.rows)[:, kept]
    scale = rows.std(axis=0) + 1e-9
    rows = (rows - rows.mean(axis=0)) / scale
    decided = numpy.array([_DECIDED.get(names[place], 0.0) for place in kept]) * SHARPNESS * scale
    starts, right = numpy.array(all_.starts), numpy.array(all_.right)
    of_list = numpy.repeat(numpy.arange(len(starts)), numpy.diff([*starts, len(rows)]))
    count = Counter(all_.source)
    counts = numpy.array([1 / count[source] / len(count) for source in all_.source])

    def surprise(weights: Any) -> tuple[float, Any]:
        spoken = rows @ weights
        odds = numpy.exp(spoken - numpy.maximum.reduceat(spoken, starts)[of_list])
        whole, hit = numpy.add.reduceat(odds, starts), numpy.add.reduceat(odds * right, starts)
        off = weights - decided
        lost = (counts * numpy.log(whole / hit)).sum() + _DRAWN_BACK * off @ off
        pull = (odds / whole[of_list] - odds * right / hit[of_list]) * counts[of_list]
        return float(lost), rows.T @ pull + 2 * _DRAWN_BACK * off

    signs = None if SENTENCE in names else [_signs(names[place]) for place in kept]
    minimize = import_module("scipy.optimize").minimize
    best = minimize(surprise, decided, jac=True, method="L-BFGS-B", bounds=signs)
    weights = best.x / scale / SHARPNESS
    return {names[place]: round(float(weight), 2) for place, weight in zip(kept, weights, strict=True)}


def _signs(name: str) -> tuple[float | None, float | None]:
    return (None, 0.0) if name.startswith(_AGAINST) else (0.0, None)


def main(words: Sequence[str]) -> None:
    """Write the weights fitted to the pairs of a file."""
    is_semantic = "--semantic" in words
    [path] = [Path(word) for word in words if not word.startswith("--")]
    chance = random.Random(_SEED)  # noqa: S311 - the same examples every time, nothing secret
    all_ = lists(bases(pairs(path), _ROUNDS, chance), remembering() if is_semantic else None)
    weights = fitted(all_, WITH_SENTENCE if is_semantic else NAMES)
    name = "evidence-semantic.json" if is_semantic else "evidence.json"
    _DATA.joinpath(name).write_bytes(msgspec.json.format(msgspec.json.encode(weights), indent=2) + b"\n")
    sys.stdout.write(f"{len(all_.starts)} questions, {len(all_.rows)} phrasings\n")


if __name__ == "__main__":
    main(sys.argv[1:])
