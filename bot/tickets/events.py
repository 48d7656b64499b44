"""What has happened to a ticket; the only thing that is ever written about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.tickets.event import Event
from bot.tickets.joint_events import JointEvent
from bot.tickets.ledger_events import LedgerEvent
from bot.tickets.model import Appointment, ClockKind, Closing, Kind, Party, Promise, WaitsFor
from bot.tickets.planned_events import CallEvent, PlannedEvent
from bot.tickets.site_events import SiteEvent


class Opened(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    number: int
    kind: Kind
    room: str
    customer: str
    policy: str
    level: str
    level_name: str
    promises: tuple[Promise, ...]
    requester: Party
    account: str
    address: str
    text: str
    by: Party | None = None
    tried: str = ""
    subject: int | None = None
    owner: Party | None = None
    links: tuple[int, ...] = ()
    reason: str = ""  # why somebody calls the customer: low_score, complaint, level_ID, random
    plan: str = ""  # id of the plan it comes from
    due_at: datetime | None = None  # of planned work
    latest_at: datetime | None = None  # by when planned work that fails must be undone
    announce_at: datetime | None = None  # when people are told of it
    appointment: Appointment | None = None
    is_urgent: bool = False  # whoever reported it said so


class Claimed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party


class Responded(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The first word of staff to the customer. `late` is zero when the promise was kept."""

    by: Party
    text: str = ""
    is_call: bool = False
    late: timedelta = timedelta()


class Said(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A later word of staff to the customer."""

    by: Party
    text: str


class Assisted(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party


class Arrived(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Somebody is on site. `late` is zero when the promise was kept, or nothing was promised."""

    by: Party
    late: timedelta = timedelta()


class HandOverOffered(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    to: Party
    note: str
    expires_at: datetime


class HandedOver(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    giver: Party
    by: Party


class HandOverDeclined(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    reason: str


class HandOverExpired(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    to: Party


class Reassigned(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    to: Party
    giver: Party | None
    reason: str


class LevelChanged(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    level: str
    level_name: str
    was: str
    promises: tuple[Promise, ...]
    reason: str
    graced: tuple[str, ...] = ()  # ids of clocks that the change would leave in the past
    grace: timedelta = timedelta()  # the working time they get from now instead


class Noted(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str


class Updated(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str


class Supplemented(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str


class Urged(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party


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
    is_low: bool


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


class Escalated(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A rung of the ladder was reached. `at` is when it was scheduled; `late` how much later it happened."""

    clock: str  # id of the promise
    kind: ClockKind | None = None  # None: the id says it
    begins: datetime | None = None  # the start of what is owed; None where an older version did not say
    rung: int
    at: datetime
    told: tuple[Party, ...]
    tell: tuple[str, ...]  # the roles of the rung, as configured
    skipped: tuple[int, ...] = ()
    late: timedelta = timedelta()
    is_repeat: bool = False
    is_breach: bool = False
    due_at: datetime

    @property
    def promised(self) -> ClockKind:
        """What is owed."""
        return self.kind or ClockKind(self.clock)


class NoticeGathered(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A notice was not said on its own: the duty room, or everybody it calls, was told enough this hour.

    It is said in a list with others, from `until` on where that is known.
    """

    called: tuple[Party, ...]
    until: datetime | None = None


class Realigned(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The ticket would have been looked at again at another instant than its clocks say: a calendar was changed, or worse."""

    was: datetime | None
    due_at: datetime | None


class Acknowledged(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Somebody knows of the alerts so far; they are not repeated for a while."""

    by: Party


class Paused(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Work stands still. `next_at` is when the customer, or else the owner, is reminded."""

    by: Party
    reason: WaitsFor
    need: str
    next_at: datetime


class PauseReminded(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Somebody was told that a ticket still waits; the next time is `next_at`."""

    next_at: datetime


class Resumed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Work goes on: the customer brought what was missing, or staff said so."""

    by: Party


class Proposed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The customer is asked whether another instant is all right for a clock."""

    by: Party
    clock: str
    at: datetime
    reason: str


class AgreementGiven(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The customer said yes; `consent` is the id of that message."""

    by: Party
    clock: str
    at: datetime
    consent: str


class AgreementRefused(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    at: datetime


class AnswerPromised(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The engineer named the time of an answer. `promise` is the clock for it where the policy has none."""

    by: Party
    at: datetime
    promise: Promise | None = None


class Answered(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str
    late: timedelta = timedelta()


class OccurredAt(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """When the trouble began, which is before it was reported."""

    by: Party
    at: datetime


class Loaned(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Other equipment stands in for what is broken."""

    by: Party
    model: str
    serial: str
    late: timedelta = timedelta()


class Diagnosed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str
    late: timedelta = timedelta()


class Dispatched(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """An engineer is sent there; who owns the ticket stays owner."""

    by: Party
    to: Party
    note: str
    late: timedelta = timedelta()


class MajorDeclared(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A manager commands from now on. `promise` is the heartbeat where the policy has none."""

    by: Party
    promise: Promise | None = None


class Recovered(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The major incident is over. `review` is the number of the ticket in which it is looked back on.

    `budget` is what the contract bears of such incidents in a period: its name, how many there were, how many it bears.
    """

    by: Party
    text: str
    review: int | None = None
    budget: tuple[str, int, int] | None = None


AnyEvent = (
    Opened
    | Claimed
    | Responded
    | Said
    | Assisted
    | Arrived
    | HandOverOffered
    | HandedOver
    | HandOverDeclined
    | HandOverExpired
    | Reassigned
    | LevelChanged
    | Noted
    | Updated
    | Supplemented
    | Urged
    | Resolved
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
    | Escalated
    | Realigned
    | NoticeGathered
    | Acknowledged
    | Paused
    | PauseReminded
    | Resumed
    | Proposed
    | AgreementGiven
    | AgreementRefused
    | AnswerPromised
    | Answered
    | OccurredAt
    | Loaned
    | Diagnosed
    | Dispatched
    | MajorDeclared
    | Recovered
    | PlannedEvent
    | CallEvent
    | LedgerEvent
    | SiteEvent
    | JointEvent
)
