"""What ticking a runbook, the report of a day and a consultation change in a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import clockwork
from bot.tickets import incident_events as ie
from bot.tickets.model import News, Ticked, Ticket

# In what happened to a ticket.
CONSULTED, CONCLUDED, HELP_SOUGHT = "consulted", "consult_concluded", "help_sought"
_MOST_NEWS = 12


def changed(ticket: Ticket, event: ie.IncidentEvent, at: datetime) -> Ticket:
    """Return the ticket after an event of an incident."""
    match event:
        case ie.Ticked(by=by, steps=steps):
            runbook = ticket.runbook
            if runbook is None:
                raise ValueError(f"ticket {ticket.number} has no runbook")
            done = {**runbook.done, **{step: Ticked(by, at) for step in steps if step not in runbook.done}}
            return replace(ticket, runbook=replace(runbook, done=done))
        case ie.ReportAsked(due_at=due_at):
            return replace(ticket, report_asked=due_at)
        case ie.ConsultCalled():
            return replace(ticket, happened=clockwork.noted(ticket, at, CONSULTED))
        case ie.HelpSought():
            return replace(ticket, happened=clockwork.noted(ticket, at, HELP_SOUGHT))
        case ie.ConsultConcluded(text=text):
            concluded = replace(ticket, happened=clockwork.noted(ticket, at, CONCLUDED))
            return with_news(concluded, text, at)
        case _:
            assert_never(event)


def with_news(ticket: Ticket, text: str, at: datetime) -> Ticket:
    """Return the ticket with one more piece of news, while somebody commands: the report of the day is made of them."""
    if ticket.commander is None:
        return ticket
    return replace(ticket, news=(*ticket.news, News(at, text))[-_MOST_NEWS:])
