"""What a clock shows: used and remaining budget, pauses in any order, the due instant."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.calendar import Calendar, parse_weekly, working_time_between
from scheduler.clocks import Interval, account, instant_of, read

ZONE = ZoneInfo("Asia/Shanghai")
WORKDAY = Calendar("workday", ZONE, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
TWO_HOURS = timedelta(hours=2)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=ZONE)


def pause(start: str, end: str | None) -> Interval:
    return Interval(at(start), None if end is None else at(end))


def test_a_running_clock_shows_used_and_remaining_budget() -> None:
    reading = read(WORKDAY, at("06 16:30"), TWO_HOURS, [], at("09 09:15"))
    assert reading.due_at == at("09 10:00")
    assert reading.due_at.tzinfo is UTC
    assert (reading.used, reading.remaining) == (timedelta(minutes=75), timedelta(minutes=45))
    assert not reading.is_paused


def test_the_weekend_uses_nothing() -> None:
    friday, sunday = (
        read(WORKDAY, at("06 16:30"), TWO_HOURS, [], at(now)) for now in ("06 17:30", "08 23:00")
    )
    assert friday == sunday


def test_an_overdue_clock_has_less_than_nothing_left() -> None:
    assert read(WORKDAY, at("09 09:00"), TWO_HOURS, [], at("09 12:00")).remaining == timedelta(hours=-1)


def test_before_it_starts_a_clock_has_used_nothing() -> None:
    assert read(WORKDAY, at("09 12:00"), TWO_HOURS, [], at("09 10:00")).used == timedelta(0)


def test_an_open_pause_has_no_due_instant_and_keeps_the_budget() -> None:
    reading = read(WORKDAY, at("09 09:00"), TWO_HOURS, [pause("09 09:30", None)], at("12 12:00"))
    assert (reading.due_at, reading.is_paused) == (None, True)
    assert reading.remaining == timedelta(minutes=90)


def test_a_clock_that_was_overdue_before_a_pause_has_no_due_instant_while_it_lasts_either() -> None:
    pauses = [pause("09 12:00", None)]
    reading = read(WORKDAY, at("09 09:00"), TWO_HOURS, pauses, at("12 12:00"))
    assert (reading.due_at, reading.remaining) == (None, timedelta(hours=-1))
    assert instant_of(WORKDAY, at("09 09:00"), TWO_HOURS, pauses, 1.0) == at("09 11:00")


def test_a_pause_with_a_known_end_is_paused_until_then_and_already_has_a_due_instant() -> None:
    pauses = [pause("09 09:30", "10 09:00")]
    during = read(WORKDAY, at("09 09:00"), TWO_HOURS, pauses, at("09 12:00"))
    assert (during.is_paused, during.due_at) == (True, at("10 10:30"))
    assert not read(WORKDAY, at("09 09:00"), TWO_HOURS, pauses, at("10 09:00")).is_paused


def test_a_pause_outside_working_time_changes_nothing() -> None:
    plain = read(WORKDAY, at("06 16:30"), TWO_HOURS, [], at("09 12:00"))
    assert read(WORKDAY, at("06 16:30"), TWO_HOURS, [pause("06 17:30", "09 09:00")], at("09 12:00")) == plain


def test_a_pause_from_before_the_start_counts_from_the_start() -> None:
    assert instant_of(WORKDAY, at("09 09:00"), TWO_HOURS, [pause("09 08:00", "09 10:00")], 1.0) == at(
        "09 12:00"
    )


def test_an_interval_that_ends_before_it_starts_is_empty() -> None:
    assert instant_of(WORKDAY, at("09 09:00"), TWO_HOURS, [pause("09 10:00", "09 09:30")], 1.0) == at(
        "09 11:00"
    )


def test_what_was_reached_before_a_pause_stays_where_it_is() -> None:
    assert instant_of(WORKDAY, at("09 09:00"), TWO_HOURS, [pause("09 10:00", None)], 0.5) == at("09 10:00")
    assert instant_of(WORKDAY, at("09 09:00"), TWO_HOURS, [pause("09 10:00", None)], 0.51) is None


def test_a_share_may_lie_beyond_the_budget() -> None:
    assert instant_of(WORKDAY, at("06 16:30"), TWO_HOURS, [], 1.5) == at("09 11:00")


def test_no_share_at_all_is_the_start_even_in_a_pause() -> None:
    assert instant_of(WORKDAY, at("08 12:00"), TWO_HOURS, [pause("08 00:00", None)], 0.0) == at("08 12:00")


def test_an_account_of_a_pause_in_two_windows_adds_up() -> None:
    told = account(WORKDAY, at("09 16:00"), timedelta(hours=4), [pause("09 16:30", "10 10:00")])
    assert [(each.opens, each.closes, each.counted) for each in told.windows] == [
        (at("09 16:00"), at("09 17:30"), timedelta(minutes=30)),
        (at("10 09:00"), at("10 13:30"), timedelta(minutes=210)),
    ]
    assert told.due_at == at("10 13:30")


def test_an_account_of_overlapping_windows_counts_time_once() -> None:
    calendar = Calendar("overlap", ZONE, parse_weekly({"daily": ["22:00-10:00", "08:00-12:00"]}))
    told = account(calendar, at("09 22:00"), timedelta(hours=14), [])
    assert [(each.opens, each.closes) for each in told.windows] == [
        (at("09 22:00"), at("10 10:00")),
        (at("10 10:00"), at("10 12:00")),
    ]


def test_an_account_names_the_day_before_only_when_its_night_was_used() -> None:
    calendar = Calendar(
        "night", ZONE, parse_weekly({"daily": ["22:00-06:00"]}), special={at("09 00:00").date(): ()}
    )
    assert account(calendar, at("10 03:00"), TWO_HOURS, []).days == ()
    special = {at("09 00:00").date(): calendar.weekly[0]}
    nights = Calendar("night", ZONE, calendar.weekly, special=special)
    assert [plan.day.day for plan in account(nights, at("10 03:00"), TWO_HOURS, []).days] == [9]
    assert account(nights, at("10 22:00"), TWO_HOURS, []).days == ()


START = at("02 00:00")
offsets = st.integers(0, 20 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
pauses = st.lists(
    st.builds(
        lambda start, length: Interval(start, start + timedelta(minutes=length)),
        offsets,
        st.integers(-60, 4000),
    ),
    max_size=5,
)
budgets = st.integers(1, 40 * 60).map(lambda minutes: timedelta(minutes=minutes))
quick = settings(deadline=None, max_examples=80)


@quick
@given(offsets, budgets, pauses, offsets, st.randoms(use_true_random=False), st.booleans())
def test_order_and_repetition_of_pauses_do_not_matter(
    start: datetime,
    budget: timedelta,
    given_pauses: list[Interval],
    now: datetime,
    random: Random,
    is_open: bool,
) -> None:
    known = [*given_pauses, Interval(now, None)] if is_open else given_pauses
    again = [*known, *known[::2]]
    random.shuffle(again)
    assert read(WORKDAY, start, budget, again, now) == read(WORKDAY, start, budget, known, now)


@quick
@given(offsets, budgets, pauses, offsets)
def test_used_and_remaining_add_up_and_never_exceed_working_time(
    start: datetime, budget: timedelta, pauses: list[Interval], now: datetime
) -> None:
    reading = read(WORKDAY, start, budget, pauses, now)
    assert reading.used + reading.remaining == budget
    assert timedelta(0) <= reading.used <= working_time_between(WORKDAY, start, now)


@quick
@given(offsets, budgets, pauses)
def test_at_the_due_instant_the_budget_is_used_and_just_before_it_is_not(
    start: datetime, budget: timedelta, pauses: list[Interval]
) -> None:
    due_at = instant_of(WORKDAY, start, budget, pauses, 1.0)
    assert due_at is not None
    assert read(WORKDAY, start, budget, pauses, due_at).remaining == timedelta(0)
    assert read(WORKDAY, start, budget, pauses, due_at - timedelta.resolution).remaining > timedelta(0)


@quick
@given(offsets, budgets, pauses, offsets)
def test_a_later_pause_moves_nothing_that_came_before_it(
    start: datetime, budget: timedelta, pauses: list[Interval], later: datetime
) -> None:
    due_at = instant_of(WORKDAY, start, budget, pauses, 1.0)
    paused = instant_of(WORKDAY, start, budget, [*pauses, Interval(later, None)], 1.0)
    assert due_at is not None
    assert paused == (due_at if due_at <= later else None)


@quick
@given(offsets, budgets, pauses, st.booleans(), offsets)
def test_an_account_adds_up_to_what_was_used(
    start: datetime, budget: timedelta, pauses: list[Interval], is_open: bool, since: datetime
) -> None:
    known = [*pauses, Interval(since, None)] if is_open else pauses
    told = account(WORKDAY, start, budget, known)
    used = sum((window.counted for window in told.windows), timedelta(0))
    end = told.due_at or max(start, since)
    assert used == read(WORKDAY, start, budget, known, end).used
    if told.due_at is not None:
        assert used == budget


@pytest.mark.parametrize("seconds", [1, 59, 61, 3599])
def test_budgets_are_exact_to_the_second(seconds: int) -> None:
    budget = timedelta(seconds=seconds)
    due_at = instant_of(WORKDAY, at("09 09:00"), budget, [], 1.0)
    assert due_at == at("09 09:00") + budget
