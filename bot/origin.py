"""Where something that happens comes from: a message of a person in a room, or the clock."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from bot.config import Room
from bot.store.contract import ClosedAsk, Link
from bot.tickets.model import Party
from bot.tickets.records import Source
from bot.tickets.rules import Role


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the desk needs it. `room` is None in a private chat; `address` and `account` are the platform's.

    A message that says several things (this works, that does not) is taken in parts, each of them once.
    """

    now: datetime
    by: Party
    role: Role
    account: str
    address: str
    message: str
    room: Room | None
    language: str
    closed_asks: tuple[ClosedAsk, ...] = ()  # answered by this message
    part: str = ""  # the whole comes last: 1, 2.1, 2.2, 2, then the whole
    brings: str = ""  # what came with the words, or in place of them: `[图片×2]`

    def own_language(self, room: Room) -> str:
        """Return the speaker's language, where it is not that of a room; empty for staff, who have none of their own."""
        return "" if self.role.is_staff or self.language == room.language else self.language

    @property
    def seen(self) -> str:
        """The key under which a redelivery of the message is recognised."""
        whole = f"{self.address}|{self.message}"
        return f"{whole}|part {self.part}" if self.part else whole

    @property
    def key(self) -> str:
        """A short key for the answers to this message."""
        return hashlib.sha256(self.seen.encode()).hexdigest()[:20]

    @property
    def source(self) -> Source:
        """How the archive names it."""
        return Source(message=self.message, account=self.account, room=self.address)

    def link(self, ticket: int) -> Link:
        """Return the note that this message belongs to a ticket."""
        return Link(room=self.address, message=self.message, ticket=ticket)
