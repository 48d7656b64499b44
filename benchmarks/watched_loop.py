"""An event loop that notes how long each callback kept the others waiting, and how long other threads kept it from its turn.

In seconds of the processor: waiting for a disk or for other programs is not counted, so a busy machine changes little.
"""

from __future__ import annotations

import asyncio
import contextvars
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any

_SCHEDSTAT = Path("/proc/thread-self/schedstat")
_EVERY, _LONG = 0.001, 0.005  # seconds
_NOTED = 0.001  # seconds; shorter callbacks are only counted
_IDLE = re.compile(r"(?:threading|selectors|thread|queue|connection|group_commit)\.py:")  # waiting for work


class WatchedLoop(asyncio.SelectorEventLoop):
    """Counts what its thread does in each callback; `pulse` counts besides what threads hold the interpreter for."""

    def __init__(self) -> None:
        super().__init__()
        self.noted = 0  # how many callbacks took a while, since the start
        self._held: list[tuple[float, str]] = []
        self._waited: list[tuple[float, str]] = []

    def begin(self) -> None:
        """Forget what was noted so far."""
        self._held, self._waited = [], []

    def longest(self) -> tuple[float, str]:
        """Return the seconds of the longest callback since `begin`, and what it was."""
        return max(self._held, default=(0.0, "nothing of note"))

    def kept_waiting(self) -> tuple[float, int, str]:
        """Return how long the loop waited at most for its turn since `begin`, how often for more than 5 ms, and where the others stood then."""
        longest, where = max(self._waited, default=(0.0, "nothing of note"))
        return longest, sum(seconds > _LONG for seconds, _ in self._waited), where

    async def pulse(self) -> None:
        """Notice, for as long as it runs, when the loop comes later than it wanted and the other threads of the process worked meanwhile.

        What they worked is an upper bound of what they kept it waiting. Waiting for a core is the machine's affair, where it tells of that.
        """
        while True:
            wall, own, all_, off = perf_counter(), thread_time(), process_time(), _without_a_core()
            await asyncio.sleep(_EVERY)
            late = perf_counter() - wall - _EVERY - (_without_a_core() - off)
            others = (process_time() - all_) - (thread_time() - own)
            if min(late, others) > _NOTED:
                self._waited.append((min(late, others), _working()))

    # Annotated loosely: the signatures of the base are.
    def call_soon(self, callback: Any, *args: Any, context: contextvars.Context | None = None) -> Any:
        return super().call_soon(self._timed, callback, args, context=context)

    def call_at(
        self, when: Any, callback: Any, *args: Any, context: contextvars.Context | None = None
    ) -> Any:
        return super().call_at(when, self._timed, callback, args, context=context)

    def call_soon_threadsafe(
        self, callback: Any, *args: Any, context: contextvars.Context | None = None
    ) -> Any:
        return super().call_soon_threadsafe(self._timed, callback, args, context=context)

    def _timed(self, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        start = thread_time()
        before = _frame(callback)
        try:
            callback(*args)
        finally:
            seconds = thread_time() - start
            if seconds > _NOTED:
                self.noted += 1
                self._held.append((seconds, f"{before} → {_frame(callback)}" if before else repr(callback)))


def _without_a_core() -> float:
    """Return the seconds in which this thread could have gone on and other programs had the cores; 0 where the system does not tell."""
    try:
        return int(_SCHEDSTAT.read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def _working() -> str:
    """Return where the threads stand that have just let go of the interpreter."""
    here, found = threading.get_ident(), []
    for thread, frame in sys._current_frames().items():
        name = f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno} {frame.f_code.co_name}"
        if thread != here and not _IDLE.match(name):
            found.append(name)
    return ", ".join(sorted(found)) or "nobody any more"


def _frame(callback: Callable[..., object]) -> str:
    """Return where the task of a callback stands: the innermost coroutine it waits in."""
    task = getattr(callback, "__self__", None)
    if not isinstance(task, asyncio.Task):
        return ""
    inner: Any = task.get_coro()
    frame = None
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None) or frame
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)
    if frame is None:
        return "end"
    name = frame.f_code.co_filename.rpartition("/")[2]
    return f"{name}:{frame.f_lineno} {frame.f_code.co_name}"
