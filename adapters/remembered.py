"""What was dealt with lately: keys, or values by key, up to a number, the oldest forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")
_Default = TypeVar("_Default")


class Remembered(Generic[_Key]):
    """Keys that were noted. One that is not here may have been noted all the same, long ago or by another process."""

    __slots__ = ("_keys", "_most")

    def __init__(self, most: int) -> None:
        """Remember the latest `most` keys."""
        self._most = most
        self._keys: OrderedDict[_Key, None] = OrderedDict()

    def note(self, key: _Key) -> None:
        """Remember a key as the latest."""
        self._keys[key] = None
        self._keys.move_to_end(key)
        if len(self._keys) > self._most:
            self._keys.popitem(last=False)

    def forget(self, key: _Key) -> None:
        """Forget a key, if it is known."""
        self._keys.pop(key, None)

    def is_first(self, key: _Key) -> bool:
        """Note a key; False when it was noted before."""
        if key in self._keys:
            return False
        self.note(key)
        return True

    def __contains__(self, key: _Key) -> bool:
        """Say whether a key was noted here lately."""
        return key in self._keys


class RememberedValues(Generic[_Key, _Value]):
    """Values that were noted by key; noting one again makes it the latest."""

    __slots__ = ("_most", "_values")

    def __init__(self, most: int) -> None:
        """Remember the latest `most` values."""
        self._most = most
        self._values: OrderedDict[_Key, _Value] = OrderedDict()

    def note(self, key: _Key, value: _Value) -> None:
        """Remember a value."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def get(self, key: _Key, default: _Default) -> _Value | _Default:
        """Return what is known by a key."""
        return self._values.get(key, default)

    def take(self, key: _Key, default: _Default) -> _Value | _Default:
        """Return what is known by a key, and forget it."""
        return self._values.pop(key, default)

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()

    def __contains__(self, key: _Key) -> bool:
        """Say whether something is known by a key."""
        return key in self._values
