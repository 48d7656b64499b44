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


class AskRemote(msgspec.Struct, frozen=True):
    """远程: may somebody of the staff look at the customer's computer from afar? `text` is how they asked."""

    by: Party
    text: str = ""


class AnswerRemote(msgspec.Struct, frozen=True):
    """The customer's yes or no to that, in the message with this id, and what else they said."""

    by: Party
    message: str
    is_given: bool
    text: str = ""


class Show(msgspec.Struct, frozen=True):
    """Photos or files without a word, among staff: what came says all there is to say."""

    by: Party


SiteStep = Depart | LeaveSite | MissSomebody | ReportDay | AskRemote | AnswerRemote | Show
