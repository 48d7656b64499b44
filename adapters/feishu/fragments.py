"""Events that come in several frames, put together again; what never becomes whole is forgotten."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from adapters.feishu.frames import Frame

_MOST_PIECES: Final = 256
_MOST_BYTES: Final = 4 << 20  # of all that waits
_FORGOTTEN_AFTER: Final = 30.0  # seconds


class Fragments:
    """Keeps pieces by the id of their message. What is thrown away is not acknowledged, so that Feishu brings it again."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, tuple[float, dict[int, bytes]]] = OrderedDict()
        self._bytes = 0

    @property
    def waiting(self) -> int:
        """How many bytes wait for the rest of their message."""
        return self._bytes

    def add(self, frame: Frame, now: float) -> bytes | None:
        """Return what a frame brings once all of it is there; None while pieces are missing, or when they make no sense."""
        count, index = frame.number("sum", 1), frame.number("seq", 0)
        content = frame.payload or b""
        if count <= 1:
            return content
        number = frame.header("message_id")
        if not number or count > _MOST_PIECES or index >= count:
            return None
        self._forget(now)
        began, pieces = self._waiting.pop(number, (now, {}))
        self._bytes += len(content) - len(pieces.get(index, b""))
        pieces[index] = content
        if len(pieces) == count and set(pieces) == set(range(count)):
            whole = b"".join(pieces[each] for each in range(count))
            self._bytes -= len(whole)
            return whole
        self._waiting[number] = (began, pieces)
        while self._bytes > _MOST_BYTES:
            self._drop()
        return None

    def _forget(self, now: float) -> None:
        while self._waiting and now - next(iter(self._waiting.values()))[0] > _FORGOTTEN_AFTER:
            self._drop()

    def _drop(self) -> None:
        _, (_, pieces) = self._waiting.popitem(last=False)
        self._bytes -= sum(len(piece) for piece in pieces.values())
