"""What `/metrics` says, as numbers again: values by name and labels, and what happened between two readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from prometheus_client.parser import text_string_to_metric_families

Labels = tuple[tuple[str, str], ...]


class Reading(msgspec.Struct, frozen=True):
    """One answer of `/metrics`, and the `monotonic` second it was read at."""

    at: float
    values: Mapping[tuple[str, Labels], float]

    def value(self, name: str, **labels: str) -> float:
        """Return one value, or the sum over the labels that are not given; 0 when there is none."""
        return sum(value for found, value in self._of(name) if labels.items() <= dict(found).items())

    def by(self, name: str, label: str) -> dict[str, float]:
        """Return the values of a name by one of its labels."""
        found: dict[str, float] = {}
        for labels, value in self._of(name):
            key = dict(labels).get(label, "")
            found[key] = found.get(key, 0.0) + value
        return found

    def has(self, name: str) -> bool:
        return any(True for _ in self._of(name))

    def _of(self, name: str) -> Iterator[tuple[Labels, float]]:
        return ((labels, value) for (found, labels), value in self.values.items() if found == name)


def reading(text: str, at: float) -> Reading:
    """Return what an answer of `/metrics` says.

    Raises:
        ValueError: It is not in the format of Prometheus.
    """
    return Reading(
        at,
        {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        },
    )


def rate(before: Reading | None, after: Reading, name: str, **labels: str) -> float | None:
    """Return how often a second something happened between two readings; None when that is not known."""
    if before is None or after.at <= before.at:
        return None
    grown = after.value(name, **labels) - before.value(name, **labels)
    return max(grown, 0.0) / (after.at - before.at)


def quantile(before: Reading | None, after: Reading, name: str, share: float) -> float | None:
    """Return the bucket below which a share of what was timed between two readings lies, in seconds; None without any.

    Without an earlier reading everything since the start counts.
    """
    counts = after.by(f"{name}_bucket", "le")
    if before is not None:
        earlier = before.by(f"{name}_bucket", "le")
        counts = {le: count - earlier.get(le, 0.0) for le, count in counts.items()}
    total = max(counts.values(), default=0.0)
    if total <= 0:
        return None
    return min(float(le) for le, count in counts.items() if count >= share * total)
