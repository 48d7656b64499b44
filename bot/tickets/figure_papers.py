"""The figures of some days as a workbook to hand on: the sum, each customer, what contracts promise, and the tickets behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from bot.tickets.closing import kind_of
from bot.tickets.errors import N_
from bot.tickets.kinds import Status
from bot.tickets.model import Ticket
from bot.tickets.papers import Attached, Paper, Table, file_name
from bot.tickets.rules import Rules
from bot.tickets.satisfaction_papers import satisfaction
from bot.tickets.service_records import dated
from bot.tickets.speaker import Speaker
from bot.tickets.summaries import Facts, Late, Summary, summed

Counted = tuple[Ticket, Facts]
_WIDTHS: Final = (12, 18, 36, 16, 14, 17, 14, 17, 12, 12, 8, 14, 30, 30)
_STATES: Final = {Status.OPEN: N_("在办"), Status.SOLVED: N_("待确认"), Status.CLOSED: N_("已关闭")}


class Days(msgspec.Struct, frozen=True):
    """From which day to which, both included, and whose: empty for all customers."""

    first: date
    last: date
    customer: str = ""


def figures_paper(
    days: Days,
    counted: Sequence[Counted],
    kept: Sequence[tuple[str, str]],
    speaker: Speaker,
    rules: Rules,
) -> Attached:
    """Return the figures of some days; `kept` are customers with how one promise of their contract stands."""
    say, whose = speaker.say, rules.customers.get(days.customer, days.customer)
    span = say("{first} 至 {last}", first=str(days.first), last=str(days.last))
    title = say("{customer} 服务报表", customer=whose) if whose else say("服务报表")
    paper = Paper(
        title=title,
        facts=(
            (say("日期"), span),
            *_facts(summed(facts for _, facts in counted), speaker),
            *_by_level(counted, speaker),
            *_by_cause(counted, speaker, rules),
        ),
        tables=(
            *(() if whose else _by_customer(counted, speaker, rules)),
            *_contracts(kept, speaker),
            *satisfaction([ticket for ticket, _ in counted], speaker, rules),
            *_tickets(counted, speaker, rules),
        ),
        notes=(say("在办、待确认和待回访按 {at} 算，其余按上面的日期。", at=dated(speaker.now, speaker)),),
    )
    page = f"/report?from={days.first}&until={days.last}&customer={days.customer}"
    name = file_name(whose, say("服务报表"), str(days.first), str(days.last))
    return Attached(name=name, of=paper, page=page, is_internal=True)


def _facts(summary: Summary, speaker: Speaker) -> Iterator[tuple[str, str]]:
    say = speaker.say
    yield say("新单"), str(summary.new)
    yield say("关单"), str(summary.done)
    yield say("撤单"), str(summary.withdrawn)
    yield say("在办"), str(summary.in_hand)
    yield say("待确认"), str(summary.solved)
    yield say("首响平均"), _length(summary.answered_after, speaker)
    yield say("超时"), str(len(summary.late))
    yield say("评分"), _score(summary.score, speaker, of=summary.scores)
    yield (
        say("回访"),
        say("完成 {made}，待打 {owed}", made=summary.calls_made, owed=summary.calls_owed),
    )


def _by_level(counted: Sequence[Counted], speaker: Speaker) -> Iterator[tuple[str, str]]:
    """Yield how many new ones there were of each level, those of other kinds than faults among them."""
    found = Counter(ticket.level_name for ticket, facts in counted if facts.is_new and ticket.level_name)
    if found:
        parts = [f"{name} {count}" for name, count in found.most_common()]
        yield speaker.say("新单的级别"), speaker.say("、").join(parts)


def _by_cause(counted: Sequence[Counted], speaker: Speaker, rules: Rules) -> Iterator[tuple[str, str]]:
    """Yield how many of those that were done had which kind of cause, where kinds are told apart."""
    causes = [ticket.resolution.cause for ticket, facts in counted if facts.is_done and ticket.resolution]
    found = Counter(kind_of(cause, rules.causes) or speaker.say("其他") for cause in causes if cause)
    if rules.causes and found:
        parts = [f"{name} {count}" for name, count in found.most_common()]
        yield speaker.say("原因"), speaker.say("、").join(parts)


def _by_customer(counted: Sequence[Counted], speaker: Speaker, rules: Rules) -> Iterator[Table]:
    of: dict[str, list[Facts]] = {}
    for ticket, facts in counted:
        of.setdefault(rules.customers.get(ticket.customer) or speaker.say("没有绑定客户"), []).append(facts)
    rows = []
    for name, facts_of_one in sorted(of.items()):
        each = summed(facts_of_one)
        rows.append(
            (
                name, str(each.new), str(each.done), str(each.in_hand), _length(each.answered_after, speaker),
                str(len(each.late)), _score(each.score, speaker, of=each.scores),
            )
        )  # fmt: skip
    columns = tuple(
        map(
            speaker.translate, (N_("客户"), N_("新单"), N_("关单"), N_("在办"), N_("首响平均"), N_("超时"), N_("评分"))
        )
    )  # fmt: skip
    if len(rows) > 1:
        yield Table(heading=speaker.say("各客户"), columns=columns, rows=tuple(rows))


def _contracts(kept: Sequence[tuple[str, str]], speaker: Speaker) -> Iterator[Table]:
    if kept:
        columns = (speaker.say("客户"), speaker.say("约定（按合同期）"))
        yield Table(heading=speaker.say("达标"), columns=columns, rows=tuple(kept))


def _tickets(counted: Sequence[Counted], speaker: Speaker, rules: Rules) -> Iterator[Table]:
    every = sorted(counted, key=lambda each: each[0].number)
    rows = tuple(_row(ticket, facts, speaker, rules) for ticket, facts in every)
    columns = (
        N_("单号"), N_("客户"), N_("问题"), N_("级别"), N_("提出人"), N_("提出时间"), N_("首响"), N_("解决时间"),
        N_("负责人"), N_("状态"), N_("评分"), N_("超时"), N_("原因"), N_("方法"),
    )  # fmt: skip
    if rows:
        yield Table(
            heading=speaker.say("工单"),
            columns=tuple(map(speaker.translate, columns)),
            rows=rows,
            widths=_WIDTHS,
            marked=frozenset(place for place, (_, facts) in enumerate(every) if facts.late is not None),
        )


def _row(ticket: Ticket, facts: Facts, speaker: Speaker, rules: Rules) -> tuple[str, ...]:
    return (
        str(ticket.number),
        rules.customers.get(ticket.customer, ticket.customer),
        ticket.text,
        ticket.level_name,
        ticket.requester.name,
        dated(ticket.opened_at, speaker),
        _length(facts.answered_after, speaker),
        dated(ticket.solved_at, speaker),
        ticket.owner.name if ticket.owner else "",
        speaker.translate(N_("撤单") if facts.is_withdrawn else _STATES[ticket.status]),
        _score(facts.score, speaker),
        _lateness(facts.late, speaker),
        ticket.resolution.cause if ticket.resolution else "",
        ticket.resolution.method if ticket.resolution else "",
    )


def _lateness(late: Late | None, speaker: Speaker) -> str:
    if late is None:
        return ""
    return speaker.say("还没做到") if late.by is None else f"+{speaker.length(late.by)}"


def _length(length: timedelta | None, speaker: Speaker) -> str:
    return speaker.length(length) if length is not None else ""


def _score(score: float | None, speaker: Speaker, *, of: int = 0) -> str:
    if score is None:
        return ""
    return speaker.say("{score}（{count} 单）", score=f"{score:.1f}", count=of) if of else f"{score:.1f}"
