"""Which of several entries that are equally likely people want most often: it decides their order, never whether one is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from faq.knowledge import Hit

_EQUAL = 0.02  # probabilities this near to each other say the same


def by_popularity(hits: Sequence[Hit], wanted: Mapping[str, int]) -> list[Hit]:
    """Return hits with those of equal probability in the order of how often they were wanted; others keep their places."""
    ordered = list(hits)
    start = 0
    for end in range(1, len(ordered) + 1):
        if end == len(ordered) or ordered[start].score - ordered[end].score > _EQUAL:
            ordered[start:end] = sorted(ordered[start:end], key=lambda hit: -popularity(hit.entry.id, wanted))
            start = end
    return ordered


def popularity(entry: str, wanted: Mapping[str, int]) -> int:
    """Return how popular an entry is: 0 for one that nobody wanted, one more for every doubling.

    In steps, because counts grow with every answer and an order that people have seen shall not change with each.
    """
    return wanted.get(entry, 0).bit_length()
