"""Clocks as policy files write them: what each key means, and what contradicts itself."""

from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from scheduler.calendar import always
from scheduler.clock_rules import Alternative, ClockRule, Every
from scheduler.plans import Moves, Plan
from scheduler.targets import CalendarDays, NthWorkingDay, Target, Within, WorkingDays
from scheduler.written_clocks import SOLVED, WrittenClock, WrittenFault, clock_rule
from scheduler.written_ledgers import WrittenPlan, WrittenWindow, plan_of, window_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDARS = {"always": always(SHANGHAI), "other": always(SHANGHAI)}


def rule(**keys: Any) -> ClockRule:
    written = msgspec.convert(keys, WrittenClock)
    return clock_rule(written, calendar="always", ladder="standard", calendars=CALENDARS)


def test_a_plain_clock_has_what_its_kind_has() -> None:
    found = rule(kind="resolve", within="4h")
    assert (found.id, found.target) == ("resolve", Within(timedelta(hours=4)))
    assert (found.calendar, found.ladder, found.starts) == ("always", "standard", ("reported",))
    assert found.fulfilled_by == ("resolved",)
    assert found.stops_for == {"customer", "third_party", "parts", SOLVED}
    assert (found.grace, found.warn_at) == (timedelta(minutes=10), 0.8)


def test_a_first_response_is_never_paused() -> None:
    assert rule(kind="respond", within="5m").stops_for == frozenset()


@pytest.mark.parametrize(
    ("keys", "target"),
    [
        ({"working_days": 60}, WorkingDays(60)),
        ({"calendar_days": 30}, CalendarDays(30)),
        ({"calendar_days": 30, "ends_on_working_day": False}, CalendarDays(30, ends_on_working_day=False)),
        ({"on_working_day": 2, "at": "06:00"}, NthWorkingDay(2, time(6))),
        ({"on_working_day": 2, "at": "6:00", "counts_report_day": True}, NthWorkingDay(2, time(6), True)),
    ],
)
def test_by_when(keys: dict[str, Any], target: Target) -> None:
    assert rule(kind="resolve", **keys).target == target


def test_the_fine_print() -> None:
    found = rule(
        kind="loan",
        id="spare",
        within="12h",
        **{"from": "occurred"},
        after="missed:resolve",
        met_by=["loaned"],
        pauses=["customer"],
        grace="30m",
        warn_at="50%",
        calendar="other",
        ladder="urgent",
        alternative={"on_working_day": 2, "at": "17:30", "calendar": "always"},
    )
    assert (found.id, found.starts, found.after) == ("spare", ("occurred", "reported"), "missed:resolve")
    assert (found.fulfilled_by, found.stops_for) == (("loaned",), {"customer", SOLVED})
    assert (found.grace, found.warn_at) == (timedelta(minutes=30), 0.5)
    assert (found.calendar, found.ladder) == ("other", "urgent")
    assert found.alternative == Alternative(NthWorkingDay(2, time(17, 30)), "always")


def test_again_and_again() -> None:
    hourly = rule(kind="update", every="1h", **{"from": "major"}, until=["recovered"])
    assert (hourly.beats, hourly.target, hourly.cancelled_by) == (
        Every(timedelta(hours=1)),
        None,
        ("recovered",),
    )
    daily = rule(kind="report", cron="30 17 * * *", until=["recovered"])
    assert daily.beats == Plan("report", "30 17 * * *", CALENDARS["always"], Moves.KEEP)


def test_a_callback_outlives_its_ticket() -> None:
    found = rule(kind="callback", within="48h", **{"from": "resolved"})
    assert found.restarts
    assert found.outlives_ticket
    assert SOLVED not in found.stops_for


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"kind": "resolve"}, "within"),
        ({"kind": "resolve", "within": "4h", "working_days": 2}, "within"),
        ({"kind": "resolve", "within": "4"}, "within"),
        ({"kind": "resolve", "within": "4h", "at": "06:00"}, "at"),
        ({"kind": "resolve", "on_working_day": 2}, "at"),
        ({"kind": "resolve", "on_working_day": 2, "at": "25:00"}, "at"),
        ({"kind": "resolve", "working_days": -1}, "working_days"),
        ({"kind": "resolve", "agreed": True, "within": "4h"}, "agreed"),
        ({"kind": "update", "every": "1h"}, "kind"),
        ({"kind": "update", "every": "0m", "until": ["resolved"]}, "every"),
        ({"kind": "update", "every": "1h", "cron": "0 9 * * *", "until": ["resolved"]}, "cron"),
        ({"kind": "update", "every": "1h", "within": "1h", "until": ["resolved"]}, "every"),
        ({"kind": "update", "every": "1h", "agreed": True, "until": ["resolved"]}, "agreed"),
        ({"kind": "report", "cron": "0 9 * * 1", "until": ["resolved"]}, "cron"),
        ({"kind": "respond", "within": "5m", "pauses": ["customer"]}, "pauses"),
        ({"kind": "resolve", "within": "4h", "pauses": ["lunch"]}, "pauses"),
        ({"kind": "resolve", "within": "4h", "calendar": "none"}, "calendar"),
        ({"kind": "resolve", "within": "4h", "grace": "soon"}, "grace"),
        ({"kind": "resolve", "within": "4h", "warn_at": "120%"}, "warn_at"),
        ({"kind": "resolve", "within": "4h", "alternative": {}}, "alternative"),
        (
            {"kind": "resolve", "within": "4h", "alternative": {"within": "8h", "calendar": "x"}},
            "alternative",
        ),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_key(keys: dict[str, Any], key: str) -> None:
    with pytest.raises(WrittenFault) as fault:
        rule(**keys)
    assert fault.value.key == key
    assert str(fault.value)


def test_unknown_keys_and_kinds_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="kind"):
        rule(kind="repond", within="5m")
    with pytest.raises(msgspec.ValidationError, match="whithin"):
        rule(kind="respond", whithin="5m")


def test_plans_and_windows_name_their_calendar() -> None:
    written = WrittenPlan(
        id="p", name="月检", cron="0 9 1 * *", calendar="always", starts=date(2026, 3, 2), moves=Moves.SKIP
    )
    made = plan_of(written, CALENDARS)
    assert (made.recurs, made.starts, made.moves) == ("0 9 1 * *", date(2026, 3, 2), Moves.SKIP)
    with pytest.raises(ValueError, match="没有叫 none 的日历"):
        plan_of(msgspec.structs.replace(written, calendar="none"), CALENDARS)
    with pytest.raises(ValueError, match="时段"):
        window_of(WrittenWindow(calendar="always", windows=("at night",)), CALENDARS)
