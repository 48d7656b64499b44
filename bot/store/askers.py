"""Who was asked something lately, remembered by the only writer of a store so that most messages need no look-up."""

from __future__ import annotations

from collections.abc import Iterable

from bot.asks import Ask
from bot.store.instants import milliseconds

Asker = tuple[str, str, int]  # a room, a person, and until when, in milliseconds UTC


class Askers:
    """People with a question that may still be open. It may name one too many, never one too few."""

    def __init__(self, asked: Iterable[Asker], *, most: int = 20_000) -> None:
        """Begin with everybody who has an open question in the store. `most` is how many are remembered."""
        self._most = most
        self._until: dict[tuple[str, str], int] = {}
        for room, person, until in asked:
            self._until[room, person] = max(until, self._until.get((room, person), 0))
        self._are_all = len(self._until) <= most
        self._certain_from = 0  # questions that ended before this are forgotten

    def note(self, ask: Ask) -> None:
        """Remember that somebody is asked something."""
        key = (ask.room, ask.person)
        self._until[key] = max(milliseconds(ask.expires_at), self._until.get(key, 0))
        if len(self._until) > self._most:
            now = milliseconds(ask.asked_at)
            self._until = {key: until for key, until in self._until.items() if until > now}
            self._are_all = self._are_all and len(self._until) <= self._most
            self._certain_from = max(self._certain_from, now)

    def may_have(self, room: str, person: str, now: int) -> bool:
        """Say whether a question to somebody may be open at `now`, in milliseconds UTC; False is certain."""
        is_certain = self._are_all and now >= self._certain_from
        return not is_certain or self._until.get((room, person), 0) > now
