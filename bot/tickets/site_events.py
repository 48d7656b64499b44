"""What happens on the way to a customer and there."""

from __future__ import annotations

from datetime import datetime

from bot.tickets.event import Event
from bot.tickets.model import Party


class Departed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """An engineer is on the way."""

    by: Party


class LeftSite(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """An engineer left before it was solved: why, what is planned, and by when it goes on."""

    by: Party
    cause: str
    plan: str
    next_at: datetime


class NobodyCame(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The customer says that nobody is there."""

    by: Party


class DayReported(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """How a major incident stands at the end of a day."""

    by: Party
    text: str


class RemoteAsked(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The customer was asked whether somebody may look at their computer from afar."""

    by: Party


class RemoteAnswered(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The customer said yes or no to that, in the message `consent`; `text` is what else they said."""

    by: Party
    is_given: bool
    consent: str
    text: str = ""


class Shown(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Staff put photos or files to the ticket, where no customer sees them: `what` is `[图片×2]`."""

    by: Party
    what: str


SiteEvent = Departed | LeftSite | NobodyCame | DayReported | RemoteAsked | RemoteAnswered | Shown
