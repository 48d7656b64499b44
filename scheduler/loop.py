"""The loop that makes time pass: a metronome that asks for what is due and wakes at the next deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MISSED,
    EVENT_JOB_SUBMITTED,
    EVENT_SCHEDULER_SHUTDOWN,
    SchedulerEvent,
)
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

_ENDED = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED
_BEAT = "metronome"
# How many beats may be missing before the watchdog takes it for a stopped clock and not for a busy machine.
_PATIENCE_BEATS = 3
_TOLD_EVERY = 60.0  # seconds, of ticks that keep failing


class Clock(Protocol):
    """The only source of time the loop has."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards; only differences mean anything."""
        ...

    async def sleep(self, length: timedelta) -> None:
        """Wait for a length of real time."""
        ...


# What may be done between ticks: given the instant, and what says whether there is still time for it.
Idle = Callable[[datetime, Callable[[], bool]], Awaitable[None]]


class SteadyInterval(IntervalTrigger):  # type: ignore[misc]  # APScheduler has no types
    """An interval that goes on from now when it has fallen behind.

    The trigger it extends hands out every missed beat. When the wall clock leaps from 1970 to today, as on small machines
    that boot without a battery, those are more than fit into memory.
    """

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next beat; never one that should have been before now."""
        interval: timedelta = self.interval
        if previous_fire_time is None or previous_fire_time + interval <= now:
            return now + interval
        return previous_fire_time + interval


def beating_scheduler() -> AsyncIOScheduler:
    """Return an APScheduler that runs a late job once, however late it is."""
    return AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )


class Metronome:
    """Calls `tick` on every beat, and between beats at the very instant `next_due` names.

    `tick` handles everything that is due at the instant it is given. Ticks never overlap; when one fails, the failure is
    logged and the next one still comes. What follows from a tick or a commit needs no timer: `next_due` is asked again after
    every tick and every `nudge`. Between ticks `idle` may prepare what comes; it is told when there is no more time for it.
    """

    def __init__(
        self,
        clock: Clock,
        next_due: Callable[[], Awaitable[datetime | None]],
        tick: Callable[[datetime], Awaitable[None]],
        *,
        idle: Idle | None = None,
        every: timedelta = timedelta(seconds=1),
        scheduler: AsyncIOScheduler | None = None,
    ) -> None:
        self._clock = clock
        self._next_due = next_due
        self._tick = tick
        self._idle = idle
        self._idling: asyncio.Task[None] | None = None
        self._looks = 0  # how often it has looked
        self._every = every
        self._scheduler = scheduler or beating_scheduler()
        self._logger = structlog.get_logger(__name__)
        self._wanted = asyncio.Event()
        self._is_beat = False
        self._is_stopping = False
        self._beating = 0  # beats that were handed over and have not ended
        self._wakes_at: datetime | None = None  # the deadline it sleeps for
        self._last_beat = 0.0
        self._last_tick_at: datetime | None = None
        self._last_tick: float | None = None  # the same, by the clock that never jumps
        self._failed_with = ""  # what the latest tick failed with
        self._told_at = 0.0  # by that clock, when the log was told of it
        self._runner: asyncio.Task[None] | None = None
        self._watchdog: asyncio.Task[None] | None = None
        self._nap: asyncio.Task[None] | None = None

    @property
    def last_tick_at(self) -> datetime | None:
        """The instant given to the last tick that ended well; an old one means that the loop hangs or fails."""
        return self._last_tick_at

    @property
    def silent_for(self) -> timedelta | None:
        """Real time since a tick last ended well, however the wall clock was moved; None before the first one."""
        if self._last_tick is None:
            return None
        return timedelta(seconds=self._clock.monotonic() - self._last_tick)

    def start(self) -> None:
        """Begin, with a tick at once for what fell due while the program was not running. Needs a running event loop."""
        if self._runner is not None:
            raise RuntimeError("the metronome has been started already")
        self._scheduler.add_job(self._beat, self._interval(), id=_BEAT)
        self._scheduler.add_listener(self._count, EVENT_JOB_SUBMITTED | _ENDED)
        self._scheduler.start()
        self._take_beat()
        self._runner = asyncio.create_task(self._run())
        self._watchdog = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End; a tick that is running is waited for. Not to be called from within a tick."""
        if self._runner is None or self._is_stopping:
            return
        self._is_stopping = True
        self._wanted.set()
        self._scheduler.remove_job(_BEAT)
        while self._beating > 0:  # noqa: ASYNC110 - one handed over and cancelled would be logged as an error
            await asyncio.sleep(0)
        ended = asyncio.Event()
        self._scheduler.add_listener(lambda _: ended.set(), EVENT_SCHEDULER_SHUTDOWN)
        self._scheduler.shutdown()
        await ended.wait()
        await self._runner
        if self._idling is not None:
            await self._idling  # it was told
        for task in (self._watchdog, self._nap):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})

    def nudge(self) -> None:
        """Look again at once, because something may be due earlier than known. To be called in the event loop's thread."""
        self._wanted.set()

    def expect(self, due: datetime) -> None:
        """Be told of a new deadline; the loop looks at it only when it would not wake by then anyway."""
        if self._wakes_at is None or due < self._wakes_at:
            self._wanted.set()

    def _count(self, event: SchedulerEvent) -> None:
        self._beating += 1 if event.code == EVENT_JOB_SUBMITTED else -1

    async def _beat(self) -> None:
        self._take_beat()

    def _take_beat(self) -> None:
        self._last_beat = self._clock.monotonic()
        self._is_beat = True
        self._wanted.set()

    async def _run(self) -> None:
        while not self._is_stopping:
            await self._wanted.wait()
            self._wanted.clear()
            if not self._is_stopping:
                self._looks += 1
                await self._look()
                self._begin_idling()

    def _begin_idling(self) -> None:
        if self._idle is not None and (self._idling is None or self._idling.done()):
            self._idling = asyncio.create_task(self._idled(self._idle))

    async def _idled(self, idle: Idle) -> None:
        looks = self._looks

        def goes_on() -> bool:
            return looks == self._looks and not self._wanted.is_set() and not self._is_stopping

        try:
            await idle(self._clock.now(), goes_on)
        except Exception:
            # Nothing is owed by it: what was not prepared is done when it is due.
            self._logger.exception("preparing failed", action="idle_failed")

    async def _look(self) -> None:
        is_beat, self._is_beat = self._is_beat, False
        self._wakes_at = None  # what is expected meanwhile may come too late for the answer of `next_due`
        try:
            now = self._clock.now()
            if is_beat or _is_due(await self._next_due(), now):
                await self._tick(now)
                self._last_tick_at, self._last_tick = now, self._clock.monotonic()
            self._wake_at(await self._next_due())
            self._failed_with = ""
        except Exception as fault:  # noqa: BLE001 - one bad tick must not stop the others: what it owed is due at the next beat
            self._tell_of(fault)

    def _tell_of(self, fault: Exception) -> None:
        """Log a tick that failed: the same failure once a minute, for the next beat has it again, and a full disk no room for it."""
        mono, failed_with = self._clock.monotonic(), repr(fault)
        if failed_with != self._failed_with or mono - self._told_at >= _TOLD_EVERY:
            self._failed_with, self._told_at = failed_with, mono
            self._logger.error("tick failed", action="tick_failed", exc_info=fault)

    def _wake_at(self, due: datetime | None) -> None:
        """Look again at that instant, unless it has come already: what a tick could not do is left to the next beat."""
        if self._nap is not None:
            self._nap.cancel()
            self._nap = None
        now = self._clock.now()
        if due is not None and due > now:
            self._nap = asyncio.create_task(self._sleep_until_due(due - now))
            self._wakes_at = due

    async def _sleep_until_due(self, length: timedelta) -> None:
        await self._clock.sleep(length)
        self._wanted.set()

    async def _watch(self) -> None:
        """Notice that beats are missing, and set them going again.

        APScheduler waits for a time of the wall clock: after a step back it would sleep for as long as the step was.
        """
        patience = _PATIENCE_BEATS * self._every
        while True:
            await self._clock.sleep(patience)
            silent = timedelta(seconds=self._clock.monotonic() - self._last_beat)
            if silent >= patience:
                self._logger.warning(
                    "beats are missing", action="metronome_rearmed", silent_seconds=silent.total_seconds()
                )
                self._scheduler.reschedule_job(_BEAT, trigger=self._interval())
                self._take_beat()

    def _interval(self) -> SteadyInterval:
        return SteadyInterval(seconds=self._every.total_seconds(), timezone=UTC)


def _is_due(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now
