"""Working time: opening and closing instants, windows over midnight, changes of summer time, long spans."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.calendar import (
    Calendar,
    Interval,
    add_working_time,
    always,
    is_open,
    next_opening,
    parse_weekly,
    parse_window,
    subtract_working_time,
    working_time_between,
    working_windows,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
WORKDAY = Calendar("workday", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
NIGHT = Calendar("night", SHANGHAI, parse_weekly({"daily": ["22:00-06:00"]}))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_results_are_in_utc() -> None:
    assert add_working_time(WORKDAY, at("2026-03-09 10:00"), minutes(0)).tzinfo is UTC
    assert add_working_time(WORKDAY, at("2026-03-09 10:00"), minutes(5)).tzinfo is UTC


def test_a_naive_instant_is_refused() -> None:
    naive = at("2026-03-09 10:00").replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        add_working_time(WORKDAY, naive, minutes(5))
    with pytest.raises(ValueError, match="aware"):
        working_time_between(WORKDAY, at("2026-03-09 10:00"), naive)
    with pytest.raises(ValueError, match="aware"):
        is_open(WORKDAY, naive)


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_time(WORKDAY, at("2026-03-09 10:00"), minutes(-1))
    with pytest.raises(ValueError, match="negative"):
        subtract_working_time(WORKDAY, at("2026-03-09 10:00"), minutes(-1))


def test_zero_gives_the_start_even_outside_hours() -> None:
    sunday = at("2026-03-08 12:00")
    assert add_working_time(WORKDAY, sunday, minutes(0)) == sunday
    assert subtract_working_time(WORKDAY, sunday, minutes(0)) == sunday


def test_counting_back_stops_at_opening_and_goes_on_before_the_weekend() -> None:
    monday = at("2026-03-09 09:15")
    assert subtract_working_time(WORKDAY, monday, minutes(15)) == at("2026-03-09 09:00")
    assert subtract_working_time(WORKDAY, monday, minutes(20)) == at("2026-03-06 17:25")
    assert subtract_working_time(WORKDAY, at("2026-03-08 12:00"), minutes(10)) == at("2026-03-06 17:20")


def test_the_desk_is_open_at_opening_and_closed_at_closing() -> None:
    assert not is_open(WORKDAY, at("2026-03-09 08:59:59"))
    assert is_open(WORKDAY, at("2026-03-09 09:00"))
    assert is_open(WORKDAY, at("2026-03-09 17:29:59"))
    assert not is_open(WORKDAY, at("2026-03-09 17:30"))


def test_the_next_opening_is_now_while_open() -> None:
    assert next_opening(WORKDAY, at("2026-03-09 10:00")) == at("2026-03-09 10:00")
    assert next_opening(WORKDAY, at("2026-03-06 17:30")) == at("2026-03-09 09:00")
    assert next_opening(WORKDAY, at("2026-02-14 18:00")) == at("2026-02-24 09:00")


def test_time_between_is_nothing_backwards() -> None:
    assert working_time_between(WORKDAY, at("2026-03-09 12:00"), at("2026-03-09 10:00")) == minutes(0)


def test_windows_over_midnight_belong_to_one_stretch() -> None:
    windows = list(working_windows(NIGHT, at("2026-03-31 23:00"), at("2026-04-01 23:00")))
    assert windows == [
        Interval(at("2026-03-31 23:00"), at("2026-04-01 06:00")),
        Interval(at("2026-04-01 22:00"), at("2026-04-01 23:00")),
    ]


def test_windows_that_touch_or_overlap_count_once() -> None:
    calendar = Calendar(
        "shifts", SHANGHAI, parse_weekly({"daily": ["08:00-16:00", "16:00-20:00", "19:00-09:00"]})
    )
    day = at("2026-03-09 00:00"), at("2026-03-10 00:00")
    assert list(working_windows(calendar, *day)) == [Interval(*day)]
    assert working_time_between(calendar, *day) == timedelta(hours=24)


def test_a_month_that_ends_cuts_no_window() -> None:
    # Midnight of UTC is eight in the morning in Shanghai: inside a window of this desk.
    calendar = Calendar("early", SHANGHAI, parse_weekly({"daily": ["07:00-09:00"]}))
    span = at("2026-04-01 00:00"), at("2026-04-02 00:00")
    assert list(working_windows(calendar, *span)) == [
        Interval(at("2026-04-01 07:00"), at("2026-04-01 09:00"))
    ]
    assert add_working_time(calendar, at("2026-04-01 06:00"), minutes(60)) == at("2026-04-01 08:00")
    assert subtract_working_time(calendar, at("2026-04-01 10:00"), minutes(60)) == at("2026-04-01 08:00")


def test_a_month_begins_with_what_opened_two_dates_earlier() -> None:
    # The first of June of UTC is Sunday evening in New York, and this desk has been open since Saturday.
    calendar = Calendar("weekend", NEW_YORK, parse_weekly({"sat": ["23:00-22:59"]}))
    span = at("2026-05-31 20:30", NEW_YORK), at("2026-06-01 12:00", NEW_YORK)
    assert list(working_windows(calendar, *span)) == [Interval(span[0], at("2026-05-31 22:59", NEW_YORK))]


def test_a_month_ends_with_what_opens_on_the_next_date() -> None:
    # The last midnight of May of UTC is two in the afternoon of the first of June on Kiritimati.
    island = ZoneInfo("Pacific/Kiritimati")
    calendar = Calendar("island", island, parse_weekly({"mon": ["09:00-17:00"]}))
    span = at("2026-06-01 00:00", island), at("2026-06-02 00:00", island)
    expected = Interval(at("2026-06-01 09:00", island), at("2026-06-01 17:00", island))
    assert list(working_windows(calendar, *span)) == [expected]


def test_a_desk_that_never_closes_has_one_window() -> None:
    span = at("2025-11-05 10:00"), at("2027-02-05 10:00")
    assert list(working_windows(always(SHANGHAI), *span)) == [Interval(*span)]


@pytest.mark.parametrize(("day", "real_hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-06-01", 24)])
def test_a_whole_day_lasts_as_long_as_it_really_is(day: str, real_hours: int) -> None:
    start = at(f"{day} 00:00", NEW_YORK)
    end = at(f"{date.fromisoformat(day) + timedelta(days=1)} 00:00", NEW_YORK)
    assert working_time_between(always(NEW_YORK), start, end) == timedelta(hours=real_hours)


def test_a_window_across_the_spring_gap_is_an_hour_shorter() -> None:
    calendar = Calendar("night", NEW_YORK, parse_weekly({"daily": ["01:00-05:00"]}))
    start, end = at("2026-03-08 00:00", NEW_YORK), at("2026-03-08 12:00", NEW_YORK)
    assert working_time_between(calendar, start, end) == timedelta(hours=3)


def test_a_window_inside_the_spring_gap_never_lasts_less_than_nothing() -> None:
    calendar = Calendar("gap", NEW_YORK, parse_weekly({"daily": ["02:30-03:00"]}))
    start, end = at("2026-03-08 00:00", NEW_YORK), at("2026-03-09 00:00", NEW_YORK)
    assert working_time_between(calendar, start, end) == minutes(0)


def test_a_time_that_comes_twice_in_autumn_means_the_first() -> None:
    calendar = Calendar("early", NEW_YORK, parse_weekly({"daily": ["00:00-01:30"]}))
    end = add_working_time(calendar, at("2026-11-01 00:00", NEW_YORK), minutes(90))
    assert end == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_day_that_a_zone_left_out_has_no_working_time() -> None:
    apia = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011
    start, end = at("2011-12-29 00:00", apia), at("2012-01-01 00:00", apia)
    assert working_time_between(always(apia), start, end) == timedelta(hours=48)


def test_sixty_working_days() -> None:
    end = add_working_time(WORKDAY, at("2026-03-06 17:30"), 60 * timedelta(hours=8.5))
    assert end == at("2026-06-03 17:30")
    assert working_time_between(WORKDAY, at("2026-03-06 17:30"), end) == 60 * timedelta(hours=8.5)
    assert subtract_working_time(WORKDAY, end, 60 * timedelta(hours=8.5)) == at("2026-03-09 09:00")


def test_a_desk_that_never_opens_gives_up() -> None:
    closed = Calendar("closed", SHANGHAI, parse_weekly({}))
    start = at("2026-03-09 10:00")
    for search in (add_working_time, subtract_working_time):
        with pytest.raises(ValueError, match="closed is not open long enough"):
            search(closed, start, minutes(1))
    with pytest.raises(ValueError, match="closed is not open long enough"):
        next_opening(closed, start)
    assert working_time_between(closed, start, start + timedelta(days=400)) == minutes(0)
    assert list(working_windows(closed, start, start + timedelta(days=400))) == []


def test_what_opens_nine_years_from_now_is_found() -> None:
    far = Calendar(
        "far", SHANGHAI, parse_weekly({}), special={date(2035, 3, 9): (parse_window("09:00-10:00"),)}
    )
    assert next_opening(far, at("2026-03-09 10:00")) == at("2035-03-09 09:00")


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_the_zone_of_the_host_does_not_matter(host_zone: str) -> None:
    assert os.environ["TZ"] == host_zone
    # An id of its own, so that nothing computed under another zone is remembered.
    calendar = Calendar(f"workday on {host_zone}", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
    assert add_working_time(calendar, at("2026-03-06 16:30"), minutes(120)) == at("2026-03-09 10:00")
    assert next_opening(calendar, at("2026-02-14 18:00")) == at("2026-02-24 09:00")


def test_what_never_closes_counts_real_time_and_only_that() -> None:
    around = always(ZoneInfo("America/New_York"))
    begin, day = datetime(2026, 3, 7, 12, tzinfo=UTC), timedelta(days=1)
    assert around.never_closes
    assert (
        add_working_time(around, begin, 3 * day) == begin + 3 * day
    )  # over the night on which the clock is put forward
    assert working_time_between(around, begin, begin + 3 * day) == 3 * day
    whole = Calendar("whole", around.zone, around.weekly, "CN")
    special = Calendar("special", around.zone, around.weekly, None, {date(2026, 3, 8): ()})
    assert not whole.never_closes
    assert not special.never_closes
    assert add_working_time(special, begin, 3 * day) > begin + 3 * day
