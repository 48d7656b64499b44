"""How often something is said again: at an even pace to begin with, then more and more rarely."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

RAREST = timedelta(hours=4)  # half a working day: unless somebody says otherwise

_EVEN = 8  # repetitions at the pace that was asked for
_AT_EACH = 2  # repetitions at each slower one


class Pace(NamedTuple):
    """Eight repetitions every so often, then two at each pause twice as long as the one before, up to the longest pause.

    Whoever did not act on the eighth call does not act on the fiftieth either, but switches off what calls. A longest pause that
    is no longer than the first makes an even pace.
    """

    every: timedelta
    rarest: timedelta = RAREST

    def after(self, count: int) -> timedelta:
        """Return the time from the first telling to the repetition of that count; nothing for none."""
        passed, pause = timedelta(), self.every
        for pause, most in self._pauses():
            said = min(count, most)
            passed, count = passed + said * pause, count - said
        return passed + count * pause

    def count(self, passed: timedelta) -> int:
        """Return how many repetitions lie in a time since the first telling."""
        count, pause = 0, self.every
        for pause, most in self._pauses():
            said = min(passed // pause, most)
            count, passed = count + said, passed - said * pause
        return count + passed // pause

    def told(self, passed: timedelta) -> int:
        """Return how many repetitions are done when somebody was told something after that time.

        Once they come more rarely than they were asked for, one that would come within half its pause is left out.
        """
        count = self.count(passed)
        pause, left = self.pause(count), self.after(count + 1) - passed
        return count + (pause > self.every and 2 * left < pause)

    def pause(self, count: int) -> timedelta:
        """Return the time between the repetition of that count and the next."""
        return self.after(count + 1) - self.after(count)

    def _pauses(self) -> Iterator[tuple[timedelta, int]]:
        """Yield the pauses, and after how many repetitions of each the next one follows; the last one stays."""
        pause = self.every
        yield pause, _EVEN
        while pause < self.rarest:
            pause = min(2 * pause, self.rarest)
            yield pause, _AT_EACH
