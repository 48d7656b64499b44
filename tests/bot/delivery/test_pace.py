"""How fast a room is spoken to, and how that looks to a message with others ahead of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.contract import Capabilities
from bot.delivery.pace import Pace

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


def test_what_is_remembered_of_a_bucket_is_told_once_and_forgotten_when_it_is_over() -> None:
    pace, second = (
        Pace(Capabilities(per_minute_room=20)),
        timedelta(seconds=1),
    )  # one in four seconds, five at once
    for told in ({}, {}, {"room": NOW + 12 * second}):  # from half of the five on
        pace.take("room", NOW)
        assert pace.filled("qq", NOW) == told
    for seconds, told in ((0, {}), (5, {}), (11, {})):
        assert pace.filled("qq", NOW + seconds * second) == told
    late = NOW + 20 * second
    for _ in range(3):
        pace.take("room", late)
    assert pace.filled("qq", late) == {"room": NOW + 32 * second}  # filled anew before it was forgotten
    assert pace.filled("qq", NOW + 32 * second) == {"room": None}
    assert pace.filled("qq", NOW + 60 * second) == {}


def test_only_a_budget_that_is_being_used_up_is_scarce() -> None:
    pace = Pace(Capabilities(per_minute=20))
    assert not pace.is_scarce(NOW)
    pace.take("room", NOW)
    assert pace.is_scarce(NOW)
    assert not pace.is_scarce(NOW + timedelta(seconds=4))
    assert not Pace(Capabilities(per_minute_room=20)).is_scarce(NOW)
