"""How long to wait before connecting again."""

from __future__ import annotations

from datetime import timedelta

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(seconds=60)
AFTER_REFUSAL = timedelta(seconds=30)  # at least: a wrong token does not become right by asking often
HEALTHY_AFTER = timedelta(seconds=60)  # a connection that held this long starts the count anew


def delay_after(failures: int, jitter: float, *, is_refused: bool = False) -> timedelta:
    """Return the wait before the next attempt, between 1 and 60 seconds.

    `failures` counts the attempts in a row that did not hold, from 1; `jitter` in [0, 1) spreads many bots that lost
    the same server. A refused login waits at least 30 seconds.
    """
    doubled = SHORTEST * 2.0 ** min(max(failures, 1) - 1, 10)
    delay = min(doubled * (1 + jitter / 2), LONGEST * (1 - jitter / 4))
    return max(delay, AFTER_REFUSAL) if is_refused else delay
