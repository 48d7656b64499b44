"""The card of a ticket in the duty room: what it is and how it stands, in two lines."""

from __future__ import annotations

from datetime import datetime

from bot.tickets import coverage, timing
from bot.tickets.errors import N_
from bot.tickets.kinds import Closing, Status
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import level_word, title

ENDINGS = {
    Closing.CONFIRMED: N_("已确认关闭"),
    Closing.SILENCE: N_("已关闭（未回应）"),
    Closing.WITHDRAWN: N_("已撤单"),
    Closing.DONE: N_("已完成"),
    Closing.MERGED: N_("已合并"),
    Closing.DECLINED: N_("已谢绝"),
}


def is_urgent(ticket: Ticket, rules: Rules) -> bool:
    """Say whether people are called at once: the level is urgent, or it is the only one and the reporter says so."""
    policy = rules.policies.get(ticket.policy)
    level = policy.level(ticket.level) if policy is not None else None
    if policy is None or level is None:
        return False
    return level.is_urgent or (ticket.is_urgent and len(policy.levels) == 1)


def head(ticket: Ticket, speaker: Speaker, rules: Rules) -> str:
    """Return the line that says what the ticket is."""
    room = rules.rooms.get(ticket.room)
    level = ticket.level_name or speaker.say("已登记")
    again = (
        speaker.say("（再次：{numbers}）", numbers=", ".join(map(str, ticket.links))) if ticket.links else ""
    )
    tried = speaker.say("（已试 {entry}）", entry=ticket.tried) if ticket.tried else ""
    line = speaker.say(
        "{mark} {number} {level}｜{customer}｜{requester}：{title}",
        mark="🔴" if is_urgent(ticket, rules) else "🆕",
        number=ticket.number,
        level=level_word(level),
        customer=rules.customers.get(ticket.customer) or (room.name if room else ticket.room),
        requester=ticket.requester,
        title=title(ticket, 60),
    )
    return f"{line}{again}{tried}"


def waiting(ticket: Ticket, word: datetime | None, speaker: Speaker, rules: Rules) -> str:
    """Return the line that asks for somebody to take it, or to decide; `word` is by when the customer hears from somebody."""
    due = speaker.say("响应 {time} 前。", time=word) if word else ""
    if coverage.is_undecided(ticket) and ticket.coverage is not None:
        return coverage.to_decide(ticket, ticket.coverage, speaker, rules)
    return due + speaker.say("接单：回“接单 {number}”", number=ticket.number)


def standing(ticket: Ticket, speaker: Speaker, rules: Rules) -> str:
    """Return the whole card as the ticket stands now."""
    return f"{head(ticket, speaker, rules)}\n{_state(ticket, speaker, rules)}{_together(ticket, speaker)}"


def is_outdated(before: Ticket, after: Ticket) -> bool:
    """Say whether a change shows on the card."""
    return _shown(before) != _shown(after)


def _shown(ticket: Ticket) -> tuple[object, ...]:
    return ticket.owner, ticket.level, ticket.status, ticket.people, ticket.follows, ticket.coverage


def _together(ticket: Ticket, speaker: Speaker) -> str:
    if ticket.follows is not None:
        return speaker.say("｜并入 {number}", number=ticket.follows)
    return speaker.say("｜关注 {count} 人", count=ticket.people) if ticket.reporters else ""


def _state(ticket: Ticket, speaker: Speaker, rules: Rules) -> str:
    if ticket.status is Status.CLOSED:
        ending = speaker.say(ENDINGS[ticket.closing or Closing.DONE])
        return speaker.say("{ending}（{time}）", ending=ending, time=ticket.closed_at)
    if ticket.status is Status.SOLVED and ticket.resolution is not None:
        return speaker.say("{by} 已处理，等客户确认", by=ticket.resolution.by)
    word = timing.promised_word(ticket, rules)
    if ticket.owner is None:
        return waiting(ticket, word, speaker, rules)
    owned = speaker.say("{owner} 负责", owner=ticket.owner)
    if word is None:
        return owned
    if timing.is_awaited(ticket, rules):
        return owned + speaker.say("，响应 {time} 前", time=word)
    return owned + speaker.say("，解决 {time} 前", time=word)
