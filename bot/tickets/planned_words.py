"""What planned work is called: whose it is, when it is, who is called for it, and how it stands."""

from __future__ import annotations

from datetime import datetime

from bot.tickets.kinds import Kind
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import title


def customer_name(ticket: Ticket, rules: Rules) -> str:
    """Return what the customer of a ticket is called."""
    return rules.customers.get(ticket.customer) or ticket.room


def slot(ticket: Ticket, speaker: Speaker) -> str:
    """Return from when to when work is planned: `6-15 22:30–23:30`."""
    appointment = ticket.appointment
    if appointment is None:
        return ""
    return slot_of(appointment.at, appointment.until, speaker)


def slot_of(at: datetime, until: datetime | None, speaker: Speaker) -> str:
    """Return a stretch of time as people say it."""
    begins = speaker.time(at)
    return f"{begins}–{until.astimezone(speaker.zone):%H:%M}" if until else begins


def what_of(ticket: Ticket, speaker: Speaker) -> str:
    """Return what is done."""
    return speaker.say("升级{what}", what=title(ticket)) if ticket.kind is Kind.MAINTENANCE else title(ticket)


def called_for(ticket: Ticket, rules: Rules, now: datetime) -> tuple[Party, ...]:
    """Return its owner, or whoever is on call."""
    return (ticket.owner,) if ticket.owner else rules.on_call(ticket.room, now)


def standing(ticket: Ticket, speaker: Speaker) -> str:
    """Return for when it is arranged, for the duty room."""
    if ticket.appointment is None:
        return speaker.say("还没约时间")
    return speaker.say("约在 {time}", time=ticket.appointment.at)


def planned_standing(ticket: Ticket, speaker: Speaker) -> str:
    """Return how planned work stands, in one line for the customer."""
    what = what_of(ticket, speaker)
    if ticket.appointment is None:
        return speaker.say("{number} {what}：还没约时间。", number=ticket.number, what=what)
    who = ticket.appointment.who or ticket.owner or ""
    return speaker.say(
        "{number} {what}：{slot}（{who}）。",
        number=ticket.number,
        what=what,
        slot=slot(ticket, speaker),
        who=who,
    )
