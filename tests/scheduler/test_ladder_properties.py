"""What always holds of ladders: the next rung is exactly when there is something to say, and nothing is said twice."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.calendar import Calendar, Window, always, parse_weekly
from scheduler.clocks import Interval
from scheduler.escalation import (
    After,
    Before,
    Fired,
    Ladder,
    Rung,
    Share,
    due,
    latest,
    next_rung,
    rung_instant,
)
from scheduler.targets import CalendarDays, Instant, NthWorkingDay, Target, Within, WorkingDays
from scheduler.waking import awake_from

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = datetime(2026, 2, 9, tzinfo=UTC)

lengths = st.integers(0, 3000).map(lambda count: count * MINUTE)
instants = st.integers(0, 40 * 24 * 60).map(lambda count: START + count * MINUTE)
points = st.one_of(
    st.integers(0, 300).map(lambda percent: Share(percent / 100)),
    st.builds(Before, lengths, st.booleans()),
    st.builds(After, lengths, st.booleans()),
)
waking = st.sampled_from(
    [
        None,
        Window(timedelta(hours=8), timedelta(hours=22)),
        Window(timedelta(hours=20), timedelta(hours=27)),
        Window(timedelta(hours=6), timedelta(hours=30)),
    ]
)
rungs = st.builds(
    Rung,
    at=points,
    tell=st.just(("owner",)),
    repeat=st.none() | st.integers(1, 2000).map(lambda count: count * MINUTE),
    waking=waking,
)
ladders = st.builds(Ladder, st.just("any"), st.lists(rungs, max_size=4).map(tuple), waking)
calendars = st.sampled_from(
    [
        always(ZONE),
        Calendar("workday", ZONE, parse_weekly({"mon-fri": ["09:00-12:00", "13:30-18:00"]}), "CN"),
        Calendar("night", ZONE, parse_weekly({"daily": ["22:00-06:00"]})),
    ]
)
pauses = st.lists(
    st.builds(
        lambda start, length: Interval(start, None if length is None else start + length),
        instants,
        st.none() | lengths,
    ),
    max_size=3,
)
targets = st.one_of(
    st.integers(1, 3000).map(lambda count: Within(count * MINUTE)),
    st.builds(WorkingDays, st.integers(1, 9), st.booleans()),
    st.builds(CalendarDays, st.integers(1, 9), st.booleans(), st.booleans()),
    st.builds(
        NthWorkingDay, st.integers(1, 4), st.sampled_from([time(6), time(12, 30), time(23)]), st.booleans()
    ),
    instants.map(Instant),
)
told = st.dictionaries(st.integers(0, 3), instants, max_size=4)


@settings(deadline=None, max_examples=300)
@given(ladders, calendars, instants, targets, pauses, told, st.booleans(), st.data())
def test_there_is_something_to_say_from_the_next_rung_on_and_not_before(
    ladder: Ladder,
    calendar: Calendar,
    start: datetime,
    target: Target,
    paused: list[Interval],
    told: dict[int, datetime],
    repeats: bool,
    data: st.DataObject,
) -> None:
    fired = {rung: instant for rung, instant in told.items() if rung < len(ladder.rungs)}
    clock = (ladder, calendar, start, target, paused, fired, repeats)
    upcoming = next_rung(*clock)
    anytime = data.draw(instants)
    if upcoming is None:
        assert due(*clock, anytime) is None
        return
    assert due(*clock, upcoming - timedelta.resolution) is None
    assert due(*clock, min(anytime, upcoming - timedelta.resolution)) is None
    found = due(*clock, upcoming)
    assert found is not None
    assert (found.rung_at, found.late) == (upcoming, timedelta(0))
    now = max(anytime, upcoming)
    later = due(*clock, now)
    resumes = next_rung(*clock, now)
    assert resumes is not None
    # What is late is told now, or when those who may hear it wake.
    assert (later is not None) == (resumes <= now)
    if later is None:
        assert due(*clock, resumes) is not None
        return
    assert later.rung_at + later.late == now
    assert later.is_repeat == (later.rung <= max(fired, default=-1))


@settings(deadline=None, max_examples=100)
@given(ladders, calendars, instants, targets, pauses, st.lists(st.integers(1, 4000), min_size=1, max_size=8))
def test_a_ladder_climbs_says_each_thing_once_and_is_never_early(
    ladder: Ladder,
    calendar: Calendar,
    start: datetime,
    target: Target,
    paused: list[Interval],
    steps: list[int],
) -> None:
    fired: dict[int, datetime] = {}
    said: list[tuple[int, datetime]] = []
    now = start
    for step in steps:
        now += step * MINUTE
        while found := due(ladder, calendar, start, target, paused, fired, True, now):
            assert found.rung_at <= now
            assert (found.rung, found.rung_at) not in said
            assert found.is_repeat == (found.rung <= max(fired, default=-1))
            if not found.is_repeat:
                assert found.rung_at == rung_instant(
                    ladder.rungs[found.rung], calendar, start, target, paused, ladder.waking
                )
            hours = ladder.rungs[found.rung].waking or ladder.waking
            for moment in (found.rung_at, now):
                assert hours is None or awake_from(hours, calendar.zone, moment) == moment
            said.append((found.rung, found.rung_at))
            fired[found.rung] = found.rung_at
        upcoming = next_rung(ladder, calendar, start, target, paused, fired, True, now)
        assert upcoming is None or upcoming > now


minutes = st.integers(0, 2500).map(lambda count: count * MINUTE)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([30, 90, 400]), minutes, st.none() | minutes, minutes)
@example(90, timedelta(hours=19), None, timedelta(hours=22))  # the pause begins at night: the evening is told
def test_what_is_told_after_a_downtime_is_the_last_word_of_one_who_was_never_down(
    every: int, until_pause: timedelta, pause: timedelta | None, down: timedelta
) -> None:
    day = Window(timedelta(hours=8), timedelta(hours=22))
    ladder = Ladder("quiet", (Rung(Share(1.0), ("owner",), repeat=every * MINUTE),), day)
    start = datetime(2026, 2, 9, 2, tzinfo=UTC)
    paused = [Interval(start + until_pause, None if pause is None else start + until_pause + pause)]
    course = (always(ZONE), start, Within(HOUR), paused)
    first = rung_instant(ladder.rungs[0], *course, day)
    if first is None:
        return
    now = first + down
    last, fired = None, first
    while (upcoming := next_rung(ladder, *course, {0: fired}, True)) is not None and upcoming <= now:
        last = fired = upcoming
    found = due(ladder, *course, {0: first}, True, now)
    may_be_told = awake_from(day, ZONE, now) == now
    assert (found and found.rung_at) == (last if may_be_told else None)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), instants), max_size=8))
def test_the_order_of_firings_does_not_matter(firings: list[tuple[int, datetime]]) -> None:
    known = [Fired(*firing) for firing in firings]
    assert (
        latest(known)
        == latest(sorted(known, key=lambda firing: firing.at, reverse=True))
        == latest(known * 2)
    )
