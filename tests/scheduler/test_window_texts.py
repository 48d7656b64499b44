"""Opening hours are read as people write them, and refused with what was found and what is expected."""

from datetime import timedelta

import pytest

from scheduler.calendar import Window, parse_weekly, parse_window


def hours(opens: float, closes: float) -> Window:
    return Window(timedelta(hours=opens), timedelta(hours=closes))


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("09:00-17:30", hours(9, 17.5)),
        ("9:00~17:30", hours(9, 17.5)),
        ("9:00〜21:30", hours(9, 21.5)),
        ("09:00–17:30", hours(9, 17.5)),
        ("０９：００－１７：３０", hours(9, 17.5)),
        ("09:00 ～ 17:30", hours(9, 17.5)),
        ("00:00-24:00", hours(0, 24)),
        ("22:30-06:00", hours(22.5, 30)),
        ("22:00-00:00", hours(22, 24)),
    ],
)
def test_a_window_is_read_as_written(text: str, window: Window) -> None:
    assert parse_window(text) == window


@pytest.mark.parametrize(
    "text", ["", "9-17", "09:00", "09:00-17:60", "24:00-06:00", "09:00-25:00", "09:00-09:00", "全天"]
)
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="应") as refused:
        parse_window(text)
    assert f"“{text}”" in str(refused.value)


@pytest.mark.parametrize(("opens", "closes"), [(9, 9), (9, 8), (-1, 8), (24, 30), (9, 34)])
def test_a_window_that_no_day_has_cannot_be_made(opens: float, closes: float) -> None:
    with pytest.raises(ValueError, match="window"):
        hours(opens, closes)


def test_a_range_names_its_days_monday_first() -> None:
    day = (hours(9, 17.5),)
    assert parse_weekly({"mon-fri": ["09:00-17:30"]}) == (day, day, day, day, day, (), ())


def test_a_range_may_go_over_the_weekend() -> None:
    day = (hours(9, 17),)
    assert parse_weekly({"sat-mon": ["09:00-17:00"]}) == (day, (), (), (), (), day, day)


def test_days_may_be_listed() -> None:
    day = (hours(9, 17),)
    assert parse_weekly({"Mon, WED,fri": ["09:00-17:00"]}) == (day, (), day, (), day, (), ())


def test_the_narrower_key_wins_whatever_the_order() -> None:
    daily, saturday = (hours(9, 21),), (hours(10, 12),)
    expected = (daily, daily, daily, daily, daily, saturday, ())
    assert parse_weekly({"daily": ["09:00-21:00"], "sat": ["10:00-12:00"], "sun": []}) == expected
    assert parse_weekly({"sun": [], "sat": ["10:00-12:00"], "daily": ["09:00-21:00"]}) == expected


def test_windows_of_a_day_are_in_order() -> None:
    assert parse_weekly({"mon": ["13:30-18:00", "09:00-12:00"]})[0] == (hours(9, 12), hours(13.5, 18))


@pytest.mark.parametrize("key", ["monday", "mon-", "-fri", "", "周一", "mon-fry", "mon,,tue"])
def test_an_unknown_day_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="应写成") as refused:
        parse_weekly({key: ["09:00-17:00"]})
    assert f"“{key}”" in str(refused.value)


def test_a_day_that_two_keys_of_the_same_breadth_name_is_refused() -> None:
    with pytest.raises(ValueError, match="wed 写了两次"):
        parse_weekly({"mon-wed": ["09:00-17:00"], "wed-fri": ["10:00-17:00"]})


def test_hours_that_are_no_list_are_refused() -> None:
    with pytest.raises(ValueError, match="应写成列表"):
        parse_weekly({"mon": "09:00-17:00"})
