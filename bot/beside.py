"""Long work beside the event loop: in a thread that lets go of the interpreter every millisecond, and lets go of what it made bit by bit."""

from __future__ import annotations

import sys
from asyncio import to_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")

# Who computes in a thread is asked to let go after so many seconds. The usual five thousandths are what each message would
# wait for its turn, again and again; they stay for the rest of the time, when the writer of the store would interrupt the loop as often.
_TURN = 0.001
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


def let_go(*held: list[Any]) -> None:
    """Empty lists bit by bit; for a thread. To free much at once takes milliseconds in which nobody else has a turn."""
    for each in held:
        while each:
            del each[-_AT_ONCE:]
