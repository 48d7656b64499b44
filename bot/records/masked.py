"""A ticket as it stands on paper: without what nobody else may read."""

from __future__ import annotations

from msgspec.structs import replace

from bot.meaning.masking import without_secrets
from bot.tickets.model import Ticket


def for_paper(ticket: Ticket) -> Ticket:
    """Return a ticket without secrets in what was told of it, of its end, and with its rating."""
    done = ticket.resolution
    if done is not None:
        done = replace(
            done,
            cause=without_secrets(done.cause),
            method=without_secrets(done.method),
            prevention=without_secrets(done.prevention),
        )
    survey = ticket.survey
    if survey is not None and survey.comment:
        survey = replace(survey, comment=without_secrets(survey.comment))
    return replace(ticket, text=without_secrets(ticket.text), resolution=done, survey=survey)
