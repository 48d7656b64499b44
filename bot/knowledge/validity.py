"""On which days entries begin to be in use, or are not in use any more: what a new day has to look at, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from faq.entries import Entry

A_DAY = timedelta(days=1)


class Turns:
    """The entries with dates, by the days on which something becomes of them."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._by_day: dict[date, set[str]] = {}
        for entry in entries:
            self.note(entry)

    def note(self, entry: Entry) -> None:
        """Know the days of an entry."""
        for day in _days(entry):
            self._by_day.setdefault(day, set()).add(entry.id)

    def forget(self, entry: Entry) -> None:
        """Forget the days of an entry as it was noted."""
        for day in _days(entry):
            self._by_day.get(day, set()).discard(entry.id)

    def after(self, before: date, today: date) -> set[str]:
        """Return the ids of those to which something happens after one day and up to another, whichever is earlier."""
        first, last = sorted((before, today))
        days = [day for day in self._by_day if first < day <= last]
        return set().union(*(self._by_day[day] for day in days))


def _days(entry: Entry) -> list[date]:
    """Return the first day of an entry and the first one after it."""
    ends = entry.valid_until
    after = (
        ends + A_DAY if ends is not None and ends < date.max else None
    )  # 9999-12-31 is written for "for ever"
    return [day for day in (entry.valid_from, after) if day is not None]
