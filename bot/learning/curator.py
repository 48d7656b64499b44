"""Changes of knowledge: each by somebody, for a reason, decided on what is there now, and in use at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import structlog
from msgspec.structs import replace

from bot.beside import beside
from bot.knowledge.live import Knowledge
from bot.lessons import Lesson, Proposed
from bot.store.contract import Store
from bot.store.knowledge_contract import KnowledgeMoved, Learning
from bot.tickets.errors import N_, TicketError
from faq.entries import Entry
from faq.text import fold

_ATTEMPTS = 50  # races are lost to somebody else's progress, so this many in a row mean a fault
_GIVEN = re.compile(r"K-(\d{1,9})")

Entries = Mapping[str, Entry]
Decide = Callable[[Entries], Entry]


class Curator:
    """Saves what was decided against the version it was decided on; when somebody else was faster it decides again."""

    def __init__(self, store: Store, knowledge: Knowledge) -> None:
        self._store = store
        self._knowledge = knowledge
        self._log = structlog.get_logger("knowledge")

    async def change(
        self, decide: Decide, *, by: str, why: str, now: datetime, lessons: Iterable[Lesson] = ()
    ) -> Entry:
        """Save the entry that `decide` makes of those there are, with the lessons this settles, and return it.

        Raises:
            TicketError: `decide` refuses.
        """
        for _ in range(_ATTEMPTS):
            await self._knowledge.refresh(now)
            version = self._knowledge.version
            # In a thread: to see whether a wording is known all entries are gone over.
            decided = await beside(decide, self._knowledge.by_id())
            before = self._knowledge.stored(decided.id)
            if decided == before:
                await self._store.learn(Learning(at=now, lessons=tuple(lessons)))
                return decided
            entry = replace(decided, changed_by=by, changed_at=now, reason=why)
            try:
                await self._store.learn(
                    Learning(at=now, entries=(entry,), lessons=tuple(lessons), expected=version)
                )
            except KnowledgeMoved:
                continue
            await self._knowledge.refresh(now)
            self._log.info("knowledge changed", action="knowledge_changed", entry=entry.id, by=by, why=why)
            return entry
        raise RuntimeError(f"the knowledge was changed by others {_ATTEMPTS} times in a row")


def new_entry(entry: Entry) -> Decide:
    """Add an entry under the next free number. A question that is an entry's already is refused: that one is to be corrected."""

    def decide(entries: Entries) -> Entry:
        same = next((each for each in entries.values() if _is_same(each, entry)), None)
        if same is not None:
            raise TicketError(N_("“{question}”已经是 {entry} 的问法，改它请回“改 {entry} 新答案”。"), question=entry.question, entry=same.id)  # fmt: skip
        return replace(entry, id=next_id(entries))

    return decide


def new_answer(
    question: str, others: tuple[str, ...], answer: str, customer: str | None, *, owner: str
) -> Decide:
    """Add the entry that somebody answers for, with the other wordings of its question."""
    return new_entry(
        Entry(id="", question=question, aliases=others, answer=answer, customer=customer, owner=owner)
    )


def approved(draft: Proposed) -> Decide:
    """Bring a draft into the knowledge: a new entry, or the new answer of the one that it is about."""
    author = draft.author.id
    if draft.entry:
        return edited(
            draft.entry, lambda each: replace(each, answer=draft.answer, is_enabled=True, owner=author)
        )
    return new_answer(draft.question, draft.aliases, draft.answer, draft.customer, owner=author)


def unlike_others(entry: Entry, entries: Entries) -> Entry:
    """Return an entry whose question no other entry asks for the same customer.

    Raises:
        TicketError: One does.
    """
    for each in entries.values():
        if each.id != entry.id and _is_same(each, entry):
            raise TicketError(N_("“{question}”已经是 {entry} 的问法，先改那一条。"), question=entry.question, entry=each.id)  # fmt: skip
    return entry


def shared_wordings(entry: Entry, entries: Entries) -> list[tuple[str, str]]:
    """Return the wordings of an entry that another one for the same people has too, each with that one's id: they compete."""
    own = {fold(each): each for each in (entry.question, *entry.aliases)}
    return [
        (own[fold(wording)], other.id)
        for other in entries.values()
        if other.id != entry.id and other.customer == entry.customer and other.is_enabled
        for wording in (other.question, *other.aliases)
        if fold(wording) in own
    ]


def edited(id_: str, edit: Callable[[Entry], Entry]) -> Decide:
    """Change one entry."""

    def decide(entries: Entries) -> Entry:
        return edit(known(entries, id_))

    return decide


def with_alias(id_: str, wording: str) -> Decide:
    """Add a wording to an entry, unless it is one of another entry for the same customer."""

    def decide(entries: Entries) -> Entry:
        entry = known(entries, id_)
        holder = next((each for each in entries.values() if each.id != id_ and _has(each, wording, entry)), None)  # fmt: skip
        if holder is not None:
            raise TicketError(N_("“{wording}”已经是 {entry} 的问法。"), wording=wording, entry=holder.id)
        if _has(entry, wording, entry):
            return entry
        return replace(entry, aliases=(*entry.aliases, wording))

    return decide


def known(entries: Entries, id_: str) -> Entry:
    """Return an entry.

    Raises:
        TicketError: There is none of that id.
    """
    entry = entries.get(id_)
    if entry is None:
        raise TicketError(N_("没有 {entry} 这一条。找编号：查 关键词"), entry=id_)
    return entry


def next_id(entries: Iterable[str]) -> str:
    """Return the id after the highest there is: K-001, K-002 …"""
    numbers = [int(found[1]) for id_ in entries if (found := _GIVEN.fullmatch(id_))]
    return f"K-{max(numbers, default=0) + 1:03d}"


def _is_same(one: Entry, other: Entry) -> bool:
    return fold(one.question) == fold(other.question) and one.customer == other.customer


def _has(entry: Entry, wording: str, like: Entry) -> bool:
    is_near = entry.customer == like.customer
    return is_near and fold(wording) in {fold(each) for each in (entry.question, *entry.aliases)}
