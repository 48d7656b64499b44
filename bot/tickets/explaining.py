"""The account of one clock: from when it counts, by what, what stopped it, by when it is due, and who is told next.

Chat, the page of a ticket and the archive read the same lines.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from bot.tickets import timing
from bot.tickets.errors import N_
from bot.tickets.kinds import Status, WaitsFor
from bot.tickets.model import Ticket
from bot.tickets.pausing import REASONS
from bot.tickets.recipients import recipients
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from scheduler.accounts import account
from scheduler.clock_rules import ClockRule, Every
from scheduler.explanation import explain
from scheduler.history import MISSED
from scheduler.standing import ClockState, Course, Phase
from scheduler.targets import CalendarDays, Instant, NthWorkingDay, Within, WorkingDays

_EVENTS = {
    "reopened": N_("重新打开"),
    "claimed": N_("接单"),
    "responded": N_("首次响应"),
    "said": N_("回话"),
    "answered": N_("答复"),
    "diagnosed": N_("诊断"),
    "worked_around": N_("临时方案"),
    "loaned": N_("代用设备"),
    "updated": N_("进展更新"),
    "day_reported": N_("当日汇报"),
    "returned": N_("修好返还"),
    "replaced": N_("更换新件"),
    "called_back": N_("回访"),
    "recovered": N_("恢复"),
    "dispatched": N_("派人"),
    "arrived": N_("到场"),
    "accepted": N_("决定处理"),
    "occurred": N_("故障发生"),
    "promised": N_("说好答复时间"),
    "resolved": N_("解决"),
    "major": N_("宣布重大"),
    "received": N_("收到故障件"),
    "replacement_ordered": N_("订购替换件"),
}


def event_name(event: str) -> str:
    """Return the Chinese name of what a clock may count from, a text for translation."""
    return _EVENTS[event]


def standing(ticket: Ticket, found: timing.Clock, speaker: Speaker) -> str:
    """Return how a clock stands at the present of the speaker, in one phrase."""
    state, now, say = found.state, speaker.now, speaker.say
    if state.met_at is not None:
        if state.late:
            return say("{time} 完成，超时 {late}", time=state.met_at, late=state.late)
        return say("{time} 完成，按时", time=state.met_at)
    if ticket.closed_at is not None:
        return say("随单关闭")
    match state.phase:
        case Phase.PENDING:
            return _pending(found.rule, speaker)
        case Phase.CANCELLED:
            return say("不再需要")
        case Phase.PAUSED:
            reason = ticket.waiting.reason if ticket.waiting else WaitsFor.CUSTOMER
            return say("暂停中（{reason}），不计时", reason=say(REASONS[reason]))
        case _ if state.due_at is None:
            return say("暂停中")
        case _ if now > state.due_at:
            return say("应在 {time} 前，已超时 {late}", time=state.due_at, late=now - state.due_at)
        case _:
            return say("{time} 前，还有 {left}", time=state.due_at, left=state.due_at - now)


def _pending(rule: ClockRule, speaker: Speaker) -> str:
    if rule.after.startswith(MISSED):
        return speaker.say("前一时限超时才开始")
    named = _EVENTS.get(rule.starts[-1])
    if named is None:
        return speaker.say("还没开始计时")
    return speaker.say("还没开始计时（从{event}算起）", event=speaker.say(named))


def reasons(ticket: Ticket, found: timing.Clock, speaker: Speaker, rules: Rules, language: str) -> list[str]:
    """Return how the due instant of a clock comes about, line by line, and whom its ladder tells next."""
    course = found.state.course
    if course is None:
        return []
    lines = _course(found.state, course, found.rule, speaker, rules, language)
    if found.is_reprioritised:
        lines.append(speaker.say("改级后原时限已过，从改级时起给了宽限"))
    agreement = found.state.agreement
    if agreement is not None and agreement.consent:
        lines.append(
            speaker.say("客户 {time} 同意（消息 {id}）", time=agreement.made_at, id=agreement.consent)
        )
    proposal = ticket.proposal
    if proposal is not None and proposal.clock == found.id:
        lines.append(speaker.say("已请客户改到 {time}，还没有同意", time=proposal.at))
    return [*lines, *_next(ticket, found, speaker, rules)]


def _course(
    state: ClockState, course: Course, rule: ClockRule, speaker: Speaker, rules: Rules, language: str
) -> list[str]:
    target = course.target
    if isinstance(target, Within):
        return explain(
            account(course.calendar, course.start, target.length, course.pauses), rules.zone, language
        )[1:]
    lines = [speaker.say("开始 {time}", time=course.start)]
    match target:
        case Instant(at) if rule.beats is not None:
            lines.append(speaker.say("按时间表 {time}", time=at))
        case Instant(at) if state.agreement is not None and state.agreement.consent:
            lines.append(speaker.say("与客户约定 {time}", time=at))
        case Instant(at):
            lines.append(speaker.say("工程师说好 {time}", time=at))
        case NthWorkingDay(n, at, counts_report_day):
            lines.append(
                speaker.say("日历 {id}，第 {n} 个工作日 {at}", id=course.calendar.id, n=n, at=f"{at:%H:%M}")
                + _counts(counts_report_day, speaker)
            )
        case WorkingDays(count, counts_report_day):
            lines.append(
                speaker.say("日历 {id}，第 {n} 个工作日下班前", id=course.calendar.id, n=count)
                + _counts(counts_report_day, speaker)
            )
        case CalendarDays(count, counts_report_day):
            lines.append(
                speaker.say("日历 {id}，第 {n} 天，逢休息日顺延", id=course.calendar.id, n=count)
                + _counts(counts_report_day, speaker)
            )
        case _:
            assert_never(target)
    return lines + [
        speaker.say("暂停 {start} 至 {end}，不计时", start=stop.start, end=stop.end)
        if stop.end is not None
        else speaker.say("暂停 {start} 起，尚未恢复", start=stop.start)
        for stop in course.pauses
    ]


def _counts(counts_report_day: bool, speaker: Speaker) -> str:
    return speaker.say("（当天算第一天）") if counts_report_day else speaker.say("（当天不算）")


def _next(ticket: Ticket, found: timing.Clock, speaker: Speaker, rules: Rules) -> list[str]:
    lines = []
    if isinstance(found.rule.beats, Every):
        lines.append(speaker.say("每 {length} 一次", length=found.rule.beats.length))
    at = timing.next_rung(ticket, found, rules) if ticket.status is Status.OPEN else None
    if at is not None:
        told = _told_at(ticket, found, rules, at)
        lines.append(speaker.say("下次提醒 {time}：{told}", time=at, told=told) if told else "")
    known = ticket.acknowledged
    if known is not None and found.fired and known.at >= max(found.fired.values()):
        lines.append(speaker.say("{by} {time} 已收到提醒", by=known.by, time=known.at))
    return [line for line in lines if line]


def _told_at(ticket: Ticket, found: timing.Clock, rules: Rules, at: datetime) -> tuple[object, ...]:
    due = timing.escalation_due(ticket, found, rules, at)
    if due is None:
        return ()
    tell = rules.ladders[found.rule.ladder].rungs[due.rung].tell
    comes = ticket.expected((found.kind,))
    return tuple(dict.fromkeys((*recipients(tell, ticket, rules, at), *((comes,) if comes else ()))))
