"""The manager's calls about solved tickets: which are drawn, by when, and the list of every morning."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta

from msgspec.structs import replace

from bot.one_line import shortened
from bot.tickets import events as e
from bot.tickets import planned_events as p
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.errors import N_
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.messages import Message, Place
from bot.tickets.model import Improvement, Party, Ticket
from bot.tickets.rules import Role, Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices, level_word, title
from scheduler.calendar import add_working_time
from scheduler.lengths import parse_length
from scheduler.waking import awake_from
from scheduler.workdays import instant_on

LIST_AT = time(9)
LOW_SCORE, COMPLAINT, LEVEL, RANDOM = "low_score", "complaint", "level_", "random"
UNRATED = "unrated"  # the survey had no answer, or never reached anybody
_CALLED_KINDS = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST, Kind.COMPLAINT)
_USUAL = timedelta(hours=48)
_AGAIN_AFTER = timedelta(hours=3)
_LAST_CALL = timedelta(minutes=45)  # before it is due
_LONGEST = 60
_HEADING = N_("📞 今日回访 {count} 单：")


def why_called(ticket: Ticket, rules: Rules) -> str:
    """Return why a solved ticket is called back, or nothing: its level, a complaint, or the lot.

    The lot is drawn from number, time and reporter of the ticket: nobody chooses it, and everybody can prove it afterwards.
    """
    policy = rules.policies.get(ticket.policy)
    if policy is None or policy.callback is None or ticket.kind not in _CALLED_KINDS:
        return ""
    always = policy.callback.always
    if ticket.kind is Kind.COMPLAINT and COMPLAINT in always:
        return COMPLAINT
    if f"{LEVEL}{ticket.level}" in always:
        return f"{LEVEL}{ticket.level}"
    drawn = hashlib.sha256(f"{ticket.number}:{ticket.opened_at.isoformat()}:{ticket.account}".encode())
    lot = int(drawn.hexdigest(), 16) % 100
    return RANDOM if lot < policy.callback.random else ""


def is_called_unrated(ticket: Ticket, rules: Rules) -> bool:
    """Say whether a ticket is called back when nobody has rated it: that is the only way to hear how it went."""
    policy = rules.policies.get(ticket.policy)
    is_meant = policy is not None and policy.callback is not None and UNRATED in policy.callback.always
    return is_meant and ticket.kind in _CALLED_KINDS


def manager_call(ticket: Ticket, rules: Rules) -> s.Open:
    """Return the ticket of a manager's call to the requester of another."""
    managers = rules.with_role(Role.MANAGER)
    return s.Open(
        number=0,
        kind=Kind.CALLBACK,
        room=ticket.room,
        customer=ticket.customer,
        requester=ticket.requester,
        account=ticket.account,
        address=ticket.address,
        text=ticket.text,
        subject=ticket.number,
        owner=managers[0] if managers else None,
    )


def call_about(ticket: Ticket, reason: str, now: datetime, rules: Rules) -> s.Open:
    """Return the ticket of a call that is owed since a ticket was solved."""
    return replace(
        manager_call(ticket, rules),
        reason=reason,
        # That nobody has rated it is known only days after it was solved.
        due_at=_due_at(replace(ticket, solved_at=now) if reason == UNRATED else ticket, now, rules),
        announce_at=list_after(now, rules),
    )


def _due_at(ticket: Ticket, now: datetime, rules: Rules) -> datetime:
    policy = rules.policies.get(ticket.policy)
    level = policy.level(ticket.level) if policy else None
    promise = (
        next((each for each in level.promises if each.kind is ClockKind.CALLBACK), None) if level else None
    )
    within, calendar = _USUAL, "always"
    if promise is not None:
        written = promise.clock.within if promise.clock else ""
        within, calendar = promise.within or (parse_length(written) if written else _USUAL), promise.calendar
    return add_working_time(rules.calendars[calendar], ticket.solved_at or now, within)


def list_after(now: datetime, rules: Rules) -> datetime:
    """Return when the list of calls is told next: every day in the morning."""
    day = now.astimezone(rules.zone).date()
    today = instant_on(rules.zone, day, LIST_AT)
    return today if today > now else instant_on(rules.zone, day + timedelta(days=1), LIST_AT)


def is_listed(ticket: Ticket, rules: Rules) -> bool:
    """Say whether the calls about the tickets of this policy are listed."""
    policy = rules.policies.get(ticket.policy)
    return policy is not None and policy.callback is not None


def again_at(due_at: datetime | None, now: datetime, rules: Rules) -> datetime | None:
    """Return when to remind of a call that nobody answered: some hours later by day, but before it is due; else in the morning."""
    if due_at is None:
        return None
    waking, zone = rules.survey.waking, rules.zone
    later, last = awake_from(waking, zone, now + _AGAIN_AFTER), due_at - _LAST_CALL
    if later >= last > now and awake_from(waking, zone, last) == last:
        return last
    return later if later < last or last <= now else list_after(now, rules)


def listed(after: Ticket, speaker: Speaker, rules: Rules) -> list[Message]:
    """Return one line of the manager's list; several become one message."""
    if after.owner is None:
        return []
    owed = timing.clock(after, ClockKind.RESOLVE, rules)
    due_at = owed.due_at if owed is not None else None
    return [
        Message(
            to=after.owner,
            text=line(after, due_at or speaker.now, speaker, rules),
            ticket=after.subject or after.number,
            mentions=(after.owner,),
            is_alert=True,
            useful_for=timedelta(hours=12),
            heading=_HEADING,
            footing=speaker.say("打完回“回访 1 结果”，没打通回“回访 1 未接”（单号也行）"),
        )
    ]


def called_back(event: e.CalledBack, after: Ticket, voices: Voices) -> list[Message]:
    """Return that a call is kept, and for the duty room what is to be done better, by whom and by when."""
    say, duty, better = voices.asker.say, voices.duty.say, event.improvement
    text = say("{number} 的回访已记入档案。", number=after.subject or after.number)
    if better is None:
        return [Message(to=Place.ASIDE, text=text)]
    text += say(
        "改善单 {number} 已建：{owner}，{time} 前。",
        number=better.number,
        owner=better.owner,
        time=better.due_at,
    )
    told = duty(
        "📌 改善单 {number}：{text}。@{owner} {time} 前，做完回“解决 {number} 结果”。",
        number=better.number, text=shortened(better.text, _LONGEST), owner=better.owner, time=better.due_at,
    )  # fmt: skip
    return [
        Message(to=Place.ASIDE, text=text),
        Message(to=Place.DUTY, text=told, mentions=(better.owner,), ticket=better.number),
    ]


def better_next_time(ticket: Ticket, better: Improvement, by: Party) -> s.Open:
    """Return the ticket for what a call has shown to be done better; no customer reads of it."""
    return s.Open(
        number=better.number,
        kind=Kind.IMPROVEMENT,
        room=ticket.room,
        customer=ticket.customer,
        requester=by,
        account="",
        address="",
        text=better.text,
        by=by,
        subject=ticket.subject or ticket.number,
        owner=better.owner,
        due_at=better.due_at,
    )


def line(call: Ticket, due_at: datetime, speaker: Speaker, rules: Rules) -> str:
    """Return whom a call is to, about what, by when, and why."""
    number, phone = call.subject or call.number, rules.phones.get(call.requester.id, "")
    template = N_("{number} {requester}{phone}｜{title}，截止 {time}（{why}）")
    if due_at < speaker.now:
        template = N_("{number} {requester}{phone}｜{title}，应在 {time} 前（{why}）")
    return speaker.say(
        template,
        number=number, requester=call.requester, phone=f" {phone}" if phone else "", title=title(call, 20), time=due_at, why=why(call, speaker),
    )  # fmt: skip


def why(ticket: Ticket, speaker: Speaker) -> str:
    """Return why somebody calls, in a word."""
    if ticket.reason in (
        LOW_SCORE,
        "",
    ):  # where calls are not listed, a low score is the only reason that needs no word
        return speaker.say("低分")
    if ticket.reason == COMPLAINT:
        return speaker.say("投诉")
    if ticket.reason == UNRATED:
        return speaker.say("未评分")
    if ticket.reason.startswith(LEVEL):
        return level_word(ticket.level_name) or speaker.say("级别")
    return speaker.say("抽查")


def list_again(now: datetime, rules: Rules) -> p.CallListed:
    """Return that a call was listed, and when it is next."""
    return p.CallListed(next_at=list_after(now, rules))
