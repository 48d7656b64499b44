"""How the promises about many tickets together stand: shares and numbers of a period, per customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from bot.tickets import timing
from bot.tickets.kinds import Closing, Kind
from bot.tickets.model import Ticket
from bot.tickets.rules import Policy, Rules
from bot.tickets.speaker import Speaker
from bot.tickets.verdicts import Verdict, outcome
from scheduler.calendar import always
from scheduler.intervals import Interval
from scheduler.ledgers import Entry, attainment, counts
from scheduler.periods import Periods, Span, period_of
from scheduler.written_ledgers import WrittenQuota, WrittenRatio, quota_of, ratio_of

_COUNTED = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST)
_JANUARY = date(2000, 1, 1)


class Case(msgspec.Struct, frozen=True):
    """What counts of one ticket."""

    number: int
    customer: str
    policy: str
    level: str
    at: datetime
    kept: Mapping[str, bool]  # by the id of the promise, of those of which one knows
    is_put_off: bool  # another time was agreed with the customer's consent
    assets: tuple[str, ...]
    excuse: str
    is_part: bool = False  # another case stands for it where cases are counted
    is_outside: bool = False  # no contract covers it: counted apart
    is_fault: bool = True  # something was broken


class Standing(msgspec.Struct, frozen=True):
    """How one promise stands in its period: `used` of `total`, or of what is borne; `subject` is a serial number or empty."""

    written: WrittenRatio | WrittenQuota
    period: Interval
    used: int
    total: int
    is_attained: bool
    room: int  # so many more are borne; negative: so many too many
    subject: str = ""


def case_of(ticket: Ticket, rules: Rules, now: datetime) -> Case | None:
    """Return what counts of a ticket; None for work that no customer's promise is about, or that goes along with another."""
    policy = rules.policies.get(ticket.policy)
    if ticket.closing is Closing.MERGED:
        return None
    if ticket.kind not in _COUNTED or policy is None or not (policy.ratios or policy.quotas):
        return None
    wanted = {ratio.clock for ratio in policy.ratios if ratio.clock}
    kept: dict[str, bool] = {}
    for clock in timing.clocks(ticket, rules, now) if wanted else ():
        verdict = outcome(clock).verdict
        if clock.id in wanted and verdict in (Verdict.KEPT, Verdict.BROKEN):
            kept[clock.id] = verdict is Verdict.KEPT
    is_put_off = any(agreed.consent for agreed in ticket.agreements)
    return Case(
        ticket.number, ticket.customer, ticket.policy, ticket.level, ticket.opened_at, kept, is_put_off, ticket.assets, ticket.excuse, ticket.is_part, ticket.coverage is not None, ticket.kind is Kind.FAULT
    )  # fmt: skip


def standings(
    customer: str, policy: Policy, cases: Sequence[Case], now: datetime, rules: Rules
) -> list[Standing]:
    """Return how everything stands, in the periods of an instant, that a policy promises about the tickets of a customer."""
    calendar, anchor = always(rules.zone), rules.contracts.get(customer)
    theirs = [
        case
        for case in cases
        if case.customer == customer and case.policy == policy.id and not case.is_outside
    ]
    found: list[Standing] = []
    for ratio in policy.ratios:
        made = ratio_of(ratio, calendar, anchor) if anchor else ratio_of(ratio, calendar)
        at = attainment(made, _entries(ratio, theirs), now)
        found.append(Standing(ratio, at.period, at.kept, at.total, at.is_attained, at.room))
    for quota in policy.quotas:
        rule = quota_of(quota, calendar, anchor) if anchor else quota_of(quota, calendar)
        for count in counts(rule, _uses(quota, theirs), now):
            is_worth = not quota.per_asset or count.used > 1 or count.is_exceeded
            if is_worth:
                left = count.left if not count.is_exceeded else -1
                found.append(
                    Standing(
                        quota,
                        count.period,
                        count.used,
                        quota.limit,
                        not count.is_exceeded,
                        left,
                        count.subject,
                    )
                )
    return found


def outside_line(count: int, speaker: Speaker) -> tuple[str, ...]:
    """Return what is said of tickets that no contract covers: they count neither for nor against it."""
    return (speaker.say("合同外 {count} 单，另算", count=count),) if count else ()


def _entries(ratio: WrittenRatio, cases: Sequence[Case]) -> list[Entry]:
    of_levels = [case for case in cases if not ratio.levels or case.level in ratio.levels]
    if not ratio.clock:
        return [Entry(case.at, f"{case.number}", case.is_put_off, case.excuse) for case in of_levels]
    return [
        Entry(case.at, f"{case.number}", case.kept[ratio.clock], case.excuse)
        for case in of_levels
        if ratio.clock in case.kept
    ]


def _uses(quota: WrittenQuota, cases: Sequence[Case]) -> list[Entry]:
    of_levels = [
        case
        for case in cases
        if case.is_fault and not case.is_part and (not quota.levels or case.level in quota.levels)
    ]
    return [
        Entry(case.at, subject, excused=case.excuse if case.excuse in quota.excludes else "")
        for case in of_levels
        for subject in (case.assets if quota.per_asset else (f"{case.number}",))
    ]


def line(standing: Standing, speaker: Speaker) -> str:
    """Return one standing in a line: `✓ 到场后 3 小时解决率 93%（14/15，目标 90% 以上）`."""
    say, written = speaker.say, standing.written
    mark = "✓" if standing.is_attained else "✗"
    if isinstance(written, WrittenQuota):
        name = (
            say("{name} {subject}", name=written.name, subject=standing.subject)
            if standing.subject
            else written.name
        )
        text = say(
            "{mark} {name}：{used}/{limit} 次", mark=mark, name=name, used=standing.used, limit=standing.total
        )
        return text + (
            say("，{then}", then=written.then) if not standing.is_attained and written.then else ""
        )
    goal = (
        say("目标 {share}% 以上", share=written.at_least)
        if written.at_least is not None
        else say("目标 {share}% 以下", share=written.at_most)
    )
    if not standing.total:
        return say("✓ {name}：还没有（{goal}）", name=written.name, goal=goal)
    return say(
        "{mark} {name}：{share}%（{used}/{total}，{goal}）",
        mark=mark, name=written.name, share=round(100 * standing.used / standing.total), used=standing.used,
        total=standing.total, goal=goal,
    )  # fmt: skip


def since(policies: Sequence[Policy], rules: Rules, now: datetime) -> datetime | None:
    """Return since when tickets count for any of these policies; None when they count for ever."""
    spans = {ratio.period for policy in policies for ratio in policy.ratios}
    spans |= {quota.period for policy in policies for quota in policy.quotas}
    if Span.FOREVER in spans:
        return None
    # The year of a contract may have begun in the year before.
    anchors = (*rules.contracts.values(), _JANUARY)
    starts = (period_of(Periods(span, rules.zone, anchor), now).start for span in spans for anchor in anchors)
    return min(starts, default=now)
