"""An unsteady network for tests: `pytest --unsteady SEED` lets whatever comes over a socket or from a thread be late, each by its own.

What is true only because two things happened to come in a certain order fails with it. A line is late by up to a few hundredths of
a second, never out of order, so a test that holds on a network holds here.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from time import perf_counter, sleep
from typing import Any

_LATE_SECONDS = (0.0, 0.0, 0.001, 0.005, 0.03)  # one of these at most


class UnsteadySelector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """A selector that keeps some of what is ready to itself for a while."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self._late: dict[
            tuple[int, int], float
        ] = {}  # what is ready, by descriptor and kind: when it is told

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(timeout)
        told = self._told(ready)
        if ready and not told and (timeout is None or timeout > 0):
            patience = min(self._late[key.fd, kind] for key, kind in ready) - perf_counter()
            sleep(max(0.0, patience if timeout is None else min(patience, timeout)))
            told = self._told(super().select(0))
        return told

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        key = super().unregister(fileobj)
        self._late = {name: until for name, until in self._late.items() if name[0] != key.fd}
        return key

    def _told(
        self, ready: list[tuple[selectors.SelectorKey, int]]
    ) -> list[tuple[selectors.SelectorKey, int]]:
        now, told = perf_counter(), []
        for key, kind in ready:
            name = (key.fd, kind)
            if name not in self._late:
                self._late[name] = now + self._chance.random() * self._chance.choice(_LATE_SECONDS)
            if self._late[name] <= now:
                del self._late[name]
                told.append((key, kind))
        return told


class UnsteadyPolicy(asyncio.DefaultEventLoopPolicy):
    """Event loops on an unsteady network."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._chance = random.Random(seed)

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.SelectorEventLoop(UnsteadySelector(self._chance))
