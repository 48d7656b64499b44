"""The promises of one ticket as a reader wants them: kept, late or running, and how each due instant comes about."""

from __future__ import annotations

import msgspec

from bot.dashboard.board import Tone
from bot.dashboard.wording import stamp
from bot.tickets import timing
from bot.tickets.alerts import promise_name
from bot.tickets.explaining import reasons, standing
from bot.tickets.kinds import Status
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from scheduler.standing import Phase


class PromiseView(msgspec.Struct, frozen=True):
    """One promise: its name, what became of it, and the reasons line by line."""

    name: str
    tone: Tone
    says: str
    reasons: tuple[str, ...]


def promises(ticket: Ticket, speaker: Speaker, rules: Rules, language: str) -> list[PromiseView]:
    """Return every promise of a ticket in the order of its policy."""
    return [
        _view(ticket, clock, speaker, rules, language) for clock in timing.clocks(ticket, rules, speaker.now)
    ]


def _view(ticket: Ticket, clock: timing.Clock, speaker: Speaker, rules: Rules, language: str) -> PromiseView:
    lines = reasons(ticket, clock, speaker, rules, language)
    if clock.due_at is not None:
        lines = [speaker.say("到期 {time}", time=stamp(clock.due_at, speaker)), *lines]
    name = speaker.say(promise_name(clock.kind))
    return PromiseView(name, _tone(ticket, clock, speaker), standing(ticket, clock, speaker), tuple(lines))


def _tone(ticket: Ticket, clock: timing.Clock, speaker: Speaker) -> Tone:
    state = clock.state
    if state.met_at is not None:
        return Tone.LATE if state.late else Tone.FINE
    is_still = state.phase in (Phase.PENDING, Phase.CANCELLED, Phase.PAUSED) or state.due_at is None
    if ticket.status is Status.CLOSED or is_still or state.due_at is None:
        return Tone.STILL
    return Tone.LATE if speaker.now > state.due_at else Tone.FINE
