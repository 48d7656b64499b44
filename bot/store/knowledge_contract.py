"""What the bot asks of a store for its knowledge: entries with their history, how they are used, and what is still to be learned.

Knowledge is changed by commits of its own (`learn`), never together with tickets or messages, so that a store may keep it elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from bot.lessons import Lesson
from faq.entries import Entry


class KnowledgeMoved(Exception):
    """The knowledge has another version than expected: somebody changed it meanwhile. Read it again and decide again."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"the knowledge is not at version {expected} any more")
        self.expected = expected


class Uses(msgspec.Struct, frozen=True, kw_only=True):
    """How often an entry was given as an answer, and how often the asker said that it helped, or that it did not."""

    entry: str
    given: int = 0
    helped: int = 0
    failed: int = 0
    latest_at: datetime | None = None


class EntryChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of the history of an entry. `entry` is None where it was removed."""

    version: int  # of the knowledge, from this change on
    id: str
    at: datetime
    entry: Entry | None


class Learning(msgspec.Struct, frozen=True, kw_only=True):
    """What is saved together or not at all.

    An entry with the id of another replaces it, and the history keeps both. When there are entries or removed ones the version of the
    knowledge grows by one; `expected` is the version on which the change was decided, None where that does not matter.
    A lesson with the id of another replaces it. The numbers of `uses` are added to those there are.
    """

    at: datetime
    entries: tuple[Entry, ...] = ()
    removed: tuple[str, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    uses: tuple[Uses, ...] = ()
    expected: int | None = None


class KnowledgeStore(Protocol):
    """The part of a store that keeps knowledge. Reads see every `learn` that has returned."""

    async def learn(self, learning: Learning) -> None:
        """Save durably, all or nothing.

        Raises:
            KnowledgeMoved: The knowledge is not at the `expected` version.
        """
        ...

    async def knowledge_version(self) -> int:
        """Return the version of the knowledge, 0 while it is untouched. Cheap: every process asks several times a second."""
        ...

    async def entries(self) -> list[Entry]:
        """Return the knowledge base, by id."""
        ...

    async def entry_changes(self, after: int) -> list[EntryChange]:
        """Return what changed after a version of the knowledge, oldest first; of several changes of an entry the last one counts."""
        ...

    async def entry_history(self, id_: str) -> list[EntryChange]:
        """Return every form an entry has had, oldest first; empty for an unknown id."""
        ...

    async def uses(self) -> list[Uses]:
        """Return the use of every entry that was ever used, by id."""
        ...

    async def vectors(self, model: str, keys: Sequence[str]) -> dict[str, bytes]:
        """Return what is kept of a model under these keys."""
        ...

    async def keep_vectors(self, model: str, vectors: Mapping[str, bytes]) -> None:
        """Keep vectors of a model; those of other models are forgotten. They can be worked out again, so no copy carries them."""
        ...

    async def lesson(self, id_: str) -> Lesson | None:
        """Return a lesson, decided or not."""
        ...

    async def lessons(self, kind: str, *, since: datetime | None = None) -> list[Lesson]:
        """Return the undecided lessons about a kind of matter (the name of its class), from an instant on, oldest first."""
        ...
