"""Gaps: questions nobody could answer, gathered by what they mean, the most frequent first."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from bot.lessons import Lesson, Missed, Picked
from faq.entries import Entry
from faq.knowledge import KnowledgeBase
from faq.text import fold

_SAME_FROM = 0.6  # probability that two questions want the same answer


class Group(msgspec.Struct, frozen=True):
    """Questions that want the same answer; the first wording stands for all."""

    wordings: tuple[str, ...]  # distinct
    lessons: tuple[str, ...]  # ids, one for each time it was asked
    customers: tuple[str, ...]  # distinct

    @property
    def question(self) -> str:
        """The wording that stands for all."""
        return self.wordings[0]

    @property
    def others(self) -> tuple[str, ...]:
        """The other wordings, each once."""
        distinct = {fold(each): each for each in reversed(self.wordings)}
        distinct.pop(fold(self.question), None)
        return tuple(reversed(distinct.values()))

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.lessons)

    @property
    def customer(self) -> str | None:
        """The only customer who asked, None when there were several."""
        return self.customers[0] if len(self.customers) == 1 and self.customers[0] else None


def is_for(entry: Entry, group: Group) -> bool:
    """Say whether somebody who asked may be given an entry."""
    return entry.customer is None or entry.customer in group.customers


def with_all(group: Group) -> Callable[[Entry], Entry]:
    """Return what gives an entry the wordings of a group that it has not."""

    def edit(entry: Entry) -> Entry:
        have = {fold(each) for each in (entry.question, *entry.aliases)}
        more = tuple(each for each in (group.question, *group.others) if fold(each) not in have)
        return replace(entry, aliases=(*entry.aliases, *more))

    return edit


def grouped(lessons: Iterable[Lesson]) -> list[Group]:
    """Return unanswered questions in groups, the largest first, then the one that was asked last.

    The matcher itself says what is alike, so a group is what one entry could answer. A thousand take most of a second: for a thread.
    """
    base = KnowledgeBase()
    groups: dict[str, list[tuple[Lesson, Missed]]] = {}
    known: dict[str, str] = {}  # wording → group
    wordings: dict[str, tuple[str, ...]] = {}
    for lesson in lessons:
        if not isinstance(lesson.matter, Missed):
            continue
        question = lesson.matter.question
        if (id_ := known.get(question)) is None:
            hits = base.match(question, limit=1)
            id_ = hits[0].entry.id if hits and hits[0].score >= _SAME_FROM else lesson.id
            known[question] = id_
            wordings[id_] = (*wordings.get(id_, ()), question)
            first, *others = wordings[id_]
            base.put(Entry(id=id_, question=first, aliases=tuple(others), answer=id_))
        groups.setdefault(id_, []).append((lesson, lesson.matter))
    latest = {id_: max(lesson.at for lesson, _ in members) for id_, members in groups.items()}
    order = sorted(groups, key=lambda id_: (-len(groups[id_]), -latest[id_].timestamp()))
    return [_group(groups[id_]) for id_ in order]


def ripe(lessons: Iterable[Lesson]) -> list[tuple[Lesson, Picked]]:
    """Return the wordings that helped more often than they failed, the most frequent first."""
    found = [
        (lesson, lesson.matter)
        for lesson in lessons
        if isinstance(lesson.matter, Picked) and lesson.matter.picked > lesson.matter.failed
    ]
    return sorted(found, key=lambda each: -each[1].picked)


def _group(members: list[tuple[Lesson, Missed]]) -> Group:
    return Group(
        tuple(dict.fromkeys(missed.question for _, missed in members)),
        tuple(lesson.id for lesson, _ in members),
        tuple(dict.fromkeys(missed.customer for _, missed in members)),
    )
