"""Patience: how long anything of one kind may take, with one timer for all that is under way, because one for each costs more than most of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Patience:
    """Waits so many (real) seconds at most for each thing; many may be under way at once."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[asyncio.Task[object], float] = {}  # the longest under way first
        self._given_up: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, work: Awaitable[T]) -> T:
        """Return what something gives; a task may wait for one thing at a time.

        Raises:
            TimeoutError: It took too long, and was cancelled.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be patient")
        self._since[task] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._look, loop)
        cancelled_before = task.cancelling()
        try:
            return await work
        except asyncio.CancelledError:
            # Somebody else may have cancelled the task in the same moment; then it ends.
            if task in self._given_up and task.uncancel() <= cancelled_before:
                raise TimeoutError from None
            raise
        finally:
            del self._since[task]
            self._given_up.discard(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give up what has taken too long, and look again when the next one may have."""
        self._timer = None
        now = loop.time()
        for task, since in self._since.items():
            if task in self._given_up:
                continue
            if now - since < self._seconds:
                self._timer = loop.call_at(since + self._seconds, self._look, loop)
                break
            self._given_up.add(task)
            task.cancel()
