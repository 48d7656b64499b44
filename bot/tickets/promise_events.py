"""What happens to the promises of a ticket: told of, paused, agreed anew, named by an engineer, kept in other ways."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.tickets.event import Event
from bot.tickets.kinds import ClockKind, Milestone, WaitsFor
from bot.tickets.model import Party, Promise, Runbook


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


class Reached(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """There is a way around it, or a part was received, ordered, returned or replaced."""

    by: Party
    what: Milestone
    text: str = ""
    late: timedelta = timedelta()


class Dispatched(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """An engineer is sent there; who owns the ticket stays owner."""

    by: Party
    to: Party
    note: str
    late: timedelta = timedelta()


class MajorDeclared(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A manager commands from now on. `promise` is the heartbeat and `report` the report of the day, where the policy has none."""

    by: Party
    promise: Promise | None = None
    report: Promise | None = None
    runbook: Runbook | None = None


class Recovered(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The major incident is over. `review` is the number of the ticket in which it is looked back on.

    `budget` is what the contract bears of such incidents in a period: its name, how many there were, how many it bears.
    """

    by: Party
    text: str
    review: int | None = None
    budget: tuple[str, int, int] | None = None


PromiseEvent = (
    Escalated
    | NoticeGathered
    | Realigned
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
    | Reached
    | Dispatched
    | MajorDeclared
    | Recovered
)
