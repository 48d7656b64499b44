"""Vectors by place, and which of them are nearest to another: all of them looked at where they are few, first by a code of each where they are many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from faq.arrays import arrays

_BLOCK = 32_768  # rows of a block: what grows is never copied, and what is not used yet takes no memory
# From so many rows on a vector is held against the first halves of their codes, then so many that differ least against the
# second halves, and in full only against so many that differ least by both: a code says on which side of so many planes
# through the middle of the rows one lies (sixty-four to a number).
MANY = 20_000
_WORDS, _FIRST = 4, 2
_SIFTED, _LOOKED_AT = 1_000, 240
# The planes lie in so many directions in which the rows differ most, told from so many of them.
_DIRECTIONS, _SAMPLE = 128, 2_048
_CODES, _TOGETHER = 65_536, 8_192  # of a block, and looked at together: so few stay near the processor
_SEED = 1


class Vectors:
    """Rows of unit length. Places rise from 0; one that was cleared is near to nothing."""

    def __init__(self, *, many: int = MANY) -> None:
        """Begin empty; numpy comes with the first row."""
        self._many = many
        self._numpy: Any = arrays()
        self._width = 0
        self._count = 0
        self._blocks: list[Any] = []
        self._planes: Any = None  # found once there are many, with what the middle of the rows is on them
        self._middle: Any = None
        self._codes: list[Any] = []  # a row for each word of a code

    def __len__(self) -> int:
        return self._count

    @property
    def width(self) -> int:
        """Of how many numbers a row is, 0 before the first."""
        return self._width

    def __getitem__(self, places: Sequence[int]) -> Any:
        """Return the rows of some places, copied together."""
        numpy = self._numpy
        wanted = numpy.asarray(places, dtype="int64")
        found = numpy.empty((len(wanted), self._width), dtype="float32")
        # Places that follow each other in one block are taken together.
        ends = [*(numpy.flatnonzero(numpy.diff(wanted // _BLOCK)) + 1).tolist(), len(wanted)]
        for start, end in zip([0, *ends], ends, strict=False):
            if start < end:
                block = self._blocks[int(wanted[start]) // _BLOCK]
                block.take(wanted[start:end] % _BLOCK, axis=0, out=found[start:end], mode="clip")
        return found

    def row(self, place: int) -> Any:
        """Return one row; it is not to be changed."""
        return self._blocks[place // _BLOCK][place % _BLOCK]

    def append(self, vector: Any) -> int:
        """Add a row and return its place."""
        place, self._width = self._count, len(vector)
        if place % _BLOCK == 0:
            self._blocks.append(self._numpy.zeros((_BLOCK, self._width), dtype="float32"))
        self._blocks[-1][place % _BLOCK] = vector
        if self._planes is not None:
            self._keep_codes(place, self._code(self.row(place)[None]))
        self._count += 1
        return place

    def clear(self, place: int) -> None:
        """Take a row out; by its code it may be looked at still, but in full it is near to nothing."""
        self._blocks[place // _BLOCK][place % _BLOCK] = 0.0

    def make_ready(self) -> None:
        """Work out the codes where there are many rows, before somebody asks. Long work, for a thread."""
        if self._planes is None and self._count >= self._many:
            self._look_for_planes(self._count)

    def nearest(self, vector: Any, at_most: int) -> list[int]:
        """Return the places of the rows nearest to a vector, in no order.

        Where there are many it may miss one whose code differs more than it does. Long work, for a thread.
        """
        count = self._count
        if count < self._many:
            return self._best(
                self._numpy.concatenate([block @ vector for block in self._blocks])[:count], at_most
            )
        self.make_ready()
        places = self._looked_at(self._code(self._numpy.asarray(vector, dtype="float32")[None]), count)
        return [int(places[at]) for at in self._best(self[places] @ vector, at_most)]

    def _looked_at(self, code: Any, count: int) -> Any:
        """Return the places, in order, whose codes differ least from one: a few more than `_LOOKED_AT`, for some differ as much."""
        numpy = self._numpy
        differing = numpy.empty(count, dtype="uint8")
        for start in range(0, count, _TOGETHER):
            block, place = divmod(start, _CODES)
            end = min(place + _TOGETHER, place + count - start)
            first, second = numpy.bitwise_count(self._codes[block][:_FIRST, place:end] ^ code[:_FIRST])
            differing[start : start + end - place] = first + second
        places = self._least(differing, _SIFTED)
        more = numpy.bitwise_count(self._second(places) ^ code[_FIRST:]).sum(axis=0, dtype="uint16")
        return places[self._least(more + differing[places], _LOOKED_AT)]

    def _least(self, differing: Any, at_most: int) -> Any:
        """Return where the least of some numbers stand: a few more than `at_most`, for some are equal."""
        numpy = self._numpy
        if len(differing) <= at_most:
            return numpy.arange(len(differing))
        # Of so few different numbers the one to stop at is found sooner by halving than by putting all in order.
        bar, end = int(differing.min()), int(differing.max())
        while bar < end:
            middle = (bar + end) // 2
            bar, end = (
                (bar, middle) if numpy.count_nonzero(differing <= middle) > at_most else (middle + 1, end)
            )
        places = numpy.flatnonzero(differing <= bar)
        if len(places) > 2 * at_most:  # very many are the same
            nearer = numpy.flatnonzero(differing < bar)
            places = numpy.concatenate([nearer, places[differing[places] == bar][:at_most]])
        return places

    def _second(self, places: Any) -> Any:
        """Return the second halves of the codes of some places, in order."""
        numpy = self._numpy
        ends = numpy.searchsorted(places, [_CODES * (number + 1) for number in range(len(self._codes))])
        starts = [0, *ends.tolist()]
        return numpy.concatenate(
            [
                codes[_FIRST:, places[start:end] - _CODES * number]
                for number, (codes, start, end) in enumerate(zip(self._codes, starts, ends, strict=False))
            ],
            axis=1,
        )

    def _best(self, likes: Any, at_most: int) -> list[int]:
        if len(likes) <= at_most:
            return list(range(len(likes)))
        found: list[int] = self._numpy.argpartition(likes, len(likes) - at_most)[-at_most:].tolist()
        return found

    def _look_for_planes(self, count: int) -> None:
        """Lay planes through the middle of the rows, drawn by lot among the directions in which they differ most, and work out the
        code of each row."""
        numpy = self._numpy
        some = self[range(0, count, max(1, count // _SAMPLE))]
        middle = some.mean(axis=0)
        _, directions = numpy.linalg.eigh((some - middle).T @ (some - middle))
        chosen = directions[:, -_DIRECTIONS:]
        chance = numpy.random.default_rng(_SEED)
        planes = numpy.concatenate(
            [chosen @ self._turned(chosen.shape[1], _FIRST * 64, chance) for _ in range(_WORDS // _FIRST)],
            axis=1,
        )
        self._middle = (middle @ planes).astype("float32")
        self._planes = numpy.ascontiguousarray(planes, dtype="float32")
        for number, block in enumerate(self._blocks):
            self._keep_codes(number * _BLOCK, self._code(block))

    def _turned(self, height: int, width: int, chance: Any) -> Any:
        """Return directions drawn by lot that stand upright on each other, as far as there are so many."""
        size = max(height, width)
        turned, _ = self._numpy.linalg.qr(chance.standard_normal((size, size)))
        return turned[:height, :width]

    def _code(self, rows: Any) -> Any:
        """Return the codes of some rows: a row for each word."""
        bits = self._numpy.packbits(rows @ self._planes > self._middle, axis=1)
        return bits.view("uint64").T

    def _keep_codes(self, place: int, codes: Any) -> None:
        block, start = divmod(place, _CODES)
        while len(self._codes) <= block:
            self._codes.append(self._numpy.zeros((_WORDS, _CODES), dtype="uint64"))
        self._codes[block][:, start : start + codes.shape[1]] = codes
