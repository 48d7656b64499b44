"""What the knowledge base may learn from: a draft from a solved ticket, a wording that was picked, a question nobody could answer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from bot.tickets.model import Party


class Stage(StrEnum):
    """Whose word a draft waits for."""

    OFFERED = "offered"  # of the owner of its ticket
    REVIEW = "review"  # of whoever looks after the knowledge


class Matter(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of what a lesson can be about; `AnyMatter` is the closed union."""


class Proposed(Matter, frozen=True, kw_only=True, tag=True):
    """An answer that a solved ticket could give to the next asker, without secrets and names; or a new answer for an entry."""

    ticket: int  # 0 where an entry is to be corrected
    question: str
    answer: str
    author: Party
    entry: str = ""  # the entry whose answer it shall replace; empty for a new one
    aliases: tuple[str, ...] = ()
    customer: str | None = None
    stage: Stage = Stage.OFFERED

    @property
    def reference(self) -> str:
        """How people name it: the entry, or the number of the ticket."""
        return self.entry or str(self.ticket)


class Picked(Matter, frozen=True, kw_only=True, tag=True):
    """A wording for which people picked an entry from a menu, and how often that helped or failed."""

    entry: str
    wording: str
    picked: int = 0
    failed: int = 0


class Missed(Matter, frozen=True, kw_only=True, tag=True):
    """A question for the bot that no entry answers."""

    question: str
    customer: str = ""
    room: str = ""


AnyMatter = Proposed | Picked | Missed


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to learn, until somebody has decided about it."""

    id: str
    at: datetime  # when it was noted, or happened last
    matter: AnyMatter
    outcome: str = ""  # empty while nobody has decided
