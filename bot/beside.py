"""Long work beside the event loop: in a thread that lets go of the interpreter every millisecond, and lets go of what it made bit by bit; or in the loop, with rests."""

from __future__ import annotations

import sys
from asyncio import get_running_loop, sleep, to_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")

# Who computes in a thread is asked to let go after so many seconds. The usual five thousandths are what each message would
# wait for its turn, again and again; they stay for the rest of the time, when the writer of the store would interrupt the loop as often.
_TURN = 0.001
RESTS = 3.0  # times as long as it worked: a quarter of a core
_TICK = 0.001  # seconds: the clock of a loop may tell no shorter slice
_LATE = 1.5 * _TICK  # after its time that a rest ended: somebody else was at work
_MOST_RESTS = 50  # in a row: what nobody waits for is to come to an end on a busy day too
_AT_ONCE = 500  # values, some hundred microseconds


class _Turns:
    """How many threads work for long. The interpreter has one length of turns, whoever runs in it, so this is kept once too."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._working = 0
        self._usual = 0.0

    def begin(self) -> None:
        with self._lock:
            if self._working == 0:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(_TURN)
            self._working += 1

    def end(self) -> None:
        with self._lock:
            self._working -= 1
            if self._working == 0:
                sys.setswitchinterval(self._usual)


_turns = _Turns()


@contextmanager
def short_turns() -> Iterator[None]:
    """Let others of this process have their turn every millisecond, while something long goes on in this thread."""
    _turns.begin()
    try:
        yield
    finally:
        _turns.end()


async def beside(work: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
    """Do something long in a thread, in short turns, and return what it returns."""
    with short_turns():  # from here: who waits already when turns become shorter waits a long one
        return await to_thread(work, *args, **kwargs)


class Unhurried:
    """Work that nobody waits for, done in the event loop in slices: it rests longer than it works, so that what people wait for has most of the core.

    A rest that ended late tells that people keep the loop busy; then it rests again.
    """

    def __init__(self, rests: float = RESTS) -> None:
        """Begin the first slice; each rest is so many times as long as the slice before it."""
        self._rests = rests
        self._time = get_running_loop().time
        self._began = self._time()

    async def rest(self) -> None:
        """End a slice, rest, and begin the next one."""
        pause = max(self._time() - self._began, _TICK) * self._rests
        for _ in range(_MOST_RESTS if pause else 1):
            due = self._time() + pause
            await sleep(pause)
            if self._time() - due < _LATE:
                break
        self._began = self._time()


def let_go(*held: list[Any]) -> None:
    """Empty lists bit by bit; for a thread. To free much at once takes milliseconds in which nobody else has a turn."""
    for each in held:
        while each:
            del each[-_AT_ONCE:]
