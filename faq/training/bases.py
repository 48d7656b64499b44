"""Knowledge bases made of labelled pairs of questions, and what is asked of them: for fitting what speaks for the same question."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from faq.entries import Entry
from faq.knowledge import wording
from faq.training.noise import spoilt

# Groups of questions in a knowledge base; how many bases keep one phrasing an entry.
_FEWEST, _MOST, _ONE_PHRASING = 100, 1_500, 0.75
# Groups of more are chains whose ends ask something else. Questions that stand alone become entries too, as a share of the groups.
_LARGEST, _ALONE = 6, 0.3
_SPOILT = 0.2
_ASKED_OF_ONE = 700


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions of a source, and whether they ask the same."""

    source: str
    one: str
    other: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Base:
    """The entries of a knowledge base, and what is asked of it: a text and the entry that answers it."""

    source: str
    entries: tuple[Entry, ...]
    asked: tuple[tuple[str, str], ...]


def pairs(path: Path) -> list[Pair]:
    """Return the pairs of a file with a line each: source, question, question, 1 or 0, with tabs between.

    Raises:
        ValueError: A line is not of that form.
    """
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        match line.split("\t"):
            case [source, one, other, "0" | "1" as label]:
                found.append(Pair(source, one, other, label == "1"))
            case _:
                raise ValueError(
                    f"{path.name}, line {number}: source, question, question and 0 or 1 are wanted"
                )
    return found


class _Source:
    """The questions of one source, as they are compared, in groups that ask the same."""

    def __init__(self, found: Sequence[Pair]) -> None:
        self.written: dict[str, str] = {}
        self.same: dict[str, set[str]] = defaultdict(set)
        for pair in found:
            one, other = wording(pair.one), wording(pair.other)
            if one and other:
                self.written.setdefault(one, pair.one)
                self.written.setdefault(other, pair.other)
                if one != other and pair.is_same:
                    self.same[one].add(other)
                    self.same[other].add(one)
        self.groups = list(self._gathered())

    def _gathered(self) -> Iterator[list[str]]:
        seen: set[str] = set()
        for first in self.written:
            group, waiting = [], [first]
            while waiting:
                text = waiting.pop()
                if text not in seen:
                    seen.add(text)
                    group.append(text)
                    waiting += sorted(self.same.get(text, ()))
            if group:
                yield group


def bases(known: Sequence[Pair], rounds: int, chance: random.Random) -> Iterator[Base]:
    """Yield knowledge bases; a round goes once over the questions of every source."""
    by_source: dict[str, list[Pair]] = defaultdict(list)
    for pair in known:
        by_source[pair.source].append(pair)
    sources = {name: _Source(found) for name, found in sorted(by_source.items())}
    for _ in range(rounds):
        for name, source in sources.items():
            several = [group for group in source.groups if 1 < len(group) <= _LARGEST]
            alone = [group for group in source.groups if len(group) == 1]
            order = several + chance.sample(alone, min(len(alone), round(_ALONE * len(several))))
            chance.shuffle(order)
            while order:
                size = round(_FEWEST * (_MOST / _FEWEST) ** chance.random())
                some, order = order[:size], order[size:]
                yield _drawn(name, source, some, chance)


def _drawn(name: str, source: _Source, groups: Sequence[list[str]], chance: random.Random) -> Base:
    is_single = chance.random() < _ONE_PHRASING
    entries, asked = [], []
    for number, group in enumerate(groups):
        texts = chance.sample(group, len(group))
        if len(texts) > 1:
            held = texts.pop()
            texts.sort(
                key=lambda text: text not in source.same[held]
            )  # those that were called the same come first
            written = source.written[held]
            asked.append((spoilt(written, chance) if chance.random() < _SPOILT else written, str(number)))
        kept = [source.written[text] for text in texts[: 1 if is_single else chance.randint(1, len(texts))]]
        entries.append(Entry(id=str(number), question=kept[0], aliases=tuple(kept[1:]), answer=""))
    chance.shuffle(asked)
    return Base(name, tuple(entries), tuple(asked[:_ASKED_OF_ONE]))
