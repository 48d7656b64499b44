"""What the program that runs knows of backups; how they are written is loaded only when somebody asks for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec


class Written(msgspec.Struct, frozen=True):
    """A backup that was written and read once more."""

    file: Path
    size: int  # bytes
    tickets: int
    entries: int
    broken: tuple[int, ...]  # tickets whose archive did not hold before


# Writes one of what is kept now; long work, for a thread, in a loop of its own. Raises StoreFault.
BacksUp = Callable[[datetime], Written]
