"""How fast a room is spoken to, and how that looks to a message with others ahead of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.contract import Capabilities
from bot.pace import Pace

NOW = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)
NONE = timedelta()


@pytest.mark.parametrize("limit", [{"per_minute_room": 20}, {"per_minute": 20}])
def test_a_wait_foretold_is_the_wait_that_comes(limit: dict[str, int]) -> None:
    pace, foretold = Pace(Capabilities(**limit)), Pace(Capabilities(**limit))
    for ahead in range(12):
        assert foretold.wait("room", NOW, ahead=ahead) == pace.wait("room", NOW)
        pace.take("room", NOW)


def test_a_burst_goes_at_once_and_a_minute_never_holds_more_than_its_budget() -> None:
    pace, now, sent = Pace(Capabilities(per_minute_room=20)), NOW, []
    for _ in range(60):
        now += pace.wait("room", now)
        pace.take("room", now)
        sent.append(now)
    assert sent[5] == NOW
    for first in sent:
        assert sum(first <= at < first + timedelta(minutes=1) for at in sent) <= 20


def test_rooms_do_not_wait_for_each_other() -> None:
    pace = Pace(Capabilities(per_minute_room=20))
    for _ in range(10):
        pace.take("loud", NOW)
    assert pace.wait("loud", NOW) > NONE
    assert pace.wait("quiet", NOW) == NONE
    assert pace.wait("quiet", NOW, ahead=5) == NONE


def test_without_limits_nobody_waits() -> None:
    pace = Pace(Capabilities())
    for _ in range(1000):
        pace.take("room", NOW)
    assert pace.wait("room", NOW, ahead=1000) == NONE


def test_a_clock_that_is_put_back_silences_no_room() -> None:
    pace = Pace(Capabilities(per_minute_room=20, per_minute=60))
    for _ in range(6):
        pace.take("room", NOW)
    assert pace.wait("room", NOW - timedelta(hours=1)) <= timedelta(seconds=5)
