"""No store saves records that do not continue the archive of their ticket."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bot.store.contract import Saved, check_continues
from bot.tickets import steps as s
from bot.tickets.rules import Rules
from tests.bot.tickets.conftest import Case
from tests.bot.tickets.conftest import rules as rules


@pytest.fixture
def saved(rules: Rules) -> Saved:
    """A claim with the word that came with it, saved upon the record that opened the ticket."""
    case = Case(rules)
    case.does(s.Say(case.zhang, "在看"))
    return Saved(ticket=case.ticket, expected_version=1, records=tuple(case.records[1:]), next_due_at=None)


def test_what_continues_is_saved_also_where_nothing_happened(saved: Saved) -> None:
    check_continues(saved)
    check_continues(replace(saved, records=(), expected_version=saved.ticket.version))


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        (lambda saved: replace(saved, expected_version=2), "stands where"),
        (lambda saved: replace(saved, records=saved.records[1:]), "stands where"),
        (lambda saved: replace(saved, records=saved.records[::-1]), "stands where"),
        (
            lambda saved: replace(saved, records=(*saved.records[:-1], replace(saved.records[-1], number=9))),
            "stands where",
        ),
        (lambda saved: replace(saved, records=saved.records[:-1]), "but 2 records"),
        (lambda saved: replace(saved, records=(), expected_version=1), "but 1 records"),
        (
            lambda saved: replace(
                saved, ticket=replace(saved.ticket, version=0), records=(), expected_version=0
            ),
            "no record",
        ),
        (lambda saved: replace(saved, ticket=replace(saved.ticket, head="0" * 64)), "is not the hash"),
    ],
    ids=[
        "too late",
        "a gap",
        "out of order",
        "of another ticket",
        "one missing",
        "none",
        "never opened",
        "another head",
    ],
)
def test_what_does_not_is_refused(saved: Saved, spoilt: Callable[[Saved], Saved], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_continues(spoilt(saved))
