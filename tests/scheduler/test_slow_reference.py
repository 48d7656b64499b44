"""Targets, pauses and ladders beside a slow and obvious walk through time, on calendars nobody would think of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduler.calendar import Calendar, Window
from scheduler.escalation import After, Before, Ladder, Rung, Share, next_rung
from scheduler.escalation import due as rung_due
from scheduler.intervals import Interval
from scheduler.targets import (
    CalendarDays,
    Instant,
    NthWorkingDay,
    Target,
    Within,
    WorkingDays,
    due,
    share_instant,
)

ZONE = ZoneInfo("Asia/Kathmandu")  # 5 hours 45 steps: an offset that hides no mistake
# A step is a tenth of an hour, counted from a local midnight. What happens, happens on full hours, so that tenths of any
# length are full steps.
STEP = timedelta(minutes=6)
HOUR = 10
DAY = 24 * HOUR
ZERO = datetime(2026, 3, 2, tzinfo=ZONE)
FIRST = date(2026, 3, 2)
DAYS = 40


def instant(step: int) -> datetime:
    return (ZERO.astimezone(UTC) + step * STEP).astimezone(UTC)


def step_of(at: datetime | None) -> int | None:
    return None if at is None else (at - ZERO) // STEP


@dataclass(frozen=True)
class Walk:
    """Every step of some weeks: is the desk open, and is a pause on?"""

    hours: Sequence[Sequence[tuple[int, int]]]  # opening hours of each day, in steps since its midnight
    pauses: Sequence[tuple[int, int | None]]
    open: list[bool] = field(default_factory=list)
    paused: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open.extend(False for _ in range((DAYS + 2) * DAY))
        self.paused.extend(False for _ in range((DAYS + 2) * DAY))
        for day, windows in enumerate(self.hours):
            for opens, closes in windows:
                for step in range(day * DAY + opens, day * DAY + closes):
                    self.open[step] = True
        for start, end in self.pauses:
            for step in range(start, len(self.paused) if end is None else end):
                self.paused[step] = True

    def after(self, start: int, length: int) -> int | None:
        """The first step by which so many steps have counted."""
        left = length
        for step in range(start, len(self.open)):
            if left == 0:
                return step
            left -= self.open[step] and not self.paused[step]
        return None

    def count(self, start: int, end: int) -> int:
        """How many steps count."""
        return sum(self.open[step] and not self.paused[step] for step in range(start, end))

    def works(self, day: int) -> bool:
        return bool(self.hours[day])

    def day_end(self, day: int) -> int:
        return day * DAY + (max(closes for _, closes in self.hours[day]) if self.works(day) else DAY)

    def due(self, target: Target, start: int) -> int | None:
        today = start // DAY
        match target:
            case Within(length):
                return self.after(start, length // STEP)
            case Instant(at):
                return self.moved((at - ZERO) // STEP, start)
            case WorkingDays(count, counts_today):
                marks = [(self.day_end(day), True) for day in range(today, DAYS) if self.works(day)]
                counted = [day for day in range(today, DAYS) if self.works(day)]
            case CalendarDays(count, counts_today, moves):
                marks = [(self.day_end(day), self.works(day) or not moves) for day in range(today, DAYS)]
                counted = list(range(today, DAYS))
            case NthWorkingDay(count, at, counts_today):
                counted = [day for day in range(today, DAYS) if self.works(day)]
                marks = [(day * DAY + at.hour * HOUR, True) for day in counted]
        number = 0
        for day, (mark, is_possible) in zip(counted, marks, strict=True):
            if (day == today and not counts_today) or self.paused[mark - 1]:
                continue
            number += 1
            if number >= count and is_possible and mark > start:
                return mark
        return None

    def moved(self, at: int, start: int) -> int | None:
        """Each step of work that a pause takes away pushes the instant on by one step of work."""
        step = start
        while step < at:
            if self.paused[step] and self.open[step]:
                while at < len(self.open) and not self.open[at]:
                    at += 1
                at += 1
                if at >= len(self.open):
                    return None
            step += 1
        if at > start and self.paused[at - 1]:
            while at < len(self.paused) and self.paused[at]:
                at += 1
        return at if at < len(self.paused) else None


QUARTER = 6 * HOUR  # of a day: often enough, one thing begins where another ends
windows = st.one_of(
    st.tuples(st.integers(0, 23), st.integers(1, 24)).map(
        lambda found: (found[0] * HOUR, (found[0] + found[1]) * HOUR)
    ),
    st.tuples(st.integers(0, 3), st.integers(1, 4)).map(
        lambda found: (found[0] * QUARTER, (found[0] + found[1]) * QUARTER)
    ),
)
day_hours = st.lists(windows, max_size=2)
weeks = st.lists(day_hours, min_size=7, max_size=7).filter(lambda week: sum(map(len, week)) > 1)
special_days = st.dictionaries(st.integers(0, DAYS - 1), day_hours, max_size=4)
hours = st.one_of(
    st.integers(0, 12 * 24).map(lambda count: count * HOUR),
    st.integers(0, 12 * 4).map(lambda count: count * QUARTER),
)
# Pauses are counted from the day before the start.
pauses = st.lists(
    st.tuples(
        st.one_of(
            st.integers(0, 7 * 24).map(lambda count: count * HOUR),
            st.integers(0, 28).map(lambda count: count * QUARTER),
        ),
        st.one_of(
            st.none(),
            st.integers(1, 60).map(lambda count: count * HOUR),
            st.integers(1, 12).map(lambda count: count * QUARTER),
        ),
    ),
    min_size=1,
    max_size=3,
)
targets = st.one_of(
    st.integers(0, 50).map(lambda count: Within(count * HOUR * STEP)),
    st.builds(WorkingDays, st.integers(1, 6), st.booleans()),
    st.builds(CalendarDays, st.integers(1, 9), st.booleans(), st.booleans()),
    st.builds(
        NthWorkingDay,
        st.integers(1, 4),
        st.sampled_from([time(6), time(12), time(23)]),
        st.booleans(),
    ),
    hours.map(lambda step: Instant(instant(step))),
)


def made(
    week: list[list[tuple[int, int]]], special: dict[int, list[tuple[int, int]]]
) -> tuple[Calendar, list[list[tuple[int, int]]]]:
    def hours(found: Sequence[tuple[int, int]]) -> tuple[Window, ...]:
        return tuple(Window(opens * STEP, closes * STEP) for opens, closes in found)

    calendar = Calendar(
        "any",
        ZONE,
        tuple(hours(day) for day in week),
        None,
        {FIRST + timedelta(days=day): hours(found) for day, found in special.items()},
    )
    # The day before the first may still be open in its morning; nothing starts before the second.
    return calendar, [special.get(day, week[day % 7]) for day in range(DAYS)]


def rarer_and_rarer(every: int, total: int) -> list[tuple[int, int]]:
    """Return after how many steps something is said again, and after what pause: eight times at one pace, then twice at each half as fast."""
    half_a_working_day, told = 4 * HOUR, [(count * every, every) for count in range(1, 9)]
    pause = every
    while told[-1][0] < total:
        last, pause = told[-1][0], max(min(2 * pause, half_a_working_day), every)
        told += [(last + pause, pause), (last + 2 * pause, pause)]
    return [(passed, pause) for passed, pause in told if passed <= total]


def intervals(found: Sequence[tuple[int, int | None]]) -> list[Interval]:
    return [Interval(instant(start), None if end is None else instant(end)) for start, end in found]


@settings(deadline=None, max_examples=60)
@given(weeks, special_days, hours, st.just([]) | pauses, targets)
def test_targets_are_due_when_the_steps_say(
    week: list[list[tuple[int, int]]],
    special: dict[int, list[tuple[int, int]]],
    begin: int,
    waits: list[tuple[int, int | None]],
    target: Target,
) -> None:
    calendar, opening = made(week, special)
    stops = [
        (begin + DAY + at, None if length is None else begin + DAY + at + length) for at, length in waits
    ]
    start = begin + 2 * DAY
    walk = Walk(opening, stops)
    expected = walk.due(target, start)
    # What lies beyond the walk is beyond its judgement, unless a pause is open for ever.
    assume(expected is not None or any(end is None for _, end in stops))
    assert step_of(due(target, calendar, instant(start), intervals(stops))) == expected


@settings(deadline=None, max_examples=60)
@given(weeks, special_days, hours, st.just([]) | pauses, targets, st.sampled_from([0.1, 0.5, 0.8, 1.5, 2.0]))
def test_shares_are_reached_when_the_steps_say(
    week: list[list[tuple[int, int]]],
    special: dict[int, list[tuple[int, int]]],
    begin: int,
    waits: list[tuple[int, int | None]],
    target: Target,
    share: float,
) -> None:
    calendar, opening = made(week, special)
    stops = [
        (begin + DAY + at, None if length is None else begin + DAY + at + length) for at, length in waits
    ]
    start = begin + 2 * DAY
    walk, free = Walk(opening, stops), Walk(opening, [])
    due_at, nominal = walk.due(target, start), free.due(target, start)
    assume(nominal is not None and nominal >= start)
    assert nominal is not None
    assume(due_at is not None or any(end is None for _, end in stops))
    length = target.length // STEP if isinstance(target, Within) else free.count(start, nominal)
    if not length and not isinstance(target, Within):
        walk, length = Walk([[(0, DAY)]] * DAYS, stops), nominal - start
    if share < 1 or isinstance(target, Within):
        expected = walk.after(start, round(length * share))
        if expected is not None and due_at is not None and share < 1:
            expected = min(expected, due_at)
    else:
        expected = None if due_at is None else walk.after(due_at, round(length * (share - 1)))
    assume(expected is not None or any(end is None for _, end in stops))
    assert step_of(share_instant(target, calendar, instant(start), intervals(stops), share)) == expected


points = st.one_of(
    st.integers(0, 20).map(lambda tenth: Share(tenth / 10)),
    st.builds(Before, st.integers(1, 10).map(lambda count: count * HOUR * STEP)),
    st.builds(After, st.integers(0, 10).map(lambda count: count * HOUR * STEP)),
)
ladders = st.lists(st.tuples(points, st.none() | st.integers(3, 100)), min_size=1, max_size=3)
WAKING = (8 * HOUR, 20 * HOUR)


@settings(deadline=None, max_examples=50)
@given(
    weeks,
    special_days,
    hours,
    st.just([]) | pauses,
    st.integers(1, 20),
    ladders,
    st.booleans(),
    st.booleans(),
)
def test_a_ladder_tells_what_a_walk_through_the_steps_tells(
    week: list[list[tuple[int, int]]],
    special: dict[int, list[tuple[int, int]]],
    begin: int,
    waits: list[tuple[int, int | None]],
    budget: int,
    found: list[tuple[Share | Before | After, int | None]],
    is_quiet_at_night: bool,
    repeats: bool,
) -> None:
    calendar, opening = made(week, special)
    stops = [
        (begin + DAY + at, None if length is None else begin + DAY + at + length) for at, length in waits
    ]
    start, end = begin + 2 * DAY, begin + 6 * DAY
    rungs = tuple(Rung(point, (), every and every * STEP) for point, every in found)
    waking = Window(WAKING[0] * STEP, WAKING[1] * STEP) if is_quiet_at_night else None
    ladder = Ladder("any", rungs, waking)
    walk = Walk(opening, stops)

    def told_at(reached: int | None) -> int | None:
        """Not before they wake, and if that made it wait, not in a pause either."""
        if reached is None or waking is None or WAKING[0] <= reached % DAY < WAKING[1]:
            return reached
        for step in range(reached, len(walk.open)):
            in_pause = walk.paused[step] and walk.paused[step - 1]
            if WAKING[0] <= step % DAY < WAKING[1] and not in_pause:
                return step
        return None

    def reached_at(point: Share | Before | After) -> int | None:
        match point:
            case Share(of):
                return walk.after(start, round(budget * HOUR * of))
            case After(length):
                return walk.after(start, budget * HOUR + length // STEP)
            case Before(length):
                step = walk.after(start, max(budget * HOUR - length // STEP, 0))
                while step is not None and not (walk.open[step] and not walk.paused[step]):
                    step = step + 1 if step + 1 < len(walk.open) else None
                return step

    own = [told_at(reached_at(rung.at)) for rung in rungs]
    # The repetitions of each rung, when they are reached and when they are told.
    grids = [
        [
            (passed, pause, told_at(at))
            for passed, pause in rarer_and_rarer(every, walk.count(first, end))
            if (at := walk.after(first, passed))
        ]
        if first is not None and every is not None and repeats
        else []
        for first, (_, every) in zip(own, found, strict=True)
    ]
    said: list[tuple[int, int, bool]] = []
    fired: dict[int, int] = {}
    for step in range(start, end):
        due_now = [
            index
            for index, told in enumerate(own)
            if told is not None and told <= step and index > max(fired, default=-1)
        ]
        if due_now:
            fired[due_now[-1]] = own[due_now[-1]] or 0
            said.append((step, due_now[-1], False))
        if not repeats:
            continue
        for index in reversed(range(len(rungs))):
            floor = max((at for rung, at in fired.items() if rung >= index), default=None)
            first = own[index]
            if first is None or floor is None or (index not in fired and first > floor):
                continue
            done = walk.count(first, floor)
            heard = [
                told
                for passed, pause, told in grids[index]
                if passed > done and (2 * (passed - done) >= pause or pause == rungs[index].repeat // STEP)
                if told is not None and told <= step
            ]
            if heard:
                fired[index] = heard[-1]
                said.append((step, index, True))
                break

    told: list[tuple[int, int, bool]] = []
    marks: dict[int, datetime] = {}
    course = (calendar, instant(start), budget * HOUR * STEP, intervals(stops))
    while (upcoming := next_rung(ladder, *course, marks, repeats)) is not None and upcoming < instant(end):
        escalation = rung_due(ladder, *course, marks, repeats, upcoming)
        assert escalation is not None
        marks[escalation.rung] = escalation.rung_at
        told.append((step_of(upcoming) or 0, escalation.rung, escalation.is_repeat))
    assert told == said
