"""Questions with known answers, made of the written questions: small knowledge bases, and what is asked of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

import msgspec

from faq.entries import Entry, Measured
from faq.formats import plan, read
from faq.knowledge import KnowledgeBase
from faq.sentences import Encode, Sentences
from faq.text import fold
from faq.training.noise import spoilt
from faq.training.rephrase import exchanged, mixed, reworded, shortened, turned
from faq.wording import canonical

_ONE_PHRASING = 0.6  # share of knowledge bases whose entries have one phrasing only
_SPOILT = 0.35
_ALSO_REWORDED = 0.4  # share of the wordings held back that are changed a little as well
_CHATTER = 0.15  # share of what is said that asks nothing
_ASKED_OF_ONE = 400  # questions asked of one knowledge base at most
_ABSENT = 0.3
# Shares of what is asked: another wording, the known one reworded, with something else in it, shortened.
MIXED = (0.4, 0.5, 0.05, 0.05)
HELD = (1.0, 0.0, 0.0, 0.0)


class Question(msgspec.Struct, frozen=True):
    """A text, what was found for it, and the entry that answers it; None when none does."""

    topic: int
    text: str
    right: str | None
    found: tuple[Measured, ...]


class Written(msgspec.Struct, frozen=True):
    """One question in several wordings."""

    topic: int
    wordings: tuple[str, ...]


class Pattern(msgspec.Struct, frozen=True):
    """One question about many things alike: a thing has one or more names, {} stands for it in the wordings."""

    topic: int
    things: tuple[tuple[str, ...], ...]
    wordings: tuple[str, ...]


def patterns(first_topic: int) -> list[Pattern]:
    """Return the written patterns, each block a topic."""
    found: list[Pattern] = []
    things: tuple[tuple[str, ...], ...] = ()
    topic = first_topic - 1
    for line in resources.files("faq").joinpath("training/patterns.txt").read_text("utf-8").splitlines():
        if line.startswith("= "):
            topic += 1
            things = tuple(tuple(name.strip().split("/")) for name in line[2:].split("|"))
        elif line and not line.startswith("#"):
            found.append(Pattern(topic, things, tuple(part.strip() for part in line.split("|"))))
    return found


def filled(pattern: Pattern, thing: tuple[str, ...], chance: random.Random) -> Written:
    """Return a pattern as the question about one thing, by any of its names."""
    wordings = dict.fromkeys(wording.replace("{}", chance.choice(thing)) for wording in pattern.wordings)
    return Written(pattern.topic, tuple(wordings))


def chatter() -> list[str]:
    """Return what people say without asking anything."""
    lines = resources.files("faq").joinpath("training/chatter.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def written(*files: Path) -> list[Written]:
    """Return the written questions, and those of FAQ files, each file a topic of its own."""
    topic, found = 0, []
    text = resources.files("faq").joinpath("training/questions.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            topic += 1
        elif line:
            found.append(Written(topic, tuple(part.strip() for part in line.split("|"))))
    for place, file in enumerate(files, topic + 1):
        found += [Written(place, (each.question, *each.aliases)) for each in plan((), read(file)).new]
    return found


def questions(
    known: list[Written],
    alike: list[Pattern],
    rounds: int,
    chance: random.Random,
    kinds: Sequence[float] = MIXED,
    *,
    encode: Encode | None = None,
) -> Iterator[Question]:
    """Yield questions asked of knowledge bases drawn from what is written; `kinds` are shares as in `MIXED`."""
    said = chatter()
    topics = sorted({pattern.topic for pattern in alike})
    for _ in range(rounds):
        drawn = chance.sample(known, chance.randint(min(20, len(known)), len(known)))
        few = chance.sample(topics, min(len(topics), chance.choice((0, 0, 0, 1, 1, 2))))
        near = [
            filled(pattern, thing, chance)
            for pattern in alike
            if pattern.topic in few
            for thing in pattern.things
        ]
        drawn += chance.sample(near, chance.randint(len(near) // 3, len(near)))
        is_single = chance.random() < _ONE_PHRASING
        asked, entries = [], []
        for place, each in enumerate(drawn):
            wordings = list(each.wordings)
            chance.shuffle(wordings)
            held = wordings.pop()
            is_absent = chance.random() < _ABSENT
            kept = wordings[: 1 if is_single else chance.randint(1, len(wordings))]
            asked.append((each.topic, held, kept, None if is_absent else str(place)))
            if not is_absent:
                entries.append(Entry(id=str(place), question=kept[0], aliases=tuple(kept[1:]), answer=""))
        base = KnowledgeBase(entries, sentences=Sentences(encode) if encode else None)
        while base.sentences is not None and base.sentences.work():
            pass
        chance.shuffle(asked)
        for topic, held, kept, right in asked[:_ASKED_OF_ONE]:
            text, is_same = _asked(base, held, kept, kinds, chance)
            if chance.random() < _CHATTER:
                text, is_same = chance.choice(said), False
            if chance.random() < _SPOILT:
                text = spoilt(text, chance)
            yield Question(topic, text, right if is_same else None, tuple(base.measure(text)))


def _asked(
    base: KnowledgeBase, held: str, kept: list[str], kinds: Sequence[float], chance: random.Random
) -> tuple[str, bool]:
    """Return what is asked, and whether it is what the entry asks."""
    match chance.choices(("held", "reworded", "exchanged", "shortened"), kinds)[0]:
        case "held":
            return reworded(held, chance) if chance.random() < _ALSO_REWORDED else held, True
        case "reworded":
            return reworded(chance.choice(kept), chance), True
        case "shortened":
            return shortened(chance.choice(kept), chance), True
        case _:
            text = chance.choice(kept)
            entry = chance.choice(base.entries())
            return _something_else(base, text, entry.question, chance), False


def _something_else(base: KnowledgeBase, text: str, other: str, chance: random.Random) -> str:
    way = chance.randrange(3)
    if way == 0 and (question := turned(text, chance)) is not None:
        return question
    if way == 1:
        return mixed(text, other, chance)
    text, other = canonical(fold(text)), canonical(fold(other))
    return exchanged(text, base.most_telling(text), base.most_telling(other))
