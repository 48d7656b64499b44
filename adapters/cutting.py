"""Cutting a connection whose other side does not answer any more."""

from __future__ import annotations

from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any, Protocol


class Connected(Protocol):
    """A WebSocket of either side."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of its transport."""
        ...


def cut(socket: Connected) -> None:
    """End a connection without asking the peer; whoever reads it sees the end at once."""
    ours = socket.get_extra_info("socket")
    if ours is None:
        return
    with (
        suppress(OSError),
        ours.dup() as same,
    ):  # it is already down; not every event loop lets its own socket be shut down
        same.shutdown(SHUT_RDWR)
