"""Who reported what lately, remembered by the only writer of a store so that most questions about it need no look-up."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from bot.store.instants import milliseconds
from bot.tickets.model import Ticket
from bot.tickets.same_words import same_words

_KEPT: Final = timedelta(hours=1) // timedelta(milliseconds=1)
_MOST: Final = (
    20_000  # some 150 bytes each: what thirty people a second report in the ten minutes that are asked about
)


class Reporters:
    """Reports since some instant, by account and words. It may name one too many, never one too few."""

    def __init__(self, known_since: datetime, *, most: int = _MOST) -> None:
        """Begin after `known_since`, the latest report that the store has from before; `most` is how many are remembered."""
        self._most = most
        self._known_since = milliseconds(known_since)
        # Of the words no more than a hash: it may be that of others too, and then somebody looks for nothing.
        self._opened: OrderedDict[int, int] = (
            OrderedDict()
        )  # in the order of noting, with the latest instant of each

    def note(self, ticket: Ticket) -> None:
        """Remember that a ticket was opened."""
        key, at = hash((ticket.account, same_words(ticket.text))), milliseconds(ticket.opened_at)
        self._opened[key] = max(at, self._opened.pop(key, at))
        while (oldest := next(iter(self._opened.values()))) < at - _KEPT or len(self._opened) > self._most:
            self._opened.popitem(last=False)
            self._known_since = max(self._known_since, oldest)

    def may_have(self, account: str, text: str, since: datetime) -> bool:
        """Say whether somebody may have reported with such words at or after an instant; False is certain."""
        asked = milliseconds(since)
        if asked <= self._known_since:
            return True
        at = self._opened.get(hash((account, same_words(text))))
        return at is not None and at >= asked
