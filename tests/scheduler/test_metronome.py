"""The metronome: beats, wakes at deadlines, survives failures and changes of the wall clock, and ends cleanly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from apscheduler.events import EVENT_SCHEDULER_SHUTDOWN
from structlog.testing import capture_logs

from scheduler.loop import Metronome, SteadyInterval, beating_scheduler

START = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RARE = timedelta(hours=1)  # beats that do not come while a test runs
OFTEN = timedelta(milliseconds=10)


class FakeClock:
    """A clock that a test moves; whoever sleeps wakes when the test has moved it far enough."""

    def __init__(self) -> None:
        self.wall = START
        self.elapsed = timedelta(0)
        self.sleepers: dict[asyncio.Future[None], timedelta] = {}
        self.changed = asyncio.Condition()

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.elapsed.total_seconds()

    async def sleep(self, length: timedelta) -> None:
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sleepers[alarm] = self.elapsed + length
        async with self.changed:
            self.changed.notify_all()
        try:
            await alarm
        finally:
            del self.sleepers[alarm]

    def advance(self, length: timedelta, *, wall: timedelta | None = None) -> None:
        self.elapsed += length
        self.wall += length if wall is None else wall
        for alarm, until in self.sleepers.items():
            if until <= self.elapsed and not alarm.done():
                alarm.set_result(None)

    async def until_somebody_sleeps(self, length: timedelta) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: self.elapsed + length in self.sleepers.values())


@dataclass
class Desk:
    """Has things to do at some instants, and does all that are due when it is called."""

    due: list[datetime] = field(default_factory=list)
    done: list[datetime] = field(default_factory=list)
    ticks: asyncio.Queue[datetime] = field(default_factory=asyncio.Queue)
    asked: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    failures: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None
    running: int = 0
    most_running: int = 0

    async def next_due(self) -> datetime | None:
        self.asked.put_nowait(None)
        return min(self.due, default=None)

    async def tick(self, now: datetime) -> None:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self.ticks.put_nowait(now)
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.failures:
                raise self.failures.pop()
            self.done += [instant for instant in self.due if instant <= now]
            self.due = [instant for instant in self.due if instant > now]
        finally:
            self.running -= 1

    async def ticked(self) -> datetime:
        async with asyncio.timeout(10):
            return await self.ticks.get()

    async def looked(self) -> None:
        async with asyncio.timeout(10):
            await self.asked.get()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest_asyncio.fixture
async def metronome(clock: FakeClock, desk: Desk) -> AsyncIterator[Metronome]:
    """A metronome that has made its first tick and beats too rarely to matter."""
    made = Metronome(clock, desk.next_due, desk.tick, every=RARE)
    made.start()
    await desk.ticked()
    await desk.looked()
    yield made
    await made.stop()


@pytest.mark.asyncio
async def test_it_begins_with_what_fell_due_while_it_was_away(clock: FakeClock, desk: Desk) -> None:
    desk.due = [START - RARE]
    metronome = Metronome(clock, desk.next_due, desk.tick, every=RARE)
    assert metronome.last_tick_at is None
    metronome.start()
    assert await desk.ticked() == START
    await desk.looked()
    await metronome.stop()
    assert (desk.done, metronome.last_tick_at) == ([START - RARE], START)


@pytest.mark.asyncio
async def test_it_wakes_at_the_deadline_and_not_a_beat_later(
    clock: FakeClock, desk: Desk, metronome: Metronome
) -> None:
    soon = timedelta(milliseconds=300)
    desk.due = [START + soon, START + 2 * soon]
    metronome.nudge()
    for number in (1, 2):
        await clock.until_somebody_sleeps(soon)
        clock.advance(soon)
        assert await desk.ticked() == START + number * soon
    assert desk.done == [START + soon, START + 2 * soon]


@pytest.mark.asyncio
async def test_woken_too_early_it_sleeps_on(clock: FakeClock, desk: Desk, metronome: Metronome) -> None:
    desk.due = [START + SECOND]
    metronome.nudge()
    await clock.until_somebody_sleeps(SECOND)
    clock.advance(SECOND, wall=SECOND * 0.75)
    await clock.until_somebody_sleeps(SECOND / 4)
    assert desk.ticks.empty()
    clock.advance(SECOND / 4)
    assert await desk.ticked() == START + SECOND


@pytest.mark.asyncio
async def test_a_nudge_brings_an_earlier_deadline(clock: FakeClock, desk: Desk, metronome: Metronome) -> None:
    desk.due = [START + 30 * SECOND]
    metronome.nudge()
    await clock.until_somebody_sleeps(30 * SECOND)
    desk.due.append(START + 5 * SECOND)
    metronome.nudge()
    await clock.until_somebody_sleeps(5 * SECOND)
    assert 30 * SECOND not in clock.sleepers.values()  # nobody wakes for what is not the next any more
    clock.advance(5 * SECOND)
    assert await desk.ticked() == START + 5 * SECOND
    await clock.until_somebody_sleeps(25 * SECOND)
    assert desk.done == [START + 5 * SECOND]


@pytest.mark.asyncio
async def test_a_nudge_with_nothing_due_makes_no_tick(
    clock: FakeClock, desk: Desk, metronome: Metronome
) -> None:
    desk.due = [START + 7 * SECOND]
    metronome.nudge()
    await clock.until_somebody_sleeps(7 * SECOND)
    assert desk.ticks.empty()


@pytest.mark.asyncio
async def test_a_nudge_does_at_once_what_is_due(desk: Desk, metronome: Metronome) -> None:
    desk.due = [START]
    metronome.nudge()
    assert await desk.ticked() == START


@pytest.mark.parametrize("due", [START - SECOND, START], ids=["late", "now"])
@pytest.mark.asyncio
async def test_what_a_tick_left_undone_waits_for_the_next_beat(clock: FakeClock, due: datetime) -> None:
    desk = Desk(due=[due], failures=[RuntimeError("busy")])
    metronome = Metronome(clock, desk.next_due, desk.tick, every=RARE)
    with capture_logs():
        metronome.start()
        await desk.ticked()
        await clock.until_somebody_sleeps(3 * RARE)  # only the watchdog sleeps, and nothing spins
        await metronome.stop()
    assert desk.ticks.empty()
    assert desk.due == [due]


@pytest.mark.asyncio
async def test_a_failing_tick_is_logged_and_the_next_one_still_comes(clock: FakeClock, desk: Desk) -> None:
    desk.due = [START]
    desk.failures = [RuntimeError("second"), RuntimeError("first")]
    metronome = Metronome(clock, desk.next_due, desk.tick, every=OFTEN)
    with capture_logs() as logs:
        metronome.start()
        for _ in range(3):
            await desk.ticked()
        await metronome.stop()
    failed = [entry for entry in logs if entry.get("action") == "tick_failed"]
    assert len(failed) == 2
    assert all(entry["exc_info"] for entry in failed)
    assert desk.done == [START]


@pytest.mark.asyncio
async def test_a_store_that_cannot_say_what_is_due_is_asked_again(clock: FakeClock) -> None:
    desk = Desk(due=[START + SECOND])
    answers = iter([OSError("gone"), None])

    async def next_due() -> datetime | None:
        failure = next(answers, None)
        if failure is not None:
            raise failure
        return await desk.next_due()

    metronome = Metronome(clock, next_due, desk.tick, every=RARE)
    with capture_logs() as logs:
        metronome.start()
        await desk.ticked()
        metronome.nudge()
        await clock.until_somebody_sleeps(SECOND)
        await metronome.stop()
    assert [entry["action"] for entry in logs] == ["tick_failed"]


@pytest.mark.asyncio
async def test_ticks_never_overlap_and_what_came_meanwhile_makes_one_more(
    clock: FakeClock, desk: Desk
) -> None:
    desk.gate = asyncio.Event()
    metronome = Metronome(clock, desk.next_due, desk.tick, every=RARE)
    metronome.start()
    await desk.ticked()
    desk.due = [START, START]
    for _ in range(5):
        metronome.nudge()
    desk.due.append(START + SECOND)
    assert desk.ticks.empty()
    desk.gate.set()
    await clock.until_somebody_sleeps(SECOND)
    await metronome.stop()
    assert desk.most_running == 1
    assert desk.done == [START, START]


@pytest.mark.asyncio
async def test_beats_during_a_long_tick_do_not_overlap_it(clock: FakeClock, desk: Desk) -> None:
    desk.gate = asyncio.Event()
    scheduler = beating_scheduler()
    beats: asyncio.Queue[object] = asyncio.Queue()
    scheduler.add_listener(beats.put_nowait)
    metronome = Metronome(clock, desk.next_due, desk.tick, every=OFTEN, scheduler=scheduler)
    metronome.start()
    await desk.ticked()
    async with asyncio.timeout(10):
        for _ in range(8):
            await beats.get()
    assert desk.ticks.empty()
    desk.gate.set()
    await desk.ticked()
    await metronome.stop()
    assert desk.most_running == 1


@pytest.mark.asyncio
async def test_it_beats_when_nothing_is_due(clock: FakeClock, desk: Desk) -> None:
    metronome = Metronome(clock, desk.next_due, desk.tick, every=OFTEN)
    metronome.start()
    for _ in range(4):
        await desk.ticked()
    await metronome.stop()


@pytest.mark.asyncio
async def test_a_wall_clock_that_steps_back_does_not_stop_it(clock: FakeClock, desk: Desk) -> None:
    scheduler = beating_scheduler()
    metronome = Metronome(clock, desk.next_due, desk.tick, every=OFTEN, scheduler=scheduler)
    metronome.start()
    await desk.ticked()
    await desk.ticked()
    # What a step back by a day is to APScheduler, which reads the wall clock itself: the next beat is a day away.
    [job] = scheduler.get_jobs()
    tomorrow = job.next_run_time + timedelta(days=1)
    scheduler.modify_job(job.id, next_run_time=tomorrow)
    for _ in range(3):  # turns of the event loop, for a beat that was under way
        await asyncio.sleep(0)
    assert scheduler.get_job(job.id).next_run_time == tomorrow
    with capture_logs() as logs:
        clock.advance(3 * OFTEN, wall=timedelta(days=-1))
        while await desk.ticked() == START:
            pass
        assert [await desk.ticked() for _ in range(3)] == [START - timedelta(days=1)] * 3
        await metronome.stop()
    assert [entry["action"] for entry in logs] == ["metronome_rearmed"]


@pytest.mark.asyncio
async def test_the_watchdog_makes_up_for_missing_beats_at_once(
    clock: FakeClock, desk: Desk, metronome: Metronome
) -> None:
    with capture_logs() as logs:
        clock.advance(3 * RARE)
        assert await desk.ticked() == START + 3 * RARE
    assert [(entry["action"], entry["silent_seconds"]) for entry in logs] == [("metronome_rearmed", 10800.0)]


@pytest.mark.asyncio
async def test_the_watchdog_keeps_quiet_while_beats_come(clock: FakeClock, desk: Desk) -> None:
    metronome = Metronome(clock, desk.next_due, desk.tick, every=OFTEN)
    with capture_logs() as logs:
        metronome.start()
        for _ in range(5):
            await desk.ticked()
            clock.advance(OFTEN)
        await metronome.stop()
    assert logs == []


@pytest.mark.asyncio
async def test_a_wall_clock_that_leaps_ahead_by_decades_makes_one_beat(clock: FakeClock, desk: Desk) -> None:
    scheduler = beating_scheduler()
    metronome = Metronome(clock, desk.next_due, desk.tick, every=OFTEN, scheduler=scheduler)
    metronome.start()
    await desk.ticked()
    [job] = scheduler.get_jobs()
    scheduler.modify_job(job.id, next_run_time=datetime(1970, 1, 1, tzinfo=UTC))
    for _ in range(3):
        await desk.ticked()
    await metronome.stop()


def test_an_interval_that_fell_behind_goes_on_from_now() -> None:
    interval = SteadyInterval(seconds=1, timezone=UTC)
    assert interval.get_next_fire_time(None, START) == START + SECOND
    assert interval.get_next_fire_time(START, START) == START + SECOND
    assert interval.get_next_fire_time(START, START + 0.25 * SECOND) == START + SECOND
    assert interval.get_next_fire_time(datetime(1970, 1, 1, tzinfo=UTC), START) == START + SECOND


@pytest.mark.asyncio
async def test_stopping_waits_for_the_tick_that_is_running(clock: FakeClock, desk: Desk) -> None:
    desk.gate = asyncio.Event()
    scheduler = beating_scheduler()
    metronome = Metronome(clock, desk.next_due, desk.tick, every=OFTEN, scheduler=scheduler)
    metronome.start()
    await desk.ticked()
    desk.due = [START]
    beats_ended = asyncio.Event()
    scheduler.add_listener(lambda _: beats_ended.set(), EVENT_SCHEDULER_SHUTDOWN)
    stopping = asyncio.create_task(metronome.stop())
    await beats_ended.wait()
    for _ in range(5):  # turns of the event loop, enough to end if nothing were waited for
        await asyncio.sleep(0)
    assert not stopping.done()
    desk.gate.set()
    await stopping
    assert desk.done == [START]
    assert not scheduler.running
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert clock.sleepers == {}


@pytest.mark.asyncio
async def test_it_can_be_stopped_twice_or_before_it_began(clock: FakeClock, desk: Desk) -> None:
    metronome = Metronome(clock, desk.next_due, desk.tick, every=RARE)
    await metronome.stop()
    metronome.start()
    with pytest.raises(RuntimeError, match="started already"):
        metronome.start()
    await metronome.stop()
    await metronome.stop()


@pytest.mark.asyncio
async def test_an_expected_deadline_wakes_it_only_when_it_comes_earlier(
    clock: FakeClock, desk: Desk, metronome: Metronome
) -> None:
    desk.due = [START + 2 * SECOND]
    metronome.expect(START + 2 * SECOND)  # it sleeps for nothing yet
    await clock.until_somebody_sleeps(2 * SECOND)
    while not desk.asked.empty():
        desk.asked.get_nowait()
    desk.due = [START + 2 * SECOND, START + 3 * SECOND]
    metronome.expect(START + 3 * SECOND)
    desk.due.append(START + SECOND)
    metronome.expect(START + SECOND)
    await clock.until_somebody_sleeps(SECOND)
    assert desk.asked.qsize() == 2  # one look, before and after the question whether something is due
    clock.advance(3 * SECOND)
    await desk.ticked()
    assert desk.due == []


@pytest.mark.asyncio
async def test_how_long_it_is_silent_is_real_time_however_the_wall_clock_moves(
    clock: FakeClock, desk: Desk, metronome: Metronome
) -> None:
    assert metronome.silent_for == timedelta(0)
    clock.advance(SECOND, wall=timedelta(days=1))
    assert metronome.silent_for == SECOND
    clock.advance(SECOND, wall=timedelta(days=-2))
    assert metronome.silent_for == 2 * SECOND
    desk.failures = [RuntimeError("the store is gone")]
    desk.due = [clock.wall]
    with capture_logs():
        metronome.nudge()
        await desk.ticked()
        await desk.looked()
    assert metronome.silent_for == 2 * SECOND  # a tick that fails does not count


@pytest.mark.asyncio
async def test_a_beat_that_was_just_handed_over_is_no_error_at_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def nothing_due() -> None:
        return None

    async def tick(_: datetime) -> None:
        return None

    metronome = Metronome(FakeClock(), nothing_due, tick, every=RARE)
    metronome.start()
    await asyncio.sleep(0)
    metronome._scheduler.modify_job(
        "metronome", next_run_time=START
    )  # is handed over in the next round of the loop
    await metronome.stop()
    await asyncio.sleep(0)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")]


@pytest.mark.asyncio
async def test_between_ticks_it_lets_others_prepare_until_a_tick_is_wanted(
    clock: FakeClock, desk: Desk
) -> None:
    rounds: asyncio.Queue[Callable[[], bool]] = asyncio.Queue()

    async def prepare(_: datetime, goes_on: Callable[[], bool]) -> None:
        rounds.put_nowait(goes_on)
        while goes_on():  # noqa: ASYNC110 - as work in slices does
            await asyncio.sleep(0)

    metronome = Metronome(clock, desk.next_due, desk.tick, idle=prepare, every=RARE)
    metronome.start()
    async with asyncio.timeout(10):
        first = await rounds.get()
        assert first()
        metronome.nudge()
        assert not first()
        second = await rounds.get()
        await metronome.stop()  # and this ends whoever still prepares
    assert not first()
    assert not second()


@pytest.mark.asyncio
async def test_whoever_fails_to_prepare_stops_no_tick(clock: FakeClock, desk: Desk) -> None:
    async def prepare(_: datetime, __: Callable[[], bool]) -> None:
        raise RuntimeError("nothing prepared")

    metronome = Metronome(clock, desk.next_due, desk.tick, idle=prepare, every=OFTEN)
    with capture_logs() as logs:
        metronome.start()
        for _ in range(3):
            await desk.ticked()
        await metronome.stop()
    assert any(entry.get("action") == "idle_failed" for entry in logs)
