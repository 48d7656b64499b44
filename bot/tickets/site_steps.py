"""What can be asked on the way to a customer and there."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.tickets.model import Party


class Depart(msgspec.Struct, frozen=True):
    """出发."""

    by: Party


class LeaveSite(msgspec.Struct, frozen=True):
    """离场 未解决: cause, plan and the next time, all three required."""

    by: Party
    cause: str
    plan: str
    next_at: datetime | None


class MissSomebody(msgspec.Struct, frozen=True):
    """没人来: the customer waits in vain."""

    by: Party


class ReportDay(msgspec.Struct, frozen=True):
    """汇报: how a major incident stands today."""

    by: Party
    text: str


SiteStep = Depart | LeaveSite | MissSomebody | ReportDay
