"""What engineers have come to with a ticket, beside an arrival or a diagnosis: a way around it, a part received, ordered, returned, replaced."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.tickets import events as e
from bot.tickets import timing
from bot.tickets.errors import N_
from bot.tickets.kinds import ClockKind, Milestone
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.voices import Voices

KEEPS: Final = {  # which promises each keeps
    Milestone.WORKED_AROUND: ClockKind.WORKAROUND,
    Milestone.RETURNED: ClockKind.REPAIR,
    Milestone.REPLACED: ClockKind.REPLACE,
}
_BEGINS: Final = {Milestone.RECEIVED: ClockKind.REPAIR, Milestone.ORDERED: ClockKind.REPLACE}
_NAMES: Final = {
    Milestone.WORKED_AROUND: N_("{number} 临时方案"),
    Milestone.RECEIVED: N_("{number} 已收到故障件"),
    Milestone.ORDERED: N_("{number} 已订购替换件"),
    Milestone.RETURNED: N_("{number} 故障件已修好返还"),
    Milestone.REPLACED: N_("{number} 已更换新件"),
}
_DONE_BY: Final = {
    Milestone.RECEIVED: N_("，{time} 前修好返还"),
    Milestone.ORDERED: N_("，{time} 前更换"),
}


def late(ticket: Ticket, what: Milestone, now: datetime, rules: Rules) -> timedelta:
    """Return how much too late it is, zero when the promise is kept or nothing was promised."""
    kind = KEEPS.get(what)
    return timing.lateness(ticket, kind, rules, now) if kind else timedelta()


def noticed(event: e.Reached, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return what the customer reads: what was come to, and by when what follows from it is done."""
    speaker, what = voices.customer, event.what
    text = speaker.say(_NAMES[what], number=after.number)
    text += speaker.say("：{text}", text=event.text.rstrip("。.")) if event.text else ""
    due_at = _due_at(after, what, rules)
    text += speaker.say(_DONE_BY[what], time=due_at) if due_at is not None else ""
    return [Message(to=Place.CUSTOMER, text=text + speaker.say("。"))]


def _due_at(after: Ticket, what: Milestone, rules: Rules) -> datetime | None:
    kind = _BEGINS.get(what)
    found = timing.clock(after, kind, rules) if kind else None
    return found.due_at if found is not None and found.is_running else None
