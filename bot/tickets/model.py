"""A ticket as it stands after its events so far."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What is owed to somebody."""

    FAULT = "fault"
    QUESTION = "question"
    REQUEST = "request"
    COMPLAINT = "complaint"
    CALLBACK = "callback"
    INSPECTION = "inspection"
    HAZARD = "hazard"
    IMPROVEMENT = "improvement"
    TRAINING = "training"


class Status(StrEnum):
    """Where a ticket is in its life; who owns it is a question of its own."""

    OPEN = "open"
    SOLVED = "solved"  # by staff; the requester has not confirmed yet
    CLOSED = "closed"


class Closing(StrEnum):
    """Why a ticket is closed."""

    CONFIRMED = "confirmed"  # the requester said that it works
    SILENCE = "silence"  # nobody answered; it does not count as satisfied
    WITHDRAWN = "withdrawn"
    DONE = "done"  # internal work such as a callback


class ClockKind(StrEnum):
    """The promises a ticket can carry."""

    RESPOND = "respond"
    ANSWER = "answer"
    ARRIVE = "arrive"
    DIAGNOSE = "diagnose"
    WORKAROUND = "workaround"
    RESOLVE = "resolve"
    UPDATE = "update"


class StartsAt(StrEnum):
    """The event from which a promise counts."""

    REPORTED = "reported"
    CLAIMED = "claimed"
    RESPONDED = "responded"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"


class Party(msgspec.Struct, frozen=True, eq=False):
    """A person as the archive names them: `id` of the configuration, or the account of somebody it does not know.

    Whoever has the same id is the same person: people change the name they show in a group as they like.
    """

    id: str
    name: str

    def __eq__(self, other: object) -> bool:
        return self.id == other.id if isinstance(other, Party) else NotImplemented

    def __ne__(self, other: object) -> bool:
        # Structs compare in C, where an own `__eq__` does not bring its opposite along.
        return self.id != other.id if isinstance(other, Party) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.id)


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One target as it stood in the policy when the ticket was opened."""

    kind: ClockKind
    within: timedelta  # of working time of `calendar`
    calendar: str
    ladder: str
    start: StartsAt = StartsAt.REPORTED


class Interval(msgspec.Struct, frozen=True):
    """A stretch of time in which clocks stand still; `end` is None while it lasts."""

    start: datetime
    end: datetime | None = None


class Grace(msgspec.Struct, frozen=True, kw_only=True):
    """The short time a clock gets instead of its promise when a change of level left that in the past."""

    since: datetime
    within: timedelta  # of working time of `calendar`
    calendar: str


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One promise on one ticket, running or met.

    `fired` maps a rung of the ladder to when it was last told, or passed over for a higher one: what it would have said
    by then is not said afterwards.
    """

    promise: Promise
    started_at: datetime | None = None  # None: its start event has not happened
    met_at: datetime | None = None
    fired: dict[int, datetime] = {}
    excluded: tuple[Interval, ...] = ()  # solved stretches
    grace: Grace | None = None  # the promise and its start stay, so that the next change counts from there

    @property
    def is_reprioritised(self) -> bool:
        """True while a grace stands in for the promise."""
        return self.grace is not None


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-over that waits for an answer; the giver owns the ticket until then."""

    giver: Party
    to: Party
    note: str
    expires_at: datetime


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What was wrong, what was done, and how to prevent it."""

    by: Party
    cause: str
    method: str
    prevention: str


class SurveyState(StrEnum):
    """How far asking for a rating has come."""

    PLANNED = "planned"
    ASKED = "asked"
    REMINDED = "reminded"
    RATED = "rated"
    COMMENTED = "commented"
    EXPIRED = "expired"
    VOID = "void"
    SKIPPED = "skipped"  # the person was asked today already


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """One request for a rating of one resolution; the rated engineer is the owner at resolution."""

    state: SurveyState
    next_at: datetime | None = None  # when to ask, remind or expire
    engineer: Party | None = None
    asked_at: datetime | None = None
    speed: int | None = None
    quality: int | None = None
    comment: str = ""


class Undoable(msgspec.Struct, frozen=True, kw_only=True):
    """The last action, by whom, and the ticket before it."""

    by: Party
    word: str  # the event's type name
    at: datetime
    before: Ticket


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """One thing owed to somebody. All instants are aware and in UTC."""

    number: int
    version: int  # how many events made it
    head: str = ""  # hash of its latest record
    kind: Kind
    status: Status = Status.OPEN
    customer: str = ""  # id of the configuration
    room: str = ""  # id of the room it came from
    policy: str = ""
    level: str = ""
    level_name: str = ""
    level_before: str = ""  # what staff changed it from; the requester may ask for it back
    requester: Party
    account: str = ""  # the requester's account: `NAME:USERID`
    address: str = ""  # where the requester reads answers: the address of a room
    text: str
    tried: str = ""  # knowledge entry that did not help
    subject: int | None = None  # the ticket this one is about (callback)
    opened_at: datetime
    owner: Party | None = None
    claimed_at: datetime | None = None
    offer: Offer | None = None
    helpers: tuple[Party, ...] = ()
    handed_over: int = 0
    clocks: tuple[Clock, ...] = ()
    last_said_at: datetime | None = None  # latest word of staff to the customer
    progress: str = ""
    resolution: Resolution | None = None
    solved_at: datetime | None = None
    check_at: datetime | None = None  # when to ask again whether it works; None once that was done
    close_at: datetime | None = None  # when silence closes it
    closed_at: datetime | None = None
    closing: Closing | None = None
    survey: Survey | None = None
    reopened: int = 0
    links: tuple[int, ...] = ()
    undo: Undoable | None = None

    def clock(self, kind: ClockKind) -> Clock | None:
        """Return the clock of a kind, or None when nothing of the kind is promised."""
        return next((clock for clock in self.clocks if clock.promise.kind is kind), None)
