"""Which entry asks what under which number: the phrasings of a knowledge base."""

from __future__ import annotations

from array import array

from faq.entries import Entry


class Phrases:
    """Entries by number, and which of their wordings it is. Numbers rise from 0 and are never used twice; those of one entry
    follow each other."""

    def __init__(self, places: array[int] | None = None) -> None:
        """Begin empty, or with the places of numbers that were given before; `put_back` says whose they are."""
        self.places = places if places is not None else array("H")  # 0: the question, 1: its first alias, …
        self.entries: list[Entry | None] = [None] * len(self.places)  # None: taken out
        self.firsts: dict[str, int] = {}  # the first number of each entry that has any
        self.reserved: dict[str, set[int]] = {}  # the numbers that are for one customer only, by customer
        self.most = max(self.places, default=-1) + 1  # wordings that any entry ever had, at most

    def __len__(self) -> int:
        """How many numbers were given, those taken out too."""
        return len(self.entries)

    def add(self, entry: Entry, place: int) -> int:
        """Give a wording of an entry the next number; the wordings of an entry are added one after the other."""
        number = len(self.entries)
        self.firsts.setdefault(entry.id, number)
        self.entries.append(entry)
        self.places.append(place)
        self.most = max(self.most, place + 1)
        if entry.customer is not None:
            self.reserved.setdefault(entry.customer, set()).add(number)
        return number

    def know_reserved(self) -> None:
        """Know what is for one customer only, after numbers were put back."""
        for number, entry in enumerate(self.entries):
            if entry is not None and entry.customer is not None:
                self.reserved.setdefault(entry.customer, set()).add(number)

    def put_back(self, entry: Entry, first: int, count: int) -> None:
        """Give an entry the numbers it had."""
        self.firsts[entry.id] = first
        self.entries[first : first + count] = [entry] * count

    def entry(self, number: int) -> Entry:
        """Return whose phrasing a number is.

        Raises:
            KeyError: It was taken out.
        """
        entry = self.entries[number]
        if entry is None:
            raise KeyError(number)
        return entry

    def wording(self, number: int) -> str:
        """Return a phrasing as it is written."""
        entry, place = self.entry(number), self.places[number]
        return entry.aliases[place - 1] if place else entry.question

    def numbers(self, entry: Entry) -> range:
        """Return the numbers of an entry; none when it has no phrasings."""
        first = self.firsts.get(entry.id, len(self.entries))
        after = first
        while after < len(self.entries) and self.entries[after] is entry:
            after += 1
        return range(first, after)

    def take_out(self, entry: Entry) -> range:
        """Forget an entry and return the numbers it had."""
        numbers = self.numbers(entry)
        self.firsts.pop(entry.id, None)
        for number in numbers:
            self.entries[number] = None
        if entry.customer is not None and (reserved := self.reserved.get(entry.customer)):
            reserved.difference_update(numbers)
        return numbers
