"""The judge of histories tells possible ones from impossible ones."""

from __future__ import annotations

import pytest

from tests.faults.history import Operation, is_linearizable


def claim(who: str, heard: str, began: float, ended: float) -> Operation:
    return Operation(began, ended, heard, claims=who)


def look(heard: str | None, began: float, ended: float) -> Operation:
    return Operation(began, ended, heard)


@pytest.mark.parametrize(
    ("history", "is_possible"),
    [
        ([], True),
        ([claim("a", "a", 0, 1), claim("b", "a", 2, 3)], True),
        ([claim("a", "b", 0, 3), claim("b", "b", 1, 2)], True),  # b's place is before a's
        ([look(None, 0, 9), claim("a", "a", 1, 2), look("a", 3, 4)], True),
        ([claim("a", "a", 0, 1), claim("b", "b", 0, 1)], False),  # two owners
        ([claim("a", "b", 0, 1), claim("b", "b", 2, 3)], False),  # b had not begun when a heard of b
        ([claim("a", "a", 0, 1), look(None, 2, 3)], False),  # what was saved is not seen
        ([look("a", 0, 1), claim("a", "a", 2, 3)], False),  # seen before it was asked
        ([claim("a", "a", 0, 5), look("a", 1, 2), look(None, 3, 4)], False),  # back in time
        ([claim("a", "c", 0, 1)], False),  # an owner who never claimed
    ],
)
def test_a_history_is_possible_or_not(history: list[Operation], is_possible: bool) -> None:
    assert is_linearizable(history) is is_possible
