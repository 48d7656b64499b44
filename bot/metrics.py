"""What is counted and timed while the bot works, in a registry of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

_FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0)  # seconds
_SLOW = (0.1, 0.5, 1, 2, 5, 15, 60, 300, 1800)
# What an answer asks says what kind of answer it is.
_ANSWERS = {"Answered": "answer", "Menu": "candidates", "Offer": "offer"}


class Meters:
    """One per bot. A count costs about half a microsecond: children are looked up once, not each time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Begin at zero; `monotonic` returns seconds that never run backwards."""
        self.monotonic = monotonic
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._messages = _Counted(self, "shouwen_messages", "Messages that came in, by adapter.", "adapter")
        self._answers = _Counted(self, "shouwen_answers", "What was said to people, by kind.", "kind")
        self._steps = _Counted(self, "shouwen_steps", "Steps that happened to tickets, by name.", "step")
        self._opened = self._counter("shouwen_opened_tickets", "Tickets that were opened.")
        self._conflicts = self._counter("shouwen_conflicts", "Races for a ticket lost to somebody else.")
        self._repeated = self._counter("shouwen_redelivered_messages", "Messages that were handled before.")
        self._failures = _Counted(self, "shouwen_failures", "What the program failed at, by kind.", "kind")
        self._deliveries = _Counted(
            self, "shouwen_deliveries", "What came of messages to send.", "adapter", "outcome"
        )
        self._commit = self._histogram("shouwen_commit_seconds", "How long callers wait for a commit.", _FAST)
        self._late = self._histogram(
            "shouwen_due_lateness_seconds", "How late the earliest of the due tickets was looked at.", _SLOW
        )
        self._delivery = self._histogram(
            "shouwen_delivery_seconds", "From the decision to say something to its delivery.", _SLOW
        )

    def received(self, adapter: str) -> None:
        self._messages.child(adapter).inc()

    def said(self, about: object) -> None:
        """Count an answer by what it asks."""
        self._answers.child(_ANSWERS.get(type(about).__name__, "word")).inc()

    def stepped(self, step: object) -> None:
        """Count a step that is saved."""
        self._steps.child(type(step).__name__).inc()

    def opened(self) -> None:
        self._opened.inc()

    def lost_a_race(self) -> None:
        self._conflicts.inc()

    def repeated(self) -> None:
        self._repeated.inc()

    def failed(self, kind: str) -> None:
        self._failures.child(kind).inc()

    def delivered(self, adapter: str, waited: timedelta) -> None:
        self._deliveries.child(adapter, "sent").inc()
        self._delivery.observe(waited.total_seconds())

    def undelivered(self, adapter: str, outcome: str) -> None:
        """Count what was not sent: `failed` (and tried again), `dropped`, `held`, `dead`."""
        self._deliveries.child(adapter, outcome).inc()

    def committed(self, began: float) -> None:
        """Time a commit that began at this `monotonic` instant."""
        self._commit.observe(self.monotonic() - began)

    def late(self, due: datetime | None, now: datetime) -> None:
        """Note how late something is looked at."""
        if due is not None:
            self._late.observe(max((now - due).total_seconds(), 0.0))

    def _counter(self, name: str, says: str) -> Counter:
        return Counter(name, says, registry=self.registry)

    def _histogram(self, name: str, says: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(name, says, registry=self.registry, buckets=buckets)


class _Counted:
    """A counter by labels whose children are kept: looking one up in the library costs more than counting."""

    def __init__(self, meters: Meters, name: str, says: str, *labels: str) -> None:
        self._counter = Counter(name, says, labels, registry=meters.registry)
        self._children: dict[tuple[str, ...], Counter] = {}

    def child(self, *labels: str) -> Counter:
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self._counter.labels(*labels)
        return child
