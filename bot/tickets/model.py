"""A ticket as it stands after its events so far."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, timedelta

import msgspec

from bot.tickets.kinds import ClockKind, Closing, Kind, Standing, StartsAt, Status, SurveyState, WaitsFor
from scheduler.written_clocks import WrittenClock

_NAMES = {
    kind: kind.value for kind in ClockKind
}  # read for every clock at every step; `.value` takes its time


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


class Promise(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One clock as it stood in the policy when the ticket was opened.

    The short form says `within` and `start`; it is how archives from before 0.2 have it, and how a callback is owed. Else `clock` is the
    whole clock as the policy writes it. Defaults are left out when it is saved, so that the hashes of old archives still hold.
    """

    kind: ClockKind
    within: timedelta | None = None  # of working time of `calendar`
    calendar: str
    ladder: str
    start: StartsAt | None = None  # None: as reported
    clock: WrittenClock | None = None

    @property
    def id(self) -> str:
        """What tells it from the other promises of its ticket."""
        return (self.clock.id if self.clock else "") or _NAMES[self.kind]


class Pause(msgspec.Struct, frozen=True):
    """A stretch in which clocks stand still, and why; `end` is None while it lasts."""

    start: datetime
    end: datetime | None
    reason: str


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """The pause that is on: for whom, what is needed, and when somebody is reminded next."""

    reason: WaitsFor
    by: Party
    need: str
    since: datetime
    next_at: datetime
    reminded: int = 0  # how often the customer was


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """Another instant for one clock; `consent` is the id of the message in which the customer said yes."""

    clock: str
    at: datetime
    made_at: datetime
    consent: str = ""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Another instant for one clock that the customer has been asked about."""

    clock: str
    at: datetime
    by: Party
    reason: str


class Improvement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be done better after a call: a ticket of its own with this number, for `owner`, by `due_at`."""

    text: str
    owner: Party
    due_at: datetime
    number: int = 0


class Appointment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When somebody comes to the customer or works there, and who."""

    at: datetime
    until: datetime | None = None
    who: Party | None = None
    movable_until: datetime | None = None  # until then the customer may ask for another time
    remind_at: datetime | None = None  # when it is near; None once that was said


class VisitOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Times at which somebody could come, of which the customer was asked to choose."""

    who: Party
    times: tuple[datetime, ...]


class Ticked(msgspec.Struct, frozen=True):
    """Who did a step of a runbook, and when."""

    by: Party
    at: datetime


class Runbook(msgspec.Struct, frozen=True):
    """What is done in a major incident, as it stood when it was declared; `done` by the number of the step, from 1."""

    id: str
    name: str
    steps: tuple[str, ...]
    done: dict[int, Ticked] = {}


class News(msgspec.Struct, frozen=True):
    """Something that was told of a major incident."""

    at: datetime
    text: str


class Finding(msgspec.Struct, frozen=True):
    """Something an inspection found that must be dealt with, and the number of the ticket for it."""

    number: int
    text: str


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How a ticket stands outside of a contract: it was over since `ended_on`, or, where that is None, never meant such a thing."""

    standing: Standing
    ended_on: date | None


class Grace(msgspec.Struct, frozen=True, kw_only=True):
    """The short time that clocks get instead of their promise when a change of level left that in the past."""

    since: datetime
    within: timedelta  # of working time
    clocks: tuple[str, ...]


class Told(msgspec.Struct, frozen=True):
    """Which rungs of a clock's ladder were told, and when; `begins` is the start of what they were about.

    A rung that was passed over for a higher one counts too: what it would have said by then is not said afterwards.
    """

    begins: datetime
    rungs: dict[int, datetime]


class Acknowledged(msgspec.Struct, frozen=True):
    """Somebody has said that they know of the alerts so far."""

    by: Party
    at: datetime


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


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """One request for a rating of one resolution; the rated engineer is the owner at resolution."""

    state: SurveyState
    next_at: datetime | None = None  # when to ask, remind or expire
    engineer: Party | None = None
    asked_at: datetime | None = None
    speed: int | None = None
    quality: int | None = None
    comment: str = ""


class Reporter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody else who has the same trouble. `number` is the ticket it was merged with, 0 for who only joined."""

    party: Party
    account: str
    address: str
    room: str
    customer: str = ""
    text: str
    at: datetime
    number: int = 0
    language: str = ""  # in which they are spoken to, where it is not that of the room


class Undoable(msgspec.Struct, frozen=True, kw_only=True):
    """The last action, by whom, and the ticket before it."""

    by: Party
    word: str  # the event's type name
    at: datetime
    before: Ticket


class Ticket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing owed to somebody. All instants are aware and in UTC. What it does not have is left out when it is saved."""

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
    is_urgent: bool = False  # whoever reported it said so
    level_before: str = ""  # what staff changed it from; the requester may ask for it back
    requester: Party
    account: str = ""  # the requester's account: `NAME:USERID`
    language: str = ""  # in which they are spoken to, where it is not that of the room
    requester_gone: bool = False  # they left the group, so nobody is asked there
    address: str = ""  # where the requester reads answers: the address of a room
    text: str
    tried: str = ""  # knowledge entry that did not help
    subject: int | None = None  # the ticket this one is about (callback)
    opened_at: datetime
    owner: Party | None = None
    claimed_at: datetime | None = None
    owned_at: datetime | None = None  # when it was handed over last
    offer: Offer | None = None
    helpers: tuple[Party, ...] = ()
    sent: Party | None = None  # who was sent there last
    handed_over: int = 0
    promises: tuple[Promise, ...] = ()
    happened: dict[str, tuple[datetime, ...]] = {}  # what clocks count from and what keeps them, by name
    pauses: tuple[Pause, ...] = ()
    agreements: tuple[Agreed, ...] = ()
    grace: Grace | None = None
    told: dict[str, Told] = {}  # by the id of the promise
    acknowledged: Acknowledged | None = None
    waiting: Waiting | None = None
    proposal: Proposal | None = None
    reason: str = ""  # why somebody calls the customer
    plan: str = ""  # id of the plan it comes from
    announce_at: datetime | None = None  # when people are told of it; None once they were
    appointment: Appointment | None = None
    visit: VisitOffer | None = None  # times that the customer was offered
    lent: tuple[str, ...] = ()  # model and serial number of what stands in for what is broken
    assets: tuple[str, ...] = ()  # serial numbers of what it is about
    excuse: str = ""  # why it does not count for what the contract limits
    coverage: Coverage | None = None  # None within the contract
    commander: Party | None = None  # of a major incident, while it lasts
    runbook: Runbook | None = None
    news: tuple[News, ...] = ()  # of the incident, for the report of the day
    report_asked: datetime | None = None  # the due instant of the report that was asked for last
    changed_at: datetime | None = None  # of its latest event
    last_said_at: datetime | None = None  # latest word of staff to the customer
    progress: str = ""
    noted: str = ""  # the latest 记录, for a colleague who takes it over
    shown: tuple[str, ...] = ()  # what staff put to it to see: `[图片×2]`
    resolution: Resolution | None = None
    solved_at: datetime | None = None
    check_at: datetime | None = None  # when to ask again whether it works; None once that was done
    close_at: datetime | None = None  # when silence closes it
    closed_at: datetime | None = None
    closing: Closing | None = None
    survey: Survey | None = None
    reopened: int = 0
    links: tuple[int, ...] = ()
    former: Party | None = (
        None  # who answered for the ticket that it follows, which was closed for too long to open it again
    )
    reporters: tuple[Reporter, ...] = ()  # who else has the same trouble
    follows: int | None = None  # the ticket it was merged into
    is_part: bool = False  # that ticket is of the same customer and counts for both
    undo: Undoable | None = None
    hides_secrets: bool = False  # a password was said about it in the group; whoever said it was told

    @property
    def is_ahead(self) -> bool:
        """True for an inspection that nobody need think of yet."""
        return self.kind is Kind.INSPECTION and self.announce_at is not None

    @property
    def coming(self) -> Party | None:
        """Who is to be there: whoever an appointment names, else whoever was sent."""
        return (self.appointment.who if self.appointment else None) or self.sent

    def expected(self, kinds: Container[ClockKind]) -> Party | None:
        """Return who is to be at the customer's, where one of these promises says by when: for the first time, or back again."""
        left = self.happened.get("left_site", ())[-1:]
        is_back = ClockKind.PROMISE in kinds and left and left == self.happened.get("promised", ())[-1:]
        return self.coming if ClockKind.ARRIVE in kinds or is_back else None

    @property
    def counts_from(self) -> datetime:
        """From when its promises count: of tickets of its room that were merged into it the earliest."""
        if not self.reporters:
            return self.opened_at
        here = (each.at for each in self.reporters if each.number and self.is_here(each))
        return min((self.opened_at, *here))

    @property
    def followers(self) -> tuple[int, ...]:
        """The tickets of other rooms that go along with it, by number."""
        numbers = {each.number for each in self.reporters if each.number and not self.is_here(each)}
        return tuple(sorted(numbers))

    @property
    def people(self) -> int:
        """How many have reported it."""
        return 1 + len(self.reporters)

    def is_here(self, reporter: Reporter) -> bool:
        """Say whether a reporter reads the answers where the requester does."""
        return reporter.address == self.address

    def has_reported(self, by: Party) -> bool:
        """Say whether somebody is among the further reporters."""
        return any(each.party == by for each in self.reporters)

    def promise(self, clock: str) -> Promise | None:
        """Return the promise with this id, or None."""
        return next((promise for promise in self.promises if promise.id == clock), None)
