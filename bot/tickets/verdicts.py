"""What came of a promise: kept in time, late, broken, or nothing owed."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from bot.tickets.errors import N_
from bot.tickets.speaker import Speaker
from bot.tickets.timing import Clock
from scheduler.standing import Phase


class Verdict(StrEnum):
    """What came of a promise."""

    KEPT = "kept"
    BROKEN = "broken"  # kept too late, or not at all
    RUNNING = "running"  # nobody knows yet
    VOID = "void"  # it was never owed, or is no more


class Outcome(msgspec.Struct, frozen=True):
    """What came of one promise; `due_at` and `met_at` as far as there are such instants."""

    verdict: Verdict
    due_at: datetime | None
    met_at: datetime | None
    missed: int = 0  # of a heartbeat: how many were not in time


def outcome(clock: Clock) -> Outcome:
    """Return what came of a clock, at the instant its state was computed for."""
    state = clock.state
    due_at = state.missed_at or state.due_at
    if state.missed_at is not None or state.phase is Phase.BREACHED:
        return Outcome(Verdict.BROKEN, due_at, state.met_at, len(state.missed))
    if state.met_at is not None:
        return Outcome(Verdict.KEPT, due_at, state.met_at)
    if clock.rule.beats is not None and state.phase is Phase.CANCELLED and state.started_at is not None:
        return Outcome(Verdict.KEPT, None, None)  # it ended with every word in time
    if clock.is_running:
        return Outcome(Verdict.RUNNING, due_at, None)
    return Outcome(Verdict.VOID, None, None)


_WORDS = {
    Verdict.KEPT: N_("按时"),
    Verdict.BROKEN: N_("超时"),
    Verdict.RUNNING: N_("还在计时"),
    Verdict.VOID: N_("不用做"),
}


def said(found: Outcome, speaker: Speaker) -> str:
    """Return an outcome in a few words: `10:30 前，超时 5 分钟`."""
    text = speaker.say("{time} 前，", time=found.due_at) if found.due_at is not None else ""
    if found.verdict is not Verdict.BROKEN:
        return text + speaker.say(_WORDS[found.verdict])
    if found.missed:
        return speaker.say("漏 {count} 次", count=found.missed)
    if found.met_at is None:
        return text + speaker.say("没有做到")
    late = found.met_at - found.due_at if found.due_at is not None else timedelta()
    return text + speaker.say("超时 {late}", late=late)
