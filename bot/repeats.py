"""Which messages this process has handled a moment ago: a platform's redelivery is mostly recognised without asking the store."""

from __future__ import annotations

from collections import OrderedDict


class Repeats:
    """Keys of handled messages. A key that is not here may have been handled all the same, by another process or long ago."""

    def __init__(self, most: int = 10_000) -> None:
        """Remember the latest `most` keys."""
        self._most = most
        self._keys: OrderedDict[str, None] = OrderedDict()

    def note(self, key: str) -> None:
        """Remember that a message was handled."""
        self._keys[key] = None
        if len(self._keys) > self._most:
            self._keys.popitem(last=False)

    def __contains__(self, key: str) -> bool:
        """Say whether a message was handled here lately."""
        return key in self._keys
