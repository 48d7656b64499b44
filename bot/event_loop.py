"""Which event loop the running program works with."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Final

IS_FAST: Final = sys.platform != "win32"  # uvloop is for every other system, and is installed there


def new_event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the loop of a program that runs for long; None stands for asyncio's own.

    A command that ends at once is better off without: it would pay more for the import than it spares.
    """
    if not IS_FAST:
        return None
    from uvloop import new_event_loop as made

    return made


def name_of(loop: asyncio.AbstractEventLoop) -> str:
    """Return the library a loop comes from, for whoever reads the log."""
    return type(loop).__module__.partition(".")[0]
