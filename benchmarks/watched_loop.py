"""An event loop that notes how long each callback kept the others waiting, in seconds of the processor."""

from __future__ import annotations

import asyncio
import contextvars
import re
from collections.abc import Callable
from time import thread_time
from typing import Any

_NOTED = 0.001  # seconds; shorter callbacks are only counted
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


class WatchedLoop(asyncio.SelectorEventLoop):
    """Counts what its thread does in each callback: waiting for a disk or for other programs is not counted, so a busy machine
    changes little."""

    def __init__(self) -> None:
        super().__init__()
        self.noted = 0  # how many callbacks took a while, since the start
        self._held: list[tuple[float, str]] = []

    def begin(self) -> None:
        """Forget what was noted so far."""
        self._held = []

    def longest(self) -> tuple[float, str]:
        """Return the seconds of the longest callback since `begin`, and what it was."""
        return max(self._held, default=(0.0, "nothing of note"))

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
