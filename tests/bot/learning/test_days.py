"""Days as people write them beside an entry."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.learning.days import Span, a_year_after, day_of, says_never, span_of

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("到 2027-06-30", None, date(2027, 6, 30)),
        ("至2027年6月30日止", None, date(2027, 6, 30)),
        ("2027/6/30", None, date(2027, 6, 30)),
        ("到 12-31", None, date(2026, 12, 31)),
        ("到 3-1", None, date(2027, 3, 1)),
        ("9-1 到 12-31", date(2027, 9, 1), date(2027, 12, 31)),
        ("12-1至1-31", date(2026, 12, 1), date(2027, 1, 31)),
        ("2026-12-01~2026-12-01", date(2026, 12, 1), date(2026, 12, 1)),
        ("从 12月1日 起", date(2026, 12, 1), None),
        ("2026-12-01 起", date(2026, 12, 1), None),
        ("from 2026-12-01", date(2026, 12, 1), None),
        ("until 2026-12-31", None, date(2026, 12, 31)),
        ("长期", None, None),
        ("从今天起", TODAY, None),
        ("即日起", TODAY, None),
        ("到后天", None, date(2026, 11, 30)),
        ("明天到 12-31", date(2026, 11, 29), date(2026, 12, 31)),
        ("until yesterday", None, date(2026, 11, 27)),
        ("到 2-29", None, None),
    ],
)
def test_a_span_is_read(text: str, first: date | None, last: date | None) -> None:
    span = span_of(text, TODAY)
    assert span == (Span(first, last) if text != "到 2-29" else None)  # neither year has that day


@pytest.mark.parametrize(
    "text", ["", "下学期", "2026-13-01", "2026-12-31 到 2026-12-01", "到", "从", "12-31 到期了吧", "1" * 90]
)
def test_anything_else_is_none(text: str) -> None:
    assert span_of(text, TODAY) is None


@given(
    st.dates(TODAY, date(2100, 1, 1)),
    st.sampled_from(["{0:%Y-%m-%d}", "{0.year}年{0.month}月{0.day}日", "{0.year}/{0.month}/{0.day}"]),
)
def test_a_day_with_its_year_is_that_day(day: date, form: str) -> None:
    assert day_of(form.format(day), TODAY) == day


def test_a_year_later() -> None:
    assert a_year_after(date(2028, 2, 29)) == date(2029, 2, 28)
    assert a_year_after(TODAY) == date(2027, 11, 28)
    assert (says_never("不用了"), says_never("9-1")) == (True, False)
