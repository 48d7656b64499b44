"""What is said of a complaint: to whoever complains by when a manager calls, and to the manager alone what it is about."""

from __future__ import annotations

from bot.asks import Afterthought
from bot.one_line import shortened
from bot.tickets import events as e
from bot.tickets.calling import COMPLAINT
from bot.tickets.endings import callback_due
from bot.tickets.kinds import Kind
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.voices import Voices, title

FIRST_ADDED = 2  # the version of a complaint to which something was added for the first time


def is_grievance(ticket: Ticket) -> bool:
    """Say whether a ticket is a complaint of its own, and not a call about another ticket."""
    return ticket.kind is Kind.CALLBACK and ticket.reason == COMPLAINT and ticket.subject is None


def received(after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return the promise to whoever complains and what the manager reads; the engineers read nothing of it."""
    due_at = callback_due(voices.customer.now, rules)
    owner = after.owner
    if owner is None:  # nobody above the engineers: those who are there must know
        told = voices.customer.say("您的投诉已记下，最晚 {time} 与您联系。", time=due_at)
    else:
        told = voices.customer.say(
            "您的投诉已直接交给 {manager}，最晚 {time} 与您联系。", manager=owner, time=due_at
        )
    text = voices.duty.say(
        "📞 投诉 {number}（{customer}｜{requester}）：“{text}”。最晚 {time} 联系。\n完成后回：回访 {number} 结果",
        number=after.number,
        customer=rules.customers.get(after.customer) or after.room,
        requester=after.requester,
        text=title(after, 60),
        time=due_at,
    )
    to_manager = Message(to=owner or Place.DUTY, text=text, mentions=(owner,) if owner else ())
    return [Message(to=Place.ASKER, text=told, about=Afterthought(ticket=after.number)), to_manager]


def added(event: e.Supplemented, after: Ticket, voices: Voices) -> list[Message]:
    """Return what the manager alone reads of what is told besides, and a word to whoever complains, once."""
    owner = after.owner
    text = voices.duty.say(
        "📞 投诉 {number} {by} 补充：“{text}”",
        number=after.number,
        by=event.by,
        text=shortened(event.text, 200),
    )
    to_manager = Message(to=owner or Place.DUTY, text=text, mentions=(owner,) if owner else ())
    if after.version > FIRST_ADDED or owner is None:
        return [to_manager]
    return [Message(to=Place.ASKER, text=voices.customer.say("收到，已转给 {who}。", who=owner)), to_manager]
