"""The words of shifts: roll calls with the tickets that change hands, gaps, and who is on duty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bot.duty.shifts import Called, NotTaken, Shift, Warned, called_now
from bot.tickets import timing
from bot.tickets.errors import N_
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.pausing import REASONS
from bot.tickets.recipients import next_in_charge
from bot.tickets.rules import Role, Rules
from bot.tickets.speaker import Speaker
from scheduler.duty import gaps
from scheduler.intervals import Interval
from scheduler.rota import Rota, next_change, on_call

_MOST_LISTED = 8
TAKE_OVER = "接班"


class OnDuty(msgspec.Struct, frozen=True):
    """How one rota stands: who is called and until when, who comes next, and what is open."""

    rota: Rota
    called: tuple[Party, ...]
    until: datetime
    following: tuple[Party, ...]
    backup: tuple[Party, ...]
    waits_for: tuple[Party, ...]  # those who have not said that they took over
    gaps: tuple[Interval, ...]


def on_duty(rota: Rota, shift: Shift | None, rules: Rules, now: datetime, until: datetime) -> OnDuty:
    """Return how a rota stands; gaps are looked for up to `until`."""
    change = next_change(rota, now)
    called = called_now(rota, shift, now)
    return OnDuty(
        rota=rota,
        called=people_of(called, rules),
        until=change,
        following=people_of(on_call(rota, change), rules),
        backup=people_of(tuple(each for each in rota.backup if each not in called), rules),
        waits_for=people_of(shift.coming, rules) if shift is not None and shift.confirm_by else (),
        gaps=gaps(rota, now, until),
    )


def said(found: OnDuty, speaker: Speaker) -> str:
    """Return who is on duty now and next, in a line or two."""
    say = speaker.say
    goes_on = found.following == found.called
    if found.waits_for:
        text = say(
            "{name}：仍叫 {called}，等 {people} 回“接班”",
            name=found.rota.name,
            called=found.called,
            people=found.waits_for,
        )
    elif found.called and goes_on:
        text = say("{name}：现在 {called}", name=found.rota.name, called=found.called)
    elif found.called:
        text = say(
            "{name}：现在 {called}，到 {until}", name=found.rota.name, called=found.called, until=found.until
        )
    else:
        text = say("{name}：现在没有人值班，到 {until}", name=found.rota.name, until=found.until)
    if found.following and not found.waits_for and not goes_on:
        text += say("，接着 {following}", following=found.following)
    text += say("；后备 {backup}", backup=found.backup) if found.backup else ""
    text += say("。")
    for gap in found.gaps[:2]:
        text += "\n" + say("⚠️ {stretch} 没有人值班。", stretch=stretch(gap, speaker))
    return text


def stretch(gap: Interval, speaker: Speaker) -> str:
    """Return a stretch of time in words."""
    if gap.end is None:
        return speaker.say("{start} 起", start=gap.start)
    start, end = (each.astimezone(speaker.zone) for each in (gap.start, gap.end))
    if start.date() == end.date():
        return speaker.say("{start}–{hour}", start=gap.start, hour=f"{end:%H:%M}")
    return speaker.say("{start}–{end}", start=gap.start, end=gap.end)


def roll_call(
    event: Called, rota: Rota, tickets: Sequence[Ticket], speaker: Speaker, rules: Rules
) -> Message:
    """Return who relieves whom, what changes hands, and who is asked to take over."""
    say, coming = speaker.say, people_of(event.call.coming, rules)
    backup = people_of(event.call.backup, rules)
    text = say("🔁 {name}换班：{coming} 值班", name=rota.name, coming=coming)
    text += say("（后备 {backup}）", backup=backup) if backup else ""
    absent = people_of(event.call.absent, rules)
    text += say("，{absent} 不在", absent=absent) if absent else ""
    text += say("。")
    text += "\n" + _changing_hands(tickets, speaker, rules)
    text += "\n" + say(
        "{calls} {time} 前回“接班”；接班前仍叫 {leaving}。",
        calls=_calls(coming), time=event.confirm_by, leaving=people_of(event.leaving, rules),
    )  # fmt: skip
    return Message(to=Place.DUTY, text=text, mentions=coming, buttons=(Button(say(N_("接班")), TAKE_OVER),))


def _changing_hands(tickets: Sequence[Ticket], speaker: Speaker, rules: Rules) -> str:
    if not tickets:
        return speaker.say("没有要交接的单。")
    listed = tuple(_brief(ticket, speaker, rules) for ticket in tickets[:_MOST_LISTED])
    text = speaker.say("交接 {count} 单：{tickets}", count=len(tickets), tickets=listed)
    return text + (speaker.say(" 等，回“待办”看全部。") if len(tickets) > _MOST_LISTED else speaker.say("。"))


def _brief(ticket: Ticket, speaker: Speaker, rules: Rules) -> str:
    """Return a ticket in a few words: its number, what it waits for or who has it, and when something is due."""
    say = speaker.say
    if ticket.waiting is not None:
        return say("{number} {state}", number=ticket.number, state=say(REASONS[ticket.waiting.reason]))
    state = say("没人接") if ticket.owner is None else ticket.owner.name
    due = [
        each.due_at for each in timing.clocks(ticket, rules, speaker.now) if each.is_running and each.due_at
    ]
    if not due:
        return say("{number} {state}", number=ticket.number, state=state)
    return say("{number} {state} {time} 到期", number=ticket.number, state=state, time=min(due))


def not_taken(event: NotTaken, rota: Rota, speaker: Speaker, rules: Rules) -> Message:
    """Return that nobody took over, to those who should have and to whoever is in charge."""
    called = tuple(dict.fromkeys((*people_of(event.coming, rules), *next_in_charge(rules))))
    text = speaker.say(
        "⏰ {name}接班未确认，仍叫 {leaving}。{calls}",
        name=rota.name, leaving=people_of(event.leaving, rules), calls=_calls(called),
    )  # fmt: skip
    buttons = (Button(speaker.say(N_("接班")), TAKE_OVER),)
    return Message(to=Place.DUTY, text=text, mentions=called, buttons=buttons)


def warned(event: Warned, rota: Rota, speaker: Speaker, rules: Rules) -> Message:
    """Return when nobody is on duty, to the managers, and who is called then."""
    gap = Interval(event.gap.start, None) if event.is_open else event.gap
    managers = rules.with_role(Role.MANAGER) or next_in_charge(rules)
    text = speaker.say("⚠️ {name} {stretch} 没有人值班。", name=rota.name, stretch=stretch(gap, speaker))
    instead = next_in_charge(rules)
    text += speaker.say("{calls} 请排班", calls=_calls(managers)) if managers else ""
    text += speaker.say("；到时先叫 {instead}。", instead=instead) if instead else speaker.say("。")
    return Message(to=Place.DUTY, text=text, mentions=managers)


def taken_over(by: Party, speaker: Speaker) -> Message:
    """Return that somebody took over."""
    return Message(to=Place.DUTY, text=speaker.say("{by} 已接班（{time}）。", by=by, time=speaker.now))


def people_of(ids: Sequence[str], rules: Rules) -> tuple[Party, ...]:
    """Return the staff of a rota that the configuration still has."""
    return tuple(rules.staff[each] for each in ids if each in rules.staff)


def _calls(people: Sequence[Party]) -> str:
    return " ".join(f"@{party.name}" for party in people)
