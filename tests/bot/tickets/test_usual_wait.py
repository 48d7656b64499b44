"""How long people usually wait: said from history, in working time, and not at all where that would not be true."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bot.tickets import steps as s
from bot.tickets.evolve import born
from bot.tickets.kinds import Kind
from bot.tickets.lifecycle import opening
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules
from bot.tickets.waits import usual_wait
from tests.bot.tickets.conftest import HOUR, MINUTE, MONDAY


def _tickets(rules: Rules, *waits: float | None, level: str = "2") -> list[Ticket]:
    """Return tickets of a Monday morning, each taken after so many minutes or by nobody."""
    made = []
    for number, minutes in enumerate(waits, 1001):
        step = s.Open(
            number=number,
            kind=Kind.FAULT,
            room="yucai",
            customer="yucai",
            requester=Party("qq:1", "王老师"),
            account="qq:1",
            address="qq:group:1",
            text="坏了",
            policy="edu",
            level=level,
        )
        ticket = born(opening(step, rules), MONDAY)
        taken = None if minutes is None else MONDAY + minutes * MINUTE
        made.append(replace(ticket, claimed_at=taken, owner=Party("zhang", "Zhang") if taken else None))
    return made


def test_it_is_the_mean_in_whole_minutes(rules: Rules) -> None:
    tickets = _tickets(rules, *[5] * 9, 10)
    assert usual_wait(tickets, "yucai", "edu", MONDAY + HOUR, rules) == 6 * MINUTE


def test_nine_are_too_few(rules: Rules) -> None:
    assert usual_wait(_tickets(rules, *[5] * 9), "yucai", "edu", MONDAY + HOUR, rules) is None


def test_a_week_later_they_do_not_count(rules: Rules) -> None:
    tickets = _tickets(rules, *[5] * 10)
    assert usual_wait(tickets, "yucai", "edu", MONDAY + timedelta(days=8), rules) is None


def test_a_night_between_report_and_claim_is_no_waiting(rules: Rules) -> None:
    overnight = 23 * 60 + 0.0  # from Monday 10:00 to Tuesday 09:00: seven working hours
    tickets = _tickets(rules, *[overnight] * 10)
    assert usual_wait(tickets, "yucai", "edu", MONDAY + timedelta(days=1, hours=1), rules) == 7 * HOUR


def test_who_still_waits_counts_once_it_is_longer(rules: Rules) -> None:
    tickets = _tickets(rules, *[5] * 10, None)
    assert usual_wait(tickets, "yucai", "edu", MONDAY + 3 * MINUTE, rules) == 5 * MINUTE
    assert usual_wait(tickets, "yucai", "edu", MONDAY + HOUR, rules) == 10 * MINUTE


def test_calls_and_tickets_of_other_duty_rooms_do_not_count(rules: Rules) -> None:
    calls = [replace(each, kind=Kind.CALLBACK) for each in _tickets(rules, *[5] * 10)]
    others = [replace(each, room="elsewhere") for each in _tickets(rules, *[5] * 10)]
    assert usual_wait([*calls, *others], "yucai", "edu", MONDAY + HOUR, rules) is None
