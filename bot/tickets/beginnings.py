"""What is said when a ticket is opened: to its reporter, and as a card in the duty room."""

from __future__ import annotations

from datetime import datetime

from bot.asks import Afterthought, Details
from bot.tickets import card, coverage, planned_notices, timing
from bot.tickets import events as e
from bot.tickets.errors import N_
from bot.tickets.grievances import is_grievance, received
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.recipients import former, next_in_charge, recipients
from bot.tickets.rules import Role, Rules
from bot.tickets.speaker import Speaker
from bot.tickets.urging import way_out
from bot.tickets.voices import Voices


def opened(event: e.Opened, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return the acknowledgement and the card; nothing for a callback, of which is told together with the low score."""
    if is_grievance(after):
        return received(after, voices, rules)
    if event.kind in (
        Kind.CALLBACK,
        Kind.HAZARD,
        Kind.IMPROVEMENT,
    ):  # told together with what brought them about
        return []
    if event.kind.is_planned:
        return planned_notices.opened(after, voices, rules)
    number, now = after.number, voices.customer.now
    level = after.level_name or voices.customer.say("已登记")
    calls = called_at_once(after, rules, now)
    word = timing.promised_word(after, rules)
    told = _acknowledged(event, after, level, calls, word, voices.customer, rules)
    room = rules.rooms.get(after.room)
    if room is not None and not room.duty:  # nobody would read the card
        return [told]
    names = "".join(f" @{party.name}" for party in calls)
    text = f"{card.head(after, voices.duty, rules)}{names}\n{card.waiting(after, word, voices.duty, rules)}"
    if after.coverage is not None:  # somebody has to decide before anybody takes it
        calls = tuple(dict.fromkeys((*calls, *coverage.deciders(rules)[:1])))
        return [told, Message(to=Place.DUTY, text=text, mentions=calls, is_card=True)]
    buttons = (Button(voices.duty.say("接单"), f"接单 {number}"),)
    return [told, Message(to=Place.DUTY, text=text, mentions=calls, buttons=buttons, is_card=True)]


def _acknowledged(
    event: e.Opened,
    after: Ticket,
    level: str,
    calls: tuple[Party, ...],
    word: datetime | None,
    speaker: Speaker,
    rules: Rules,
) -> Message:
    """What the reporter reads: number, level, by when somebody answers (`word`)."""
    number = after.number
    if after.coverage is not None:
        return Message(to=Place.ASKER, text=coverage.acknowledged(after, after.coverage, speaker, rules))
    if event.links:
        first = former(after, rules, speaker.now)
        template = N_("{old} 已关闭超过 {within}，已建新单 {number} 并关联 {old}，{who} 优先处理。")
        if first is None:
            template = N_("{old} 已关闭超过 {within}，已建新单 {number} 并关联 {old}，优先处理。")
        text = speaker.say(template, old=event.links[0], within=rules.reopen_within, number=number, who=first)
        return Message(to=Place.ASKER, text=text, about=Afterthought(ticket=number))
    if calls and card.is_urgent(after, rules):
        text = speaker.say(
            "🔴 已建单 {number}（{level}），已叫 {calls}", number=number, level=level, calls=calls
        )
        text += speaker.say("，最晚 {time} 响应", time=word) if word else ""
        arrive = timing.clock(after, ClockKind.ARRIVE, rules)
        arrival = arrive.due_at if arrive else None
        text += speaker.say("、{time} 到场", time=arrival) if arrival else ""
        text += speaker.say("。\n请回：联系电话 + 地点（一条就行）。")
        return Message(to=Place.ASKER, text=text, about=Details(ticket=number))
    text = speaker.say("已建单 {number}（{level}）。", number=number, level=level)
    text += (
        speaker.say("工程师最晚 {time} 响应，有进展我在这里说。", time=word)
        if word
        else speaker.say("有进展我在这里说。")
    )
    # At night the way to somebody who is awake matters more than how to add a photo.
    text += way_out(after, word, speaker, rules) or speaker.say("\n补充照片或说明，直接引用本条发就行。")
    return Message(to=Place.ASKER, text=text, about=Afterthought(ticket=number))


def called_at_once(after: Ticket, rules: Rules, now: datetime) -> tuple[Party, ...]:
    """Return who is called together with the news of a ticket: those whom rungs at 0% name.

    One that follows another calls who had that one. An urgent ticket calls the owner or who is on call, else whoever leads them, and a manager, also where no rung says so.
    """
    first: tuple[Party, ...] = ()
    if card.is_urgent(after, rules):
        first = (after.owner,) if after.owner else rules.on_call(after.room, now) or next_in_charge(rules)
        first = (*first, *rules.with_role(Role.MANAGER)[:1])
    back = former(after, rules, now)
    first = (back, *first) if back is not None else first
    named = timing.told_at_once(after, rules)
    return tuple(dict.fromkeys((*first, *(recipients(named, after, rules, now) if named else ()))))
