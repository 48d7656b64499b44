"""Phrasings that are read before somebody asks: reading one costs more than comparing it with a question."""

from __future__ import annotations

from collections.abc import Iterator

from faq.index import Index
from faq.reading import Reading, reading

# So many are kept, a little more than a kilobyte each; what is beyond is read when it is like a question.
AT_MOST = 60_000
_AT_ONCE = 4  # some fifty microseconds each, and more where the processor is shared


class ReadAhead:
    """What the phrasings of an index read like, by number."""

    def __init__(self, index: Index, *, at_most: int = AT_MOST) -> None:
        """Begin without any."""
        self._index = index
        self._at_most = at_most
        self._known: dict[int, Reading] = {}
        self._next = 0  # before it all were gone over

    def __len__(self) -> int:
        return len(self._known)

    def reading(self, number: int) -> Reading:
        """Return how a phrasing reads, whether it was read ahead or not."""
        return self._known.get(number) or reading(self._index.text(number))

    def forget(self, number: int) -> None:
        """Let go of a phrasing that was taken out."""
        self._known.pop(number, None)

    def go_on(self) -> Iterator[None]:
        """Read what is new, bit by bit, as far as there is room; what is changed meanwhile does no harm."""
        while self._next < self._index.numbers and len(self._known) < self._at_most:
            number = self._next
            self._next += 1
            if text := self._index.text(number):
                self._known[number] = reading(text)
                self._index.total(number)
            if self._next % _AT_ONCE == 0:
                yield
