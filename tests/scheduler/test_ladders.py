"""Which rung of a ladder is due: highest first, once each, repeated on time, quiet in pauses."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.calendar import Calendar, always, parse_weekly
from scheduler.clocks import Interval
from scheduler.escalation import (
    After,
    At,
    Before,
    Escalation,
    Fired,
    Ladder,
    Rung,
    Share,
    due,
    latest,
    next_rung,
    parse_at,
    rung_instant,
)

ZONE = ZoneInfo("Asia/Shanghai")
ALWAYS = always(ZONE)
WORKDAY = Calendar("workday", ZONE, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=ZONE)


START = at("09 14:00")
STANDARD = Ladder(
    "standard",
    (
        Rung(Share(0.5), ("owner", "on_call")),
        Rung(Share(0.8), ("leader",)),
        Rung(Share(1.0), ("manager",), repeat=15 * MINUTE),
        Rung(After(30 * MINUTE), ("director",)),
    ),
)


def ask(
    now: str, fired: Mapping[int, datetime], *, pauses: Sequence[Interval] = (), repeats: bool = True
) -> Escalation | None:
    """Ask a clock of twenty minutes that runs since 14:00."""
    return due(STANDARD, ALWAYS, START, 20 * MINUTE, pauses, fired, repeats, at(f"09 {now}"))


def upcoming(fired: Mapping[int, datetime], *, repeats: bool = True) -> datetime | None:
    return next_rung(STANDARD, ALWAYS, START, 20 * MINUTE, (), fired, repeats)


ALL_FIRED = {0: at("09 14:10"), 1: at("09 14:16"), 2: at("09 14:20"), 3: at("09 14:50")}


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("50%", Share(0.5)),
        ("100%", Share(1.0)),
        ("150 %", Share(1.5)),
        ("33.3%", Share(0.333)),
        ("８０％", Share(0.8)),
        ("-15m", Before(15 * MINUTE)),
        ("−15m", Before(15 * MINUTE)),
        ("+30m", After(30 * MINUTE)),
        ("1h30m", After(90 * MINUTE)),
    ],
)
def test_a_point_of_a_clock_is_read_as_written(text: str, point: At) -> None:
    assert parse_at(text) == point


@pytest.mark.parametrize("text", ["", "50", "%", "-50%", "+-5m", "--5m", "soon", "1e3%"])
def test_what_is_no_point_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="应写成 50%") as refused:
        parse_at(text)
    assert f"“{text}”" in str(refused.value)


def test_impossible_points_and_repetitions_cannot_be_made() -> None:
    for make in (
        lambda: Share(-0.1),
        lambda: Share(float("nan")),
        lambda: Before(-MINUTE),
        lambda: After(-MINUTE),
    ):
        with pytest.raises(ValueError, match="negative"):
            make()
    with pytest.raises(ValueError, match="repeats"):
        Rung(Share(1.0), ("manager",), repeat=timedelta(0))


@pytest.mark.parametrize(
    ("point", "instant"),
    [
        (Share(0.5), "06 17:30"),  # an hour of Friday afternoon: the closing instant
        (Share(1.0), "09 10:00"),
        (Before(15 * MINUTE), "09 09:45"),
        (Before(HOUR), "09 09:00"),  # not at Friday's closing, when nobody is there any more
        (Before(61 * MINUTE), "06 17:29"),
        (Before(9 * HOUR), "06 16:30"),  # never before the start
        (Before(timedelta(0)), "09 10:00"),
        (After(timedelta(0)), "09 10:00"),
        (After(8 * HOUR), "10 09:30"),
    ],
)
def test_rungs_are_reached_in_working_time(point: At, instant: str) -> None:
    assert rung_instant(Rung(point, ("owner",)), WORKDAY, at("06 16:30"), 2 * HOUR, ()) == at(instant)


def test_a_rung_before_due_of_a_clock_that_starts_on_sunday_waits_for_monday() -> None:
    assert rung_instant(Rung(Before(HOUR), ("owner",)), WORKDAY, at("08 12:00"), HOUR / 2, ()) == at(
        "09 09:00"
    )


def test_a_pause_moves_only_what_comes_after_it() -> None:
    pauses = [Interval(at("09 14:12"), at("09 15:12"))]
    instants = [rung_instant(rung, ALWAYS, START, 20 * MINUTE, pauses) for rung in STANDARD.rungs]
    assert instants == [at("09 14:10"), at("09 15:16"), at("09 15:20"), at("09 15:50")]


def test_an_open_pause_leaves_later_rungs_without_an_instant() -> None:
    pauses = [Interval(at("09 14:12"), None)]
    instants = [rung_instant(rung, ALWAYS, START, 20 * MINUTE, pauses) for rung in STANDARD.rungs]
    assert instants == [at("09 14:10"), None, None, None]
    for length, instant in ((5, None), (8, None), (9, at("09 14:11"))):  # 8: exactly when the pause began
        before = Rung(Before(length * MINUTE), ("owner",))
        assert rung_instant(before, ALWAYS, START, 20 * MINUTE, pauses) == instant


def test_nobody_is_told_before_the_first_rung() -> None:
    assert ask("14:09:59", {}) is None
    assert upcoming({}) == at("09 14:10")


def test_a_rung_fires_at_its_instant_and_once() -> None:
    assert ask("14:10", {}) == Escalation(0, at("09 14:10"), (), timedelta(0), is_repeat=False)
    assert ask("14:15", {0: at("09 14:10")}) is None
    assert upcoming({0: at("09 14:10")}) == at("09 14:16")


def test_after_downtime_only_the_highest_rung_speaks_and_names_the_rest() -> None:
    assert ask("14:43", {0: at("09 14:10")}) == Escalation(
        2, at("09 14:20"), (1,), 23 * MINUTE, is_repeat=False
    )


def test_a_ladder_only_climbs() -> None:
    assert ask("14:30", {2: at("09 14:20")}) is None


def test_a_rung_repeats_on_time_of_its_own_instant_however_late_it_was_told() -> None:
    fired = {2: at("09 14:20")}
    assert ask("14:34:59", fired) is None
    assert upcoming(fired) == at("09 14:35")
    assert ask("14:35:07", fired) == Escalation(2, at("09 14:35"), (), timedelta(seconds=7), is_repeat=True)
    assert upcoming({2: at("09 14:35")}) == at("09 14:50")


def test_missed_repetitions_become_one() -> None:
    told = ask("17:21", ALL_FIRED)
    assert told == Escalation(2, at("09 17:20"), (), MINUTE, is_repeat=True)
    again = {**ALL_FIRED, 2: told.rung_at}
    assert ask("17:34", again) is None
    assert upcoming(again) == at("09 18:20")


def test_a_higher_rung_goes_before_a_repetition_and_counts_for_it() -> None:
    assert ask("14:50", {2: at("09 14:35")}) == Escalation(
        3, at("09 14:50"), (), timedelta(0), is_repeat=False
    )
    assert ask("14:50", {2: at("09 14:35"), 3: at("09 14:50")}) is None
    assert upcoming({2: at("09 14:35"), 3: at("09 14:50")}) == at("09 15:05")


def test_a_rung_that_was_passed_over_repeats_so_that_the_ladder_does_not_fall_silent() -> None:
    assert ask("15:00", {0: at("09 14:10")}) == Escalation(
        3, at("09 14:50"), (1, 2), 10 * MINUTE, is_repeat=False
    )
    passed_over = {0: at("09 14:10"), 3: at("09 14:50")}
    assert upcoming(passed_over) == at("09 15:05")
    assert ask("15:05", passed_over) == Escalation(2, at("09 15:05"), (), timedelta(0), is_repeat=True)


def test_a_rung_below_that_was_not_reached_yet_does_not_repeat() -> None:
    ladder = Ladder("down", (Rung(Share(0.9), ("a",), MINUTE), Rung(Share(0.5), ("b",))))
    assert next_rung(ladder, ALWAYS, START, 20 * MINUTE, (), {1: at("09 14:10")}, True) is None


def test_repetitions_end_when_somebody_has_taken_the_ticket() -> None:
    assert ask("14:40", {2: at("09 14:20")}, repeats=False) is None
    assert upcoming({2: at("09 14:20")}, repeats=False) == at("09 14:50")
    assert upcoming(ALL_FIRED, repeats=False) is None
    assert ask("15:30", ALL_FIRED, repeats=False) is None


def test_two_repeating_rungs_never_speak_at_one_instant() -> None:
    ladder = Ladder(
        "two", (Rung(Share(1.0), ("a",), 5 * MINUTE), Rung(After(5 * MINUTE), ("b",), 10 * MINUTE))
    )
    fired: dict[int, datetime] = {}
    told = []
    for minute in range(20, 50):
        now = START + minute * MINUTE
        while found := due(ladder, ALWAYS, START, 20 * MINUTE, (), fired, True, now):
            fired[found.rung] = found.rung_at
            told.append((minute, found.rung))
    assert told == [(20, 0), (25, 1), (30, 0), (35, 1), (40, 0), (45, 1)]


def test_repetitions_rest_outside_hours_and_in_pauses() -> None:
    ladder = Ladder("one", (Rung(Share(1.0), ("manager",), 20 * MINUTE),))
    fired = {0: at("09 17:20")}
    asked = (ladder, WORKDAY, at("09 17:00"), 20 * MINUTE)
    assert next_rung(*asked, (), fired, True) == at("10 09:10")
    assert next_rung(*asked, [Interval(at("10 09:00"), at("10 11:00"))], fired, True) == at("10 11:10")
    assert next_rung(*asked, [Interval(at("10 09:00"), None)], fired, True) is None
    assert due(*asked, [Interval(at("10 09:00"), None)], fired, True, at("12 12:00")) is None


def test_what_was_reached_before_a_pause_is_still_told_in_it() -> None:
    pauses = [Interval(at("09 14:16:01"), None)]
    assert ask("14:30", {0: at("09 14:10")}, pauses=pauses) == Escalation(
        1, at("09 14:16"), (), 14 * MINUTE, False
    )
    assert ask("14:30", {0: at("09 14:10"), 1: at("09 14:16")}, pauses=pauses) is None


def test_a_ladder_without_rungs_says_nothing() -> None:
    empty = Ladder("empty", ())
    assert due(empty, ALWAYS, START, HOUR, (), {}, True, at("12 00:00")) is None
    assert next_rung(empty, ALWAYS, START, HOUR, (), {}, True) is None


def test_of_the_firings_of_a_rung_the_latest_counts() -> None:
    firings = [Fired(0, at("09 14:10")), Fired(2, at("09 14:50")), Fired(2, at("09 14:20"))]
    assert latest(firings) == {0: at("09 14:10"), 2: at("09 14:50")}
