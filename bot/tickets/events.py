"""What has happened to a ticket; the only thing that is ever written about it. What of it stands in modules of its own is named here too."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.tickets.coverage_events import CoverageEvent
from bot.tickets.ending_events import (
    CalledBack,
    CallMissed,
    CheckReminded,
    Closed,
    Commented,
    EndingEvent,
    Rated,
    Reopened,
    Resolved,
    SurveyAsked,
    SurveyExpired,
    SurveyPlanned,
    SurveyReminded,
    SurveySkipped,
    Undone,
)
from bot.tickets.event import Event
from bot.tickets.incident_events import IncidentEvent
from bot.tickets.joint_events import JointEvent
from bot.tickets.kinds import Kind, Telling
from bot.tickets.ledger_events import LedgerEvent
from bot.tickets.model import Appointment, Party, Promise
from bot.tickets.planned_events import CallEvent, PlannedEvent
from bot.tickets.presence_events import PresenceEvent
from bot.tickets.promise_events import (
    Acknowledged,
    AgreementGiven,
    AgreementRefused,
    Answered,
    AnswerPromised,
    Diagnosed,
    Dispatched,
    Escalated,
    Loaned,
    MajorDeclared,
    NoticeGathered,
    OccurredAt,
    Paused,
    PauseReminded,
    PromiseEvent,
    Proposed,
    Reached,
    Realigned,
    Recovered,
    Resumed,
)
from bot.tickets.site_events import SiteEvent
from bot.tickets.visit_events import VisitEvent

__all__ = [
    "Acknowledged",
    "AgreementGiven",
    "AgreementRefused",
    "AnswerPromised",
    "Answered",
    "AnyEvent",
    "Arrived",
    "Assisted",
    "CallMissed",
    "CalledBack",
    "CheckReminded",
    "Claimed",
    "Closed",
    "Commented",
    "Diagnosed",
    "Dispatched",
    "Escalated",
    "HandOverDeclined",
    "HandOverExpired",
    "HandOverOffered",
    "HandedOver",
    "LevelChanged",
    "Loaned",
    "MajorDeclared",
    "Noted",
    "NoticeGathered",
    "OccurredAt",
    "Opened",
    "PauseReminded",
    "Paused",
    "Proposed",
    "Rated",
    "Reached",
    "Realigned",
    "Reassigned",
    "Recovered",
    "Reopened",
    "Resolved",
    "Responded",
    "Resumed",
    "Said",
    "Supplemented",
    "SurveyAsked",
    "SurveyExpired",
    "SurveyPlanned",
    "SurveyReminded",
    "SurveySkipped",
    "Undone",
    "Updated",
    "Urged",
]


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
    uncovered: date | None = None  # the last day of the contract, where that was over already
    outside: str = ""  # what the contract excludes, where the reporter was asked about it
    language: str = ""  # in which the reporter is spoken to, where it is not that of the room
    former: Party | None = None  # who answered for the ticket that it follows


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
    kind: Kind | None = None  # what it is now, where it was taken for something else


class Noted(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str


class Updated(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str


class Supplemented(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str
    telling: Telling | None = None
    at: datetime | None = None  # when somebody is wished to come


class Urged(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str = ""


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
    | PromiseEvent
    | EndingEvent
    | PlannedEvent
    | CallEvent
    | LedgerEvent
    | SiteEvent
    | JointEvent
    | CoverageEvent
    | PresenceEvent
    | VisitEvent
    | IncidentEvent
)
