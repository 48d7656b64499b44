"""The promises, people and limits that a decision needs to know, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from bot.tickets.contract_rules import ContractRules, Scope
from bot.tickets.incident_rules import RunbookRules
from bot.tickets.kinds import Kind
from bot.tickets.model import Party, Promise, Ticket
from bot.tickets.planned_rules import MaintenanceRules, PlanRules
from bot.tickets.visit_rules import VisitRules
from scheduler.calendar import Calendar, Window
from scheduler.escalation import Ladder
from scheduler.rota import Rota, on_call
from scheduler.validity import Validity
from scheduler.work_windows import WorkWindows
from scheduler.written_ledgers import WrittenCallback, WrittenQuota, WrittenRatio


class Role(StrEnum):
    """What a person may do. Whoever the configuration does not know is a customer."""

    CUSTOMER = "customer"
    CONTACT = "contact"  # a customer who may also confirm and rate for others
    ENGINEER = "engineer"
    LEADER = "leader"
    MANAGER = "manager"
    DIRECTOR = "director"
    KNOWLEDGE = "knowledge"
    ADMIN = "admin"

    @property
    def is_staff(self) -> bool:
        """True for people of the service company."""
        return self not in _CUSTOMERS

    @property
    def is_manager(self) -> bool:
        """True for those who may reassign and are told of breaches."""
        return self in _MANAGERS


# Asked several times a message, and naming a member takes longer than looking for it.
_CUSTOMERS: Final = (Role.CUSTOMER, Role.CONTACT)
_MANAGERS: Final = (Role.MANAGER, Role.DIRECTOR, Role.ADMIN)


class Level(msgspec.Struct, frozen=True):
    """One level of a policy with its promises."""

    id: str
    name: str
    keywords: tuple[str, ...]
    promises: tuple[Promise, ...]
    readings: tuple[str, ...] = ()  # how unclear words of the contract are read
    stages: tuple[str, ...] = ()  # the ways of helping that are promised, in their order; empty for any
    consult: bool = False  # experts are consulted
    free_after_contract: tuple[str, ...] = ()  # what is free of charge also when the contract has ended
    is_urgent: bool = False  # calls people at once, at any hour
    kind: Kind = Kind.FAULT  # of its tickets


class Policy(msgspec.Struct, frozen=True):
    """What a contract promises. `first_response` says what stops the respond clock: a word to the customer, or the claim."""

    id: str
    name: str
    levels: tuple[Level, ...]  # most urgent first
    default_level: str
    first_response: str = "message"  # message | claim
    work_window: WorkWindows | None = None  # when work may be done at the customer's; None for any time
    ratios: tuple[WrittenRatio, ...] = ()
    quotas: tuple[WrittenQuota, ...] = ()
    callback: WrittenCallback | None = None  # which solved tickets are called back
    others: tuple[
        Level, ...
    ] = ()  # what tickets are of where nothing is broken: a question, a request, a training

    def level(self, level_id: str) -> Level | None:
        """Return the level with this id, or None."""
        for level in (*self.levels, *self.others):
            if level.id == level_id:
                return level
        return None


class StaffCard(msgspec.Struct, frozen=True):
    """What is told of one of the staff before they come to a customer."""

    staff_number: str = ""
    phone: str = ""
    photo: str = ""  # a link


class RoomRules(msgspec.Struct, frozen=True):
    """What a ticket inherits from the room it came from."""

    id: str
    name: str
    duty: str = ""  # id of the room where engineers work on it
    on_call: str = ""  # id of a rota
    language: str = "zh"
    quiet: Window | None = None  # when the customer is not told of planned work


class SurveyRules(msgspec.Struct, frozen=True):
    """How a rating is asked for. `waking` is in the bot's zone; outside it the question waits."""

    is_enabled: bool = True
    waking: Window = msgspec.field(default_factory=lambda: Window(timedelta(hours=8), timedelta(hours=22)))
    remind_after: timedelta = timedelta(hours=24)
    expire_after: timedelta = timedelta(hours=24)  # after the reminder
    low_at: int = 2  # a score this low brings a callback
    callback_within: timedelta = timedelta(hours=8)
    callback_calendar: str = "always"
    callback_ladder: str = ""


class NoticeLimits(msgspec.Struct, frozen=True):
    """How many notices an hour a duty room gets, and in how many a person is called; 0 is without limit."""

    per_room: int = 20
    per_person: int = 30


class Rules(msgspec.Struct, frozen=True):
    """Everything `decide` may look at besides the ticket, the step and the time."""

    zone: ZoneInfo
    policies: Mapping[str, Policy]
    calendars: Mapping[str, Calendar]
    ladders: Mapping[str, Ladder]
    rotas: Mapping[str, Rota]
    rooms: Mapping[str, RoomRules]
    staff: Mapping[str, Party]  # by id, in the order of the configuration
    roles: Mapping[str, Role]  # of everybody the configuration knows, by id
    customers: Mapping[str, str]  # names by id
    skills: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)  # of staff, by their id
    phones: Mapping[str, str] = msgspec.field(default_factory=dict)  # of people, by their id
    cards: Mapping[str, StaffCard] = msgspec.field(default_factory=dict)  # of staff, by their id
    belongs: Mapping[str, str] = msgspec.field(
        default_factory=dict
    )  # customer of a contact, by the contact's id
    contracts: Mapping[str, date] = msgspec.field(
        default_factory=dict
    )  # first day of a customer's contract, by id
    validities: Mapping[str, Validity] = msgspec.field(
        default_factory=dict
    )  # how long contracts run, by customer
    scopes: Mapping[str, Scope] = msgspec.field(default_factory=dict)  # what contracts exclude, by customer
    contract_rules: ContractRules = msgspec.field(default_factory=ContractRules)
    plans: Mapping[str, PlanRules] = msgspec.field(default_factory=dict)
    visits: VisitRules = msgspec.field(default_factory=VisitRules)
    maintenance: MaintenanceRules = msgspec.field(default_factory=MaintenanceRules)
    survey: SurveyRules = SurveyRules()
    reopen_within: timedelta = timedelta(days=7)
    undo_within: timedelta = timedelta(minutes=5)
    handover_within: timedelta = timedelta(minutes=15)
    check_again_after: timedelta = timedelta(hours=4)  # working time of `check_calendar`
    check_calendar: str = "always"
    close_after: timedelta = timedelta(hours=24)
    grace: timedelta = timedelta(minutes=10)  # for clocks that a change would leave in the past
    major_every: timedelta = timedelta(hours=1)  # how often the customer hears of a major incident
    major_report: time | None = time(
        18
    )  # by when the report of each day of an incident is due; None: none is
    runbooks: tuple[RunbookRules, ...] = ()
    major_ladder: str = ""  # of this heartbeat; empty: the built-in one
    acknowledged_for: int = (
        4  # after so many repetitions that were kept quiet, an acknowledged alert is told again
    )
    most_per_person: int = 0  # tickets that somebody may open within ten minutes; 0: any number
    same_within: timedelta = timedelta(hours=2)  # how long others of the room may join a ticket unasked
    urgent_words: tuple[str, ...] = ("紧急", "瘫痪", "全挂")  # mean the most urgent level
    causes: tuple[str, ...] = ()  # kinds of causes, one of which is named with every fault
    called_instead: Mapping[str, tuple[Party, ...]] = msgspec.field(
        default_factory=dict
    )  # of whom a rota plans, by rota
    notices: NoticeLimits = NoticeLimits()
    unreachable: AbstractSet[str] = frozenset()  # ids of staff whom no platform can call

    def role(self, party: Party) -> Role:
        """Return what somebody may do."""
        return self.roles.get(party.id, Role.CUSTOMER)

    def with_role(self, role: Role) -> tuple[Party, ...]:
        """Return staff of one role, in the order of the configuration."""
        return tuple(party for party in self.staff.values() if self.roles[party.id] is role)

    def managers(self) -> tuple[Party, ...]:
        """Return who sets rooms up and reads figures: the managers, or where there are none whoever else may."""
        may = tuple(party for party in self.staff.values() if self.roles[party.id].is_manager)
        return self.with_role(Role.MANAGER) or may

    def can_be_told(self, party: Party) -> bool:
        """Say whether some platform can call somebody."""
        return party.id not in self.unreachable

    def may_answer(self, ticket: Ticket, by: Party) -> bool:
        """Say whether somebody speaks for the customer: the requester, or a contact bound to the same customer.

        Where staff reported on behalf of the customer, any of the customer's people does.
        """
        if by == ticket.requester or (bool(ticket.customer) and self.belongs.get(by.id) == ticket.customer):
            return True
        return self.role(ticket.requester).is_staff and not self.role(by).is_staff

    def speaks_for(self, ticket: Ticket, by: Party) -> bool:
        """Say whether somebody may bring what is missing or say that it still fails: also everybody who reported the same."""
        return self.may_answer(ticket, by) or ticket.has_reported(by)

    def on_call(self, room: str, at: datetime) -> tuple[Party, ...]:
        """Return who is on call for a room; empty when nobody is."""
        rules = self.rooms.get(room)
        rota = self.rotas.get(rules.on_call) if rules else None
        if rota is not None and rota.id in self.called_instead:
            return self.called_instead[rota.id]
        members = on_call(rota, at) if rota else ()
        return tuple(self.staff[member] for member in members if member in self.staff)
