"""What the extra `semantic` costs a question: the whole of hearing its meaning, looking it up and weighing it, beside words alone.

In seconds of a core. The vectors of the phrasings are those of some, mixed: working out all of them takes minutes and changes nothing
about how long a question takes.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from time import process_time
from typing import Any

from benchmarks.faq import asked, entry_of, percentile, question
from benchmarks.table import Row, more_by
from bot.app import spare_collections
from faq.arrays import arrays
from faq.knowledge import KnowledgeBase
from faq.sentences import Encode, Sentences, bundled

_SIZE, _ASKED, _ROUNDS = 100_000, 200, 3
_WORKED_OUT, _BATCH = 2_048, 32  # phrasings whose vectors are worked out
_SEED = 5
_GOAL_MS = 6.0


def run() -> list[Row]:
    """Measure; takes about a minute. Nothing without the extra, which is said."""
    encode = bundled()
    if encode is None:
        print("semantic: NOT MEASURED, the extra is not installed (make extras)", file=sys.stderr, flush=True)
        return []
    chance = random.Random(_SEED)
    phrasings = [question(chance) for _ in range(_SIZE)]
    by_words = _base(phrasings, None)
    both = _base(phrasings, _sentences(phrasings, encode))
    times: tuple[list[float], list[float]] = [], []
    for _ in range(_ROUNDS):
        for text in [asked(chance.choice(phrasings), chance) for _ in range(_ASKED)]:
            times[0].append(_seconds(by_words.match, text))
            times[1].append(_seconds(both.hear, text) + _seconds(both.match, text))
    what = f"faq.match with `semantic`, {_SIZE:,} phrasings"
    return [
        Row(f"{what}, {name}", *(percentile(each, share) for each in reversed(times)), "ms", goal, "by words")
        for name, share, goal in (("median", 0.5, None), ("p99", 0.99, more_by(_GOAL_MS)))
    ]


def _base(phrasings: Sequence[str], sentences: Sentences | None) -> KnowledgeBase:
    base = KnowledgeBase(
        (entry_of(number, text) for number, text in enumerate(phrasings)), sentences=sentences
    )
    for _ in base.read_ahead():
        pass
    if sentences is not None:
        waiting = sentences.waiting(at_most=len(phrasings))
        sentences.take(waiting, sentences.vectors(list(waiting.values())))
        sentences.make_ready()
        while sentences.look_around():
            pass
    for text in phrasings[:2]:
        base.hear(f"请问{text}")
        base.match(f"请问{text}")
    spare_collections()  # as the program does once it has started
    return base


def _sentences(phrasings: Sequence[str], encode: Encode) -> Sentences:
    """Return what knows the meaning of sentences, with a quick way to some vector for each of very many."""
    numpy: Any = arrays()
    some = phrasings[:_WORKED_OUT]
    known = numpy.concatenate([encode(some[start : start + _BATCH]) for start in range(0, len(some), _BATCH)])
    lot = numpy.random.default_rng(_SEED)

    def quickly(texts: Sequence[str]) -> Any:
        if len(texts) == 1:
            return encode(texts)
        first, second = lot.integers(0, len(known), (2, len(texts)))
        mixed = known[first] + known[second]
        return mixed / numpy.linalg.norm(mixed, axis=1, keepdims=True)

    return Sentences(quickly)


def _seconds(does: Callable[[str], object], text: str) -> float:
    start = process_time()
    does(text)
    return process_time() - start
