"""Which event loop the running program works with."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the loop of a program that runs for long: uvloop's, or on Windows, where there is none, asyncio's own (None).

    A command that ends at once is better off with that, too: it would pay more for the import than it spares.
    """
    if sys.platform == "win32":
        return None
    else:  # noqa: RET505 - or mypy would call the rest unreachable on Windows
        # Imported here: nobody else needs it.
        from uvloop import new_event_loop

        return new_event_loop


def name_of(loop: asyncio.AbstractEventLoop) -> str:
    """Return the library a loop comes from, for whoever reads the log."""
    return type(loop).__module__.partition(".")[0]
