"""Questions asked of knowledge bases as a group asks them: mostly other wordings, some that only look alike, chatter."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from importlib import resources

import msgspec

from faq.entries import Entry
from faq.knowledge import KnowledgeBase
from faq.sentences import Encode, Sentences
from faq.training.examples import Question, Written, chatter
from faq.training.noise import spoilt
from faq.training.rephrase import reworded

# What is asked, in shares: another wording, one that looks like a known question and asks something else, a question whose entry
# is missing, chatter. Decided as a busy group is, not measured anywhere.
_SAME, _ALIKE, _MISSING, _SAID = 0.50, 0.07, 0.15, 0.28
_FEWEST = 60  # lines drawn for one knowledge base at least
_OTHERS = (
    0.15  # questions of other kinds beside every line; share of what looks alike that is an entry itself
)
_ABSENT = 0.25
_ONE_PHRASING = 0.7
_REWORDED, _SPOILT = 0.2, 0.2


class Near(msgspec.Struct, frozen=True):
    """One question in several wordings, and questions that look like it and ask something else."""

    wordings: tuple[str, ...]
    others: tuple[str, ...]


class _Asked(msgspec.Struct):
    same: list[tuple[str, str | None]]  # a text and the entry that answers it
    alike: list[tuple[str, str | None]]
    missing: list[tuple[str, str | None]]


def near() -> list[Near]:
    """Return the written lines."""
    lines = resources.files("faq").joinpath("training/near.txt").read_text("utf-8").splitlines()
    return [
        Near(*(tuple(wording.strip() for wording in part.split("|")) for part in line.split("||")))
        for line in lines
        if line and not line.startswith("#")
    ]


def nearly_asked(
    known: Sequence[Near],
    others: Sequence[Written],
    rounds: int,
    chance: random.Random,
    *,
    encode: Encode | None = None,
) -> Iterator[Question]:
    """Yield questions asked of knowledge bases drawn from the lines and from other questions."""
    said = [(text, None) for text in chatter()]
    for number in range(rounds):
        lines = chance.sample(list(known), chance.randint(min(_FEWEST, len(known)), len(known)))
        beside = chance.sample(list(others), min(len(others), round(_OTHERS * len(lines))))
        entries, asked = _drawn([*lines, *(Near(each.wordings, ()) for each in beside)], chance)
        base = KnowledgeBase(entries, sentences=Sentences(encode) if encode else None)
        while base.sentences is not None and base.sentences.work():
            pass
        for text, right in _mixed(asked, said, chance):
            heard = spoilt(text, chance) if chance.random() < _SPOILT else text
            yield Question(number, heard, right, tuple(base.measure(heard)))


def _drawn(lines: Sequence[Near], chance: random.Random) -> tuple[list[Entry], _Asked]:
    """Return the entries of a knowledge base and what may be asked of it."""
    is_single = chance.random() < _ONE_PHRASING
    entries, asked = [], _Asked([], [], [])
    for place, line in enumerate(lines):
        wordings = chance.sample(line.wordings, len(line.wordings))
        held = wordings.pop()
        kept = wordings[: 1 if is_single else chance.randint(1, len(wordings))]
        is_absent = chance.random() < _ABSENT
        if is_absent:
            asked.missing.append((held, None))
        else:
            entries.append(Entry(id=str(place), question=kept[0], aliases=tuple(kept[1:]), answer=""))
            asked.same.append((reworded(held, chance) if chance.random() < _REWORDED else held, str(place)))
        for which, other in enumerate(line.others):
            if chance.random() < _OTHERS:
                entries.append(Entry(id=f"{place}-{which}", question=other, answer=""))
            elif not is_absent:
                asked.alike.append((other, None))
    return entries, asked


def _mixed(
    asked: _Asked, said: Sequence[tuple[str, str | None]], chance: random.Random
) -> list[tuple[str, str | None]]:
    """Return what is asked in the decided shares."""
    found = list(asked.same)
    for texts, share in ((asked.alike, _ALIKE), (asked.missing, _MISSING), (said, _SAID)):
        if texts:
            found += chance.choices(texts, k=round(len(asked.same) * share / _SAME))
    return found
