"""What can be asked of work that is planned ahead."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.tickets.model import Finding, Party


class Appoint(msgspec.Struct, frozen=True):
    """约: say when somebody comes; `who` is the owner unless named."""

    by: Party
    at: datetime
    who: Party | None = None


class AskOtherTime(msgspec.Struct, frozen=True):
    """改期: the customer cannot then."""

    by: Party
    text: str


class Inspect(msgspec.Struct, frozen=True):
    """巡检 … 完成: the result, and what was found with the numbers of the tickets for it."""

    by: Party
    text: str
    findings: tuple[Finding, ...] = ()


class Finish(msgspec.Struct, frozen=True):
    """升级完成."""

    by: Party
    text: str


class RollBack(msgspec.Struct, frozen=True):
    """升级回退: it did not succeed, and why."""

    by: Party
    text: str


class Drop(msgspec.Struct, frozen=True):
    """The plan it came from is another now; nobody was told of it yet."""


class Hasten(msgspec.Struct, frozen=True):
    """A call that is owed is owed sooner, because of a low score."""

    reason: str
    due_at: datetime


PlannedStep = Appoint | AskOtherTime | Inspect | Finish | RollBack | Drop | Hasten
