"""Commands that are too long for a Telegram button, kept under a short name while the program runs."""

from __future__ import annotations

import hashlib
from typing import Final

from adapters.remembered import RememberedValues

_MOST: Final = 1000
_LONGEST: Final = 1000  # characters; nobody means a longer one to be a button
_MARK: Final = "\u2026"  # commands do not begin with dots


class Presses:
    """Short names and what they stand for; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._commands = RememberedValues[str, str](_MOST)

    def keep(self, command: str) -> str | None:
        """Return a name for a command, always the same one; None when it is no command for a button."""
        if not 0 < len(command) <= _LONGEST:
            return None
        name = _MARK + hashlib.blake2b(command.encode(), digest_size=12).hexdigest()
        self._commands.note(name, command)
        return name

    def meant(self, data: str) -> str | None:
        """Return the command that a button carries or stands for; None when it was forgotten."""
        return self._commands.get(data, None) if data.startswith(_MARK) else data
