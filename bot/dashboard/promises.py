"""The promises of one ticket as a reader wants them: kept, late or running, and how each due instant comes about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.dashboard.board import Tone
from bot.dashboard.wording import left, stamp
from bot.tickets import timing
from bot.tickets.alerts import promise_name
from bot.tickets.model import Clock, Status, Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from scheduler.explanation import explain


@dataclass(frozen=True, slots=True)
class PromiseView:
    """One promise: its name, what became of it, and the reasons line by line."""

    name: str
    tone: Tone
    says: str
    reasons: tuple[str, ...]


def promises(ticket: Ticket, speaker: Speaker, rules: Rules, language: str) -> list[PromiseView]:
    """Return every promise of a ticket in the order of its policy."""
    return [_view(ticket, clock, speaker, rules, language) for clock in ticket.clocks]


def _view(ticket: Ticket, clock: Clock, speaker: Speaker, rules: Rules, language: str) -> PromiseView:
    tone, says = _standing(ticket, clock, speaker, rules)
    account = timing.account(clock, rules)
    reasons = explain(account, rules.zone, language) if account else []
    if account is not None and account.due_at is not None:
        reasons[0] = speaker.say("到期 {time}", time=stamp(account.due_at, speaker))
    if clock.is_reprioritised:
        reasons.append(speaker.say("改级后原时限已过，从改级时起给了宽限"))
    return PromiseView(speaker.say(promise_name(clock.promise.kind)), tone, says, tuple(reasons))


def _standing(ticket: Ticket, clock: Clock, speaker: Speaker, rules: Rules) -> tuple[Tone, str]:
    due = timing.due_at(clock, rules)
    if clock.met_at is not None:
        return _met(clock, clock.met_at, speaker, rules)
    if ticket.status is Status.CLOSED:
        return Tone.STILL, speaker.say("随单关闭")
    if clock.started_at is None:
        return Tone.STILL, speaker.say("还没开始计时")
    if due is None:
        return Tone.STILL, _stands_still(ticket, clock, speaker, rules)
    tone = Tone.LATE if speaker.now > due else Tone.FINE
    return tone, speaker.say("{time} 前，{left}", time=due, left=left(due, speaker))


def _met(clock: Clock, met_at: datetime, speaker: Speaker, rules: Rules) -> tuple[Tone, str]:
    late = timing.lateness(clock, rules, met_at)
    if late:
        return Tone.LATE, speaker.say("{time} 完成，超时 {late}", time=met_at, late=late)
    return Tone.FINE, speaker.say("{time} 完成，按时", time=met_at)


def _stands_still(ticket: Ticket, clock: Clock, speaker: Speaker, rules: Rules) -> str:
    if ticket.status is Status.SOLVED:
        return speaker.say("已处理，停止计时")
    reading = timing.reading(clock, rules, speaker.now)
    if reading is None:
        return speaker.say("暂停中")
    return speaker.say("暂停中，还剩 {length}", length=reading.remaining)
