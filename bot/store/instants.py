"""Instants as storage keeps them: whole milliseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(at: datetime) -> int:
    """Return the millisecond an aware instant lies in."""
    return (at - _EPOCH) // _MILLISECOND


def milliseconds_up(at: datetime) -> int:
    """Return the first millisecond that is not before an aware instant.

    For deadlines: whoever wakes up at it finds the deadline reached, so that no loop waits for it again and again.
    """
    return -((_EPOCH - at) // _MILLISECOND)


def instant(value: int) -> datetime:
    """Return the instant, aware and in UTC."""
    return _EPOCH + value * _MILLISECOND
