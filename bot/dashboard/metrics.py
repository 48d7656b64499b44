"""The figures a monitoring system collects, in the text format of Prometheus."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.dashboard.board import Row, rows
from bot.running import Bot
from bot.store.messages import Queued
from bot.telemetry.metrics import Meters
from bot.watch.auditor import Audit

_MOST_TICKETS = 5000  # that many mean the same as more
_AT_ONCE = 50  # tickets looked at before others get their turn
_MOST_MESSAGES = 1000  # waiting ones of one adapter; that many mean the same as more
_MOST_DUE = 1000


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is measured, at one instant."""

    tickets: Mapping[str, int]  # by state
    overdue: int
    due: int
    waiting: Mapping[str, int]  # by adapter
    oldest: Mapping[str, float]  # age in seconds of the oldest waiting message, by adapter
    dead: int
    failures: int
    has_trouble: bool
    free_bytes: int | None  # on the disk of the store, where it is a file
    connected: Mapping[str, bool]
    quotas: Mapping[str, float]  # share that is used in the fullest room, by adapter
    now: datetime
    started_at: datetime
    last_tick_at: datetime | None
    audit: Audit


class _Reading(Collector):
    """Hands one reading to a registry that lives as long as the request."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        figures = self._figures
        yield _by("shouwen_open_tickets", "Tickets that are not closed, by state.", "state", figures.tickets)
        yield GaugeMetricFamily(
            "shouwen_overdue_tickets", "Open tickets with a broken promise.", figures.overdue
        )
        yield GaugeMetricFamily(
            "shouwen_due_tickets", "Tickets whose deadline has come and is not handled yet.", figures.due
        )
        yield _by(
            "shouwen_outbox_waiting", "Messages not delivered yet, by adapter.", "adapter", figures.waiting
        )
        yield _by(
            "shouwen_outbox_age_seconds",
            "Age of the oldest message not delivered yet, by adapter.",
            "adapter",
            figures.oldest,
        )
        yield GaugeMetricFamily("shouwen_dead_letters", "Messages that were given up.", figures.dead)
        yield GaugeMetricFamily(
            "shouwen_open_failures",
            "Messages and deadlines the program failed at, not dealt with yet.",
            figures.failures,
        )
        yield GaugeMetricFamily("shouwen_store_trouble", "Whether nothing can be saved.", figures.has_trouble)
        if figures.free_bytes is not None:
            yield GaugeMetricFamily(
                "shouwen_store_disk_free_bytes",
                "How much more fits on the disk of the database.",
                figures.free_bytes,
            )
        connected = {name: int(is_connected) for name, is_connected in figures.connected.items()}
        yield _by("shouwen_adapter_connected", "Whether an adapter has a connection.", "adapter", connected)
        yield _by(
            "shouwen_quota_used_ratio",
            "Used share of the platform's hourly or daily quota, in the fullest room, by adapter.",
            "adapter",
            figures.quotas,
        )
        yield GaugeMetricFamily(
            "shouwen_start_time_seconds", "When the program started.", figures.started_at.timestamp()
        )
        yield from _audited(figures.audit)
        if figures.last_tick_at is not None:
            yield GaugeMetricFamily(
                "shouwen_last_tick_time_seconds", "When time last passed.", figures.last_tick_at.timestamp()
            )
            yield GaugeMetricFamily(
                "shouwen_tick_age_seconds",
                "How long ago time last passed.",
                max((figures.now - figures.last_tick_at).total_seconds(), 0.0),
            )


async def read(
    bot: Bot,
    connected: Mapping[str, bool],
    *,
    quotas: Mapping[str, float],
    started_at: datetime,
    last_tick_at: datetime | None,
) -> Figures:
    """Return the figures as they are now."""
    now = bot.clock.now()
    found = await _rows(bot, now)
    waiting = {name: await bot.store.waiting(name, limit=_MOST_MESSAGES) for name in connected}
    states = Counter({"unclaimed": 0, "claimed": 0, "solved": 0})
    states.update(_state(row) for row in found)
    return Figures(
        tickets=states,
        overdue=sum(row.is_overdue for row in found),
        due=len(await bot.store.due(now, limit=_MOST_DUE)),
        waiting={name: len(messages) for name, messages in waiting.items()},
        oldest={name: _age(messages, now) for name, messages in waiting.items()},
        dead=len(await bot.store.dead_letters(limit=_MOST_MESSAGES)),
        failures=len(await bot.store.failures(limit=_MOST_MESSAGES)),
        has_trouble=bot.store.trouble is not None,
        free_bytes=await bot.store.free_bytes(),
        connected=connected,
        quotas=quotas,
        now=now,
        started_at=started_at,
        last_tick_at=last_tick_at,
        audit=bot.auditor.latest,
    )


def exposed(figures: Figures, meters: Meters) -> bytes:
    """Return figures, and what was counted, in the format that Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(_Reading(figures))
    return generate_latest(registry) + generate_latest(meters.registry)


async def _rows(bot: Bot, now: datetime) -> list[Row]:
    """Return all open tickets as the board shows them, a few at a time: messages go first."""
    tickets = await bot.store.open_tickets(limit=_MOST_TICKETS)
    found: list[Row] = []
    for start in range(0, len(tickets), _AT_ONCE):
        found.extend(rows(tickets[start : start + _AT_ONCE], bot.rules, now))
        await asyncio.sleep(0)
    return found


def _age(messages: Sequence[Queued], now: datetime) -> float:
    oldest = min((message.created_at for message in messages), default=now)
    return max((now - oldest).total_seconds(), 0.0)


def _audited(audit: Audit) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "shouwen_audit_tickets", "Open tickets whose next deadline the latest round checked.", audit.checked
    )
    yield GaugeMetricFamily(
        "shouwen_audit_unserved_tickets", "Tickets that were due and not served.", audit.unserved
    )
    yield GaugeMetricFamily(
        "shouwen_audit_failed_tickets", "Tickets whose clocks cannot be computed.", audit.failed
    )
    yield CounterMetricFamily("shouwen_audit_repaired", "Wrong deadlines repaired.", audit.repaired)
    yield GaugeMetricFamily(
        "shouwen_audit_seconds", "How long the latest round took.", audit.took.total_seconds()
    )
    if audit.finished_at is not None:
        yield GaugeMetricFamily(
            "shouwen_audit_time_seconds", "When the latest round ended.", audit.finished_at.timestamp()
        )


def _by(name: str, says: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _state(row: Row) -> str:
    return "solved" if row.is_solved else "unclaimed" if row.is_unclaimed else "claimed"
