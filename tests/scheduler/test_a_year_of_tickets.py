"""A year of two thousand tickets with pauses, changes of level and downtimes: no rung is lost, repeated or told at night."""

import heapq
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from chinese_calendar import is_workday

from scheduler.calendar import Calendar, always, parse_weekly, parse_window
from scheduler.clock_rules import ClockRule
from scheduler.clock_states import state
from scheduler.escalation import Ladder, Rung, Share, due, next_rung
from scheduler.history import History, Pause
from scheduler.standing import Course
from scheduler.targets import Within

SHANGHAI = ZoneInfo("Asia/Shanghai")
STEP = timedelta(minutes=6)  # everything happens on full hours, so that tenths of a length are full steps
HOUR = 10
DAY = 24 * HOUR
ZERO = datetime(2026, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
YEAR = 365 * DAY
TICKETS = 2000
LONGEST = 12 * DAY

CALENDARS = {
    "always": always(SHANGHAI),
    "workday": Calendar("workday", SHANGHAI, parse_weekly({"mon-fri": ["09:00-12:00", "13:00-18:00"]}), "CN"),
}
# Only the director may be told at any hour.
LADDER = Ladder(
    "standard",
    (
        Rung(Share(0.5), ("owner",)),
        Rung(Share(0.8), ("leader",)),
        Rung(Share(1.0), ("manager",)),
        Rung(Share(1.5), ("director",), waking=parse_window("00:00-24:00")),
    ),
    waking=parse_window("08:00-22:00"),
)
TENTHS = (5, 8, 10, 15)
DIRECTOR = 3
LEVELS = tuple(
    ClockRule(
        "resolve",
        "resolve",
        calendar,
        ("resolved",),
        Within(hours * HOUR * STEP),
        stops_for=frozenset({"customer"}),
    )
    for calendar, hours in (("always", 4), ("workday", 8), ("workday", 24), ("always", 30))
)

Said = tuple[int, int, int]  # step, ticket, rung


def instant(step: int) -> datetime:
    return ZERO + step * STEP


def is_awake(step: int) -> bool:
    return 8 * HOUR <= step % DAY < 22 * HOUR


@dataclass(frozen=True)
class Story:
    """What happens to one ticket, in steps."""

    number: int
    opened: int
    pauses: tuple[tuple[int, int], ...]
    levels: tuple[tuple[int, int], ...]  # since when which
    solved: int


def story(number: int, random: Random) -> Story:
    opened = random.randrange(0, (YEAR - LONGEST - DAY) // HOUR) * HOUR
    pauses, at = [], opened
    while random.random() < 0.4:
        start = at + random.randrange(1, 30) * HOUR
        at = start + random.randrange(1, 40) * HOUR
        pauses.append((start, at))
    changes = {opened + random.randrange(1, 60) * HOUR for _ in range(random.choice((0, 0, 1, 2)))}
    return Story(
        number,
        opened,
        tuple(pauses),
        tuple((since, random.randrange(len(LEVELS))) for since in (opened, *sorted(changes))),
        opened + min(int(random.expovariate(1 / 40) + 1) * HOUR, LONGEST),
    )


def downtimes(random: Random) -> list[bool]:
    """Return for every step of the year whether the program is down."""
    is_down = [False] * YEAR
    for day in random.sample(range(YEAR // DAY), 90):
        begin = day * DAY + random.randrange(0, 20 * HOUR)
        for step in range(begin, min(begin + random.randrange(3, 8 * HOUR), YEAR)):
            is_down[step] = True
    return is_down


# ── the slow and obvious way: look at every step ──────────────────────────────────────────────────────────────────────


@cache
def open_steps(calendar: str) -> list[bool]:
    """For every step of the year whether the desk is open, straight from the official list of workdays."""
    found = [calendar == "always"] * YEAR
    if calendar == "workday":
        for day in range(365):
            if is_workday(date(2026, 1, 1) + timedelta(days=day)):
                for hour in (9, 10, 11, 13, 14, 15, 16, 17):
                    begin = day * DAY + hour * HOUR
                    found[begin : begin + HOUR] = [True] * HOUR
    return found


def expected(told: Story, is_down: list[bool]) -> list[Said]:
    paused = {step for start, end in told.pauses for step in range(start, end)}
    said = []
    ends = [*(since for since, _ in told.levels[1:]), told.solved]
    for (since, level), until in zip(told.levels, ends, strict=True):
        rule = LEVELS[level]
        assert isinstance(rule.target, Within)
        opens, tenth = open_steps(rule.calendar), rule.target.length // STEP // 10
        highest, used = -1, 0
        waiting: set[int] = set()  # rungs that were reached while people sleep
        sayable: set[int] = set()
        for step in range(told.opened, min(until, told.solved)):
            reached = {rung for rung, tenths in enumerate(TENTHS) if used >= tenth * tenths}
            fresh = reached - waiting - sayable
            # What has waited for the morning also waits for the end of a pause that is on by then.
            if is_awake(step) and not (step in paused and step - 1 in paused):
                sayable |= waiting
            sayable |= {rung for rung in fresh if rung == DIRECTOR or is_awake(step)}
            waiting = reached - sayable
            ready = [rung for rung in sayable if rung > highest and (rung == DIRECTOR or is_awake(step))]
            if ready and step >= since and not is_down[step]:
                highest = max(ready)
                said.append((step, told.number, highest))
            used += opens[step] and step not in paused
    return said


# ── the way of the program: sleep until the next rung ─────────────────────────────────────────────────────────────────


@dataclass
class Watched:
    """A ticket as the program knows it: no more than what has happened so far."""

    story: Story
    level: int = 0
    pauses: list[Pause] = field(default_factory=list)
    fired: dict[int, datetime] = field(default_factory=dict)
    is_solved: bool = False

    def happen(self, step: int) -> None:
        for since, level in self.story.levels:
            if since == step:
                self.level, self.fired = level, {}
        for start, end in self.story.pauses:
            if start == step:
                self.pauses.append(Pause(instant(start), None, "customer"))
            if end == step:
                self.pauses[-1] = Pause(instant(start), instant(end), "customer")
        self.is_solved = step >= self.story.solved

    def course(self, now: datetime) -> Course:
        past = History(instant(self.story.opened), pauses=tuple(self.pauses))
        course = state(LEVELS[self.level], past, CALENDARS, now).course
        assert course is not None
        return course


def simulated(stories: list[Story], is_down: list[bool]) -> list[Said]:
    """Return what is told when the program wakes only for what happens and for the next rung of each ticket."""
    watched = {told.number: Watched(told) for told in stories}
    queue: list[tuple[int, bool, int]] = []  # step, is it a rung (what happens comes first), ticket
    for told in stories:
        steps = {
            told.solved,
            *(since for since, _ in told.levels),
            *(at for each in told.pauses for at in each),
        }
        queue += [(step, False, told.number) for step in steps if told.opened <= step <= told.solved]
    heapq.heapify(queue)
    said = []
    while queue:
        step, is_rung, number = heapq.heappop(queue)
        ticket = watched[number]
        if is_rung and step < YEAR and is_down[step]:
            heapq.heappush(queue, (is_down.index(False, step), True, number))
            continue
        if not is_rung:
            ticket.happen(step)
        if ticket.is_solved:
            continue
        now = instant(step)
        course = ticket.course(now)
        if is_rung:
            found = due(LADDER, *course, ticket.fired, False, now)
            if found is not None:
                assert found.rung not in ticket.fired
                ticket.fired[found.rung] = found.rung_at
                said.append((step, number, found.rung))
        upcoming = next_rung(LADDER, *course, ticket.fired, False, now)
        if upcoming is not None:
            assert (upcoming - ZERO) % STEP == timedelta(0)
            heapq.heappush(queue, (max((upcoming - ZERO) // STEP, step + is_rung), True, number))
    return said


def test_a_year_of_tickets() -> None:
    random = Random(2026)
    stories = [story(number, random) for number in range(TICKETS)]
    is_down = downtimes(random)
    said = simulated(stories, is_down)
    assert sorted(said) == sorted(each for told in stories for each in expected(told, is_down))
    assert all(rung == DIRECTOR or is_awake(step) for step, _, rung in said)
    assert not any(is_down[step] for step, _, _ in said)
    # It was a year in which much happened.
    assert [sum(rung == each for _, _, rung in said) > 200 for each in range(4)] == [True] * 4
