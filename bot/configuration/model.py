"""A configuration as values: what every part of the program reads its settings from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from bot.tickets.contract_rules import ContractRules, Scope
from bot.tickets.incident_rules import RunbookRules
from bot.tickets.planned_rules import MaintenanceRules, PlanRules
from bot.tickets.rules import NoticeLimits, Policy, Role, SurveyRules
from bot.tickets.visit_rules import VisitRules
from scheduler.calendar import Calendar, Window
from scheduler.escalation import Ladder
from scheduler.rota import Rota


@dataclass(frozen=True, slots=True)
class AdapterConfig:
    """One connection to a platform. Its settings hold secrets and are left out of every repr."""

    name: str
    type: str
    settings: Mapping[str, object] = field(repr=False)


class BotConfig(msgspec.Struct, frozen=True):
    """Who the bot is; `zone` is that of the times it says."""

    name: str
    zone: ZoneInfo
    language: str
    first_ticket: int


class WebConfig(msgspec.Struct, frozen=True):
    """Where the web server listens; `time_travel` lets the simulator move the clock. `public_url` is how staff reach it, without a slash
    at its end, empty when nobody has said it."""

    host: str
    port: int
    time_travel: bool
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class EmbeddingsConfig:
    """An address that gives vectors of sentences; the key is left out of every repr."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    within: timedelta = timedelta(seconds=2)  # how long a question waits for its vector
    batch_within: timedelta = timedelta(seconds=30)  # how long phrasings wait, in the background


class FaqConfig(msgspec.Struct, frozen=True):
    """What an empty knowledge base is filled from, and how sure the bot must be to answer or to suggest."""

    files: tuple[Path, ...]
    answer_at: float
    suggest_at: float
    managers: tuple[str, ...] = ()  # ids of those who look after the knowledge
    checks: Path | None = None  # questions that shall be answered in a certain way
    ask_itself: bool = True  # whether the knowledge finds its own threshold, by its own questions
    semantic: bool = True  # whether to use the extra of that name where it is installed
    embeddings: EmbeddingsConfig | None = None  # an address that is used in its place
    index_folder: Path | None = (
        None  # where the index of a large knowledge base is kept; None: where the store thinks best
    )


class Person(msgspec.Struct, frozen=True):
    """Somebody the bot knows, with their accounts on all platforms."""

    id: str
    name: str
    role: Role
    accounts: tuple[str, ...] = ()
    customer: str | None = None
    phone: str = ""
    language: str = ""  # in which a customer is spoken to, whatever they write
    skills: tuple[str, ...] = ()  # fields in which colleagues may ask for their help
    staff_number: str = ""
    photo: str = ""  # a link


class Customer(msgspec.Struct, frozen=True):
    """Somebody with a contract; both days of it are included."""

    id: str
    name: str
    policy: str
    contract_from: date | None = None
    contract_until: date | None = None
    scope: Scope = Scope()


class Room(msgspec.Struct, frozen=True):
    """A chat: of a customer, or the duty room where engineers work."""

    id: str
    name: str
    address: str
    kind: str  # customer | duty
    customer: str | None = None
    duty: str = ""
    on_call: str = ""
    answer: str = "auto"  # auto | mentioned | off
    language: str = "zh"
    quiet: Window | None = None
    fallback: str = ""  # id of the duty room where it is said what may not be said here
    silent_until: datetime | None = None  # until then only whoever calls the bot is answered (静默)

    def answers(self, now: datetime) -> str:
        """Return when questions are answered: as configured, or only of whoever calls the bot while it is to be silent."""
        is_silent = self.silent_until is not None and now < self.silent_until
        return "mentioned" if is_silent and self.answer == "auto" else self.answer


class TicketLimits(msgspec.Struct, frozen=True):
    """How long people have for what; the fields are those of `Rules`."""

    reopen_within: timedelta
    undo_within: timedelta
    handover_within: timedelta
    check_again_after: timedelta
    check_calendar: str
    close_after: timedelta
    grace: timedelta
    major_every: timedelta
    major_ladder: str
    major_report: time | None
    acknowledged_for: int
    same_within: timedelta
    most_per_person: int
    urgent_words: tuple[str, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonitoringConfig:
    """Whom to call while all is well, who may read the figures, and what is logged; secrets are left out of every repr."""

    ping_url: str = field(default="", repr=False)
    ping_every: timedelta = timedelta(minutes=1)
    token: str = field(default="", repr=False)
    log: str = "info"


@dataclass(frozen=True, slots=True)
class DigestTimes:
    """When figures are told unasked, in the bot's zone; None: never."""

    daily: time | None = None
    weekly: time | None = None  # on Mondays


@dataclass(frozen=True, slots=True)
class Config:
    """All that a file says. The address of the store may hold a password, so it is left out of every repr."""

    path: Path
    bot: BotConfig
    store_url: str = field(repr=False)
    backups: Path  # the folder for those that are asked for in chat
    web: WebConfig
    faq: FaqConfig
    adapters: tuple[AdapterConfig, ...]
    people: tuple[Person, ...]
    customers: tuple[Customer, ...]
    rooms: tuple[Room, ...]
    calendars: Mapping[str, Calendar]
    rotas: Mapping[str, Rota]
    policies: Mapping[str, Policy]
    ladders: Mapping[str, Ladder]
    tickets: TicketLimits
    survey: SurveyRules
    plans: Mapping[str, PlanRules] = field(default_factory=dict)
    maintenance: MaintenanceRules = field(default_factory=MaintenanceRules)
    monitoring: MonitoringConfig = MonitoringConfig()
    contracts: ContractRules = field(default_factory=ContractRules)
    runbooks: tuple[RunbookRules, ...] = ()
    visits: VisitRules = field(default_factory=VisitRules)
    notices: NoticeLimits = field(default_factory=NoticeLimits)
    digests: DigestTimes = DigestTimes()
