"""Lengths of time are read and written as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.lengths import format_length, parse_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("45s", timedelta(seconds=45)),
        ("2d", timedelta(hours=48)),
        ("90m", timedelta(minutes=90)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        (" 1H 30M ", timedelta(minutes=90)),
        ("３０ｍ", timedelta(minutes=30)),
        ("0m", timedelta(0)),
    ],
)
def test_a_length_is_read_as_written(text: str, length: timedelta) -> None:
    assert parse_length(text) == length


@pytest.mark.parametrize(
    "text", ["", " ", "5", "m", "30m1h", "-5m", "1.5h", "1h1h", "5 minutes", "1w", "9" * 500 + "h"]
)
def test_what_is_no_length_is_refused_with_what_was_found_and_expected(text: str) -> None:
    with pytest.raises(ValueError, match="应写成") as refused:
        parse_length(text)
    assert f"“{text}”" in str(refused.value)


def test_a_length_beyond_all_dates_is_refused() -> None:
    with pytest.raises(ValueError, match="太长"):
        parse_length("99999d")


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(minutes=90), "1h30m"),
        (timedelta(days=2), "2d"),
        (timedelta(0), "0s"),
        (timedelta(minutes=-15), "-15m"),
        (timedelta(seconds=1, milliseconds=900), "1s"),
        (timedelta(milliseconds=-1), "0s"),
    ],
)
def test_a_length_is_written_short(length: timedelta, text: str) -> None:
    assert format_length(length) == text


@settings(deadline=None)
@given(st.integers(0, 10**9))
def test_what_is_written_can_be_read_back(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert parse_length(format_length(length)) == length
