"""Leave and backup, stretches with nobody on call, and roll calls at the change of shift."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from scheduler.duty import GapWarning, gaps, next_roll_call, roll_call, warnings_ahead
from scheduler.intervals import Interval
from scheduler.rota import Leave, Override, Rota, next_change, on_call, planned_for

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


DAILY = Rota("first-line", ("zhang", "li", "zhou"), SHANGHAI, DAY, at("2026-03-02 08:00"), backup=("liu",))


def away(person: str, start: str, end: str) -> Leave:
    return Leave(person, at(start), at(end))


def test_the_backup_takes_over_from_whoever_is_on_leave() -> None:
    rota = replace(DAILY, leaves=(away("li", "2026-03-03 12:00", "2026-03-06 00:00"),))
    assert on_call(rota, at("2026-03-03 11:59")) == ("li",)
    assert on_call(rota, at("2026-03-03 12:00")) == ("liu",)
    assert planned_for(rota, at("2026-03-03 12:00")) == ("li",)
    assert on_call(rota, at("2026-03-04 08:00")) == ("zhou",)
    assert next_change(rota, at("2026-03-03 09:00")) == at("2026-03-03 12:00")
    assert next_change(rota, at("2026-03-03 12:00")) == at("2026-03-04 08:00")


def test_of_several_only_those_on_leave_are_left_out() -> None:
    rota = replace(
        DAILY,
        overrides=(Override(at("2026-03-03 08:00"), at("2026-03-04 08:00"), ("li", "zhang")),),
        leaves=(away("li", "2026-03-01 00:00", "2026-04-01 00:00"),),
    )
    assert on_call(rota, at("2026-03-03 10:00")) == ("zhang",)


def test_nobody_on_purpose_is_nobody() -> None:
    rota = replace(DAILY, overrides=(Override(at("2026-03-03 08:00"), at("2026-03-04 08:00"), ()),))
    assert on_call(rota, at("2026-03-03 10:00")) == ()
    assert gaps(rota, at("2026-03-02 08:00"), at("2026-03-10 08:00")) == (
        Interval(at("2026-03-03 08:00"), at("2026-03-04 08:00")),
    )


def test_a_gap_is_warned_of_a_day_ahead() -> None:
    rota = replace(
        DAILY,
        leaves=(
            away("zhou", "2026-03-04 00:00", "2026-03-05 00:00"),
            away("liu", "2026-03-04 10:00", "2026-03-04 20:00"),
        ),
    )
    gap = Interval(at("2026-03-04 10:00"), at("2026-03-04 20:00"))
    assert warnings_ahead(rota, at("2026-03-02 08:00"), at("2026-03-09 08:00"), DAY) == (
        GapWarning(at("2026-03-03 10:00"), gap),
    )
    # Known late, it is warned of at once.
    (late,) = warnings_ahead(rota, at("2026-03-04 09:00"), at("2026-03-09 08:00"), DAY)
    assert late == GapWarning(at("2026-03-04 09:00"), gap)


def test_a_rota_without_people_is_one_gap() -> None:
    empty = replace(DAILY, members=(), backup=())
    assert gaps(empty, at("2026-03-02 08:00"), at("2026-03-20 08:00")) == (
        Interval(at("2026-03-02 08:00"), at("2026-03-20 08:00")),
    )
    assert gaps(empty, at("2026-03-02 08:00"), at("2026-03-02 08:00")) == ()


def test_the_roll_call_names_who_goes_comes_is_away_and_stands_behind() -> None:
    call = next_roll_call(DAILY, at("2026-03-02 08:00"), at("2026-03-09 08:00"))
    assert call is not None
    assert (call.at, call.leaving, call.coming) == (at("2026-03-03 08:00"), ("zhang",), ("li",))
    assert (call.absent, call.backup) == ((), ("liu",))
    rota = replace(DAILY, leaves=(away("li", "2026-03-03 00:00", "2026-03-04 00:00"),))
    replaced = roll_call(rota, at("2026-03-03 08:00"))
    assert (replaced.coming, replaced.absent, replaced.backup) == (("liu",), ("li",), ())


def test_somebody_who_takes_turns_alone_is_never_relieved() -> None:
    alone = replace(DAILY, members=("zhang",))
    assert next_roll_call(alone, at("2026-03-02 08:00"), at("2026-06-02 08:00")) is None


hours = st.integers(0, 20 * 24)
stretches = st.tuples(hours, st.integers(1, 60)).map(
    lambda found: (
        at("2026-03-02 08:00") + timedelta(hours=found[0]),
        at("2026-03-02 08:00") + timedelta(hours=found[0] + found[1]),
    )
)
rotas = st.builds(
    lambda members, leaves, overrides: replace(
        DAILY,
        members=tuple(members),
        leaves=tuple(Leave(who, *when) for who, when in leaves),
        overrides=tuple(Override(*when, tuple(who)) for when, who in overrides),
    ),
    st.lists(st.sampled_from("abc"), max_size=3),
    st.lists(st.tuples(st.sampled_from(["a", "b", "c", "liu"]), stretches), max_size=5),
    st.lists(st.tuples(stretches, st.lists(st.sampled_from("abc"), max_size=2)), max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(rotas)
def test_gaps_are_exactly_the_hours_in_which_nobody_is_on_call(rota: Rota) -> None:
    start, end = at("2026-03-02 08:00"), at("2026-03-22 08:00")
    found = gaps(rota, start, end)
    for hour in range(20 * 24):
        now = start + timedelta(hours=hour)
        is_gap = any(gap.start <= now and (gap.end is None or now < gap.end) for gap in found)
        assert is_gap == (on_call(rota, now) == ())
    for earlier, later in pairwise(found):
        assert earlier.end is not None
        assert earlier.end < later.start
