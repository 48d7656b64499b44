"""Vectors by place, and which of them are nearest to another: all of them looked at where they are few, in few directions where they are many."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

_BLOCK = 4_096  # rows of a block: what grows is never copied
# From so many rows on a vector is held against all of them in so many directions only, those in which they differ most, and
# against so many of the nearest in full.
MANY = 20_000
_DIRECTIONS, _LOOKED_AT, _SAMPLE = 64, 400, 2_048


class Vectors:
    """Rows of unit length. Places rise from 0; one that was cleared is near to nothing."""

    def __init__(self, *, many: int = MANY) -> None:
        """Begin empty; numpy comes with the first row."""
        self._many = many
        self._numpy: Any = import_module("numpy")
        self._width = 0
        self._count = 0
        self._blocks: list[Any] = []
        self._directions: Any = None  # found once there are many
        self._coarse: list[Any] = []  # the same rows seen in these directions only

    def __len__(self) -> int:
        return self._count

    @property
    def width(self) -> int:
        """Of how many numbers a row is, 0 before the first."""
        return self._width

    def __getitem__(self, places: Sequence[int]) -> Any:
        """Return the rows of some places, copied together."""
        return self._numpy.array([self.row(place) for place in places]).reshape(len(places), self._width)

    def row(self, place: int) -> Any:
        """Return one row; it is not to be changed."""
        return self._blocks[place // _BLOCK][place % _BLOCK]

    def append(self, vector: Any) -> int:
        """Add a row and return its place."""
        place, self._width = self._count, len(vector)
        if place % _BLOCK == 0:
            self._blocks.append(self._numpy.zeros((_BLOCK, self._width), dtype="float32"))
            if self._coarse:
                self._coarse.append(self._numpy.zeros((_BLOCK, self._directions.shape[1]), dtype="float32"))
        self._blocks[-1][place % _BLOCK] = vector
        if self._coarse:
            self._coarse[-1][place % _BLOCK] = self.row(place) @ self._directions
        self._count += 1
        return place

    def clear(self, place: int) -> None:
        """Take a row out."""
        for blocks in (self._blocks, self._coarse):
            if blocks:
                blocks[place // _BLOCK][place % _BLOCK] = 0.0

    def nearest(self, vector: Any, at_most: int) -> list[int]:
        """Return the places of the rows nearest to a vector, in no order.

        Where there are many it may miss one that looks further off in the few directions than it is. Long work, for a thread.
        """
        count = self._count
        if count < self._many:
            return self._best(self._products(self._blocks, vector, count), at_most)
        if not self._coarse:
            self._look_for_directions(count)
        places = self._best(self._products(self._coarse, vector @ self._directions, count), _LOOKED_AT)
        return [places[at] for at in self._best(self[places] @ vector, at_most)]

    def _products(self, blocks: list[Any], vector: Any, count: int) -> Any:
        return self._numpy.concatenate([block @ vector for block in blocks])[:count]

    def _best(self, likes: Any, at_most: int) -> list[int]:
        if len(likes) <= at_most:
            return list(range(len(likes)))
        found: list[int] = self._numpy.argpartition(likes, len(likes) - at_most)[-at_most:].tolist()
        return found

    def _look_for_directions(self, count: int) -> None:
        """Find the directions in which the rows differ most, by some of them from all over."""
        some = self[range(0, count, max(1, count // _SAMPLE))]
        _, found = self._numpy.linalg.eigh(some.T @ some)
        self._directions = self._numpy.ascontiguousarray(found[:, -_DIRECTIONS:], dtype="float32")
        self._coarse = [block @ self._directions for block in self._blocks]
