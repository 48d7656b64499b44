"""Who reported something lately, remembered by the only writer of a store so that most questions about it need no look-up."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.tickets.model import Ticket

_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Reporters:
    """Accounts with a ticket opened since some instant. It may name one too many, never one too few."""

    def __init__(self, latest: Iterable[Ticket], *, are_all: bool, most: int = 10_000) -> None:
        """Begin with the latest tickets of the store, newest first; `are_all` when there are no others.

        `most` is how many accounts are remembered.
        """
        self._most = most
        self._opened: OrderedDict[str, datetime] = OrderedDict()
        tickets = list(latest)
        # Numbers are given in the order of time, but not to the second: the highest instant left out is not known exactly.
        oldest = max((ticket.opened_at for ticket in tickets[-10:]), default=_BEGINNING)
        self._known_since = _BEGINNING if are_all else oldest
        for ticket in reversed(tickets):
            self.note(ticket)

    def note(self, ticket: Ticket) -> None:
        """Remember that a ticket was opened."""
        self._opened[ticket.account] = max(ticket.opened_at, self._opened.get(ticket.account, _BEGINNING))
        self._opened.move_to_end(ticket.account)
        if len(self._opened) > self._most:
            _, forgotten = self._opened.popitem(last=False)
            self._known_since = max(self._known_since, forgotten)

    def may_have(self, account: str, since: datetime) -> bool:
        """Say whether somebody may have opened a ticket after an instant; False is certain."""
        return since <= self._known_since or self._opened.get(account, _BEGINNING) >= since
