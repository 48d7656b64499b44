"""The stream that logs go to, and what happens while it cannot be written: a full disk or a closed pipe harms only the log."""

from __future__ import annotations

import json
from typing import Protocol


class Stream(Protocol):
    """What a log is written to."""

    def write(self, text: str, /) -> int: ...
    def flush(self) -> None: ...


class HarmlessStream:
    """Counts the lines that could not be written instead of raising in the middle of somebody's ticket, and says so afterwards."""

    def __init__(self, stream: Stream | None) -> None:
        self._stream = stream  # None where the program was started without one
        self.lost = 0

    def write(self, text: str) -> int:
        """Write a line if that is possible."""
        if self._stream is None:
            return len(text)
        try:
            self._stream.write(self._told() + text)
            self._stream.flush()
        except (OSError, ValueError):  # the second: somebody closed it
            self.lost += text.count("\n")
        else:
            self.lost = 0
        return len(text)

    def flush(self) -> None:
        """Every line is flushed as it is written."""

    def _told(self) -> str:
        if not self.lost:
            return ""
        words = {
            "action": "log_lines_lost",
            "count": self.lost,
            "event": "the log could not be written",
            "level": "warning",
        }
        return json.dumps(words) + "\n"
