"""How crowded it is around a phrasing: what stands among many of like meaning is near to whatever is asked."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import isnan, nan
from typing import Any

from faq.arrays import arrays

# Looked at are the nearest of so many phrasings of other entries, taken from all over the knowledge base.
_NEAREST, _AMONG = 10, 500
# The share of the crowding that is taken off a likeness; the other half would belong to the question, and say nothing about the order.
_SHARE = 0.5
_NOT = -1.0  # stands for what is not compared
_AHEAD = 1_024  # rows that are looked at together ahead of questions


class Crowding:
    """Vectors of phrasings, a row each, and how much nearer to others than usual each is."""

    def __init__(self, rows: Any, entries: Sequence[str]) -> None:
        """Begin with the entry of every row; empty for a row that is free. Rows that come later are held against those that are there now."""
        self._numpy: Any = arrays()
        self._rows = rows
        self._entries = entries
        step = -(-len(entries) // _AMONG) or 1
        self._places = [place for place in range(0, len(entries), step) if entries[place]]
        self._sample = rows[self._places]
        # Numbers are told apart much sooner than ids.
        ids = dict.fromkeys(entries[place] for place in self._places)
        self._owner_of = {id_: number for number, id_ in enumerate(ids)}
        self._owners = self._owned(self._places)
        self._known = array("d")  # by place; not a number for what nobody has looked at
        self._ahead = 0  # before it all are known
        around = self._around(self._places)
        self._usual = float(around[around > _NOT].mean()) if (around > _NOT).any() else 0.0

    def look_at(self, places: Sequence[int]) -> None:
        """Know the surplus of some rows, worked out together: that is far quicker than one by one."""
        known = self._known
        while len(known) < len(self._entries):
            known.append(nan)
        new = [place for place in dict.fromkeys(places) if isnan(known[place])]
        for place, around in zip(new, self._around(new).tolist() if new else (), strict=True):
            known[place] = _SHARE * (around - self._usual) if around > _NOT else 0.0

    def look_ahead(self) -> bool:
        """Know the surplus of some more rows before anybody asks; return whether others are left."""
        start, self._ahead = self._ahead, min(self._ahead + _AHEAD, len(self._entries))
        self.look_at(range(start, self._ahead))
        return self._ahead < len(self._entries)

    def surplus(self, place: int) -> float:
        """Return what is to be taken off the likeness of a row to anything, because it is near to much; less than 0 for a lonely one."""
        self.look_at((place,))
        return self._known[place]

    def _around(self, places: Sequence[int]) -> Any:
        """Return the mean likeness of rows to the nearest of other entries; `_NOT` where there are none."""
        numpy = self._numpy
        if not self._places:
            return numpy.full(len(places), _NOT)
        likes = self._rows[places] @ self._sample.T
        likes[self._owned(places)[:, None] == self._owners[None]] = _NOT
        nearest = -numpy.partition(-likes, min(_NEAREST, likes.shape[1] - 1), axis=1)[:, :_NEAREST]
        is_other = nearest > _NOT
        counts = is_other.sum(axis=1)
        return numpy.where(counts, (nearest * is_other).sum(axis=1) / numpy.maximum(counts, 1), _NOT)

    def _owned(self, places: Sequence[int]) -> Any:
        """Return the number of the entry of each row, -1 for one that nobody is compared with."""
        return self._numpy.array([self._owner_of.get(self._entries[place], -1) for place in places])
