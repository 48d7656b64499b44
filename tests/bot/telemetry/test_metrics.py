"""What is counted, how it is read back, and what it costs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
import structlog
from prometheus_client import generate_latest

from bot.asks import Answered, Menu
from bot.store.contract import Change
from bot.store.messages import Queued
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters
from bot.terminal.figures import quantile, rate, reading
from bot.tickets import steps as s
from bot.tickets.model import Party

NOW = datetime(2026, 3, 6, 1, tzinfo=UTC)


def read(meters, at=0.0):
    return reading(generate_latest(meters.registry).decode(), at)


def test_what_happens_is_counted_under_its_name():
    meters = Meters(lambda: 0.0)
    meters.received("qq")
    meters.received("qq")
    meters.received("tg")
    meters.said(Answered(question="?", entry="K-1"))
    meters.said(Menu(question="?", entries=("K-1",)))
    meters.said(None)
    meters.stepped(s.Claim(Party("li", "小李")))
    meters.lost_a_race()
    meters.delivered("qq", timedelta(seconds=3))
    meters.undelivered("qq", "dead")
    found = read(meters)
    assert found.by("shouwen_messages_total", "adapter") == {"qq": 2, "tg": 1}
    assert found.by("shouwen_answers_total", "kind") == {"answer": 1, "candidates": 1, "word": 1}
    assert found.value("shouwen_steps_total", step="Claim") == 1
    assert found.value("shouwen_conflicts_total") == 1
    assert found.by("shouwen_deliveries_total", "outcome") == {"sent": 1, "dead": 1}
    assert quantile(None, found, "shouwen_delivery_seconds", 0.5) == 5


def test_commits_are_timed_by_the_clock_that_is_given():
    now = [10.0]
    meters = Meters(lambda: now[0])
    began = meters.monotonic()
    now[0] += 0.02
    meters.committed(began)
    assert quantile(None, read(meters), "shouwen_commit_seconds", 0.99) == 0.025


def test_lateness_is_never_below_zero():
    meters = Meters(lambda: 0.0)
    meters.late(NOW, NOW - timedelta(hours=1))
    meters.late(None, NOW)
    found = read(meters)
    assert found.value("shouwen_due_lateness_seconds_count") == 1
    assert found.value("shouwen_due_lateness_seconds_sum") == 0


def test_a_rate_is_what_happened_between_two_readings():
    meters = Meters(lambda: 0.0)
    meters.received("qq")
    first = read(meters, 100.0)
    for _ in range(20):
        meters.received("qq")
    assert rate(first, read(meters, 102.0), "shouwen_messages_total") == 10
    assert rate(None, first, "shouwen_messages_total") is None
    restarted = read(Meters(lambda: 0.0), 104.0)
    assert rate(read(meters, 102.0), restarted, "shouwen_messages_total") == 0


def test_two_bots_in_one_process_count_for_themselves():
    first, second = Meters(lambda: 0.0), Meters(lambda: 0.0)
    first.received("qq")
    assert read(second).value("shouwen_messages_total") == 0


def test_a_count_costs_little():
    # A ratio in one process, since machines differ: a count against a call that only adds to a dictionary.
    meters, counts = Meters(lambda: 0.0), {"qq": 0}

    def add(name):
        counts[name] += 1

    def cost(call):
        began = process_time()
        for _ in range(20_000):
            call("qq")
        return process_time() - began

    meters.received("qq")
    plain = min(cost(add) for _ in range(5))
    assert min(cost(meters.received) for _ in range(5)) < 60 * plain


@pytest.fixture
def lines():
    with structlog.testing.capture_logs() as captured:
        yield captured


def test_every_line_of_one_message_has_the_same_flow(lines):
    journal = Journal(is_on=True)
    said = Queued(
        key="t1.1.0", adapter="qq", room="qq:group:1", text="x", created_at=NOW, flow="qq:group:1|7", ticket=1
    )
    journal.received("qq:group:1|7", "qq:20001")
    journal.saved(Change(at=NOW, seen="qq:group:1|7", outgoing=(said,)))
    journal.delivered(said, "p1")
    journal.undelivered(said, "dead")
    assert [line["action"] for line in lines] == ["received", "saved", "delivered", "dead"]
    assert {line["flow"] for line in lines} == {"qq:group:1|7"}
    assert lines[1]["outgoing"] == ["t1.1.0"]
    json.dumps(lines)
