"""Tallies: figures that are counted with every message, as plain numbers, and given to Prometheus when it asks.

Counting in the library takes five calls and a lock each time; here everything is counted in the thread of the event loop.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector


class Tally(Collector):
    """How often something happened, by labels where it has some."""

    def __init__(self, registry: CollectorRegistry, name: str, says: str, *labels: str) -> None:
        self._name = name
        self._says = says
        self._labels = labels
        self._counts: dict[tuple[str, ...], int] = {} if labels else {(): 0}
        registry.register(self)

    def add(self, *labels: str) -> None:
        """Count one more."""
        self._counts[labels] = self._counts.get(labels, 0) + 1

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted, as the library wants it."""
        family = CounterMetricFamily(self._name, self._says, labels=self._labels)
        for labels, count in self._counts.items():
            family.add_metric(labels, count)
        yield family


class Spread(Collector):
    """How long something took, in buckets up to `bounds`."""

    def __init__(self, registry: CollectorRegistry, name: str, says: str, bounds: Sequence[float]) -> None:
        self._name = name
        self._says = says
        self._bounds = tuple(map(float, bounds))
        self._counts = [0] * (len(self._bounds) + 1)
        self._sum = 0.0
        registry.register(self)

    def add(self, seconds: float) -> None:
        """Note one more."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def collect(self) -> Iterator[Metric]:
        """Yield what was noted, as the library wants it: each bucket with those below it."""
        family = HistogramMetricFamily(self._name, self._says)
        names = (*map(str, self._bounds), "+Inf")
        family.add_metric((), list(zip(names, accumulate(self._counts), strict=True)), self._sum)
        yield family
