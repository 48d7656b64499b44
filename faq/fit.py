"""How the weights of `faq.rank` were found: from FAQ files alone, by asking them about what they do not say.

`python -m faq.fit FAQ.md …` prints weights fitted to the given files. These questions are made of every phrasing:

- itself, while its entry knows only its other phrasings: the entry is right, all others are wrong;
- itself and half of it, while its entry is missing: everything found is wrong;
- itself, with a slip of the finger, with small words before and after, half of it, among all: the entry is right;
- the question with its most telling piece exchanged for that of another entry: the entry is wrong.

Pairs that contradict each other (`faq.wording`) are left out: what a contradiction costs is a decision, not a measurement.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path

import msgspec

from faq.formats import plan, read
from faq.knowledge import Comparison, Entry, KnowledgeBase
from faq.text import fold
from faq.wording import Conflict, canonical

_LOOKED_AT = 3  # entries compared for one question
_ROUNDS = 25
_SHRINK = 1.0  # ridge: weights stay moderate where the files say little

_HAS_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_BEFORE = ("", "我这边", "今天", "为什么", "我们学校", "我的", "这个", "刚才")
_AFTER = ("", "怎么弄", "怎么办啊", "了", "，怎么回事", "是什么原因", "，谁会", "，能看看吗")
_BEFORE_EN = ("", "since today ", "my ", "in our office ", "i think ", "again ")
_AFTER_EN = ("", " what should i do", " any idea", " can someone look", " how come", " now")


@dataclass(frozen=True, slots=True)
class Example:
    """What was measured of a question and a phrasing, and whether the phrasing's entry answers it."""

    features: tuple[float, ...]
    is_right: bool


def examples(entries: Sequence[Entry], chance: random.Random) -> Iterator[Example]:
    """Yield the examples that can be made of a knowledge base."""
    base = KnowledgeBase(entries)
    for entry in entries:
        wordings = (entry.question, *entry.aliases)
        for wording in wordings:
            slip, more, less = (
                _with_slip(wording, chance),
                _with_small_words(wording, chance),
                _half(wording, chance),
            )
            for text in (wording, slip, more, less):
                yield from _asked(base, text, entry, only_own=True)
        other = chance.choice([other for other in entries if other.answer != entry.answer])
        exchanged = _exchanged(base, entry.question, other.question)
        yield from _asked(base, exchanged, entry, only_own=True, is_right=False)
        base.remove(entry.id)
        for wording in wordings:
            yield from _asked(base, wording, entry)
            yield from _asked(base, _half(wording, chance), entry)
        for wording in wordings if entry.aliases else ():
            first, *others = (known for known in wordings if known != wording)
            base.put(msgspec.structs.replace(entry, question=first, aliases=tuple(others)))
            yield from _asked(base, wording, entry)
        base.put(entry)


def _asked(
    base: KnowledgeBase, text: str, entry: Entry, *, only_own: bool = False, is_right: bool = True
) -> Iterator[Example]:
    best: dict[str, Comparison] = {}
    for found in base.compare(text):
        before = best.get(found.entry.id)
        if found.conflict is Conflict.NONE and (before is None or found.rank < before.rank):
            best[found.entry.id] = found
    for found in sorted(best.values(), key=lambda found: found.rank)[:_LOOKED_AT]:
        is_own = found.entry.id == entry.id
        if is_own or not only_own:
            yield Example(found.alike.features(), is_own and is_right)


def _with_slip(wording: str, chance: random.Random) -> str:
    place = chance.randrange(max(1, len(wording) - 1))
    if chance.random() < 0.5:
        return wording[:place] + wording[place + 1 :]
    return wording[:place] + wording[place : place + 2][::-1] + wording[place + 2 :]


def _half(wording: str, chance: random.Random) -> str:
    middle = len(wording) // 2
    return wording[:middle] if chance.random() < 0.5 else wording[middle:]


def _with_small_words(wording: str, chance: random.Random) -> str:
    before, after = (_BEFORE, _AFTER) if _HAS_CHINESE.search(wording) else (_BEFORE_EN, _AFTER_EN)
    return chance.choice(before) + wording + chance.choice(after)


def _exchanged(base: KnowledgeBase, wording: str, other: str) -> str:
    text, source = canonical(fold(wording)), canonical(fold(other))
    piece = base.most_telling(text)
    return text.replace(piece, base.most_telling(source)) if piece else source


def fit(known: Iterable[Example]) -> tuple[float, ...]:
    """Return the weights of the logistic model that makes the examples most likely (Newton's method, ridge)."""
    rows = list(known)
    size = len(rows[0].features)
    weights = [0.0] * size
    for _ in range(_ROUNDS):
        slope = [-_SHRINK * weight for weight in weights]
        bend = [[_SHRINK if row == column else 0.0 for column in range(size)] for row in range(size)]
        for example in rows:
            logit = sum(weight * value for weight, value in zip(weights, example.features, strict=True))
            guess = 1 / (1 + exp(-max(-30.0, min(30.0, logit))))
            spread = guess * (1 - guess)
            for row, value in enumerate(example.features):
                slope[row] += (example.is_right - guess) * value
                for column in range(size):
                    bend[row][column] += spread * value * example.features[column]
        weights = [weight + step for weight, step in zip(weights, _solved(bend, slope), strict=True)]
    return tuple(weights)


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Return x with matrix · x = right, for a symmetric positive definite matrix (Gauss without pivoting)."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for place, pivot in enumerate(rows):
        for row in rows[place + 1 :]:
            share = row[place] / pivot[place]
            for column in range(place, len(pivot)):
                row[column] -= share * pivot[column]
    solution = [0.0] * len(rows)
    for place in reversed(range(len(rows))):
        rest = sum(rows[place][later] * solution[later] for later in range(place + 1, len(rows)))
        solution[place] = (rows[place][-1] - rest) / rows[place][place]
    return solution


def main(names: Sequence[str]) -> None:
    """Print the weights for some FAQ files."""
    made: list[Example] = []
    for name in names:
        entries = plan((), read(Path(name))).new
        made += examples(entries, random.Random(1))  # noqa: S311 - the same pairs every time, nothing secret
    weights = ", ".join(f"{weight:.2f}" for weight in fit(made))
    right = sum(example.is_right for example in made)
    sys.stdout.write(f"{len(made)} pairs, {right} right: likeness=({weights})\n")


if __name__ == "__main__":
    main(sys.argv[1:])
