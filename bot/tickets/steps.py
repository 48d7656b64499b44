"""What can be asked of a ticket, by a person or by the clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from bot.tickets.coverage_steps import CoverageStep
from bot.tickets.incident_steps import IncidentStep
from bot.tickets.joint_steps import Join
from bot.tickets.kinds import Kind, Milestone, Telling, WaitsFor
from bot.tickets.ledger_steps import LedgerStep
from bot.tickets.model import Appointment, Improvement, Party
from bot.tickets.planned_steps import PlannedStep
from bot.tickets.presence_steps import PresenceStep
from bot.tickets.site_steps import SiteStep
from bot.tickets.visit_steps import VisitStep


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A new ticket. `level` is the id of a level of the policy, or None for the policy to choose by the words of `text`."""

    number: int
    kind: Kind
    room: str
    customer: str
    requester: Party
    account: str
    address: str
    text: str
    policy: str = ""
    level: str | None = None
    by: Party | None = None  # staff who report on behalf of the requester
    tried: str = ""
    subject: int | None = None
    owner: Party | None = None  # set only for work that has an owner from the start
    links: tuple[int, ...] = ()
    reason: str = ""
    plan: str = ""  # this and the following only of planned work, see `Opened`
    due_at: datetime | None = None
    latest_at: datetime | None = None
    announce_at: datetime | None = None
    appointment: Appointment | None = None
    is_urgent: bool = False  # whoever reports it says so
    uncovered: date | None = None  # as in `Opened`
    outside: str = ""  # as in `Opened`
    language: str = ""  # as in `Opened`
    former: Party | None = None  # as in `Opened`


class Claim(msgspec.Struct, frozen=True):
    """接单: take a ticket that has no owner."""

    by: Party


class Say(msgspec.Struct, frozen=True):
    """A message of staff to the customer that belongs to the ticket; takes a ticket without an owner."""

    by: Party
    text: str


class Assist(msgspec.Struct, frozen=True):
    """协助: work on it beside the owner."""

    by: Party


class Arrive(msgspec.Struct, frozen=True):
    """到场: an engineer is where the trouble is."""

    by: Party


class HandOver(msgspec.Struct, frozen=True):
    """转交: offer it to a colleague."""

    by: Party
    to: Party
    note: str


class Accept(msgspec.Struct, frozen=True):
    """接受 an offered hand-over."""

    by: Party


class Decline(msgspec.Struct, frozen=True):
    """拒绝 an offered hand-over."""

    by: Party
    reason: str


class Reassign(msgspec.Struct, frozen=True):
    """改派: a manager names another owner."""

    by: Party
    to: Party
    reason: str


class ChangeLevel(msgspec.Struct, frozen=True):
    """改级: another level of the same policy. `is_raised`: the customer says that it is more urgent than it was taken for."""

    by: Party
    level: str
    reason: str
    is_raised: bool = False


class Note(msgspec.Struct, frozen=True):
    """记录: a line for the archive; a call note is also the first response."""

    by: Party
    text: str
    is_call: bool = False


class Update(msgspec.Struct, frozen=True):
    """更新: progress that the customer is told."""

    by: Party
    text: str


class Supplement(msgspec.Struct, frozen=True):
    """补充: what the customer adds. `is_promise`: they only say that it will come, so what waits for it still waits."""

    by: Party
    text: str
    is_promise: bool = False
    telling: Telling | None = None
    at: datetime | None = None  # when they wish somebody to come


class Urge(msgspec.Struct, frozen=True):
    """催单, and what the customer says with it."""

    by: Party
    text: str = ""


class Withdraw(msgspec.Struct, frozen=True):
    """撤单: the customer no longer needs it."""

    by: Party


class Resolve(msgspec.Struct, frozen=True):
    """解决: cause, method and prevention, all three required."""

    by: Party
    cause: str
    method: str
    prevention: str


class Confirm(msgspec.Struct, frozen=True):
    """The customer says that it works. `surveyed_at`: when this person was last asked for a rating, about any ticket."""

    by: Party
    surveyed_at: datetime | None = None


class Reopen(msgspec.Struct, frozen=True):
    """The customer (or staff) says that it does not work."""

    by: Party
    text: str


class Undo(msgspec.Struct, frozen=True):
    """撤销 one's own last action; `is_named`: the ticket was."""

    by: Party
    is_named: bool = False


class Rate(msgspec.Struct, frozen=True):
    """Two scores from 1 to 5. `is_correction`: whoever has just rated says that they meant these."""

    by: Party
    speed: int
    quality: int
    comment: str
    is_correction: bool = False


class Comment(msgspec.Struct, frozen=True):
    """An answer to the survey that is not a score."""

    by: Party
    text: str


class Report(msgspec.Struct, frozen=True):
    """回访: the result of a callback."""

    by: Party
    result: str
    outcome: Literal["reached", "missed"] = "reached"
    improvement: Improvement | None = None


class Acknowledge(msgspec.Struct, frozen=True):
    """收到: somebody knows of the alerts."""

    by: Party


class Pause(msgspec.Struct, frozen=True):
    """暂停: work waits for somebody else. `next_check` is when to look again, unless it waits for the customer."""

    by: Party
    reason: WaitsFor
    need: str
    next_check: datetime | None = None


class Resume(msgspec.Struct, frozen=True):
    """继续."""

    by: Party


class Propose(msgspec.Struct, frozen=True):
    """约定: ask the customer for another instant; `clock` is the id of a promise, or empty for the one that is meant."""

    by: Party
    at: datetime
    reason: str
    clock: str = ""


class Consent(msgspec.Struct, frozen=True):
    """The customer answers a proposal in the message with this id."""

    by: Party
    message: str
    is_given: bool = True


class PromiseAnswer(msgspec.Struct, frozen=True):
    """答复时间: name the instant of an answer."""

    by: Party
    at: datetime


class Answer(msgspec.Struct, frozen=True):
    """答复: what the customer wanted to know."""

    by: Party
    text: str


class Occur(msgspec.Struct, frozen=True):
    """发生: when the trouble began."""

    by: Party
    at: datetime


class Lend(msgspec.Struct, frozen=True):
    """代用: other equipment stands in."""

    by: Party
    model: str
    serial: str


class Diagnose(msgspec.Struct, frozen=True):
    """诊断: what is wrong."""

    by: Party
    text: str


class Reach(msgspec.Struct, frozen=True):
    """临时方案, 收件, 订货, 返还, 换新: what was come to."""

    by: Party
    what: Milestone
    text: str


class Dispatch(msgspec.Struct, frozen=True):
    """派单: send an engineer there."""

    by: Party
    to: Party
    note: str
    taken: tuple[datetime, ...] = ()  # when whoever is sent is elsewhere


class DeclareMajor(msgspec.Struct, frozen=True):
    """重大: a manager takes command of an incident; `runbook` may be the id of one."""

    by: Party
    runbook: str = ""


class Recover(msgspec.Struct, frozen=True):
    """恢复: the incident is over; the ticket goes on. `review` and `budget` as in `Recovered`."""

    by: Party
    text: str
    review: int | None = None
    budget: tuple[str, int, int] | None = None


class Realign(msgspec.Struct, frozen=True):
    """The auditor looks whether a ticket is looked at again when its clocks say so; `saved_at` is what is saved."""

    saved_at: datetime | None


class DeadlineReached(msgspec.Struct, frozen=True):
    """Time has passed. `surveyed_at` as in `Confirm`."""

    surveyed_at: datetime | None = None


Step = (
    Open
    | Claim
    | Say
    | Assist
    | Arrive
    | HandOver
    | Accept
    | Decline
    | Reassign
    | ChangeLevel
    | Note
    | Update
    | Supplement
    | Urge
    | Withdraw
    | Resolve
    | Confirm
    | Reopen
    | Undo
    | Rate
    | Comment
    | Report
    | Acknowledge
    | Pause
    | Resume
    | Propose
    | Consent
    | PromiseAnswer
    | Answer
    | Occur
    | Lend
    | Diagnose
    | Reach
    | Dispatch
    | DeclareMajor
    | Recover
    | PlannedStep
    | LedgerStep
    | SiteStep
    | Join
    | CoverageStep
    | PresenceStep
    | VisitStep
    | IncidentStep
    | Realign
    | DeadlineReached
)
