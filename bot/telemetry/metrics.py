"""What is counted and timed while the bot works, in a registry of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, ProcessCollector

from bot.telemetry.tallies import Spread, Tally

_FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0)  # seconds
_SLOW = (0.1, 0.5, 1, 2, 5, 15, 60, 300, 1800)
# What an answer asks says what kind of answer it is.
_ANSWERS = {"Answered": "answer", "Menu": "candidates", "Offer": "offer"}


class Meters:
    """One per bot."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Begin at zero; `monotonic` returns seconds that never run backwards."""
        self.monotonic = monotonic
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._messages = self._tally("shouwen_messages", "Messages that came in, by adapter.", "adapter")
        self._answers = self._tally("shouwen_answers", "What was said to people, by kind.", "kind")
        self._steps = self._tally("shouwen_steps", "Steps that happened to tickets, by name.", "step")
        self._opened = self._tally("shouwen_opened_tickets", "Tickets that were opened.")
        self._conflicts = self._tally("shouwen_conflicts", "Races for a ticket lost to somebody else.")
        self._repeated = self._tally("shouwen_redelivered_messages", "Messages that were handled before.")
        self._failures = self._tally("shouwen_failures", "What the program failed at, by kind.", "kind")
        self._deliveries = self._tally(
            "shouwen_deliveries", "What came of messages to send.", "adapter", "outcome"
        )
        self._commit = self._spread("shouwen_commit_seconds", "How long callers wait for a commit.", _FAST)
        self._late = self._spread(
            "shouwen_due_lateness_seconds", "How late the earliest of the due tickets was looked at.", _SLOW
        )
        self._delivery = self._spread(
            "shouwen_delivery_seconds", "From the decision to say something to its delivery.", _SLOW
        )

    def received(self, adapter: str) -> None:
        self._messages.add(adapter)

    def said(self, about: object) -> None:
        """Count an answer by what it asks."""
        self._answers.add(_ANSWERS.get(type(about).__name__, "word"))

    def stepped(self, step: object) -> None:
        """Count a step that is saved."""
        self._steps.add(type(step).__name__)

    def opened(self) -> None:
        self._opened.add()

    def lost_a_race(self) -> None:
        self._conflicts.add()

    def repeated(self) -> None:
        self._repeated.add()

    def failed(self, kind: str) -> None:
        self._failures.add(kind)

    def delivered(self, adapter: str, waited: timedelta) -> None:
        self._deliveries.add(adapter, "sent")
        self._delivery.add(waited.total_seconds())

    def undelivered(self, adapter: str, outcome: str) -> None:
        """Count what was not sent: `failed` (and tried again), `dropped`, `held`, `dead`."""
        self._deliveries.add(adapter, outcome)

    def committed(self, began: float) -> None:
        """Time a commit that began at this `monotonic` instant."""
        self._commit.add(self.monotonic() - began)

    def late(self, due: datetime | None, now: datetime) -> None:
        """Note how late something is looked at."""
        if due is not None:
            self._late.add(max((now - due).total_seconds(), 0.0))

    def _tally(self, name: str, says: str, *labels: str) -> Tally:
        return Tally(self.registry, name, says, *labels)

    def _spread(self, name: str, says: str, bounds: tuple[float, ...]) -> Spread:
        return Spread(self.registry, name, says, bounds)
