"""The agreed examples of deadlines: every way of computing them gives the promised instant."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scheduler.calendar import Calendar, always, parse_weekly, parse_window
from scheduler.clocks import Interval, account, explain, instant_of, read

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKDAY = parse_weekly({"mon-fri": ["09:00-17:30"]})
CALENDARS: Mapping[str, Calendar] = MappingProxyType(
    {
        "workday 09:00-17:30 Mon-Fri, holidays CN": Calendar("workday", SHANGHAI, WORKDAY, "CN"),
        "daily 09:00-21:30, no holidays": Calendar(
            "daily", SHANGHAI, parse_weekly({"daily": ["09:00-21:30"]})
        ),
        "always": always(SHANGHAI),
        "always, America/New_York": always(ZoneInfo("America/New_York")),
        "Mon-Fri 09:00-12:00 and 13:30-18:00, holidays CN": Calendar(
            "lunch", SHANGHAI, parse_weekly({"mon-fri": ["09:00-12:00", "13:30-18:00"]}), "CN"
        ),
        "daily 22:00-06:00": Calendar("night", SHANGHAI, parse_weekly({"daily": ["22:00-06:00"]})),
        "workday with special day 2026-02-13 09:00-12:00": Calendar(
            "half", SHANGHAI, WORKDAY, "CN", {date(2026, 2, 13): (parse_window("09:00-12:00"),)}
        ),
    }
)
VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_a_clock_is_due_as_agreed(vector: dict[str, Any]) -> None:
    calendar = CALENDARS[vector["calendar"]]

    def local(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=calendar.zone)

    start, budget = local(vector["start"]), timedelta(seconds=vector["within_seconds"])
    pauses = [Interval(local(first), local(last)) for first, last in vector["pauses"]]
    due = datetime.strptime(vector["due"], "%Y-%m-%d %a %H:%M:%S %z")

    reading = read(calendar, start, budget, pauses, due)
    assert reading.due_at == instant_of(calendar, start, budget, pauses, 1.0) == due
    assert (reading.used, reading.remaining, reading.is_paused) == (budget, timedelta(0), False)
    told = account(calendar, start, budget, pauses)
    assert told.due_at == due
    assert sum((window.counted for window in told.windows), timedelta(0)) == budget
    assert datetime.fromisoformat(explain(told, calendar.zone)[0]) == due
