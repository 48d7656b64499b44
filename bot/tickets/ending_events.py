"""How a ticket ends, and what is asked after it: solved, confirmed, opened again, rated, called about."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.tickets.event import Event
from bot.tickets.kinds import Closing
from bot.tickets.model import Improvement, Party


class Resolved(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    cause: str
    method: str
    prevention: str
    late: timedelta = timedelta()
    check_at: datetime  # when to ask again whether it works
    close_at: datetime  # when silence closes it


class CheckReminded(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The requester was asked once more whether it works."""


class Closed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    closing: Closing
    by: Party | None = None


class Reopened(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str


class Undone(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    word: str
    of: Party | None = None  # whose it was, where somebody else takes it back


class SurveyPlanned(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    at: datetime


class SurveySkipped(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The person was asked for a rating today already."""


class SurveyAsked(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    remind_at: datetime


class SurveyReminded(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    expires_at: datetime


class SurveyExpired(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    pass


class Rated(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    speed: int
    quality: int
    comment: str
    is_low: bool  # of a correction: low, and it was not before
    was_low: bool | None = None  # set where it corrects another rating


class Commented(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str


class CallMissed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The customer could not be reached; the callback is still owed. `again_at` is when it is reminded of."""

    by: Party
    text: str
    again_at: datetime | None = None


class CalledBack(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    result: str
    late: timedelta = timedelta()
    improvement: Improvement | None = None


EndingEvent = (
    Resolved
    | CheckReminded
    | Closed
    | Reopened
    | Undone
    | SurveyPlanned
    | SurveySkipped
    | SurveyAsked
    | SurveyReminded
    | SurveyExpired
    | Rated
    | Commented
    | CallMissed
    | CalledBack
)
