"""When two reports are the same: by their words, whatever was shown with them and however they were typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bot.tickets.model import Ticket
from faq.text import fold

LATEST_REPORTS: Final = 5  # of one requester, that a new one is compared with
_SHOWN = re.compile(
    r"\s\[[^\[\]]*\]$"
)  # what `bot.conversation.shown.bracketed` puts behind the words of a ticket


def same_words(text: str) -> str:
    """Return what a report has in common with every other that says the same."""
    return fold(_SHOWN.sub("", text) if text.endswith("]") else text)


def same_reports(latest: Iterable[Ticket], text: str, since: datetime) -> list[Ticket]:
    """Return those of somebody's latest tickets that they opened at or after an instant with the same words."""
    words = same_words(text)
    return [ticket for ticket in latest if ticket.opened_at >= since and same_words(ticket.text) == words]
