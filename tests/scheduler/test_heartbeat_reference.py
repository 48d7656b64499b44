"""Heartbeats beside an obvious one that counts from the start for every beat, and states asked for at once or one by one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import Calendar, always, parse_weekly
from scheduler.clock_rules import Every
from scheduler.heartbeats import Heartbeat, heartbeat
from scheduler.intervals import Interval
from scheduler.pauses import counted_between, instant_after

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
CALENDARS = (always(ZONE), Calendar("workday", ZONE, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN"))
instants = st.integers(0, 4 * 24 * 4).map(lambda quarters: START + quarters * QUARTER)


@st.composite
def pauses(draw):
    start = draw(instants)
    return Interval(
        start, draw(st.none() | st.integers(1, 60).map(lambda quarters: start + quarters * QUARTER))
    )


def obvious(length, calendar, words, stops, now):
    def beat_after(instant):
        count = counted_between(calendar, START, instant, stops) // length
        return instant_after(calendar, START, (count + 1) * length, stops)

    begins, due_at, missed = START, beat_after(START), []
    for word in words:
        if due_at is None:
            break
        if begins < word <= due_at:
            begins, due_at = due_at, beat_after(due_at)
        elif word > due_at:
            while due_at is not None and due_at < word:
                missed.append(due_at)
                begins, due_at = due_at, beat_after(due_at)
    late, owed = due_at, (begins, due_at)
    while late is not None and late <= now:
        missed.append(late)
        late = beat_after(late)
    return owed, tuple(missed)


@given(
    calendar=st.sampled_from(CALENDARS),
    quarters=st.integers(1, 40),
    words=st.lists(instants, max_size=12).map(sorted),
    stops=st.lists(pauses(), max_size=3),
    now=instants,
)
def test_beats_are_those_that_counting_from_the_start_gives(calendar, quarters, words, stops, now):
    length = quarters * QUARTER
    found: Heartbeat = heartbeat(Every(length), calendar, START, words, stops, now)
    assert ((found.owed.begins, found.owed.due_at), found.missed) == obvious(
        length, calendar, words, stops, now
    )
