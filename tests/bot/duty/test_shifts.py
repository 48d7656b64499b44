"""Shifts: every change is called once, whoever does not take over is told of once, every gap is warned of once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.duty.shifts import (
    Called,
    Happening,
    NotTaken,
    Shift,
    Warned,
    begun,
    called_now,
    next_look,
    passed,
    taken_over,
)
from scheduler.rota import Leave, Override, Rota, on_call

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 8, tzinfo=ZONE).astimezone(UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ROTA = Rota(
    "round",
    ("zhou", "zhang"),
    ZONE,
    12 * HOUR,
    START,
    backup=("li",),
    confirm_within=15 * MINUTE,
    name="一线",
)


def lived(rota: Rota, looks: list[datetime]) -> tuple[Shift, list[tuple[datetime, Happening]]]:
    """Return what happens when somebody looks at these instants."""
    shift, happened = begun(looks[0]), []
    for at in looks:
        shift, events = passed(rota, shift, at)
        happened += [(at, event) for event in events]
    return shift, happened


def test_the_old_shift_is_called_until_the_new_one_takes_over() -> None:
    shift, [(_, event)] = lived(ROTA, [START + HOUR, START + 12 * HOUR])
    assert isinstance(event, Called)
    assert (event.leaving, event.call.coming, event.call.backup) == (("zhou",), ("zhang",), ("li",))
    assert event.confirm_by == START + 12 * HOUR + 15 * MINUTE
    at = START + 12 * HOUR + MINUTE
    assert called_now(ROTA, shift, at) == ("zhou",)
    assert called_now(ROTA, taken_over(shift), at) == ("zhang",)


def test_who_does_not_take_over_is_told_of_once_and_the_next_change_relieves_whoever_is_called() -> None:
    looks = [START + HOUR, *(START + 12 * HOUR + n * 5 * MINUTE for n in range(12)), START + 24 * HOUR]
    shift, happened = lived(ROTA, looks)
    assert [type(event) for _, event in happened] == [Called, NotTaken]
    assert happened[1][0] == START + 12 * HOUR + 15 * MINUTE
    assert shift.confirm_by is None  # 小周 comes, and 小周 was still called: nobody is relieved
    assert called_now(ROTA, shift, START + 24 * HOUR) == ("zhou",)


def test_after_a_downtime_only_the_latest_change_is_called_and_the_time_to_answer_begins_then() -> None:
    _, [(_, event)] = lived(ROTA, [START + HOUR, START + 37 * HOUR])
    assert isinstance(event, Called)
    assert event.call.at == START + 36 * HOUR
    assert event.confirm_by == START + 37 * HOUR + 15 * MINUTE


def test_without_a_time_to_take_over_the_plan_holds_and_nobody_is_asked() -> None:
    rota = replace(ROTA, confirm_within=None)
    shift, happened = lived(rota, [START + n * HOUR for n in range(1, 40)])
    assert happened == []
    assert all(
        called_now(rota, shift, START + n * HOUR) == on_call(rota, START + n * HOUR) for n in range(40)
    )


def test_a_gap_is_warned_of_a_day_ahead_and_once() -> None:
    gap = Override(START + 60 * HOUR, START + 64 * HOUR, ())
    rota = replace(ROTA, confirm_within=None, overrides=(gap,))
    assert next_look(rota, begun(START), START) == START + 36 * HOUR
    _, happened = lived(rota, [START + n * HOUR for n in range(1, 80)])
    [(at, event)] = happened
    assert isinstance(event, Warned)
    assert (at, event.gap.start, event.gap.end, event.is_open) == (
        START + 36 * HOUR,
        gap.start,
        gap.end,
        False,
    )


def test_a_gap_without_end_is_told_as_such_and_again_when_what_was_told_is_over() -> None:
    gone = tuple(Leave(each, START, START + timedelta(days=400)) for each in ("zhou", "zhang", "li"))
    rota = replace(ROTA, confirm_within=None, leaves=gone)
    _, happened = lived(rota, [START + n * HOUR for n in range(1, 24 * 9)])
    assert [(at - START, event.is_open) for at, event in happened if isinstance(event, Warned)] == [
        (HOUR, True),
        (8 * timedelta(days=1) + HOUR, True),
    ]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 60 * 24 * 5), min_size=1, max_size=20, unique=True))
def test_however_often_it_is_looked_at_no_change_is_called_twice_and_the_latest_one_is_known(
    minutes: list[int],
) -> None:
    looks = [START + minute * MINUTE for minute in sorted(minutes)]
    shift, happened = lived(ROTA, looks)
    calls = [event.call.at for _, event in happened if isinstance(event, Called)]
    assert len(set(calls)) == len(calls)
    assert calls == sorted(calls)
    missed = [event.changed_at for _, event in happened if isinstance(event, NotTaken)]
    assert len(set(missed)) == len(missed)
    last = looks[-1]
    changes = [START + n * 12 * HOUR for n in range(20)]
    seen = [at for at in changes if looks[0] < at <= last]
    assert shift.changed_at == (seen[-1] if seen else looks[0])
    upcoming = next_look(ROTA, shift, last)
    assert upcoming is not None
    assert upcoming > last  # what was due has been done


@settings(max_examples=5, deadline=None)
@given(st.lists(st.booleans(), min_size=6, max_size=6))
def test_waking_only_when_there_is_something_to_say_says_the_same_as_looking_all_the_time(
    takes: list[bool],
) -> None:
    def woken() -> list[tuple[datetime, type[Happening]]]:
        shift, at, said, answers = begun(START + HOUR), START + HOUR, [], list(takes)
        while (due := next_look(ROTA, shift, at)) is not None and due <= START + 72 * HOUR:
            at = due
            shift, events = passed(ROTA, shift, at)
            said += [(at, type(event)) for event in events]
            if any(isinstance(event, Called) for event in events) and answers.pop(0):
                shift = taken_over(shift)
        return said

    def watched() -> list[tuple[datetime, type[Happening]]]:
        shift, said, answers = begun(START + HOUR), [], list(takes)
        for minute in range(60, 72 * 60 + 1, 15):
            at = START + minute * MINUTE
            shift, events = passed(ROTA, shift, at)
            said += [(at, type(event)) for event in events]
            if any(isinstance(event, Called) for event in events) and answers.pop(0):
                shift = taken_over(shift)
        return said

    assert woken() == watched()
